"""Measuring, against servers and relays that answer anything: one documented error, in bounded time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.transport.reach import measure
from remotedesk.transport.reach.dialer import DirectDialer
from remotedesk.transport.reach.measure import Gauge, lost
from remotedesk.transport.server_address import ServerAddress, Trust

DOCUMENTED = (ErrorCode.WAY_BLOCKED, ErrorCode.PROXY_IN_THE_WAY, ErrorCode.TOO_MANY_REQUESTS)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"


@asynccontextmanager
async def answering(answer: bytes, *, hang: bool = False) -> AsyncIterator[Gauge]:
    """A server that answers every request so, and the gauge that asks it."""

    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read(1)
            writer.write(answer)
            if hang:
                await reader.read()
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.create_task(serve(reader, writer)))

    server = await asyncio.start_server(begin, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield Gauge(DirectDialer(), ServerAddress("127.0.0.1", port, secure=False), Trust())
    await asyncio.gather(*serving, return_exceptions=True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400), st.booleans())
@example(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n", False)
@example(b"-1", True)
@example(b"1" * 16, True)
@example("１２".encode(), True)
@example(b"9" * 70_000, True)
async def test_whatever_is_answered_is_a_rate_or_one_error(answer: bytes, framed: bool) -> None:
    async with answering(OK % (len(answer), answer) if framed else answer) as gauge:
        for ask in (gauge.up_bps, gauge.down_bps):
            assert await outcome(ask) in (None, *DOCUMENTED)


async def outcome(ask: Callable[[], Awaitable[float]]) -> ErrorCode | None:
    """Return the code of what it raises; None for a rate."""
    try:
        rate = await ask()
    except ServerError as error:
        return error.code
    return None if rate > 0 else ErrorCode.INTERNAL


async def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "WITHIN_S", 0.3)
    async with answering(b"", hang=True) as gauge:
        for ask in (gauge.up_bps, gauge.down_bps):
            with pytest.raises(ServerError) as caught:
                await ask()
            assert caught.value.code is ErrorCode.WAY_BLOCKED


async def test_a_slow_line_is_measured_by_what_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "MEASURE_S", 0.3)
    async with answering(OK % (1_000_000, bytes(30_000)), hang=True) as gauge:
        assert await gauge.down_bps() > 0


class Lossy(asyncio.DatagramProtocol):
    """Answers nine of ten requests, and each with noise before it."""

    def __init__(self) -> None:
        self.count = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.count += 1
        if self.count % 10:
            answer = b"\x01\x01\x00\x0c" + data[4:20] + b"\x00\x20\x00\x08\x00\x01\x00\x00\x7f\x00\x00\x01"
            self.transport.sendto(b"noise", addr)
            self.transport.sendto(answer, addr)


async def test_what_never_comes_back_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "PACKET_EVERY_S", 0.002)
    monkeypatch.setattr(measure, "LATEST_S", 0.2)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Lossy, ("127.0.0.1", 0))
    try:
        assert await lost(transport.get_extra_info("sockname")) == pytest.approx(0.1)
    finally:
        transport.close()


async def test_where_nothing_comes_back_there_is_no_loss_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "PACKET_EVERY_S", 0.001)
    monkeypatch.setattr(measure, "LATEST_S", 0.1)
    for host, port in (("127.0.0.1", 9), ("2001:db8::1", 9)):
        with pytest.raises(ServerError) as caught:
            await lost((host, port))
        assert caught.value.code is ErrorCode.WAY_BLOCKED
