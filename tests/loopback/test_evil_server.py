"""A server that lies is caught by both clients; one that learned the digits is caught by the comparison code."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import msgspec
import pytest
from spake2 import SPAKE2_A, SPAKE2_B

from remotedesk.core.errors import ErrorCode, PairingError, RemotedeskError
from remotedesk.core.role import Role
from remotedesk.transport.comparison import CustomerComparison, EngineerComparison
from remotedesk.transport.handshake import (
    Paired,
    compare_as_customer,
    compare_as_engineer,
    pair_as_customer,
    pair_as_engineer,
    resume_as_customer,
    resume_as_engineer,
)
from remotedesk.transport.pairing import Binding, PairingTerms
from remotedesk.transport.relay import Relay
from remotedesk.transport.session_keys import SessionKeys
from remotedesk.wire.pairing import (
    ConfirmCustomer,
    ConfirmEngineer,
    PakeCustomer,
    PakeEngineer,
    RelayMessage,
    ResumeHello,
    Sealed,
)
from remotedesk.wire.sealed import CustomerDetails, Description
from tests.fakes.direct_relay import DirectRelay
from tests.fakes.evil_server import (
    BlackHole,
    DisguisedReflector,
    Dropper,
    Editor,
    EvilServer,
    HonestCarrier,
    Reflector,
    Renumberer,
    Reorderer,
    Replayer,
    Swapper,
)

TERMS = PairingTerms("271828", Binding("support.example.com", "12345"), ("screen.1", "chat.1"))
NAME = "山田 太郎"
SDP = "v=0\r\na=fingerprint:sha-256 AB:CD\r\na=candidate:1 1 udp 1 192.0.2.1 40000 typ host\r\n"

Codes = tuple[ErrorCode | None, ErrorCode | None]


async def outcomes(customer: Awaitable[object], engineer: Awaitable[object]) -> Codes:
    """Return each side's error code, None for no error."""
    results = await asyncio.gather(customer, engineer, return_exceptions=True)
    codes: list[ErrorCode | None] = []
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, RemotedeskError):
            raise result
        codes.append(result.code if isinstance(result, RemotedeskError) else None)
    return codes[0], codes[1]


async def pair(customer: Relay, engineer: Relay) -> tuple[Paired, Paired]:
    return await asyncio.gather(pair_as_customer(customer, TERMS), pair_as_engineer(engineer, TERMS))


def patience_s(expected: ErrorCode | None) -> float:
    """Be short only with a side that is meant to wait in vain."""
    return 0.5 if expected is ErrorCode.PAIRING_TIMEOUT else 10.0


async def exchange_descriptions(relay: Relay, paired: Paired) -> None:
    """Send three envelopes and read three."""
    for message in (CustomerDetails(NAME), Description(SDP), Description(SDP)):
        await paired.send(relay, message)
    for _ in range(3):
        await paired.receive(relay)


def flip_box(message: RelayMessage) -> RelayMessage:
    if isinstance(message, Sealed):
        return Sealed(message.counter, message.box[:-1] + bytes([message.box[-1] ^ 1]))
    return message


@pytest.mark.parametrize(
    ("carrier", "code"),
    [
        (HonestCarrier, None),
        (Replayer, ErrorCode.ENVELOPE_OUT_OF_ORDER),
        (Renumberer, ErrorCode.ENVELOPE_FORGED),
        (Reflector, ErrorCode.ENVELOPE_FORGED),
        (Reorderer, ErrorCode.ENVELOPE_OUT_OF_ORDER),
        (Dropper, ErrorCode.ENVELOPE_OUT_OF_ORDER),
        (Swapper, ErrorCode.ENVELOPE_FORGED),
        (lambda: Editor(flip_box), ErrorCode.ENVELOPE_FORGED),
    ],
)
async def test_whatever_it_does_to_envelopes_both_see(
    carrier: Callable[[], HonestCarrier], code: ErrorCode | None
) -> None:
    async with EvilServer(HonestCarrier()) as server, server.clients() as (left, right):
        customer, engineer = await pair(left, right)
        server.carrier = carrier()
        talks = exchange_descriptions(left, customer), exchange_descriptions(right, engineer)
        assert await outcomes(*talks) == (code, code)


def other_element(message: RelayMessage) -> RelayMessage:
    """Put elements of its own, made with a guess of the secret, in the place of both."""
    match message:
        case PakeCustomer():
            return msgspec.structs.replace(message, spake2=SPAKE2_A(b"000000").start())
        case PakeEngineer():
            return msgspec.structs.replace(message, spake2=SPAKE2_B(b"000000").start())
        case _:
            return message


def no_element(message: RelayMessage) -> RelayMessage:
    if isinstance(message, PakeCustomer | PakeEngineer):
        return msgspec.structs.replace(message, spake2=message.spake2[:1] + bytes(32))
    return message


def fewer_capabilities(message: RelayMessage) -> RelayMessage:
    if isinstance(message, PakeCustomer | PakeEngineer):
        return msgspec.structs.replace(message, capabilities=())
    return message


def other_version(message: RelayMessage) -> RelayMessage:
    if isinstance(message, PakeCustomer | PakeEngineer):
        return msgspec.structs.replace(message, version=2)
    return message


def forged_proofs(message: RelayMessage) -> RelayMessage:
    return type(message)(bytes(32)) if isinstance(message, ConfirmCustomer | ConfirmEngineer) else message


def forged_engineer(message: RelayMessage) -> RelayMessage:
    return ConfirmEngineer(bytes(32)) if isinstance(message, ConfirmEngineer) else message


@pytest.mark.parametrize(
    ("carrier", "codes"),
    [
        (Reflector(), (ErrorCode.MESSAGE_OUT_OF_ORDER, ErrorCode.PAIRING_TIMEOUT)),
        (Replayer(), (ErrorCode.MESSAGE_OUT_OF_ORDER, ErrorCode.MESSAGE_OUT_OF_ORDER)),
        (Dropper(), (ErrorCode.PAIRING_TIMEOUT, ErrorCode.PAIRING_TIMEOUT)),
        (BlackHole(), (ErrorCode.PAIRING_TIMEOUT, ErrorCode.PAIRING_TIMEOUT)),
        (Editor(other_element), (ErrorCode.SECRET_WRONG, ErrorCode.SECRET_WRONG)),
        (Editor(no_element), (ErrorCode.PEER_UNPROVEN, ErrorCode.PEER_UNPROVEN)),
        (Editor(fewer_capabilities), (ErrorCode.SECRET_WRONG, ErrorCode.SECRET_WRONG)),
        (Editor(other_version), (ErrorCode.VERSION_UNSUPPORTED, ErrorCode.VERSION_UNSUPPORTED)),
        (Editor(forged_proofs), (ErrorCode.SECRET_WRONG, ErrorCode.SECRET_WRONG)),
        (Editor(forged_engineer), (ErrorCode.PEER_UNPROVEN, None)),
    ],
)
async def test_whatever_it_does_to_the_pairing_both_see(carrier: HonestCarrier, codes: Codes) -> None:
    async with EvilServer(carrier) as server, server.clients() as (left, right):
        customer = pair_as_customer(left, TERMS, patience_s(codes[0]))
        engineer = pair_as_engineer(right, TERMS, patience_s(codes[1]))
        assert await outcomes(customer, engineer) == codes


@pytest.mark.parametrize("relabel", [False, True])
async def test_a_reflection_in_disguise_is_seen_by_both(relabel: bool) -> None:
    async with EvilServer(DisguisedReflector(relabel)) as server, server.clients() as (left, right):
        codes = await outcomes(pair_as_customer(left, TERMS), pair_as_engineer(right, TERMS))
    assert codes[0] is ErrorCode.PEER_UNPROVEN
    # The customer's refusal and the engineer's own reflection race to him.
    assert codes[1] in {ErrorCode.PEER_UNPROVEN, ErrorCode.MESSAGE_OUT_OF_ORDER}


async def test_the_engineer_learns_in_his_next_step_that_the_customer_did_not_believe_the_proof() -> None:
    async with EvilServer(Editor(forged_engineer)) as server, server.clients() as (left, right):
        results = await asyncio.gather(
            pair_as_customer(left, TERMS), pair_as_engineer(right, TERMS), return_exceptions=True
        )
        assert isinstance(results[1], Paired)
        with pytest.raises(RemotedeskError) as caught:
            await results[1].receive(right)
        assert caught.value.code is ErrorCode.PEER_UNPROVEN


def replayed_hello() -> Callable[[RelayMessage], RelayMessage]:
    first: list[ResumeHello] = []

    def edit(message: RelayMessage) -> RelayMessage:
        if isinstance(message, ResumeHello):
            first.append(message)
            return first[0]
        return message

    return edit


def other_share(message: RelayMessage) -> RelayMessage:
    return msgspec.structs.replace(message, x25519=bytes(32)) if isinstance(message, ResumeHello) else message


@pytest.mark.parametrize(
    ("carrier", "customer", "engineer"),
    [
        (HonestCarrier(), None, None),
        (Editor(other_share), ErrorCode.PAIRING_TIMEOUT, ErrorCode.PEER_UNPROVEN),
        (Reflector(), ErrorCode.PEER_UNPROVEN, ErrorCode.PAIRING_TIMEOUT),
        (Editor(replayed_hello()), ErrorCode.PEER_UNPROVEN, ErrorCode.PAIRING_TIMEOUT),
        (Editor(forged_proofs), ErrorCode.PAIRING_TIMEOUT, ErrorCode.PEER_UNPROVEN),
        (Editor(forged_engineer), ErrorCode.PEER_UNPROVEN, None),
        (BlackHole(), ErrorCode.PAIRING_TIMEOUT, ErrorCode.PAIRING_TIMEOUT),
    ],
)
async def test_whatever_it_does_to_a_resumption_both_see_and_the_next_try_works(
    carrier: HonestCarrier, customer: ErrorCode | None, engineer: ErrorCode | None
) -> None:
    async with EvilServer(HonestCarrier()) as server, server.clients() as (left, right):
        pairs: list[Paired] = list(await pair(left, right))
        server.carrier = carrier
        results = await asyncio.gather(
            resume_as_customer(left, pairs[0], patience_s(customer)),
            resume_as_engineer(right, pairs[1], patience_s(engineer)),
            return_exceptions=True,
        )
        assert [getattr(result, "code", None) for result in results] == [customer, engineer]

        pairs = [new if isinstance(new, Paired) else old for old, new in zip(pairs, results, strict=True)]
        server.carrier = HonestCarrier()
        fresh = await asyncio.gather(resume_as_customer(left, pairs[0]), resume_as_engineer(right, pairs[1]))
        talks = exchange_descriptions(left, fresh[0]), exchange_descriptions(right, fresh[1])
        assert await outcomes(*talks) == (None, None)


async def test_a_server_under_another_name_cannot_pass_the_pairing_on() -> None:
    false = PairingTerms(TERMS.secret, Binding("support.example.net", "12345"), TERMS.capabilities)
    async with EvilServer(HonestCarrier()) as server, server.clients() as (left, right):
        codes = await outcomes(pair_as_customer(left, false), pair_as_engineer(right, TERMS))
        assert codes == (ErrorCode.SECRET_WRONG, ErrorCode.SECRET_WRONG)


async def test_the_server_receives_no_digit_name_sdp_or_candidate() -> None:
    async with EvilServer(HonestCarrier()) as server, server.clients() as (left, right):
        customer, engineer = await pair(left, right)
        await asyncio.gather(compare_as_customer(left, customer), compare_as_engineer(right, engineer))
        await asyncio.gather(exchange_descriptions(left, customer), exchange_descriptions(right, engineer))
    seen = b"\n".join(server.received)
    assert len(server.received) > 12
    for secret in (TERMS.secret, NAME, "Description", "fingerprint", "candidate", "192.0.2.1", "v=0"):
        assert secret.encode() not in seen


async def test_a_server_that_knows_the_digits_pairs_with_both_and_shows_them_different_codes() -> None:
    """It plays the engineer to the customer and the customer to the engineer, by the rules."""
    differ = 0
    for _ in range(3):
        (left, to_customer), (right, to_engineer) = DirectRelay.pair(), DirectRelay.pair()
        customer, false_engineer = await pair(left, to_customer)
        false_customer, engineer = await pair(to_engineer, right)
        codes = await asyncio.gather(
            compare_as_customer(left, customer),
            compare_as_engineer(to_customer, false_engineer),
            compare_as_customer(to_engineer, false_customer),
            compare_as_engineer(right, engineer),
        )
        assert codes[0] == codes[1]
        assert codes[2] == codes[3]
        differ += codes[0] != codes[3]
    assert differ > 0  # all three agree once in 10**12 runs of this test


def codes_with_a_server_between(dice: random.Random, pass_nonces_on: bool) -> tuple[str, str]:
    """Return the codes of customer and engineer; the server pairs with each, and may pass the nonces on."""
    toward_customer = SessionKeys(dice.randbytes(32), bytes(32))
    toward_engineer = SessionKeys(dice.randbytes(32), bytes(32))
    customer = CustomerComparison(toward_customer, dice.randbytes(32))
    false_customer = CustomerComparison(toward_engineer, dice.randbytes(32))
    commit = customer.commit if pass_nonces_on else false_customer.commit
    engineer = EngineerComparison(toward_engineer, commit, dice.randbytes(32))
    false_engineer = EngineerComparison(toward_customer, customer.commit, dice.randbytes(32))
    code, reveal = customer.reveal(engineer.answer if pass_nonces_on else false_engineer.answer)
    if not pass_nonces_on:
        _, reveal = false_customer.reveal(engineer.answer)
    return code, engineer.finish(reveal)


@pytest.mark.parametrize("pass_nonces_on", [True, False])
def test_its_codes_agree_no_more_often_than_chance(pass_nonces_on: bool) -> None:
    """10,000 runs: one agreement is expected, and more than five come once in 1,700 seeds."""
    dice = random.Random(2026)
    runs = [codes_with_a_server_between(dice, pass_nonces_on) for _ in range(10_000)]
    assert sum(customer == engineer for customer, engineer in runs) <= 5
    assert len({code for pair in runs for code in pair}) > 8_000  # of 10,000: 20,000 draws miss about 1,350


def test_a_server_that_searches_for_a_fitting_nonce_breaks_its_commitment() -> None:
    dice = random.Random(7)
    keys, wanted = SessionKeys(dice.randbytes(32), bytes(32)), "4711"
    engineer = EngineerComparison(keys, CustomerComparison(keys).commit)
    while True:
        code, fitting = CustomerComparison(keys, dice.randbytes(32)).reveal(engineer.answer)
        if code == wanted:
            break
    with pytest.raises(PairingError) as caught:
        engineer.finish(fitting)
    assert caught.value.code is ErrorCode.COMMITMENT_BROKEN


def test_roles_are_two() -> None:
    assert [role.other.other for role in Role] == list(Role)
