"""Measures a way to the server: how fast it carries, what it loses, and whose certificate is seen at its end.

PROTOCOL.md, section 13. Nothing is sent but noise, and nothing that comes is kept.
"""

import asyncio
import contextlib
import hashlib
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Final, cast

import aiohttp
from aioice.stun import Method
from yarl import URL

from remotedesk.core.errors import ErrorCode, ProtocolError, ServerError
from remotedesk.core.preflight import Meter, Opened
from remotedesk.transport.reach.dialer import Dialer, Stream
from remotedesk.transport.reach.issuer import issuer_name
from remotedesk.transport.reach.one_stream import OneStreamConnector
from remotedesk.transport.reach.stun import Address, acceptable, parse_answer, request
from remotedesk.transport.reach.tls import open_tls
from remotedesk.transport.server_address import ServerAddress, Trust

DOWN_BYTES: Final = 2 * 1024 * 1024
UP_BYTES: Final = 1024 * 1024
MEASURE_S: Final = 3.0  # the server does not take longer, either
WITHIN_S: Final = 10.0  # connecting and all
PACKETS: Final = 100
PACKET_EVERY_S: Final = 0.02  # as speech has them
LATEST_S: Final = 1.0

_CHUNK: Final = 16 * 1024
_LONGEST_ANSWER: Final = 64  # bytes: a fingerprint in hex


class Gauge:
    """For one way to one server."""

    def __init__(self, dialer: Dialer, address: ServerAddress, trust: Trust) -> None:
        """Nothing is opened yet."""
        self._dialer = dialer
        self._address = address
        self._trust = trust

    async def down_bps(self) -> float:
        """Return how fast bytes come, in bits per second, after three seconds or 2 MiB. Raises ServerError."""
        async with self._asked("GET", f"/preflight/down?bytes={DOWN_BYTES}") as (response, _):
            meter = Meter(time.monotonic())
            try:
                async with asyncio.timeout(MEASURE_S):
                    while data := await response.content.readany():
                        meter.add(len(data), time.monotonic())
            except TimeoutError:
                pass  # a slow line: what has come by now tells enough
        return _known(meter.rate_bps)

    async def up_bps(self) -> float:
        """Return how fast bytes go, as the server sees it, after three seconds or 1 MiB. Raises ServerError."""
        async with aclosing(_noise()) as noise, self._asked("POST", "/preflight/up", noise) as (response, _):
            said = await _short(response)
        if not (said.isdigit() and len(said) <= 15):
            raise ServerError(ErrorCode.PROXY_IN_THE_WAY, "no rate")
        return _known(float(said))

    async def certificate(self) -> tuple[Opened, str]:
        """Return whether TLS is opened on the way, and who made the certificate that is seen. Raises ServerError."""
        if not self._address.secure:
            return Opened.UNKNOWN, ""
        async with self._asked("GET", "/preflight/certificate", may_lack=True) as (response, seen):
            said = await _short(response) if response.status == 200 else b""
        issuer = issuer_name(seen)
        if self._trust.pin is not None:  # whoever it is, it is the one that was named
            return Opened.NO, issuer
        if not said:
            return Opened.UNKNOWN, issuer
        return (Opened.NO if said == hashlib.sha256(seen).hexdigest().encode() else Opened.YES), issuer

    @asynccontextmanager
    async def _asked(
        self, method: str, path: str, body: AsyncGenerator[bytes, None] | None = None, *, may_lack: bool = False
    ) -> AsyncIterator[tuple[aiohttp.ClientResponse, bytes]]:
        """Ask on a connection of its own, and give the answer and the certificate in DER. Raises ServerError."""
        try:
            async with asyncio.timeout(WITHIN_S), self._session() as (session, seen):
                url = URL(self._address.url.replace("ws", "http", 1)).join(URL(path))
                async with session.request(method, url, data=body, allow_redirects=False) as response:
                    if response.status != 200 and not (may_lack and response.status == 404):
                        raise _refused(response.status)
                    yield response, seen
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is one of the latter
            raise ServerError(ErrorCode.WAY_BLOCKED, type(error).__name__) from None

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[tuple[aiohttp.ClientSession, bytes]]:
        address = self._address
        if address.secure:
            stream = await open_tls(self._dialer, address.host, address.port, self._trust, ("http/1.1",))
        else:
            stream = await self._dialer.dial(address.host, address.port)
        try:
            async with aiohttp.ClientSession(
                connector=OneStreamConnector(stream), auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
            ) as session:
                yield session, _certificate(stream)
        finally:
            stream[1].transport.abort()


async def lost(server: Address) -> float:
    """Return which share of a hundred packets, sent as speech is, never comes back from a STUN server, over UDP.

    `server` is a numeric address. Raises ServerError(WAY_BLOCKED) if not one comes back.
    """
    loop = asyncio.get_running_loop()
    try:
        transport, echoes = await loop.create_datagram_endpoint(_Echoes, remote_addr=server)
    except OSError as error:
        raise ServerError(ErrorCode.WAY_BLOCKED, type(error).__name__) from None
    try:
        for _ in range(PACKETS):
            echoes.send()
            await asyncio.sleep(PACKET_EVERY_S)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LATEST_S):
                await echoes.complete.wait()
    finally:
        transport.close()
    if len(echoes.pending) == PACKETS:
        raise ServerError(ErrorCode.WAY_BLOCKED)
    return len(echoes.pending) / PACKETS


class _Echoes(asyncio.DatagramProtocol):
    """Which requests have no answer yet; the socket is connected, so nobody else's packets come."""

    def __init__(self) -> None:
        self.pending: set[bytes] = set()
        self.complete = asyncio.Event()
        self._sent = 0
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def send(self) -> None:
        """Send one request."""
        assert self._transport is not None  # noqa: S101
        message = request(Method.BINDING)
        self.pending.add(message.transaction_id)
        self._sent += 1
        self._transport.sendto(bytes(message))

    def datagram_received(self, data: bytes, addr: object) -> None:
        try:
            answer = parse_answer(data)
        except ProtocolError:
            return
        if acceptable(answer, None):
            self.pending.discard(answer.message.transaction_id)
            if not self.pending and self._sent == PACKETS:
                self.complete.set()

    def error_received(self, exc: Exception) -> None:
        """Pass over an ICMP refusal: it is a packet that does not come back."""


async def _noise() -> AsyncGenerator[bytes, None]:
    """Yield 1 MiB that cannot be made smaller, 16 KiB a time."""
    for _ in range(UP_BYTES // _CHUNK):
        yield secrets.token_bytes(_CHUNK)


async def _short(response: aiohttp.ClientResponse) -> bytes:
    said = await response.content.read(_LONGEST_ANSWER + 1)
    if len(said) > _LONGEST_ANSWER:
        raise ServerError(ErrorCode.PROXY_IN_THE_WAY, "long answer")
    return said.strip()


def _certificate(stream: Stream) -> bytes:
    tls = stream[1].get_extra_info("ssl_object")
    return (tls.getpeercert(binary_form=True) or b"") if tls is not None else b""


def _known(rate_bps: float | None) -> float:
    if not rate_bps:
        raise ServerError(ErrorCode.WAY_BLOCKED, "nothing came")
    return rate_bps


def _refused(status: int) -> ServerError:
    by_status = {429: ErrorCode.TOO_MANY_REQUESTS, 503: ErrorCode.TOO_MANY_REQUESTS}
    return ServerError(by_status.get(status, ErrorCode.PROXY_IN_THE_WAY), f"HTTP {status}")
