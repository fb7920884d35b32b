"""A peer that hangs, dies or loses its way: everything stops within seconds, and goes on by itself if it can."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from remotedesk.core.audit import Act, verify
from remotedesk.core.consent import PROMPT_ARMS_AFTER_S, Feature, Suspension
from remotedesk.core.errors import ConsentError, ErrorCode
from remotedesk.core.role import Role
from remotedesk.core.session_state import State
from remotedesk.engine.connection import Connection
from remotedesk.engine.events import (
    Asked,
    ChatAdded,
    EngineEvent,
    FrameReady,
    GrantsChanged,
    InputRefused,
    RecordClosed,
    StateChanged,
)
from remotedesk.engine.options import Patience
from remotedesk.platform.x11.keycodes import KEYCODES
from remotedesk.transport.resume import ResumeExchange
from tests.support.engineer_process import EngineerProcess
from tests.support.server import LocalServer
from tests.support.sessions import EVERYTHING, NAME, SessionPair
from tests.support.xserver import XServer, wait_until

LONG_S = 60.0


@pytest.fixture
def live(tmp_path: Path) -> Iterator[SessionPair]:
    """Return a live session in which the engineer holds a key and a button down."""
    with SessionPair(tmp_path) as pair:
        pair.activate(EVERYTHING)
        hold(pair)
        yield pair


def hold(pair: SessionPair) -> None:
    pair.engineer_heard.wait(FrameReady)
    pair.engineer.key("ShiftLeft", True)
    pair.engineer.pointer_button(0, True, 5, 6)
    wait_until(lambda: pair.fake.held == {"ShiftLeft", 0}, what="two things held down")


def stands_still(pair: SessionPair, seconds: float = 0.3) -> bool:
    before = pair.fake.grabs, len(pair.fake.injected)
    time.sleep(seconds)
    return before == (pair.fake.grabs, len(pair.fake.injected))


def loses_the_peer(pair: SessionPair, since: int, *, for_long: bool = True) -> None:
    """Wait until the customer is told, and check that by then everything has stopped; `for_long`: and stays so."""
    pair.customer_heard.state(State.RECONNECTING, since=since, timeout_s=LONG_S)
    assert not pair.fake.held
    pair.customer_heard.wait(
        GrantsChanged,
        lambda event: event.features == EVERYTHING and event.suspensions == {Suspension.SILENCE},
        since=since,
    )
    assert not for_long or stands_still(pair)


def goes_on(
    pair: SessionPair, customer_since: int, engineer_since: int, allowed: frozenset[Feature] = EVERYTHING
) -> None:
    """Wait until the session is back with these grants, and use it."""
    pair.customer_heard.state(State.ACTIVE, since=customer_since, timeout_s=LONG_S)
    pair.engineer_heard.state(State.ACTIVE, since=engineer_since, timeout_s=LONG_S)
    for heard, since in ((pair.customer_heard, customer_since), (pair.engineer_heard, engineer_since)):
        heard.wait(GrantsChanged, lambda event: event == GrantsChanged(allowed, frozenset()), since=since)
    pair.engineer.latest_frame()
    since = pair.engineer_heard.mark()
    pair.engineer_heard.wait(FrameReady, since=since)
    if Feature.CONTROL in allowed:
        pair.engineer.key("KeyQ", True)
        wait_until(lambda: pair.fake.held == {"KeyQ"}, what="a key after the gap")
    pair.engineer.send_chat("again")
    pair.customer_heard.wait(ChatAdded, lambda event: event.text == "again", since=customer_since)


def cut(pair: SessionPair) -> None:
    """Let the connection between the two break, underneath both engines."""
    session = pair.engineer._session
    assert session is not None
    assert session.connection is not None
    peer_connection = session.connection.link._pc
    asyncio.run_coroutine_threadsafe(peer_connection.close(), pair.engineer._thread.loop)


def keys_of(pair: SessionPair) -> tuple[bytes, ...]:
    """Return what both sides have derived for the session, now."""
    sessions = pair.customer._session, pair.engineer._session
    return tuple(bytes(key) for s in sessions if s and s.paired for key in s.paired.keys._keys.values())


def acts_of(record: RecordClosed) -> list[Act]:
    return [entry.act for entry in verify(Path(record.path).read_text("utf-8").splitlines())]


def test_an_engineer_who_hangs_stops_everything_and_comes_back(live: SessionPair) -> None:
    marks = live.customer_heard.mark(), live.engineer_heard.mark()
    keys = keys_of(live)
    live.stall_engineer(8)
    loses_the_peer(live, marks[0])
    assert not [event for _, event in live.engineer_heard.events[marks[1] :] if isinstance(event, StateChanged)]
    goes_on(live, *marks)
    assert not set(keys) & set(keys_of(live))
    live.customer.end()
    customer, engineer = live.records()
    assert customer.short_code == engineer.short_code != ""
    assert {Act.SUSPENDED, Act.RESUMED} <= set(acts_of(customer))
    assert acts_of(customer).count(Act.CONNECTED) == acts_of(engineer).count(Act.CONNECTED) == 2


def test_a_customer_whose_client_hangs_comes_back(live: SessionPair) -> None:
    marks = live.customer_heard.mark(), live.engineer_heard.mark()
    live.customer._thread.post(lambda: time.sleep(8))
    live.engineer_heard.state(State.RECONNECTING, since=marks[1], timeout_s=LONG_S)
    live.engineer.key("KeyZ", True)  # goes nowhere
    live.customer_heard.state(State.RECONNECTING, since=marks[0])
    goes_on(live, *marks)
    assert not [each for each in live.fake.injected if "KeyZ" in each.arguments]


def test_a_connection_that_breaks_is_rebuilt(live: SessionPair) -> None:
    for _ in range(2):
        marks = live.customer_heard.mark(), live.engineer_heard.mark()
        cut(live)
        loses_the_peer(live, marks[0], for_long=False)
        goes_on(live, *marks)
        live.engineer.release_all()
        wait_until(lambda: not live.fake.held, what="the keys")


def test_a_switch_moved_during_the_gap_counts(live: SessionPair) -> None:
    marks = live.customer_heard.mark(), live.engineer_heard.mark()
    live.stall_engineer(6)
    loses_the_peer(live, marks[0])
    live.customer.set_allowed(Feature.CONTROL, False)
    goes_on(live, *marks, EVERYTHING - {Feature.CONTROL})


def test_after_a_long_gap_control_must_be_allowed_again(tmp_path: Path) -> None:
    with SessionPair(tmp_path, patience=Patience(confirm_control_after_s=0.0)) as pair:
        pair.activate(EVERYTHING)
        hold(pair)
        marks = pair.customer_heard.mark(), pair.engineer_heard.mark()
        cut(pair)
        loses_the_peer(pair, marks[0], for_long=False)
        goes_on(pair, *marks, EVERYTHING - {Feature.CONTROL})
        pair.engineer_sends("input", b'{"type":"Key","seq":0,"code":"KeyA","pressed":true}')
        assert pair.engineer_heard.wait(InputRefused, since=marks[1]).code is ErrorCode.NOT_GRANTED
        asked = pair.ask(frozenset({Feature.CONTROL}))
        pair.customer.answer(asked.number, asked.features)
        pair.engineer_heard.wait(GrantsChanged, lambda event: event.features == EVERYTHING, since=marks[1])
        pair.engineer.key("KeyB", True)
        wait_until(lambda: "KeyB" in pair.fake.held, what="the key")


@pytest.mark.parametrize("by", ["engineer", "customer"])
def test_the_farewell_has_the_cancellation_behind_it(live: SessionPair, by: str) -> None:
    """Before Python 3.11.3, which Debian 12 has not, a timeout in a task that was cancelled before ends the task."""
    engine = live.engineer if by == "engineer" else live.customer
    session = engine._session
    assert session is not None
    farewell, pending = session._farewell, []

    async def looked_at(code: ErrorCode) -> None:
        task = asyncio.current_task()
        assert task is not None
        pending.append(task.cancelling())
        await farewell(code)

    session._farewell = looked_at  # type: ignore[method-assign]
    live.customer.end()
    live.records()
    assert pending == [0]


def test_a_session_goes_on_without_the_server(live: SessionPair) -> None:
    live.server.close()
    time.sleep(1)
    since = live.customer_heard.mark()
    live.engineer.send_chat("no server")
    live.customer_heard.wait(ChatAdded, since=since)
    live.engineer.key("KeyA", True)
    wait_until(lambda: "KeyA" in live.fake.held, what="the key")
    live.engineer.end()
    assert live.customer_heard.state(State.ENDED).code is ErrorCode.PEER_ENDED
    assert not live.fake.held
    customer, engineer = live.records()
    assert customer.short_code == engineer.short_code != ""


def test_a_server_that_has_forgotten_the_session_ends_it(live: SessionPair, tmp_path: Path) -> None:
    marks = live.customer_heard.mark(), live.engineer_heard.mark()
    port = live.server.port
    live.server.close()
    cut(live)
    loses_the_peer(live, marks[0])
    folder = tmp_path / "new"
    folder.mkdir()
    with LocalServer(folder, port=port):
        for heard, since in ((live.customer_heard, marks[0]), (live.engineer_heard, marks[1])):
            ended = heard.state(State.ENDED, since=since, timeout_s=LONG_S)
            assert ended.code in (ErrorCode.PEER_ENDED, ErrorCode.PEER_LOST)
        live.records()


@pytest.mark.parametrize("who", ["customer", "engineer"])
def test_end_works_at_once_during_the_gap(live: SessionPair, who: str) -> None:
    marks = live.customer_heard.mark(), live.engineer_heard.mark()
    live.server.close()
    cut(live)
    loses_the_peer(live, marks[0])
    live.engineer_heard.state(State.RECONNECTING, since=marks[1])
    side, heard = {"customer": (live.customer, live.customer_heard), "engineer": (live.engineer, live.engineer_heard)}[
        who
    ]
    side.end()
    assert heard.state(State.ENDED, timeout_s=5).code is None
    assert heard.wait(RecordClosed).short_code == ""


class Watched:
    """A session of a customer's engine here with an engineer's client in a process of its own."""

    def __init__(self, pair: SessionPair) -> None:
        self.engineer = EngineerProcess(pair.server, pair.folder / "records" / "process")
        pair.join(self.engineer.number())
        self.engineer.heard("state asking")
        self.engineer.say("ask", *EVERYTHING)
        asked = pair.customer_heard.wait(Asked)
        time.sleep(PROMPT_ARMS_AFTER_S + 0.02)
        pair.customer.answer(asked.number, EVERYTHING)
        self.engineer.heard("frame")


@pytest.mark.parametrize("unlucky", Role)
def test_a_first_connection_that_chance_has_spoilt_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unlucky: Role
) -> None:
    verify_once, tried = Connection.verify, list[Role]()

    async def fail_first(connection: Connection, within_s: float) -> None:
        role = connection._paired.role
        tried.append(role)
        if tried.count(role) == 1 and role is unlucky:
            raise ConsentError(ErrorCode.CONNECT_FAILED)
        await verify_once(connection, within_s)

    monkeypatch.setattr(Connection, "verify", fail_first)
    with SessionPair(tmp_path) as pair:
        pair.activate(EVERYTHING)
        pair.engineer_heard.wait(FrameReady)
        assert tried.count(unlucky) == 2


def test_an_engineers_client_that_is_killed(tmp_path: Path) -> None:
    with SessionPair(tmp_path, patience=Patience(give_up_after_s=3.0)) as pair:
        watched = Watched(pair)
        try:
            watched.engineer.say("key", "ShiftLeft")
            wait_until(lambda: pair.fake.held == {"ShiftLeft"}, what="the key")
            since = pair.customer_heard.mark()
            watched.engineer.kill()
            loses_the_peer(pair, since)
            ended = pair.customer_heard.state(State.ENDED, since=since, timeout_s=LONG_S)
            assert ended.code is ErrorCode.PEER_LOST
            assert pair.customer_heard.wait(RecordClosed).short_code == ""
        finally:
            watched.engineer.kill()


def test_a_customers_client_that_is_killed_leaves_nothing_pressed(xserver: XServer, tmp_path: Path) -> None:
    from tests.support.x11 import Onlooker  # here, since the other tests run on every system

    with SessionPair(tmp_path) as pair, Onlooker(xserver.display) as onlooker:
        pair.sign_in()
        module = ["-m", "tests.support.customer_process", str(pair.server.port), str(tmp_path / "killed")]
        client = subprocess.Popen(
            [sys.executable, *module, xserver.display, pair.issue().grouped()],
            env=xserver.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
        )
        try:
            pair.engineer_heard.state(State.ASKING, timeout_s=LONG_S)
            pair.engineer.ask(EVERYTHING)
            pair.engineer_heard.wait(GrantsChanged, lambda event: event.features == EVERYTHING, timeout_s=LONG_S)
            pair.engineer_heard.wait(FrameReady)
            pair.engineer.pointer_move(700, 500)
            pair.engineer.key("ShiftLeft", True)
            pair.engineer.key("KeyA", True)
            pair.engineer.pointer_button(0, True, 700, 500)
            keys = {KEYCODES["ShiftLeft"], KEYCODES["KeyA"]}
            wait_until(lambda: keys <= onlooker.keys_down() and onlooker.buttons_down(), what="keys and a button")
        finally:
            client.kill()
            client.communicate()
        wait_until(onlooker.nothing_down, what="everything to be released")
        assert pair.engineer_heard.state(State.RECONNECTING, timeout_s=LONG_S).code is ErrorCode.PEER_LOST
        pair.engineer.end()
        pair.engineer_heard.state(State.ENDED)


def moments(events: list[tuple[float, EngineEvent]]) -> list[State]:
    return [event.state for _, event in events if isinstance(event, StateChanged)]


@pytest.mark.parametrize("hangs", ["engineer", "customer"])
@pytest.mark.parametrize("left_over", [0, 2])
def test_who_hung_while_the_other_ended_is_told_so(tmp_path: Path, hangs: str, left_over: int) -> None:
    """The goodbye lies unread, maybe behind a try to resume, when the silence is judged; no End came before it."""
    with SessionPair(tmp_path) as pair:
        pair.pair()
        hung, ends = (pair.engineer, pair.customer) if hangs == "engineer" else (pair.customer, pair.engineer)
        session, ending = hung._session, ends._session
        assert session is not None
        assert ending is not None
        assert ending.paired is not None
        session._listen = never  # type: ignore[method-assign]
        pair.customer.answer(pair.ask(EVERYTHING).number, EVERYTHING)
        heard = pair.engineer_heard if hangs == "engineer" else pair.customer_heard
        heard.state(State.ACTIVE)
        assert ending.connection is not None
        assert ending.mailbox is not None
        tries = ResumeExchange(ending.role, ending.paired.keys, ending.paired.binding).hello
        for _ in range(left_over):
            asyncio.run_coroutine_threadsafe(ending.mailbox.relay.send(tries), ends._thread.loop).result(5)
        ending.connection.link.session._channel.send = lambda _: None
        ends.end()
        assert heard.state(State.ENDED, timeout_s=LONG_S).code is ErrorCode.PEER_ENDED
        customer, engineer = pair.records()
        assert (customer if hangs == "customer" else engineer).short_code != ""


async def never(_: object) -> None:
    """Hear nothing."""
    await asyncio.Event().wait()


def test_both_end_at_once(live: SessionPair) -> None:
    """Neither record may take in what arrives after its last line: the two heads would not fit together."""
    live.engineer.end()
    live.customer.end()
    customer, engineer = live.records()
    assert customer.short_code == engineer.short_code != ""
    for heard in (live.customer_heard, live.engineer_heard):
        assert moments(heard.events)[-1] is State.ENDED


def test_the_engineer_serves_one_customer_after_the_other(pair: SessionPair) -> None:
    pair.activate(EVERYTHING)
    for ends in ("customer", "engineer", "customer"):
        marks = pair.customer_heard.mark(), pair.engineer_heard.mark()
        (pair.customer if ends == "customer" else pair.engineer).end()
        pair.engineer_heard.state(State.ENDED, since=marks[1])
        number = pair.issue()  # while the farewell is still under way
        pair.customer_heard.wait(RecordClosed, since=marks[0])
        marks = pair.customer_heard.mark(), pair.engineer_heard.mark()
        pair.customer.join(number, NAME)
        pair.engineer_heard.state(State.ASKING, since=marks[1])
        pair.customer.answer(pair.ask(EVERYTHING).number, EVERYTHING)
        goes_on(pair, *marks)
        assert State.RECONNECTING not in moments(pair.engineer_heard.events)
