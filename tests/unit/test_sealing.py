"""Envelopes open once, in order, at the other side, unchanged; the first failure ends the channel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from remotedesk.core.consent import Feature
from remotedesk.core.errors import ErrorCode, PairingError, ProtocolError, RemotedeskError
from remotedesk.core.role import Role
from remotedesk.transport import sealing
from remotedesk.transport.sealing import SealedChannel
from remotedesk.transport.session_keys import SessionKeys
from remotedesk.wire.pairing import Sealed
from remotedesk.wire.sealed import SEALED, Answer, Ask, CustomerDetails, Description, SealedMessage

names = st.text(min_size=1, max_size=64)
features = st.lists(st.sampled_from(Feature), max_size=4).map(tuple)
messages: st.SearchStrategy[SealedMessage] = (
    st.builds(CustomerDetails, names)
    | st.builds(Ask, features)
    | st.builds(Answer, features)
    | st.builds(Description, st.text(min_size=1, max_size=500))
)


def channels(secret: bytes = b"s" * 32) -> tuple[SealedChannel, SealedChannel]:
    """Return the customer's and the engineer's channel under the same keys."""
    keys = SessionKeys(secret, bytes(32))
    return SealedChannel(keys, Role.CUSTOMER), SealedChannel(keys, Role.ENGINEER)


def code_of(channel: SealedChannel, envelope: Sealed) -> ErrorCode:
    """Return the code that opening fails with."""
    with pytest.raises(RemotedeskError) as caught:
        channel.open(envelope)
    return caught.value.code


@given(st.lists(st.tuples(st.sampled_from(Role), messages), max_size=8))
def test_whatever_is_sealed_opens_at_the_other_side(talk: list[tuple[Role, SealedMessage]]) -> None:
    ends = dict(zip(Role, channels(), strict=True))
    for sender, message in talk:
        assert ends[sender.other].open(ends[sender].seal(message)) == message


@given(st.data())
def test_any_changed_byte_is_a_forgery(data: st.DataObject) -> None:
    customer, engineer = channels()
    envelope = customer.seal(data.draw(messages))
    at, mask = data.draw(st.integers(0, len(envelope.box) - 1)), data.draw(st.integers(1, 255))
    box = bytearray(envelope.box)
    box[at] ^= mask
    assert code_of(engineer, Sealed(envelope.counter, bytes(box))) is ErrorCode.ENVELOPE_FORGED


@given(st.integers(0, 2**53 - 1), st.binary(min_size=16, max_size=64))
def test_what_nobody_sealed_never_opens(counter: int, box: bytes) -> None:
    expected = ErrorCode.ENVELOPE_FORGED if counter == 0 else ErrorCode.ENVELOPE_OUT_OF_ORDER
    assert code_of(channels()[0], Sealed(counter, box)) is expected


def test_reflected_foreign_and_renumbered_envelopes_are_forgeries() -> None:
    customer, engineer = channels()
    other, _ = channels(b"o" * 32)
    envelope = customer.seal(CustomerDetails("Taro Yamada"))
    assert code_of(customer, envelope) is ErrorCode.ENVELOPE_FORGED
    assert code_of(engineer, other.seal(CustomerDetails("Taro Yamada"))) is ErrorCode.ENVELOPE_FORGED
    _, engineer = channels()
    engineer.open(envelope)
    assert code_of(engineer, Sealed(1, envelope.box)) is ErrorCode.ENVELOPE_FORGED


def test_the_first_failure_ends_both_directions_with_its_code() -> None:
    customer, engineer = channels()
    first, second = customer.seal(CustomerDetails("a")), customer.seal(CustomerDetails("b"))
    assert code_of(engineer, second) is ErrorCode.ENVELOPE_OUT_OF_ORDER
    assert code_of(engineer, first) is ErrorCode.ENVELOPE_OUT_OF_ORDER
    with pytest.raises(PairingError) as caught:
        engineer.seal(CustomerDetails("c"))
    assert caught.value.code is ErrorCode.ENVELOPE_OUT_OF_ORDER
    engineer.wipe()
    assert code_of(engineer, first) is ErrorCode.ENVELOPE_OUT_OF_ORDER


def test_a_wiped_channel_neither_seals_nor_opens() -> None:
    customer, engineer = channels()
    envelope = customer.seal(CustomerDetails("a"))
    engineer.wipe()
    assert code_of(engineer, envelope) is ErrorCode.PEER_UNPROVEN
    with pytest.raises(PairingError):
        engineer.seal(CustomerDetails("b"))


def test_a_message_too_big_uses_no_counter_and_leaves_the_channel_alive() -> None:
    customer, engineer = channels()
    with pytest.raises(ProtocolError) as caught:
        customer.seal(Description("\n" * 32_000))
    assert caught.value.code is ErrorCode.MESSAGE_TOO_BIG
    assert engineer.open(customer.seal(CustomerDetails("a"))) == CustomerDetails("a")


def test_the_biggest_message_fits_an_envelope() -> None:
    customer, engineer = channels()
    overhead = len(SEALED.encode(Description("x"))) - 1
    message = Description("ü" * 16_000 + "x" * (SEALED.largest - overhead - 32_000))
    assert engineer.open(customer.seal(message)) == message


def test_what_a_proven_peer_seals_is_still_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    customer, engineer = channels()
    with monkeypatch.context() as patch:
        patch.setattr(SEALED, "encode", lambda _: b'{"type":"Nothing"}')
        envelope = customer.seal(CustomerDetails("a"))
    assert code_of(engineer, envelope) is ErrorCode.MESSAGE_MALFORMED
    assert code_of(engineer, customer.seal(CustomerDetails("b"))) is ErrorCode.MESSAGE_MALFORMED


def test_a_key_seals_so_many_envelopes_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    customer, engineer = channels()
    monkeypatch.setattr(sealing, "ENVELOPES_PER_KEY", 2)
    for _ in range(2):
        engineer.open(customer.seal(CustomerDetails("a")))
    with pytest.raises(PairingError) as caught:
        customer.seal(CustomerDetails("a"))
    assert caught.value.code is ErrorCode.ENVELOPE_OUT_OF_ORDER
    assert code_of(engineer, Sealed(2, bytes(16))) is ErrorCode.ENVELOPE_OUT_OF_ORDER


class Wire(RuleBasedStateMachine):
    """A customer's envelopes on a wire that somebody repeats, reorders and drops at will."""

    def __init__(self) -> None:
        super().__init__()
        self.customer, self.engineer = channels()
        self.made: list[tuple[Sealed, SealedMessage]] = []
        self.opened: list[SealedMessage] = []
        self.dead = False

    @rule(message=messages)
    def seal(self, message: SealedMessage) -> None:
        """The customer seals; the nonce is a new one."""
        self.made.append((self.customer.seal(message), message))

    @precondition(lambda self: self.made)
    @rule(data=st.data())
    def deliver_any(self, data: st.DataObject) -> None:
        """Any envelope ever made arrives; only the next one opens, and only while none came wrong."""
        self.deliver(data.draw(st.integers(0, len(self.made) - 1)))

    @precondition(lambda self: len(self.opened) < len(self.made))
    @rule()
    def deliver_next(self) -> None:
        """The right envelope arrives."""
        self.deliver(len(self.opened))

    def deliver(self, index: int) -> None:
        """Deliver one and compare with what must happen."""
        envelope, message = self.made[index]
        if not self.dead and index == len(self.opened):
            assert self.engineer.open(envelope) == message
            self.opened.append(message)
        else:
            assert code_of(self.engineer, envelope) is ErrorCode.ENVELOPE_OUT_OF_ORDER
            self.dead = True

    @invariant()
    def only_what_was_sealed_in_order(self) -> None:
        """What was opened is a beginning of what was sealed, and no nonce came twice."""
        assert self.opened == [message for _, message in self.made[: len(self.opened)]]
        assert len({envelope.counter for envelope, _ in self.made}) == len(self.made)


TestWire = Wire.TestCase
