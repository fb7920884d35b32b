"""The doctor on Windows: what works under Wine is ok, what it does not have is said, and nothing else is written."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from remotedesk.engine.doctor import Check
from remotedesk.engine.doctor.screen_checks import TYPED
from remotedesk.lan_server import LanServer
from remotedesk.transport.server_address import ServerAddress

WITHIN_S: Final = 100.0
OK: Final = (
    "this system can share its screen",
    "the screen is read, and a change in it is seen",
    "the pointer is read",
    "the keys to end and to come to the bar are free",
    "locking the screen is noticed",
    "your own mouse and keyboard are told",
    "a click and a text arrive in another window",
    "moving pictures with x264",
    "moving pictures with SVT-AV1",
    "the system knows certificate authorities",
    "the server answers and proves who it is – connected in",
)


def doctor(version: int, language: str, records: Path) -> subprocess.CompletedProcess[str]:
    with LanServer(ServerAddress("127.0.0.1", 0), "Hanako Sato", "Support KK", records) as server:
        where = (f"127.0.0.1:{server.port}", server.fingerprint)
        return subprocess.run(
            [sys.executable, "-m", "tests.windows.doctor_on", str(version), language, *where],
            stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=WITHIN_S, check=False,
        )  # fmt: skip


def test_everything_that_wine_has_is_tried_out_and_works(tmp_path: Path) -> None:
    said = doctor(10, "en", tmp_path)
    lines = said.stdout.splitlines()
    assert said.returncode == 0, lines
    assert [text for text in OK if not any(line.startswith(f"ok: {text}") for line in lines)] == []
    hidden = "not here: a window can be kept out of the picture – the engineer sees this program’s windows, too"
    assert hidden in lines  # Wine refuses
    assert any("1920 × 1080 pixels" in line for line in lines)
    assert lines.index("") == len(Check) + 1
    assert "[ok] Remote support works from this network." in lines
    assert said.stderr == ""  # an encoder's library has a C runtime of its own, which has to be told to be silent
    assert TYPED not in said.stdout


def test_where_windows_is_too_old_the_command_says_so_and_tries_out_the_rest(tmp_path: Path) -> None:
    said = doctor(6, "ja", tmp_path)
    assert said.returncode == 1
    assert said.stdout.startswith("異常: このシステムの画面を共有できる"), said.stdout
    assert "正常: x264 による動画" in said.stdout
