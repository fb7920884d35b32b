"""What a peer gets for messages that are malformed, too big, too many, out of order or not his to send."""

from collections.abc import Callable
from pathlib import Path

import pytest

from remotedesk.core.audit import Act, Entry, verify
from remotedesk.core.consent import Feature
from remotedesk.core.errors import ErrorCode
from remotedesk.core.session_state import State
from remotedesk.engine.events import (
    ChatAdded,
    Failed,
    FrameReady,
    GrantsChanged,
    InputRefused,
    PeerActed,
    RecordClosed,
)
from remotedesk.engine.session import Session
from remotedesk.transport.handshake import Paired
from remotedesk.wire.cursor import CURSOR, Pointer
from remotedesk.wire.sealed import Description
from remotedesk.wire.session import ChannelClosed
from tests.support.sessions import EVERYTHING, SessionPair
from tests.support.xserver import wait_until

KEY = b'{"type":"Key","seq":%d,"code":"KeyA","pressed":true}'
MOVE = b'{"type":"PointerMove","seq":%d,"x":1,"y":1}'
CHAT = b'{"type":"Chat","text":"x"}'
VERIFY = b'{"type":"Verify","mac":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}'
PING = b'{"type":"Ping","head":"' + b"0" * 64 + b'"}'

MALFORMED, TOO_BIG = ErrorCode.MESSAGE_MALFORMED, ErrorCode.MESSAGE_TOO_BIG
OUT_OF_ORDER, FLOOD = ErrorCode.MESSAGE_OUT_OF_ORDER, ErrorCode.MESSAGE_FLOOD

ABUSE: dict[str, tuple[str, tuple[bytes | str, ...], ErrorCode]] = {
    "input: not JSON": ("input", (b"\xff\xfe",), MALFORMED),
    "input: empty": ("input", (b"",), MALFORMED),
    "input: text": ("input", ((KEY % 5).decode(),), MALFORMED),
    "input: unknown type": ("input", (b'{"type":"Shutdown","seq":5}',), MALFORMED),
    "input: another channel's message": ("input", (MOVE % 5,), MALFORMED),
    "input: out of bounds": (
        "input",
        (b'{"type":"PointerButton","seq":5,"button":9,"pressed":true,"x":1,"y":1}',),
        MALFORMED,
    ),
    "input: too big": ("input", (b" " * 2_049,), TOO_BIG),
    "input: much too big": ("input", (b" " * 200_000,), TOO_BIG),
    "input: repeated": ("input", (KEY % 5, KEY % 5), OUT_OF_ORDER),
    "input: backwards": ("input", (KEY % 6, KEY % 5), OUT_OF_ORDER),
    "input: flood": ("input", tuple(KEY % seq for seq in range(5, 3_000)), FLOOD),
    "pointer: not a number": ("pointer", (b'{"type":"PointerMove","seq":1,"x":NaN,"y":1}',), MALFORMED),
    "pointer: another channel's message": ("pointer", (KEY % 5,), MALFORMED),
    "pointer: too big": ("pointer", (b" " * 2_049,), TOO_BIG),
    "pointer: flood": ("pointer", tuple(MOVE % seq for seq in range(5, 3_000)), FLOOD),
    "chat: too long": ("chat", (b'{"type":"Chat","text":"%s"}' % (b"x" * 4_001),), MALFORMED),
    "chat: too big": ("chat", (b" " * 20_001,), TOO_BIG),
    "chat: text": ("chat", (CHAT.decode(),), MALFORMED),
    "chat: half a character": ("chat", (b'{"type":"Chat","text":"\\ud800"}',), MALFORMED),
    "chat: flood": ("chat", (CHAT,) * 100, FLOOD),
    "cursor: text": ("cursor", ("x",), MALFORMED),
    "cursor: not his to send": ("cursor", (CURSOR.encode(Pointer(0, 1, 1)),), OUT_OF_ORDER),
}


def entries(record: RecordClosed) -> tuple[Entry, ...]:
    return verify(Path(record.path).read_text("utf-8").splitlines())


def broken(record: RecordClosed) -> list[dict[str, str | int]]:
    return [dict(entry.facts) for entry in entries(record) if entry.act is Act.PROTOCOL_BROKEN]


@pytest.mark.parametrize(("channel", "frames", "code"), ABUSE.values(), ids=ABUSE)
def test_an_engineer_who_abuses_a_channel_loses_it(
    pair: SessionPair, channel: str, frames: tuple[bytes | str, ...], code: ErrorCode
) -> None:
    feature = {"chat": Feature.CHAT, "cursor": Feature.VIEW}.get(channel, Feature.CONTROL)
    pair.activate(EVERYTHING)
    pair.engineer_heard.wait(FrameReady)
    # A machine under load may be too slow to bring thousands of messages in the time that makes them a flood.
    send = pair.customer_receives if code is FLOOD else pair.engineer_sends
    send(channel, *frames)
    assert pair.customer_heard.wait(Failed).code is code
    pair.engineer_heard.wait(GrantsChanged, lambda event: event.features == EVERYTHING - {feature})
    assert not pair.fake.held
    pair.engineer.latest_frame()
    since = pair.engineer_heard.mark()
    if feature is not Feature.VIEW:
        pair.engineer_heard.wait(FrameReady, since=since)
    if feature is not Feature.CONTROL:
        pair.engineer.key("KeyZ", True)
        wait_until(lambda: pair.fake.held == {"KeyZ"}, what="control, which is still allowed")
    else:
        pair.engineer.send_chat("still here")
        pair.customer_heard.wait(ChatAdded, lambda event: event.text == "still here")
    pair.customer.end()
    customer, engineer = pair.records()
    assert broken(customer) == [{"channel": channel, "code": code}]
    assert broken(engineer) == [{"by": "customer", "channel": channel, "code": code}]
    assert customer.short_code == engineer.short_code != ""


@pytest.mark.parametrize("channel", ["input", "pointer", "chat", "cursor"])
def test_a_customer_who_abuses_a_channel_loses_it(pair: SessionPair, channel: str) -> None:
    pair.activate(EVERYTHING)
    pair.customer_sends(channel, b"{}")
    assert pair.engineer_heard.wait(Failed).code is MALFORMED
    since = pair.engineer_heard.mark()
    pair.engineer_heard.wait(FrameReady, since=since)
    pair.engineer.end()
    customer, engineer = pair.records()
    assert broken(engineer) == [{"channel": channel, "code": MALFORMED}]
    assert broken(customer) == [{"by": "engineer", "channel": channel, "code": MALFORMED}]


SESSION_ABUSE: dict[str, tuple[tuple[bytes | str, ...], ErrorCode]] = {
    "not JSON": ((b"garbage",), MALFORMED),
    "text": ((PING.decode(),), MALFORMED),
    "too big": ((b" " * 4_097,), TOO_BIG),
    "flood": ((PING,) * 200, FLOOD),
    "a second proof": ((VERIFY,), OUT_OF_ORDER),
}
NOT_HIS: dict[str, bytes] = {
    "engineer": b'{"type":"Granted","features":["control"]}',
    "customer": b'{"type":"AskFeatures","features":["control"]}',
}


def ends_with(pair: SessionPair, by: str, code: ErrorCode) -> None:
    assert pair.customer_heard.state(State.ENDED).code is code
    assert pair.engineer_heard.state(State.ENDED).code is code
    assert not pair.fake.held
    customer, engineer = pair.records()
    offended, offender = (engineer, customer) if by == "customer" else (customer, engineer)
    assert {"code": code} in broken(offended)
    assert offended.short_code == offender.short_code != ""


@pytest.mark.parametrize("by", ["engineer", "customer"])
@pytest.mark.parametrize(("frames", "code"), SESSION_ABUSE.values(), ids=SESSION_ABUSE)
def test_abusing_the_session_channel_ends_the_session(
    pair: SessionPair, by: str, frames: tuple[bytes | str, ...], code: ErrorCode
) -> None:
    pair.activate(EVERYTHING)
    (pair.engineer_sends if by == "engineer" else pair.customer_sends)("session", *frames)
    ends_with(pair, by, code)


@pytest.mark.parametrize("by", NOT_HIS)
def test_what_only_the_other_side_may_say_ends_the_session(pair: SessionPair, by: str) -> None:
    pair.activate(frozenset({Feature.VIEW}))
    (pair.engineer_sends if by == "engineer" else pair.customer_sends)("session", NOT_HIS[by])
    ends_with(pair, by, OUT_OF_ORDER)


@pytest.mark.parametrize("by", ["engineer", "customer"])
def test_a_channel_nobody_agreed_on_ends_the_session(pair: SessionPair, by: str) -> None:
    pair.activate(EVERYTHING)
    engine = pair.engineer if by == "engineer" else pair.customer
    session = engine._session
    assert session is not None
    assert session.connection is not None
    peer_connection = session.connection.link._pc
    engine._thread.post(lambda: peer_connection.createDataChannel("files"))
    ends_with(pair, by, ErrorCode.CHANNEL_UNEXPECTED)


def test_input_before_the_proof_reaches_nothing(pair: SessionPair) -> None:
    """The engineer's client does everything right, but speaks before it has proven itself."""
    pair.pair()
    session = pair.engineer._session
    assert session is not None
    connect = session.connect

    async def hasty(paired: Paired) -> object:
        connection = await connect(paired)
        for channel, frame in ((connection.link.input, KEY % 1), (connection.link.chat, CHAT)):
            raw = channel._channel
            raw.on("open", lambda raw=raw, frame=frame: raw.send(frame))
        return connection

    session.connect = hasty  # type: ignore[method-assign, assignment]
    pair.customer.answer(pair.ask(EVERYTHING).number, EVERYTHING)
    pair.engineer_heard.state(State.ACTIVE)
    pair.engineer_heard.wait(GrantsChanged)
    pair.engineer.send_chat("now")
    pair.customer_heard.wait(ChatAdded, lambda event: event.text == "now")
    assert pair.customer_heard.all(ChatAdded) == [ChatAdded("now", mine=False)]
    assert not pair.fake.injected


@pytest.mark.parametrize("by", ["engineer", "customer"])
def test_a_message_before_the_proof_ends_the_session(pair: SessionPair, by: str) -> None:
    pair.pair()
    session = (pair.engineer if by == "engineer" else pair.customer)._session
    assert session is not None
    connect = session.connect

    async def hasty(paired: Paired) -> object:
        connection = await connect(paired)
        raw = connection.link.session._channel

        def speak() -> None:
            raw.send(PING)
            connection.link._opened.set()

        connection.link.session.on_open = speak
        return connection

    session.connect = hasty  # type: ignore[method-assign, assignment]
    pair.customer.answer(pair.ask(EVERYTHING).number, EVERYTHING)
    sides = {"customer": pair.customer_heard, "engineer": pair.engineer_heard}
    codes = {side: heard.state(State.ENDED).code for side, heard in sides.items()}
    assert codes.pop(by) in (OUT_OF_ORDER, ErrorCode.CONNECT_FAILED, ErrorCode.PEER_ENDED)
    assert set(codes.values()) == {OUT_OF_ORDER}
    assert not pair.engineer_heard.all(FrameReady)


GARBAGE = {
    "words": "this is no SDP",
    "nothing": "v=0\r\n",
    "half a line": "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video\r\n",
    "a fingerprint only": "a=fingerprint:sha-256 " + ":".join(["AA"] * 32),
    "no media": "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 " + ":".join(["AA"] * 32),
    "a bad media line": "v=0\r\nm=video nine UDP x\r\na=fingerprint:sha-256 " + ":".join(["AA"] * 32),
    "a thousand sections": "v=0\r\n" + "m=video 9 UDP/TLS/RTP/SAVPF 97\r\n" * 900,
}


@pytest.mark.parametrize("by", ["engineer", "customer"])
@pytest.mark.parametrize("sdp", GARBAGE.values(), ids=GARBAGE)
def test_a_garbled_description_ends_the_session(pair: SessionPair, by: str, sdp: str) -> None:
    pair.pair()
    session: Session | None = (pair.engineer if by == "engineer" else pair.customer)._session
    assert session is not None

    async def garbled(paired: Paired) -> object:
        assert session.mailbox is not None
        if by == "engineer":
            await session.expect(paired, Description)
        await paired.send(session.mailbox.relay, Description(sdp))
        return await session.expect_nothing(paired)

    session.connect = garbled  # type: ignore[method-assign, assignment]
    pair.customer.answer(pair.ask(EVERYTHING).number, EVERYTHING)
    for heard in (pair.customer_heard, pair.engineer_heard):
        assert heard.state(State.ENDED).code in (MALFORMED, ErrorCode.CONNECT_FAILED)
    customer, engineer = pair.records()
    assert customer.short_code == engineer.short_code != ""


# -- an engineer's client must bear a hostile customer ----------------------------------------------------------


def still_works(pair: SessionPair) -> None:
    since = pair.engineer_heard.mark()
    pair.engineer.latest_frame()
    pair.engineer_heard.wait(FrameReady, since=since)
    pair.engineer.key("KeyZ", True)
    wait_until(lambda: "KeyZ" in pair.fake.held, what="the session to go on")


SURPRISES: dict[str, tuple[str, bytes, Callable[[SessionPair], object]]] = {
    "a code nobody knows": (
        "session",
        b'{"type":"InputRefused","code":"RD-999"}',
        lambda pair: pair.engineer_heard.wait(InputRefused),
    ),
    "the longest chat, backwards": (
        "chat",
        '{"type":"Chat","text":"%s"}'.replace("%s", "\u202e\u05d0" * 2_000).encode(),
        lambda pair: pair.engineer_heard.wait(ChatAdded, lambda event: set(event.text) == {"\u05d0"}),
    ),
    "an end that is none of ours": (
        "session",
        b'{"type":"ChannelClosed","channel":"nothing","code":"RD-999"}',
        lambda pair: None,
    ),
}


@pytest.mark.parametrize(("channel", "frame", "seen"), SURPRISES.values(), ids=SURPRISES)
def test_the_engineer_bears_a_strange_customer(
    pair: SessionPair, channel: str, frame: bytes, seen: Callable[[SessionPair], object]
) -> None:
    pair.activate(EVERYTHING)
    pair.customer_sends(channel, frame)
    seen(pair)
    still_works(pair)


def test_too_many_features_are_malformed(pair: SessionPair) -> None:
    pair.activate(EVERYTHING)
    pair.customer_sends("session", b'{"type":"Granted","features":[%s]}' % b",".join([b'"view"'] * 17))
    ends_with(pair, "customer", MALFORMED)


def test_a_flood_of_grants_ends_the_session(pair: SessionPair) -> None:
    pair.activate(EVERYTHING)
    frames = (b'{"type":"Granted","features":["view"]}', b'{"type":"Granted","features":["chat"]}')
    pair.customer_sends("session", *frames * 100)
    ends_with(pair, "customer", FLOOD)


def test_a_closed_channel_is_told_only_once(pair: SessionPair) -> None:
    """What follows on a channel that is closed already must not be judged, or told, again."""
    pair.activate(EVERYTHING)
    pair.engineer_sends("chat", *[b"{}"] * 50)
    assert pair.customer_heard.wait(Failed).code is MALFORMED
    still_works(pair)
    assert pair.customer_heard.all(Failed) == [Failed(MALFORMED)]
    assert not [event for event in pair.customer_heard.all(PeerActed) if event.feature is Feature.CHAT]


def test_the_peer_may_not_close_a_channel_with_words_alone(pair: SessionPair) -> None:
    """ChannelClosed is news, not a command: the customer's grants stand."""
    pair.activate(EVERYTHING)
    session = pair.engineer._session
    assert session is not None
    pair.engineer._thread.post(lambda: session.send(ChannelClosed("input", MALFORMED)))
    still_works(pair)
    assert pair.customer_heard.all(GrantsChanged)[-1].features == EVERYTHING
