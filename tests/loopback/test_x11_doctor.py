"""The doctor's command on a real display, with a real server: what works is ok, what does not is told."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from remotedesk.engine.doctor import Check
from remotedesk.engine.doctor.screen_checks import TYPED
from remotedesk.lan_server import LanServer
from remotedesk.platform.ports import HotKey
from remotedesk.platform.x11.hot_key import X11HotKey
from remotedesk.transport.server_address import ServerAddress
from tests.support.xserver import XServer

WITHIN_S: Final = 100.0


@pytest.fixture(scope="module")
def display() -> Iterator[XServer]:
    with XServer() as server:
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanServer]:
    folder = tmp_path_factory.mktemp("server")
    with LanServer(ServerAddress("127.0.0.1", 0), "Hanako Sato", "Support KK", folder) as made:
        yield made


def doctor(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "remotedesk", "doctor", *arguments],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=WITHIN_S, check=False,
    )  # fmt: skip


def test_on_a_machine_where_everything_works_all_is_well(display: XServer, server: LanServer) -> None:
    address = ("--server", f"127.0.0.1:{server.port}", "--pin", server.fingerprint)
    said = doctor(display.environment(QT_QPA_PLATFORM="xcb"), *address, "--self-test", "--language", "en")
    lines = said.stdout.splitlines()
    assert (said.returncode, said.stderr) == (0, ""), lines
    machine, network = lines[: lines.index("")], lines[lines.index("") + 1 :]
    assert "[ok] Remote support works from this network." in network
    hows = [line.partition(":")[0] for line in machine[:-1]]
    expected = ["not here" if check in (Check.HIDDEN_WINDOWS, Check.HARDWARE) else "ok" for check in Check]
    assert hows == expected, lines
    assert "1280 × 800 pixels" in said.stdout
    assert TYPED not in said.stdout
    assert server.fingerprint not in said.stdout


def test_what_does_not_work_is_told_with_its_reason_in_the_users_language(display: XServer, server: LanServer) -> None:
    taken = X11HotKey(display.display, HotKey.END, lambda: None)
    try:
        another = ("--server", f"127.0.0.1:{server.port}", "--pin", "0" * 64)
        said = doctor(display.environment(QT_QPA_PLATFORM="xcb"), *another, "--language", "ja")
    finally:
        taken.close()
    failed = [line for line in said.stdout.splitlines() if line.startswith("異常: ")]
    assert said.returncode == 1
    assert [line[-len("(RD-302)") :] for line in failed] == ["(RD-606)", "(RD-302)"], said.stdout
    assert "対象外: 別のウィンドウにクリックと文字入力が届く" in said.stdout
    lines = said.stdout.splitlines()
    assert lines[lines.index("") - 1] == "異常が 2 件あります。"
    assert "[x]  このネットワークからサーバーに接続できません。" in lines


def test_without_a_screen_the_rest_is_tried_out(display: XServer) -> None:
    environment = {name: value for name, value in display.environment().items() if name != "DISPLAY"}
    said = doctor(environment, "--self-test", "--language", "en")
    lines = said.stdout.splitlines()
    assert said.returncode == 1
    assert lines[0].startswith("failed: ")
    assert [line.partition(":")[0] for line in lines[1:8]] == ["not here"] * 7
    assert lines[8].startswith("ok: moving pictures with x264")


def test_the_network_alone_is_tried_out_and_written_for_programs_and_people(
    display: XServer, server: LanServer, tmp_path: Path
) -> None:
    where = ("--server", f"127.0.0.1:{server.port}", "--pin", server.fingerprint)
    files = ("--json", str(tmp_path / "network"), "--html", str(tmp_path / "page.html"))
    said = doctor(display.environment(QT_QPA_PLATFORM="xcb"), *where, "--network", *files, "--language", "ja")
    assert (said.returncode, said.stderr) == (0, ""), said.stdout
    assert said.stdout.startswith("remotedesk 接続確認の結果")
    assert json.loads((tmp_path / "network").read_text(encoding="utf-8"))["verdict"] == "good"
    assert '<html lang="ja">' in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_without_a_server_there_is_no_network_to_try_out(display: XServer, tmp_path: Path) -> None:
    environment = display.environment(QT_QPA_PLATFORM="xcb", XDG_CONFIG_HOME=str(tmp_path))
    said = doctor(environment, "--network")
    assert (said.returncode, said.stdout) == (1, "")
    assert "RD-311" in said.stderr
