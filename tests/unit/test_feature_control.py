"""Control without a connection: order, flood, release, and nothing injected after the stop."""

import threading
import time
from collections.abc import Iterator

import pytest

from remotedesk.core.consent import Feature
from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.features.chat import ChatFeature
from remotedesk.features.control import MOST_WAITING, ControlReceiver, ControlSender
from remotedesk.platform.fake import FakeInjector, FakePlatform
from remotedesk.wire.chat import Chat
from remotedesk.wire.input import Key, PointerMove, ReleaseAll, Text, Wheel
from tests.support.grants import Allowed
from tests.support.xserver import wait_until


class Customer:
    """A receiver under a gate, on a made-up machine."""

    def __init__(self) -> None:
        self.platform = FakePlatform()
        self.allowed = Allowed()
        self.acted = 0
        self.refused: list[ErrorCode] = []
        self.receiver = ControlReceiver(self.platform, self.allowed.gate, self._act, self.refused.append)

    def _act(self) -> None:
        self.acted += 1

    def start(self) -> None:
        self.receiver.start(self.allowed.control)


@pytest.fixture
def customer() -> Iterator[Customer]:
    made = Customer()
    yield made
    made.receiver.join()
    assert not [thread for thread in threading.enumerate() if thread.name == "inject"]


def test_without_a_grant_everything_is_refused_and_counted(customer: Customer) -> None:
    customer.receiver.on_input(Key(1, "KeyA", True))
    customer.receiver.on_pointer(PointerMove(1, 2, 3))
    assert customer.refused == [ErrorCode.NOT_GRANTED] * 2
    assert customer.receiver.take_counts() == {ErrorCode.NOT_GRANTED: 2}
    assert customer.receiver.take_counts() == {}


def test_events_are_injected_in_order_and_counted(customer: Customer) -> None:
    customer.start()
    for seq in range(300):
        customer.receiver.on_input(Text(seq, str(seq)))
    wait_until(lambda: customer.acted == 300, what="all of it")
    assert [each.arguments for each in customer.platform.injected] == [(str(seq),) for seq in range(300)]
    assert customer.receiver.take_counts() == {"Text": 300}


def test_out_of_order_is_refused_on_input_and_passed_over_on_pointer(customer: Customer) -> None:
    customer.start()
    customer.receiver.on_input(Key(5, "KeyA", True))
    for seq in (5, 4):
        with pytest.raises(ProtocolError) as caught:
            customer.receiver.on_input(Key(seq, "KeyB", True))
        assert caught.value.code is ErrorCode.MESSAGE_OUT_OF_ORDER
    customer.receiver.on_pointer(PointerMove(5, 1, 1))
    wait_until(lambda: customer.acted == 2, what="both")
    customer.receiver.on_pointer(PointerMove(4, 9, 9))
    customer.receiver.on_pointer(PointerMove(6, 2, 2))
    wait_until(lambda: customer.acted == 3, what="the newer move")
    assert "KeyB" not in customer.platform.held
    assert customer.platform.injected[-1].arguments == (2, 2)


def test_of_waiting_moves_only_the_newest_counts_and_too_many_events_are_a_flood(customer: Customer) -> None:
    customer.start()
    with customer.platform.lock:  # the machine is busy
        customer.receiver.on_input(Key(0, "KeyA", True))
        time.sleep(0.05)
        for seq in range(500):
            customer.receiver.on_pointer(PointerMove(seq, seq, 0))
        for seq in range(1, MOST_WAITING):  # the moves are one waiting event
            customer.receiver.on_input(Wheel(seq, 0, 120, 0, 0))
        with pytest.raises(ProtocolError) as caught:
            customer.receiver.on_input(Wheel(MOST_WAITING, 0, 120, 0, 0))
        assert caught.value.code is ErrorCode.MESSAGE_FLOOD
    time.sleep(0.1)
    assert len(customer.platform.injected) <= 1


@pytest.mark.parametrize("end", ["stop", "revoke", "gate"])
def test_after_the_stop_has_returned_nothing_is_injected_or_held(customer: Customer, end: str) -> None:
    customer.start()
    for seq in range(1_500):
        customer.receiver.on_input(Key(seq, f"Key{'ABCDEFG'[seq % 7]}", seq % 3 > 0))
    wait_until(lambda: customer.acted > 10, what="some of it")
    match end:
        case "stop":
            customer.receiver.stop()
        case "revoke":
            customer.allowed.gate.revoke(Feature.CONTROL)
            customer.receiver.release()
        case "gate":
            customer.allowed.gate.stop()
            customer.receiver.release()
    if end != "stop":
        before = len(customer.platform.injected)
        assert not customer.platform.held
        customer.receiver.on_input(Key(5_000, "KeyZ", True))
        time.sleep(0.1)
        assert len(customer.platform.injected) == before
    customer.receiver.join()
    assert not customer.platform.held


def test_the_local_user_holds_control_for_a_moment(customer: Customer) -> None:
    customer.start()
    customer.receiver.on_input(Key(0, "KeyA", True))
    wait_until(lambda: customer.platform.held, what="the key")
    customer.receiver.hold()
    assert not customer.platform.held
    customer.receiver.on_input(Key(1, "KeyB", True))
    wait_until(lambda: customer.refused == [ErrorCode.INPUT_HELD_BY_LOCAL_USER], what="the refusal")
    time.sleep(1.05)
    customer.receiver.on_input(Key(2, "KeyC", True))
    wait_until(lambda: customer.platform.held == {"KeyC"}, what="control again")


class Clumsy(FakeInjector):
    """An injector with a fault."""

    def wheel(self, grant: object, dx: int, dy: int, x: int, y: int) -> None:
        raise RuntimeError("a fault")


class ClumsyPlatform(FakePlatform):
    """A desktop whose wheel breaks the injector."""

    def open_injector(self, grant, prompt_open):  # type: ignore[no-untyped-def]
        return Clumsy(self, prompt_open)


def test_a_fault_in_one_event_does_not_end_control(customer: Customer, warning_log) -> None:  # type: ignore[no-untyped-def]
    warning_log.expect("inject Wheel")
    customer.receiver = ControlReceiver(
        platform := ClumsyPlatform(), customer.allowed.gate, customer._act, customer.refused.append
    )
    customer.start()
    customer.receiver.on_input(Wheel(0, 0, 120, 1, 1))
    customer.receiver.on_input(Key(1, "KeyA", True))
    wait_until(lambda: platform.held == {"KeyA"}, what="the key")
    assert customer.refused == [ErrorCode.INPUT_REFUSED]


class Sent:
    """Stands where a channel would be, and keeps what is sent."""

    def __init__(self) -> None:
        self.messages: list[object] = []
        self.on_message = lambda message: None
        self.takes = True

    def send(self, message: object) -> bool:
        if self.takes:
            self.messages.append(message)
        return self.takes


def test_the_sender_sends_only_while_allowed_and_attached() -> None:
    sender, first, second, pointer = ControlSender(), Sent(), Sent(), Sent()
    sender.key("KeyA", True)
    sender.attach(first, pointer)  # type: ignore[arg-type]
    sender.key("KeyA", True)
    sender.move(1, 1)
    assert not first.messages + pointer.messages
    sender.allowed = True
    sender.key("KeyA", True)
    sender.text("x" * 600)
    sender.wheel(0, -999_999, 3, 4)
    sender.release_all()
    sender.move(5, 6)
    assert [type(each) for each in first.messages] == [Key, Text, Text, Text, Wheel, ReleaseAll]
    numbers = [each.seq for each in first.messages]  # type: ignore[attr-defined]
    assert numbers == sorted(set(numbers))
    sender.detach()
    sender.key("KeyB", True)
    sender.attach(second, pointer)  # type: ignore[arg-type]
    sender.key("KeyC", True)
    assert [each.code for each in second.messages] == ["KeyC"]  # type: ignore[attr-defined]


def test_chat_passes_both_ways_only_while_it_may() -> None:
    channel, received, may = Sent(), list[str](), [True]
    chat = ChatFeature(lambda: may[0], received.append)
    assert chat.send("nobody there") is None
    chat.attach(channel)  # type: ignore[arg-type]
    assert chat.send("a\u202eb\x07") == "ab"
    assert channel.messages == [Chat("ab")]
    channel.on_message(Chat("c\u202e"))
    channel.on_message(Chat("\u202e"))  # nothing left of it
    assert received == ["c"]
    assert chat.send("\u202e") is None
    may[0] = False
    channel.on_message(Chat("x"))
    assert chat.send("x") is None
    may[0], channel.takes = True, False
    assert chat.send("too much waits already") is None
    chat.detach()
    assert chat.send("gone") is None
    assert received == ["c"]
    assert channel.messages == [Chat("ab")]
