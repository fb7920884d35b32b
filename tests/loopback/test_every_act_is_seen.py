"""Nothing the engineer does is hidden: each message that acts has its visible sign and its line in the record.

The messages are found by looking at the wire, so that a new one without its sign and its line fails here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from remotedesk.core.audit import Act, verify
from remotedesk.core.consent import Feature
from remotedesk.engine.events import Asked, ChatAdded, EngineEvent, PeerActed
from remotedesk.wire.chat import CHAT
from remotedesk.wire.codec import Message
from remotedesk.wire.input import INPUT, POINTER
from remotedesk.wire.session import SESSION
from tests.support.messages import dialects
from tests.support.sessions import EVERYTHING, SessionPair
from tests.support.xserver import wait_until

FromPeer = Callable[[SessionPair], None]


@dataclass(frozen=True)
class Acting:
    """How the engineer does it, `times` over, and what must come of each time."""

    do: FromPeer
    times: int
    sign: EngineEvent | type[EngineEvent]
    act: Act
    fact: str = ""  # the fact that counts it; without one each time has a line


USES_CONTROL = PeerActed(Feature.CONTROL)

ACTING = {
    "Key": Acting(lambda pair: pair.engineer.key("KeyA", True), 3, USES_CONTROL, Act.CONTROL_USED, "Key"),
    "Text": Acting(lambda pair: pair.engineer.text("日本"), 3, USES_CONTROL, Act.CONTROL_USED, "Text"),
    "PointerButton": Acting(
        lambda pair: pair.engineer.pointer_button(0, True, 5, 6), 3, USES_CONTROL, Act.CONTROL_USED, "PointerButton"
    ),
    "Wheel": Acting(lambda pair: pair.engineer.wheel(0, 120, 5, 6), 3, USES_CONTROL, Act.CONTROL_USED, "Wheel"),
    "ReleaseAll": Acting(lambda pair: pair.engineer.release_all(), 3, USES_CONTROL, Act.CONTROL_USED, "ReleaseAll"),
    # One only: of several waiting moves the newest replaces the others.
    "PointerMove": Acting(
        lambda pair: pair.engineer.pointer_move(7, 8), 1, USES_CONTROL, Act.CONTROL_USED, "PointerMove"
    ),
    "Chat": Acting(lambda pair: pair.engineer.send_chat("hello"), 3, ChatAdded, Act.CHAT_RECEIVED),
    # One only: while a question is open no other is shown.
    "AskFeatures": Acting(lambda pair: pair.engineer.ask(frozenset({Feature.CHAT})), 1, Asked, Act.ASKED),
}

# These tell something and do nothing to the customer's machine; what they lead to is told by the state.
NOT_ACTING = {"Verify", "Ping", "ChannelClosed", "End"}
CUSTOMERS = {"Granted", "InputRefused"}


def structs() -> dict[str, type[Message]]:
    """Return every message that may travel on a data channel."""
    codecs = (INPUT, POINTER, CHAT, SESSION)
    return {struct.__name__: struct for each in dialects() if each.codec in codecs for struct in each.structs}


def test_every_message_is_thought_of() -> None:
    assert ACTING.keys() | NOT_ACTING | CUSTOMERS == structs().keys()
    assert not ACTING.keys() & (NOT_ACTING | CUSTOMERS)


@pytest.mark.parametrize("name", ACTING)
def test_it_is_seen_and_recorded(pair: SessionPair, name: str) -> None:
    acting = ACTING[name]
    pair.activate(EVERYTHING)
    sign = acting.sign if isinstance(acting.sign, type) else type(acting.sign)
    since, already = pair.customer_heard.mark(), len(pair.customer_heard.all(sign))
    lines_before = 1 if acting.act is Act.ASKED else 0  # the question at the start
    for _ in range(acting.times):
        acting.do(pair)
    seen = pair.customer_heard.wait(sign, since=since)
    assert isinstance(acting.sign, type) or seen == acting.sign
    if acting.fact:
        wait_until(lambda: counted(pair) == acting.times, what="the last of them")
    else:
        wait_until(lambda: len(pair.customer_heard.all(sign)) == already + acting.times, what="each to be told")
    pair.customer.end()
    entries = verify(Path(pair.records()[0].path).read_text("utf-8").splitlines())
    of_this = [dict(entry.facts) for entry in entries if entry.act is acting.act]
    if acting.fact:
        assert sum(int(facts.get(acting.fact, 0)) for facts in of_this) == acting.times
    else:
        assert len(of_this) == lines_before + acting.times


def counted(pair: SessionPair) -> int:
    """Return how many events of control have been injected so far; the record gets them at the end."""
    session = pair.customer._session
    assert session is not None
    injection = session.features._control._injection
    assert injection is not None
    return sum(injection._counts.values())


def test_refused_input_is_recorded_with_its_reason(pair: SessionPair) -> None:
    pair.activate(EVERYTHING - {Feature.CONTROL})
    pair.engineer_sends("input", *[b'{"type":"Key","seq":%d,"code":"KeyA","pressed":true}' % seq for seq in range(4)])
    pair.engineer.send_chat("after that")
    pair.customer_heard.wait(ChatAdded)
    pair.customer.end()
    entries = verify(Path(pair.records()[0].path).read_text("utf-8").splitlines())
    assert [dict(entry.facts) for entry in entries if entry.act is Act.INPUT_REFUSED] == [{"not_granted": 4}]
