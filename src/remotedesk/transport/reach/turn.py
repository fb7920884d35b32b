"""TURN (RFC 8656): proves that a relay gives us an address, keeps it, and gives it back."""

import time
from dataclasses import dataclass, field
from typing import Final

from aioice.stun import Message, Method
from aioice.turn import UDP_TRANSPORT, make_integrity_key

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.transport.reach.stun import Address, Answer, Exchange, request

UNAUTHORIZED: Final = 401
STALE_NONCE: Final = 438


@dataclass(frozen=True)
class Credentials:
    """What `Lease` lends; neither is shown."""

    username: str = field(repr=False)
    credential: str = field(repr=False)


@dataclass(frozen=True)
class Challenge:
    """What a relay wants requests to be signed with (RFC 8489, 9.2), and the key that follows from it."""

    realm: str
    nonce: bytes = field(repr=False)
    key: bytes = field(repr=False)


class Allocation:
    """An address that a relay holds for us; made by `allocate`. One request at a time."""

    def __init__(self, exchange: Exchange, credentials: Credentials, challenge: Challenge, rtt_s: float) -> None:
        """Use `allocate`."""
        self._exchange = exchange
        self._credentials = credentials
        self.challenge = challenge
        self.rtt_s = rtt_s
        self.mapped: Address = ("", 0)
        self.relayed: Address = ("", 0)
        self.lifetime_s = 0

    async def refresh(self, lifetime_s: int) -> None:
        """Ask to keep the address for so long; 0 gives it back. Raises ServerError as `allocate`."""
        message = request(Method.REFRESH)
        message.attributes["LIFETIME"] = lifetime_s
        answer = await self._ask(message)
        if answer.error is not None or answer.lifetime_s is None:
            raise ServerError(ErrorCode.TURN_REFUSED, f"error {answer.error}")
        self.lifetime_s = answer.lifetime_s

    async def _open(self) -> None:
        answer = await self._ask(_allocate())
        if answer.error is not None or not (answer.mapped and answer.relayed and answer.lifetime_s):
            raise ServerError(ErrorCode.TURN_REFUSED, f"error {answer.error}")
        self.mapped, self.relayed, self.lifetime_s = answer.mapped, answer.relayed, answer.lifetime_s

    async def _ask(self, message: Message) -> Answer:
        """Ask, and once more if the nonce has become too old (RFC 8489, 9.2.5)."""
        answer = await self._ask_signed(message)
        if answer.error == STALE_NONCE:
            self.challenge = _challenge(answer, self._credentials)
            answer = await self._ask_signed(message)
        return answer

    async def _ask_signed(self, message: Message) -> Answer:
        named = {
            "USERNAME": self._credentials.username, "REALM": self.challenge.realm, "NONCE": self.challenge.nonce,
        }  # fmt: skip
        signed = request(message.message_method)
        signed.attributes = message.attributes | named
        signed.add_message_integrity(self.challenge.key)
        return await self._exchange.ask(signed, self.challenge.key)


async def allocate(exchange: Exchange, credentials: Credentials) -> Allocation:
    """Get a relayed address for UDP (RFC 8656, 7): two round trips.

    Raises ServerError: TURN_REFUSED (credentials, quota, no such service), and what `Exchange.ask` raises.
    """
    started = time.monotonic()
    challenge = _challenge(await exchange.ask(_allocate()), credentials)
    allocation = Allocation(exchange, credentials, challenge, time.monotonic() - started)
    await allocation._open()
    return allocation


def _allocate() -> Message:
    message = request(Method.ALLOCATE)
    message.attributes["REQUESTED-TRANSPORT"] = UDP_TRANSPORT
    return message


def _challenge(answer: Answer, credentials: Credentials) -> Challenge:
    if answer.error not in (UNAUTHORIZED, STALE_NONCE) or answer.realm is None or answer.nonce is None:
        # A relay that asks nobody for credentials would not be ours.
        raise ServerError(ErrorCode.TURN_REFUSED, f"challenge {answer.error}")
    key = make_integrity_key(credentials.username, answer.realm, credentials.credential)
    return Challenge(answer.realm, answer.nonce, key)
