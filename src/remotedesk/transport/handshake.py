"""The conversations of two clients over the relay: pairing, comparing codes, resuming; each within ten seconds."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final, TypeVar

from remotedesk.core.errors import ErrorCode, PairingError, ProtocolError, ServerError
from remotedesk.core.role import Role
from remotedesk.transport.comparison import CustomerComparison, EngineerComparison
from remotedesk.transport.pairing import Binding, CapabilityList, CustomerPairing, EngineerPairing, PairingTerms
from remotedesk.transport.relay import Relay
from remotedesk.transport.resume import ResumeExchange
from remotedesk.transport.sealing import SealedChannel
from remotedesk.transport.session_keys import Purpose, SessionKeys
from remotedesk.wire.pairing import (
    ConfirmCustomer,
    ConfirmEngineer,
    PakeCustomer,
    PakeEngineer,
    PakeRefused,
    ResumeHello,
    Sealed,
)
from remotedesk.wire.sealed import CodeCommit, CodeNonce, CodeReveal, SealedMessage

EXCHANGE_WITHIN_S: Final = 10.0

# SPAKE2's arithmetic here takes 3 to 8 ms, depending on the secrets. What follows it leaves this long after the step
# began, so that its time tells nothing. The arithmetic runs in the event loop: it is shorter than a frame, nothing
# else runs there before two clients are paired, and a thread would hold the secrets past a cancellation.
ANSWER_AFTER_S: Final = 0.05

T = TypeVar("T")


@dataclass(frozen=True)
class Paired:
    """Two clients that have proven the same keys to each other."""

    role: Role
    binding: Binding
    peer_capabilities: CapabilityList
    keys: SessionKeys
    channel: SealedChannel
    previous: SessionKeys | None = None  # engineer, just resumed: the customer may not have followed yet

    async def send(self, relay: Relay, message: SealedMessage) -> None:
        """Send in a sealed envelope; raises what `SealedChannel.seal` and the relay raise."""
        await relay.send(self.channel.seal(message))

    async def receive(self, relay: Relay) -> SealedMessage:
        """Return the next message from a sealed envelope.

        Raises what `SealedChannel.open` and the relay raise; PairingError(PEER_UNPROVEN) when the customer did not take
        our proof; ProtocolError(MESSAGE_OUT_OF_ORDER) for anything else that is not sealed.
        """
        message = self.channel.open(_expect_proof(Sealed, await relay.receive(), ErrorCode.PEER_UNPROVEN))
        if self.previous is not None:  # the customer has the new keys, so he will not come back with the old ones
            self.previous.wipe()
        return message

    def wipe(self) -> None:
        """Forget all keys."""
        for held in (self.keys, self.channel, self.previous):
            if held is not None:
                held.wipe()


async def pair_as_customer(relay: Relay, terms: PairingTerms, within_s: float = EXCHANGE_WITHIN_S) -> Paired:
    """Prove the secret digits to the engineer, first, and check that he knows them too.

    One guess for whoever is on the other side, spent when our proof is sent, however it ends. Call again only with
    digits that a person has typed again.
    Raises PairingError: SECRET_WRONG, PEER_UNPROVEN, VERSION_UNSUPPORTED, PAIRING_TIMEOUT; ProtocolError; ServerError.
    """
    async with _deadline(within_s):
        begun = _now()
        pairing = CustomerPairing(terms)
        await _until(begun + ANSWER_AFTER_S)
        await relay.send(pairing.opening)
        theirs = _expect_proof(PakeEngineer, await relay.receive(), ErrorCode.SECRET_WRONG)
        received = _now()
        keys, proof = await _or_refuse(relay, lambda: pairing.answer(theirs))
        with _wiping(keys) as undo:
            await _until(received + ANSWER_AFTER_S)
            await relay.send(proof)
            answer = _expect_proof(ConfirmEngineer, await relay.receive(), ErrorCode.SECRET_WRONG)
            await _or_refuse(relay, lambda: pairing.check(keys, answer))
            undo.pop_all()
    return Paired(Role.CUSTOMER, terms.binding, theirs.capabilities, keys, SealedChannel(keys, Role.CUSTOMER))


async def pair_as_engineer(relay: Relay, terms: PairingTerms, within_s: float = EXCHANGE_WITHIN_S) -> Paired:
    """Let the customer prove the secret digits, then prove them to him.

    One guess for whoever is on the other side, spent when his proof is checked. A server against us can be that other
    side, so the caller counts the calls himself: what the server says about guesses left only makes them fewer.
    Raises PairingError: SECRET_WRONG, PEER_UNPROVEN, VERSION_UNSUPPORTED, PAIRING_TIMEOUT; ProtocolError; ServerError.
    """
    async with _deadline(within_s):
        begun = _now()
        pairing = EngineerPairing(terms)
        await _until(begun + ANSWER_AFTER_S)
        opening = _expect_proof(PakeCustomer, await relay.receive(), ErrorCode.PEER_UNPROVEN)
        received = _now()
        await _until(received + ANSWER_AFTER_S)
        await relay.send(pairing.message)  # it depends on nothing received, and tells the customer our version
        keys = await _or_refuse(relay, lambda: pairing.accept(opening))
        with _wiping(keys) as undo:
            theirs = _expect_proof(ConfirmCustomer, await relay.receive(), ErrorCode.PEER_UNPROVEN)
            await relay.send(await _or_refuse(relay, lambda: pairing.check(keys, theirs)))
            undo.pop_all()
    return Paired(Role.ENGINEER, terms.binding, opening.capabilities, keys, SealedChannel(keys, Role.ENGINEER))


async def compare_as_customer(relay: Relay, paired: Paired, within_s: float = EXCHANGE_WITHIN_S) -> str:
    """Return the comparison code to show; raises PairingError, ProtocolError, ServerError."""
    async with _deadline(within_s):
        comparison = CustomerComparison(paired.keys)
        await paired.send(relay, comparison.commit)
        code, reveal = comparison.reveal(_expect(CodeNonce, await paired.receive(relay)))
        await paired.send(relay, reveal)
    return code


async def compare_as_engineer(relay: Relay, paired: Paired, within_s: float = EXCHANGE_WITHIN_S) -> str:
    """Return the comparison code to show.

    Raises PairingError, COMMITMENT_BROKEN among its codes; ProtocolError; ServerError.
    """
    async with _deadline(within_s):
        comparison = EngineerComparison(paired.keys, _expect(CodeCommit, await paired.receive(relay)))
        await paired.send(relay, comparison.answer)
        return comparison.finish(_expect(CodeReveal, await paired.receive(relay)))


async def resume_as_customer(relay: Relay, lost: Paired, within_s: float = EXCHANGE_WITHIN_S) -> Paired:
    """Return the pair with fresh keys, proven both ways, and wipe the old ones; they stay if it fails.

    Raises PairingError: PEER_UNPROVEN, PAIRING_TIMEOUT; ProtocolError; ServerError.
    """
    async with _deadline(within_s):
        exchange = ResumeExchange(Role.CUSTOMER, lost.keys, lost.binding)
        await relay.send(exchange.hello)
        keys = exchange.finish(_expect(ResumeHello, await relay.receive()))
        with _wiping(keys) as undo:
            await relay.send(ConfirmCustomer(keys.mac(Purpose.CONFIRM_CUSTOMER)))
            CustomerPairing.check(keys, _expect(ConfirmEngineer, await relay.receive()))
            undo.pop_all()
    lost.wipe()
    return Paired(Role.CUSTOMER, lost.binding, lost.peer_capabilities, keys, SealedChannel(keys, Role.CUSTOMER))


async def resume_as_engineer(relay: Relay, lost: Paired, within_s: float = EXCHANGE_WITHIN_S) -> Paired:
    """Return the pair with fresh keys, proven both ways.

    The old keys stay until the first envelope under the new ones: should our proof be lost on its way, the customer
    comes back with the old keys, and else with the new ones. Raises as `resume_as_customer`.
    """
    async with _deadline(within_s):
        theirs: ResumeHello | None = _expect(ResumeHello, await relay.receive())
        while theirs is not None:
            exchanges = {
                held: ResumeExchange(Role.ENGINEER, held, lost.binding)
                for held in (lost.keys, lost.previous)
                if held is not None and not held.wiped
            }
            old, exchange = next(
                ((held, each) for held, each in exchanges.items() if each.proven(theirs)), (None, None)
            )
            if old is None or exchange is None:
                raise PairingError(ErrorCode.PEER_UNPROVEN, "resume hello")
            keys = exchange.finish(theirs)
            with _wiping(keys) as undo:
                await relay.send(exchange.hello)
                proof = await relay.receive()
                theirs = proof if isinstance(proof, ResumeHello) else None  # he gave up, and begins anew
                if theirs is None:
                    confirmed = _expect(ConfirmCustomer, proof)
                    answer = EngineerPairing.check(keys, confirmed, ErrorCode.PEER_UNPROVEN)
                    undo.pop_all()
        with suppress(ServerError):  # it may have arrived all the same; who uses the relay next will see the loss
            await relay.send(answer)
    for held in exchanges.keys() - {old}:
        held.wipe()
    lost.channel.wipe()
    channel = SealedChannel(keys, Role.ENGINEER)
    return Paired(Role.ENGINEER, lost.binding, lost.peer_capabilities, keys, channel, previous=old)


@asynccontextmanager
async def _deadline(within_s: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(within_s):
            yield
    except TimeoutError:
        raise PairingError(ErrorCode.PAIRING_TIMEOUT) from None


async def _or_refuse(relay: Relay, step: Callable[[], T]) -> T:
    """Take a step; if it fails, tell the other side that this exchange is over."""
    try:
        return step()
    except PairingError as error:
        if error.code is not ErrorCode.VERSION_UNSUPPORTED:  # that the other side sees for itself
            with suppress(ServerError):
                await relay.send(PakeRefused())
        raise


def _wiping(keys: SessionKeys) -> ExitStack:
    undo = ExitStack()
    undo.callback(keys.wipe)
    return undo


def _expect(kind: type[T], message: object) -> T:
    if not isinstance(message, kind):
        raise ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER, f"{type(message).__name__}, not {kind.__name__}")
    return message


def _expect_proof(kind: type[T], message: object, refused: ErrorCode) -> T:
    if isinstance(message, PakeRefused):
        raise PairingError(refused, "refused by the other side")
    return _expect(kind, message)


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _until(at: float) -> None:
    await asyncio.sleep(at - _now())
