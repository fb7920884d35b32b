"""The `remotedesk` command where it needs no window."""

import getpass
import hashlib
import io
import json
import sys
import threading
from pathlib import Path

import pytest

from remotedesk.cli import main
from remotedesk.core.audit import GENESIS, Act, AuditChain
from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.core.session_number import SessionNumber
from remotedesk.engine.customer import CustomerEngine
from remotedesk.engine.engineer import EngineerEngine
from remotedesk.engine.events import CodeReady, NumberIssued, PeerNamed, SignedIn
from remotedesk.engine.options import EngineOptions
from remotedesk.lan_server import LanServer, own_address
from remotedesk.platform.fake import FakePlatform
from remotedesk.platform.macos.platform import MacosPlatform
from remotedesk.transport.server_address import ServerAddress, Trust, pin_of
from tests.support.sessions import NAME, Heard


def written_record(folder: Path) -> Path:
    """Write a record of two entries."""
    chain = AuditChain()
    chain.append("2026-01-01T00:00:00.000+00:00", Act.STARTED, role="customer")
    chain.append("2026-01-01T00:00:01.000+00:00", Act.ENDED, by="customer")
    file = folder / "record.jsonl"
    file.write_text("".join(entry.to_line() + "\n" for entry in chain.entries), "utf-8", newline="\n")
    return file


def test_an_intact_record_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify-log", str(written_record(tmp_path))]) == 0
    shown = capsys.readouterr().out
    assert "intact, 2 entries" in shown
    assert "by=customer" in shown


def test_a_record_is_shown_in_a_code_page_that_lacks_its_letters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = AuditChain()
    chain.append("2026-01-01T00:00:00.000+00:00", Act.STARTED, name="José 佐藤")
    file = tmp_path / "record.jsonl"
    file.write_text(chain.entries[0].to_line() + "\n", "utf-8", newline="\n")
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding="cp932"))
    assert main(["verify-log", str(file)]) == 0
    sys.stdout.flush()
    assert "name=Jos\\xe9 佐藤" in shown.getvalue().decode("cp932")


def test_what_follows_a_link_is_no_option(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever makes the link could name another server otherwise."""
    with pytest.raises(SystemExit) as refused:
        main(["customer", "--", "remotedesk:1", "--server", "evil.example"])
    assert refused.value.code == 2
    assert "unrecognized arguments: --server" in capsys.readouterr().err


def test_where_a_system_is_told_of_links_in_another_way_the_command_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remotedesk.platform.select.current_platform", MacosPlatform)
    assert main(["links", "on"]) == 1
    assert ErrorCode.PLATFORM_UNSUPPORTED in capsys.readouterr().err


def test_a_changed_record_is_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written_record(tmp_path)
    file.write_bytes(file.read_bytes().replace(b'"by":"customer"', b'"by":"engineer"'))
    assert main(["verify-log", str(file)]) == 1
    assert "NOT intact" in capsys.readouterr().err


@pytest.mark.parametrize("end", ["\v", "\r", "\r\n", "\x1c", "\u2028", "\n\n"])
def test_a_record_whose_lines_end_in_another_way_is_not(
    end: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written_record(tmp_path)
    file.write_bytes(file.read_bytes().replace(b"\n", end.encode(), 1))
    assert main(["verify-log", str(file)]) == 1
    assert "NOT intact" in capsys.readouterr().err


def test_a_record_that_is_no_text_is_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "record.jsonl"
    file.write_bytes(b"\xff\n")
    assert main(["verify-log", str(file)]) == 1
    assert "NOT intact" in capsys.readouterr().err


def test_nothing_in_a_record_reaches_the_terminal_as_a_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = {"act": "ended", "at": "\x1b[2J", "facts": {"\x1b]0;x\x07": "\u202e"}, "previous": GENESIS, "seq": 0}
    written = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    body["hash"] = hashlib.sha256((GENESIS + written).encode()).hexdigest()
    file = tmp_path / "record.jsonl"
    file.write_text(json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False), "utf-8")
    assert main(["verify-log", str(file)]) == 0
    shown = capsys.readouterr().out
    assert "intact, 1 entries" in shown
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)


def test_a_user_without_a_name_can_start(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def nameless() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr(getpass, "getuser", nameless)
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert "remotedesk" in capsys.readouterr().out


def test_a_missing_record_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify-log", str(tmp_path / "none")]) == 1
    assert "none" in capsys.readouterr().err


def test_a_server_inside_the_console_that_cannot_start_says_why_and_leaves_no_thread(tmp_path: Path) -> None:
    address = ServerAddress("127.0.0.1", 0)
    before = threading.active_count()
    for name, code in ((" ", ErrorCode.SIGN_IN_FAILED), ("Hanako Sato", ErrorCode.SERVER_CERTIFICATE)):
        with pytest.raises(ServerError) as caught:
            LanServer(address, name, "Support KK", tmp_path)
        assert caught.value.code is code
        (tmp_path / "certificate.pem").write_text("no certificate")
    assert threading.active_count() == before


def test_a_server_inside_the_console_is_found_by_its_pin(tmp_path: Path) -> None:
    host = own_address().partition(":")[0]
    with LanServer(ServerAddress(host, 0), "Hanako Sato", "Support KK", tmp_path / "server") as server:
        address = ServerAddress(host, server.port)
        options = EngineOptions(address, Trust(pin=pin_of(server.fingerprint)), tmp_path / "records")
        heard, customer_heard = Heard(), Heard()
        engineer = EngineerEngine(options, FakePlatform(), heard)
        customer = CustomerEngine(options, FakePlatform(), customer_heard)
        try:
            engineer.sign_in(server.engineer.name, server.engineer.password)
            heard.wait(SignedIn)
            engineer.issue_number()
            customer.join(SessionNumber.parse(heard.wait(NumberIssued).number), NAME)
            assert customer_heard.wait(CodeReady) == heard.wait(CodeReady)
            assert customer_heard.wait(PeerNamed) == PeerNamed("Hanako Sato", "Support KK")
        finally:
            customer.close()
            engineer.close()
