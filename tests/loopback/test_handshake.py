"""Two honest clients pair, compare codes and come back, over an honest relay."""

import asyncio

import pytest

from remotedesk.core.errors import ErrorCode, PairingError, ProtocolError, RemotedeskError, ServerError
from remotedesk.transport.handshake import (
    ANSWER_AFTER_S,
    Paired,
    compare_as_customer,
    compare_as_engineer,
    pair_as_customer,
    pair_as_engineer,
    resume_as_customer,
    resume_as_engineer,
)
from remotedesk.transport.pairing import Binding, CustomerPairing, PairingTerms
from remotedesk.transport.session_keys import SessionKeys
from remotedesk.wire.pairing import (
    ConfirmCustomer,
    ConfirmEngineer,
    PakeCustomer,
    PakeEngineer,
    PakeRefused,
    RelayMessage,
    ResumeHello,
)
from remotedesk.wire.sealed import CustomerDetails
from tests.fakes.direct_relay import DirectRelay

BINDING = Binding("support.example.com", "12345")
CUSTOMER = PairingTerms("271828", BINDING, ("screen.1", "chat.1"))
ENGINEER = PairingTerms("271828", BINDING, ("screen.1",))


async def test_pair_compare_talk_and_resume() -> None:
    left, right = DirectRelay.pair()
    customer, engineer = await asyncio.gather(pair_as_customer(left, CUSTOMER), pair_as_engineer(right, ENGINEER))
    assert customer.peer_capabilities == ("screen.1",)
    assert engineer.peer_capabilities == ("screen.1", "chat.1")
    codes = await asyncio.gather(compare_as_customer(left, customer), compare_as_engineer(right, engineer))
    assert codes[0] == codes[1]
    assert len(codes[0]) == 4

    await customer.send(left, CustomerDetails("山田 太郎"))
    assert await engineer.receive(right) == CustomerDetails("山田 太郎")

    fresh = await asyncio.gather(resume_as_customer(left, customer), resume_as_engineer(right, engineer))
    assert customer.keys.wiped
    assert not engineer.keys.wiped
    await fresh[0].send(left, CustomerDetails("Taro Yamada"))
    assert await fresh[1].receive(right) == CustomerDetails("Taro Yamada")
    assert engineer.keys.wiped


async def paired() -> tuple[DirectRelay, DirectRelay, Paired, Paired]:
    """Return both ends and both sides of a fresh session."""
    left, right = DirectRelay.pair()
    return left, right, *await asyncio.gather(pair_as_customer(left, CUSTOMER), pair_as_engineer(right, ENGINEER))


async def talk(left: DirectRelay, right: DirectRelay, customer: Paired, engineer: Paired) -> None:
    """Send one envelope each way and read it."""
    await customer.send(left, CustomerDetails("Taro Yamada"))
    await engineer.receive(right)
    await engineer.send(right, CustomerDetails("Taro Yamada"))
    await customer.receive(left)


class TimedRelay(DirectRelay):
    """Notes when each message was taken and sent."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[float] = []
        self.sent: list[float] = []

    async def send(self, message: RelayMessage) -> None:
        """Note and send."""
        self.sent.append(asyncio.get_running_loop().time())
        await super().send(message)

    async def receive(self) -> RelayMessage:
        """Receive and note."""
        message = await super().receive()
        self.taken.append(asyncio.get_running_loop().time())
        return message


async def test_what_follows_the_arithmetic_leaves_on_a_fixed_deadline() -> None:
    begun = asyncio.get_running_loop().time()
    left, right = TimedRelay.pair()
    assert isinstance(left, TimedRelay)
    assert isinstance(right, TimedRelay)
    await asyncio.gather(pair_as_customer(left, CUSTOMER), pair_as_engineer(right, ENGINEER))
    tick = 0.02  # the coarsest clock of an event loop, on Windows
    for earlier, later in ((begun, left.sent[0]), (right.taken[0], right.sent[0]), (left.taken[0], left.sent[1])):
        assert later - earlier > ANSWER_AFTER_S - tick


async def test_another_guess_after_a_wrong_one() -> None:
    left, right = DirectRelay.pair()
    mistyped = PairingTerms("271829", BINDING, ())
    results = await asyncio.gather(
        pair_as_customer(left, mistyped), pair_as_engineer(right, ENGINEER), return_exceptions=True
    )
    assert [getattr(result, "code", None) for result in results] == [ErrorCode.SECRET_WRONG] * 2
    pair = await asyncio.gather(pair_as_customer(left, CUSTOMER), pair_as_engineer(right, ENGINEER))
    await talk(left, right, *pair)


async def test_resuming_again_and_again_even_with_nothing_said_in_between() -> None:
    left, right, customer, engineer = await paired()
    for _ in range(3):
        customer, engineer = await asyncio.gather(
            resume_as_customer(left, customer), resume_as_engineer(right, engineer)
        )
    previous = engineer.previous
    assert previous is not None
    assert not previous.wiped
    await talk(left, right, customer, engineer)
    assert previous.wiped
    customer, engineer = await asyncio.gather(resume_as_customer(left, customer), resume_as_engineer(right, engineer))
    await talk(left, right, customer, engineer)


async def test_wiping_leaves_nothing_to_use() -> None:
    left, right, customer, engineer = await paired()
    _, resumed = await asyncio.gather(resume_as_customer(left, customer), resume_as_engineer(right, engineer))
    resumed.wipe()
    assert resumed.previous is not None
    assert resumed.keys.wiped
    assert resumed.previous.wiped
    with pytest.raises(PairingError):
        await resumed.send(right, CustomerDetails("Taro Yamada"))
    assert "alive" not in repr(resumed)


@pytest.mark.parametrize("message", [ConfirmEngineer(bytes(32)), ResumeHello(bytes(32), bytes(32), bytes(32))])
async def test_what_is_not_sealed_is_no_message_of_a_paired_peer(message: RelayMessage) -> None:
    left, right, _, engineer = await paired()
    await left.send(message)
    with pytest.raises(ProtocolError) as caught:
        await engineer.receive(right)
    assert caught.value.code is ErrorCode.MESSAGE_OUT_OF_ORDER


async def test_a_step_of_the_comparison_out_of_order() -> None:
    left, right, customer, engineer = await paired()
    await customer.send(left, CustomerDetails("Taro Yamada"))
    with pytest.raises(ProtocolError) as caught:
        await compare_as_engineer(right, engineer)
    assert caught.value.code is ErrorCode.MESSAGE_OUT_OF_ORDER


class LosingRelay(DirectRelay):
    """Stands for a socket that is lost when messages of one kind are about to be sent."""

    losing: type[object] = type(None)

    async def send(self, message: RelayMessage) -> None:
        """Send, unless that is the moment."""
        if isinstance(message, self.losing):
            raise ServerError(ErrorCode.SERVER_LOST)
        await super().send(message)


async def test_the_reason_stands_when_the_refusal_cannot_be_sent() -> None:
    relay = LosingRelay()
    relay.losing = PakeRefused
    relay.peer.inbox.put_nowait(PakeEngineer(1, (), b"B" + bytes(32)))
    relay.peer = DirectRelay()
    with pytest.raises(PairingError) as caught:
        await pair_as_customer(relay, CUSTOMER)
    assert caught.value.code is ErrorCode.PEER_UNPROVEN


async def test_the_customer_comes_back_with_the_old_keys_when_the_last_proof_met_a_loss() -> None:
    _, _, customer, engineer = await paired()
    left, right = LosingRelay.pair()
    assert isinstance(right, LosingRelay)
    right.losing = ConfirmEngineer
    results = await asyncio.gather(
        resume_as_customer(left, customer, within_s=0.3), resume_as_engineer(right, engineer), return_exceptions=True
    )
    assert isinstance(results[0], PairingError)
    assert isinstance(results[1], Paired)
    left, right = DirectRelay.pair()
    fresh = await asyncio.gather(resume_as_customer(left, customer), resume_as_engineer(right, results[1]))
    await talk(left, right, *fresh)
    assert results[1].keys.wiped


async def test_a_lost_server_is_what_it_is() -> None:
    for converse in (pair_as_customer, pair_as_engineer):
        relay = DirectRelay()
        relay.inbox.put_nowait(ServerError(ErrorCode.SERVER_LOST))
        relay.peer = DirectRelay()
        with pytest.raises(RemotedeskError) as caught:
            await converse(relay, CUSTOMER)
        assert caught.value.code is ErrorCode.SERVER_LOST


async def test_cancelling_a_pairing_wipes_its_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[SessionKeys] = []
    derived = asyncio.Event()
    answer = CustomerPairing.answer

    def watched(self: CustomerPairing, theirs: PakeEngineer) -> tuple[SessionKeys, ConfirmCustomer]:
        keys, proof = answer(self, theirs)
        made.append(keys)
        derived.set()
        return keys, proof

    monkeypatch.setattr(CustomerPairing, "answer", watched)
    left, right = DirectRelay.pair()
    engineer = asyncio.create_task(pair_as_engineer(right, ENGINEER))
    customer = asyncio.create_task(pair_as_customer(left, CUSTOMER))
    await derived.wait()
    for task in (customer, engineer):
        task.cancel()
    await asyncio.wait([customer, engineer])
    assert made[0].wiped


async def test_the_engineer_takes_only_an_opening_first() -> None:
    left, right = DirectRelay.pair()
    await left.send(PakeRefused())
    with pytest.raises(PairingError) as caught:
        await pair_as_engineer(right, ENGINEER)
    assert caught.value.code is ErrorCode.PEER_UNPROVEN
    await left.send(ConfirmCustomer(bytes(32)))
    with pytest.raises(ProtocolError) as disorder:
        await pair_as_engineer(right, ENGINEER)
    assert disorder.value.code is ErrorCode.MESSAGE_OUT_OF_ORDER
    await left.send(PakeCustomer(1, (), b"A" + bytes(32)))
    with pytest.raises(PairingError) as forged:
        await pair_as_engineer(right, ENGINEER)
    assert forged.value.code is ErrorCode.PEER_UNPROVEN
