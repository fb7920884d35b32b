"""The TURN server at 127.0.0.1: whom it lets through, what becomes of the relay it holds, and how it ends."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aioice.stun import Class, Message, Method
from aioice.turn import create_turn_endpoint

from remotedesk.core.errors import ErrorCode, ProtocolError, ServerError
from remotedesk.transport.reach import held as held_module
from remotedesk.transport.reach.bridge import open_bridge
from remotedesk.transport.reach.dialer import DirectDialer
from remotedesk.transport.reach.held import HeldRelay, Holder, hold
from remotedesk.transport.reach.streams import ByteStream, SocketStream, StreamExchange
from remotedesk.transport.reach.stun import parse, request
from remotedesk.transport.reach.tunnel import HOST, LocalTunnel, greet, join
from remotedesk.transport.reach.turn import Credentials, allocate
from remotedesk.transport.server_address import ServerAddress, Trust
from tests.support.certificates import make_certificates
from tests.support.turn_server import TICKET, TurnServer, bridge_in_front, credentials


@pytest.fixture(scope="module")
def turn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TurnServer]:
    with TurnServer(tmp_path_factory.mktemp("turn")) as server:
        yield server


class Opener:
    """Opens streams to coturn and remembers them."""

    def __init__(self, port: int) -> None:
        self.opened: list[ByteStream] = []
        self.again = asyncio.Event()
        self.works = True
        self._port = port

    async def __call__(self) -> ByteStream:
        if not self.works:
            raise ServerError(ErrorCode.WAY_BLOCKED)
        stream = SocketStream(await DirectDialer().dial(HOST, self._port))
        if self.opened:
            self.again.set()
        self.opened.append(stream)
        return stream


@asynccontextmanager
async def tunnel_to(opener: Opener, lent: Credentials) -> AsyncIterator[LocalTunnel]:
    tunnel = LocalTunnel(Holder(opener, lent, await hold(opener, lent)))
    await tunnel.open()
    try:
        yield tunnel
    finally:
        await tunnel.close()
        await tunnel.close()


class Received(asyncio.DatagramProtocol):
    """What came through a relay."""

    def __init__(self) -> None:
        self.datagrams: asyncio.Queue[bytes] = asyncio.Queue(100)
        self.lost = asyncio.Event()

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.datagrams.put_nowait(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()


class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.transport.sendto(data, addr)


@asynccontextmanager
async def echo() -> AsyncIterator[tuple[str, int]]:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Echo, local_addr=(HOST, 0))
    try:
        yield transport.get_extra_info("sockname")
    finally:
        transport.close()


async def speak_through(port: int, lent: Credentials) -> None:
    """Have the library allocate at the tunnel, and datagrams of every size come back through the relay."""
    async with echo() as peer, asyncio.timeout(20):
        name, word = lent.username, lent.credential
        transport, received = await create_turn_endpoint(Received, (HOST, port), name, word, transport="tcp")
        for size in (1, 2, 3, 4, 100, 1_199, 1_400):
            transport.sendto(bytes([size % 256]) * size, peer)
            assert await received.datagrams.get() == bytes([size % 256]) * size
        transport.close()
        await received.lost.wait()


async def test_a_library_speaks_through_with_the_address_that_was_held(turn: TurnServer) -> None:
    opener, lent = Opener(turn.port), credentials()
    async with tunnel_to(opener, lent) as tunnel:
        assert not tunnel.broken
        await speak_through(tunnel.port, lent)
        assert len(opener.opened) == 1
        await asyncio.sleep(0.05)
        assert tunnel.broken
        await speak_through(tunnel.port, lent)  # comes back: a new address on a new stream
        assert len(opener.opened) == 2


async def test_the_bridge_carries_the_same(turn: TurnServer, tmp_path: Path) -> None:
    certificates = make_certificates(tmp_path)
    async with bridge_in_front(turn.port, certificates) as (_, port):

        async def opener() -> ByteStream:
            address = ServerAddress(HOST, port)
            return await open_bridge(DirectDialer(), address, Trust(ca_file=certificates.authority), TICKET)

        lent = credentials()
        tunnel = LocalTunnel(Holder(opener, lent, await hold(opener, lent)))
        await tunnel.open()
        await speak_through(tunnel.port, lent)
        await tunnel.close()


@pytest.mark.parametrize("size", [65_536, 65_537])
async def test_a_message_of_the_bridge_has_its_bound(tmp_path: Path, size: int) -> None:
    async def talk(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=("turn.remotedesk.1",))
        await socket.prepare(request)
        await socket.send_bytes(bytes(size))
        await socket.receive()
        return socket

    app = web.Application()
    app.router.add_get("/turn", talk)
    server = TestServer(app)
    await server.start_server()
    stream = await open_bridge(DirectDialer(), ServerAddress(HOST, server.port or 0, secure=False), Trust(), TICKET)
    assert await stream.read() == (bytes(size) if size == 65_536 else b"")
    await stream.close()
    await server.close()


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        bytes(request(Method.BINDING)),
        bytes(request(Method.REFRESH)),
        bytes(Message(Method.ALLOCATE, Class.INDICATION)),
        bytes(request(Method.ALLOCATE)) * 2,  # without waiting for the answer
        b"\0\x03\xff\xff\x21\x12\xa4\x42" + bytes(12),
    ],
    ids=["HTTP", "binding", "refresh", "indication", "two at once", "long"],  # what is said is drawn anew each time
)
async def test_a_stranger_is_sent_away_and_uses_nothing_up(turn: TurnServer, said: bytes) -> None:
    opener, lent = Opener(turn.port), credentials()
    async with tunnel_to(opener, lent) as tunnel:
        reader, writer = await asyncio.open_connection(HOST, tunnel.port)
        writer.write(said)
        await ended(reader)
        await closed(writer)
        await speak_through(tunnel.port, lent)
        assert len(opener.opened) == 1


async def ended(reader: asyncio.StreamReader) -> bytes:
    """Return what came, at the end."""
    async with asyncio.timeout(10):
        try:
            return await reader.read()
        except ConnectionError:
            return b""


async def closed(*writers: asyncio.StreamWriter) -> None:
    for writer in writers:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_who_does_not_know_the_credentials_is_sent_away(turn: TurnServer) -> None:
    opener, lent = Opener(turn.port), credentials()
    async with tunnel_to(opener, lent) as tunnel:
        stream = SocketStream(await DirectDialer().dial(HOST, tunnel.port))
        with pytest.raises(ServerError):
            await allocate(StreamExchange(stream), credentials(secret="another"))
        await stream.close()
        await speak_through(tunnel.port, lent)
        assert len(opener.opened) == 1


async def test_two_connections_at_a_time_and_no_third(turn: TurnServer) -> None:
    async with tunnel_to(Opener(turn.port), credentials()) as tunnel:
        two = [await asyncio.open_connection(HOST, tunnel.port) for _ in range(2)]
        reader, writer = await asyncio.open_connection(HOST, tunnel.port)
        assert await ended(reader) == b""
        await closed(writer, *(each for _, each in two))


async def test_a_silent_stranger_is_not_waited_for(turn: TurnServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("remotedesk.transport.reach.tunnel.GREETED_WITHIN_S", 0.05)
    async with tunnel_to(Opener(turn.port), credentials()) as tunnel:
        reader, writer = await asyncio.open_connection(HOST, tunnel.port)
        assert await ended(reader) == b""
        await closed(writer)


async def test_closing_ends_what_is_carried(turn: TurnServer) -> None:
    opener, lent = Opener(turn.port), credentials()
    async with tunnel_to(opener, lent) as tunnel:
        _, received = await create_turn_endpoint(
            Received, (HOST, tunnel.port), lent.username, lent.credential, transport="tcp"
        )
        await tunnel.close()
        await asyncio.wait_for(received.lost.wait(), 10)
        assert await opener.opened[0].read() == b""
        with pytest.raises(OSError):
            await asyncio.open_connection(HOST, tunnel.port)


async def test_without_a_way_the_connection_is_closed(turn: TurnServer) -> None:
    opener = Opener(turn.port)
    async with tunnel_to(opener, credentials()) as tunnel:
        opener.works = False
        holding, first = await asyncio.open_connection(HOST, tunnel.port)  # has what is held
        first.write(bytes(request(Method.ALLOCATE)))
        await holding.readexactly(20)
        reader, second = await asyncio.open_connection(HOST, tunnel.port)
        assert await ended(reader) == b""
        await closed(first, second)


async def test_what_is_held_is_kept_fresh_and_replaced_when_it_breaks(
    turn: TurnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held_module, "REFRESH_EVERY_S", 0.02)
    monkeypatch.setattr(held_module, "OPEN_AGAIN_AFTER_S", 0.02)
    opener, lent = Opener(turn.port), credentials()
    holder = Holder(opener, lent, await hold(opener, lent))
    await asyncio.sleep(0.1)
    assert len(opener.opened) == 1
    opener.works = False
    await opener.opened[0].close()
    await asyncio.sleep(0.1)
    opener.works = True
    async with asyncio.timeout(10):
        await opener.again.wait()
    await asyncio.sleep(0.05)
    held = await holder.take()
    assert held.stream is opener.opened[1]
    await holder.give_back(held)
    await holder.give_back(await hold(opener, lent))  # one too many is let go
    assert (await holder.take()) is held
    await held.close()
    await holder.close()


class Pipe:
    """A stream in memory: says its words, then waits or ends; takes what is written, or never does."""

    def __init__(self, *words: bytes, ends: bool = False, takes: bool = True) -> None:
        self._words = list(words)
        self._ends = ends
        self._takes = takes
        self.written = b""
        self.closed = False

    async def read(self) -> bytes:
        if not self._words and not self._ends:
            await asyncio.Event().wait()
        return self._words.pop(0) if self._words else b""

    async def write(self, data: bytes) -> None:
        if not self._takes:
            await asyncio.Event().wait()
        self.written += data

    async def close(self) -> None:
        self.closed = True

    @property
    def unread(self) -> int:
        return len(self._words)


async def test_bytes_go_both_ways_until_one_end_is_gone() -> None:
    near, far = Pipe(b"a", b"b", ends=True), Pipe(b"c")
    await join(near, far)
    assert (near.written, far.written) == (b"c", b"ab")
    near, far = Pipe(b"a"), Pipe(b"c", ends=True)
    await join(near, far)
    assert (near.written, far.written) == (b"c", b"a")


async def test_a_silent_connection_is_kept_alive_and_the_library_does_not_notice(
    turn: TurnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remotedesk.transport.reach.tunnel.SILENT_FOR_S", 0.02)
    far = Pipe()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.5):
            await join(Pipe(), far)
    assert len(far.written) >= 40
    assert parse(far.written[:20]).message_method is Method.BINDING
    opener, lent = Opener(turn.port), credentials()
    async with tunnel_to(opener, lent) as tunnel, echo() as peer:
        name, word = lent.username, lent.credential
        transport, received = await create_turn_endpoint(Received, (HOST, tunnel.port), name, word, transport="tcp")
        for word in ("before", "after"):
            await asyncio.sleep(0.2)
            transport.sendto(word.encode(), peer)
            assert await asyncio.wait_for(received.datagrams.get(), 10) == word.encode()
        transport.close()
        await received.lost.wait()


async def test_nothing_is_read_that_the_other_end_does_not_take() -> None:
    near, far = Pipe(*[b"x"] * 100), Pipe(takes=False)
    carrying = asyncio.ensure_future(join(near, far))
    await asyncio.sleep(0.05)
    assert near.unread == 99
    carrying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await carrying


async def test_a_flood_waits_in_the_system_and_not_here() -> None:
    """A real socket whose other end does not read takes a bounded number of bytes."""
    stuck = asyncio.Event()

    async def never_read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()
        await stuck.wait()
        writer.transport.abort()

    server = await asyncio.start_server(never_read, HOST, 0)
    async with server:
        far = SocketStream(await DirectDialer().dial(HOST, server.sockets[0].getsockname()[1]))
        near = Pipe(*[bytes(16_384)] * 4_000)
        carrying = asyncio.ensure_future(join(near, far))
        await asyncio.sleep(0.5)
        assert far._writer.transport.get_write_buffer_size() < 64 * 1024
        left = near.unread
        assert left > 0
        await asyncio.sleep(0.2)
        assert near.unread == left
        await far.close()
        await asyncio.wait_for(carrying, 10)
        stuck.set()


async def test_a_greeting_has_an_end() -> None:
    allocation = FakeAllocation()
    near = Pipe(*[bytes(request(Method.ALLOCATE)) for _ in range(10)])
    with pytest.raises(ProtocolError):
        await greet(near, allocation)  # type: ignore[arg-type]
    assert near.unread >= 6
    with pytest.raises(ConnectionError):
        await greet(Pipe(ends=True), allocation)  # type: ignore[arg-type]


class FakeAllocation:
    class challenge:  # noqa: N801
        realm, nonce, key = "test", b"abc", b"0" * 16


async def test_a_held_relay_is_closed_though_the_server_is_gone() -> None:
    class Silent:
        async def refresh(self, lifetime_s: int) -> None:
            raise ServerError(ErrorCode.WAY_BLOCKED)

    stream = Pipe()
    await HeldRelay(stream, Silent()).close()  # type: ignore[arg-type]
    assert stream.closed
