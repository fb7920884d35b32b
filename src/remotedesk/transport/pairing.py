"""Pairing without I/O: both sides prove the six secret digits to each other and leave with the session's keys.

    customer                          engineer
    PakeCustomer  ──────────────────►
                  ◄──────────────────  PakeEngineer
    ConfirmCustomer ────────────────►  checks: the guess is right or wrong
    checks        ◄──────────────────  ConfirmEngineer, or PakeRefused

SPAKE2 (RFC 9382 describes the family) gives whoever is in between one guess per run. Server name, version, routing
digits, roles, both capability lists and both messages go into the keys, so a change to any of them fails the proof.
"""

from dataclasses import dataclass, field

from remotedesk.core.errors import ErrorCode, PairingError
from remotedesk.core.role import Role
from remotedesk.transport.session_keys import LABEL, Purpose, SessionKeys, framed, transcript_hash
from remotedesk.transport.spake2_exchange import Spake2Exchange
from remotedesk.wire.pairing import PROTOCOL_VERSION, ConfirmCustomer, ConfirmEngineer, PakeCustomer, PakeEngineer

CapabilityList = tuple[str, ...]


@dataclass(frozen=True)
class Binding:
    """What both sides know before they meet. `server` is the host name each one dialled, in lower case."""

    server: str
    routing: str

    def encoded(self) -> bytes:
        """Return it in one unambiguous string, with the protocol version."""
        return framed(LABEL, str(PROTOCOL_VERSION).encode(), self.server.encode(), self.routing.encode())


@dataclass(frozen=True)
class PairingTerms:
    """What one side brings: the secret digits, the binding and what its client can do."""

    secret: str = field(repr=False)
    binding: Binding
    capabilities: CapabilityList


class CustomerPairing:
    """The customer's side: sends `opening`, proves first."""

    def __init__(self, terms: PairingTerms) -> None:
        """Do the slow half of the arithmetic, before anybody waits for it."""
        self._terms = terms
        self._exchange = _exchange(Role.CUSTOMER, terms)
        self.opening = PakeCustomer(PROTOCOL_VERSION, terms.capabilities, self._exchange.message)

    def answer(self, theirs: PakeEngineer) -> tuple[SessionKeys, ConfirmCustomer]:
        """Return the keys, unproven yet, and our proof of them.

        Raises PairingError: VERSION_UNSUPPORTED, PEER_UNPROVEN (no answer to our message).
        """
        keys = _keys(self._exchange, self._terms.binding, self.opening, theirs, theirs.version, theirs.spake2)
        return keys, ConfirmCustomer(keys.mac(Purpose.CONFIRM_CUSTOMER))

    @staticmethod
    def check(keys: SessionKeys, proof: ConfirmEngineer) -> None:
        """Return if the engineer has the same keys; raises PairingError(PEER_UNPROVEN) and wipes them if not."""
        if not keys.proves(proof.mac, Purpose.CONFIRM_ENGINEER):
            keys.wipe()
            raise PairingError(ErrorCode.PEER_UNPROVEN, "engineer's proof")


class EngineerPairing:
    """The engineer's side: `message` does not depend on the customer's, so it can be sent on a fixed deadline."""

    def __init__(self, terms: PairingTerms) -> None:
        """Do the slow half of the arithmetic, before anybody waits for it."""
        self._terms = terms
        self._exchange = _exchange(Role.ENGINEER, terms)
        self.message = PakeEngineer(PROTOCOL_VERSION, terms.capabilities, self._exchange.message)

    def accept(self, opening: PakeCustomer) -> SessionKeys:
        """Return the keys, unproven yet; raises PairingError: VERSION_UNSUPPORTED, PEER_UNPROVEN."""
        return _keys(self._exchange, self._terms.binding, opening, self.message, opening.version, opening.spake2)

    @staticmethod
    def check(
        keys: SessionKeys, proof: ConfirmCustomer, failure: ErrorCode = ErrorCode.SECRET_WRONG
    ) -> ConfirmEngineer:
        """Return our proof if the customer has the same keys; raises PairingError(`failure`) and wipes them if not."""
        if not keys.proves(proof.mac, Purpose.CONFIRM_CUSTOMER):
            keys.wipe()
            raise PairingError(failure, "customer's proof")
        return ConfirmEngineer(keys.mac(Purpose.CONFIRM_ENGINEER))


def _exchange(role: Role, terms: PairingTerms) -> Spake2Exchange:
    binding = terms.binding.encoded()
    ids = {each: framed(each.encode(), binding) for each in Role}
    return Spake2Exchange(role, terms.secret.encode("ascii"), ids[Role.CUSTOMER], ids[Role.ENGINEER])


def _keys(
    exchange: Spake2Exchange,
    binding: Binding,
    customer: PakeCustomer,
    engineer: PakeEngineer,
    peer_version: int,
    peer_message: bytes,
) -> SessionKeys:
    if peer_version != PROTOCOL_VERSION:
        raise PairingError(ErrorCode.VERSION_UNSUPPORTED, f"{peer_version}, not {PROTOCOL_VERSION}")
    said = (
        (Role.CUSTOMER, customer.capabilities, customer.spake2),
        (Role.ENGINEER, engineer.capabilities, engineer.spake2),
    )
    parts = [framed(role.encode(), framed(*(name.encode() for name in can)), message) for role, can, message in said]
    return SessionKeys(exchange.finish(peer_message), transcript_hash(b"pairing", binding.encoded(), *parts))
