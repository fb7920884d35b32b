"""STUN over UDP: one socket, several servers, requests sent again until they are answered (RFC 8489, 6.2.1)."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from aioice.stun import Message, Method

from remotedesk.core.errors import ErrorCode, ProtocolError, ServerError
from remotedesk.core.reach import Mapping
from remotedesk.transport.reach.rivals import all_in_time
from remotedesk.transport.reach.stun import Address, Answer, acceptable, parse_answer, request

FIRST_REPEAT_S: Final = 0.2  # the RFC's 0.5 s waits too long for one lost packet
LONGEST_REPEAT_S: Final = 0.8
PATIENT_FOR_OTHERS: Final = 4  # round trips of the first server to answer

Pending = tuple[asyncio.Future[Answer], bytes | None]


@dataclass(frozen=True)
class Mapped:
    """How one server saw us, and the round trip to it."""

    server: Address
    address: Address
    rtt_s: float


class Datagrams(asyncio.DatagramProtocol):
    """A UDP socket that asks. Nothing but an answer to a live request, from where it went, is looked at twice."""

    def __init__(self, peer: Address | None) -> None:
        """With a `peer` the socket is connected to it, and learns when it is refused; use `open_datagrams`."""
        self._peer = peer
        self._pending: dict[tuple[Address, bytes], Pending] = {}
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the socket."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    @property
    def local_port(self) -> int:
        """The port that the socket has on this machine."""
        assert self._transport is not None  # noqa: S101
        return int(self._transport.get_extra_info("sockname")[1])

    async def ask_at(self, server: Address, message: Message, key: bytes | None = None) -> Answer:
        """Ask one server until it answers, see `Exchange.ask`. `server` is a numeric address."""
        assert self._transport is not None  # noqa: S101
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        place = server, message.transaction_id
        self._pending[place] = answer, key
        wait_s = FIRST_REPEAT_S
        try:
            while True:
                # On a connected socket an address may not be given, and need not be.
                self._transport.sendto(bytes(message), None if self._peer else server)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        return await asyncio.shield(answer)
                wait_s = min(2 * wait_s, LONGEST_REPEAT_S)
        finally:
            del self._pending[place]
            answer.cancel()

    def datagram_received(self, data: bytes, addr: tuple[str, int, *tuple[int, ...]]) -> None:
        """Give an answer to whoever waits for it; anything else is nothing."""
        if all(server != (addr[0], addr[1]) for server, _ in self._pending):
            return
        try:
            answer = parse_answer(data)
        except ProtocolError:
            return
        waiting = self._pending.get(((addr[0], addr[1]), answer.message.transaction_id))
        if waiting is not None and not waiting[0].done() and acceptable(answer, waiting[1]):
            waiting[0].set_result(answer)

    def error_received(self, exc: Exception) -> None:
        """Take an ICMP refusal; of an unconnected socket nobody knows whose it is."""
        if self._peer is None:
            return
        for future, _ in self._pending.values():
            if not future.done():
                future.set_exception(ServerError(ErrorCode.WAY_BLOCKED, type(exc).__name__))

    def close(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.close()


class DatagramExchange:
    """An `Exchange` with one server over a UDP socket of its own, to be closed."""

    def __init__(self, server: Address, datagrams: Datagrams) -> None:
        """Take over the socket; use `open_exchange`."""
        self._server = server
        self._datagrams = datagrams

    async def ask(self, request: Message, key: bytes | None = None) -> Answer:
        """See `Exchange.ask`."""
        return await self._datagrams.ask_at(self._server, request, key)

    async def close(self) -> None:
        """Close the socket."""
        self._datagrams.close()


async def open_exchange(server: Address) -> DatagramExchange:
    """Return an exchange with the server at this numeric address. Raises ServerError(WAY_BLOCKED)."""
    return DatagramExchange(server, await _open(server))


async def _open(peer: Address | None, local: str = "") -> Datagrams:
    loop = asyncio.get_running_loop()
    bound = None if peer else (local, 0)
    try:
        _, datagrams = await loop.create_datagram_endpoint(lambda: Datagrams(peer), bound, peer)
    except OSError as error:
        raise ServerError(ErrorCode.WAY_BLOCKED, type(error).__name__) from None
    return datagrams


async def binding(server: Address) -> Mapped:
    """Ask one server how it sees us. Raises ServerError(WAY_BLOCKED) if it refuses; waits for ever if it is silent."""
    exchange = await open_exchange(server)
    try:
        return await _bound(server, exchange.ask)
    finally:
        await exchange.close()


async def see(servers: Sequence[Address]) -> tuple[tuple[Mapped, ...], Mapping]:
    """Ask several servers how they see one socket of ours, and say what that tells of a NAT in between.

    The servers are numeric addresses of one family. Waits for the first answer for ever, then for the others a few of
    its round trips. Raises ServerError(WAY_BLOCKED) if no server that answers can tell.
    """
    datagrams = await _open(None, "::" if ":" in servers[0][0] else "0.0.0.0")  # noqa: S104 (answers come there)
    try:
        works = [_bound(server, partial(datagrams.ask_at, server)) for server in servers]
        seen = await all_in_time(works, lambda first: FIRST_REPEAT_S + PATIENT_FOR_OTHERS * first.rtt_s)
    finally:
        datagrams.close()
    if not seen:
        raise ServerError(ErrorCode.WAY_BLOCKED, "no address")
    return tuple(seen), mapping_of(seen, (_own_address(seen[0].server), datagrams.local_port))


def mapping_of(seen: Sequence[Mapped], own: Address) -> Mapping:
    """Say what several views of one socket, bound at `own`, tell of the NAT before it (RFC 5780, 4.3)."""
    outside = {mapped.address for mapped in seen}
    if own in outside:
        return Mapping.NONE
    if len(outside) > 1:
        return Mapping.DEPENDENT
    return Mapping.INDEPENDENT if len({mapped.server for mapped in seen}) > 1 else Mapping.UNKNOWN


def _own_address(server: Address) -> str:
    """Return the address that this machine speaks to that one from; nothing is sent."""
    with socket.socket(socket.AF_INET6 if ":" in server[0] else socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(server)
        return str(probe.getsockname()[0])


async def _bound(server: Address, ask: Callable[[Message], Awaitable[Answer]]) -> Mapped:
    started = time.monotonic()
    answer = await ask(request(Method.BINDING))
    if answer.error is not None or answer.mapped is None:
        raise ServerError(ErrorCode.WAY_BLOCKED, "no address")
    return Mapped(server, answer.mapped, time.monotonic() - started)
