"""Many sessions in a row by one client under Wine: it holds no more after the last than after the first few."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from remotedesk.core.consent import Feature
from remotedesk.core.geometry import Size
from remotedesk.core.session_number import SessionNumber
from remotedesk.core.session_state import State
from remotedesk.engine.engineer import EngineerEngine
from remotedesk.engine.events import FrameReady, GrantsChanged, NumberIssued, SignedIn
from remotedesk.engine.options import EngineOptions
from remotedesk.platform.fake import FakePlatform
from remotedesk.transport.server_address import ServerAddress, Trust
from tests.support.sessions import EVERYTHING, Heard
from tests.support.stage import ENGINEER
from tests.support.xserver import wait_until
from tests.winlab.build import build
from tests.winlab.lab import Lab
from tests.winlab.stage import WindowsStage

START_S: Final = 60.0
WARM: Final = 5  # sessions until every part has been used and every cache has been filled
SESSIONS: Final = 50
AFTER_CLICK_S: Final = 1.0
SETTLE_S: Final = 2.0  # for threads that end by themselves

pytestmark = pytest.mark.wine


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[WindowsStage]:
    build(Lab())
    with WindowsStage(tmp_path, display=Size(1280, 800)) as made:
        yield made
        made.require_clean_logs()


def hold(stage: WindowsStage, engine: EngineerEngine, heard: Heard, *, restart: bool) -> None:
    """One session with view, control and chat, ended by the customer."""
    person, since = stage.customer, heard.mark()
    if restart:
        person.clicks("restart")
    engine.issue_number()
    person.fills_in("number", SessionNumber.parse(heard.wait(NumberIssued, since=since).number).grouped())
    if not restart:
        person.fills_in("name", "Taro Yamada")
    person.clicks("connect")
    heard.state(State.ASKING, since=since)
    engine.ask(EVERYTHING)
    person.ticks("ask_control")
    person.clicks("accept")
    heard.wait(GrantsChanged, lambda event: Feature.CONTROL in event.features, since=since)
    heard.wait(FrameReady, since=since)
    engine.text("図面")
    engine.send_chat("hello")
    person.sees("chat", lambda button: "1" in button.text)  # and the bar has become wider
    person.clicks("chat")
    person.sees("chat_line")
    end(stage)
    heard.state(State.ENDED, since=since)


def end(stage: WindowsStage) -> None:
    """Press End, as often as it takes: Wine may be handing the bar over to X11's window manager just then."""
    person = stage.customer

    def over() -> bool:
        if person.reader.find("end") is not None:
            person.clicks("end")
            time.sleep(AFTER_CLICK_S)
        return person.reader.find("short_code") is not None

    wait_until(over, what="the end")
    person.reads("short_code")


def held(stage: WindowsStage) -> dict[str, int]:
    """Return what the client holds and what lies about."""
    time.sleep(SETTLE_S)
    process = stage.clients.newest
    tasks = len(list(Path(f"/proc/{process.process.pid}/task").iterdir()))
    users = stage.windows.prefix / "drive_c" / "users"
    temporary = sum(1 for path in users.glob("*/AppData/Local/Temp/**/*") if path.is_file())
    files = len(list(Path(f"/proc/{process.process.pid}/fd").iterdir()))
    return process.counts() | {"tasks": tasks, "files": files, "temporary": temporary}


@pytest.mark.soak
@pytest.mark.timeout(1_200)
def test_fifty_sessions_leave_nothing_behind(stage: WindowsStage, tmp_path: Path) -> None:
    stage.start_customer()
    stage.customer.sees("connect", timeout_s=START_S)
    heard = Heard()
    trust = Trust(ca_file=stage.server.certificates.authority)
    options = EngineOptions(ServerAddress.parse(stage.server.url), trust, tmp_path / "engine")
    engine = EngineerEngine(options, FakePlatform(), heard)
    try:
        engine.sign_in(ENGINEER.name, ENGINEER.password)
        heard.wait(SignedIn)
        for number in range(WARM):
            hold(stage, engine, heard, restart=number > 0)
        before = held(stage)
        print("before", before, flush=True)
        for number in range(SESSIONS):
            hold(stage, engine, heard, restart=True)
            if number % 10 == 9:
                print(number + 1, held(stage), flush=True)
        after = held(stage)
        print("after", after)
    finally:
        engine.close()
    assert {kind: (before[kind], after[kind]) for kind in before if after[kind] > before[kind]} == {}
