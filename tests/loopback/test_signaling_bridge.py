"""The bridge before a TURN server of the test's own, which reads or does not, is there or is not."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
import pytest

from remotedesk.core.errors import ErrorCode
from remotedesk.wire import signaling as wire
from remotedesk_signaling.bridge import LARGEST
from remotedesk_signaling.limits import Limits
from remotedesk_signaling.relay import RelayConfig
from tests.conftest import WarningLog
from tests.support.fuzzing import Mutator
from tests.support.server_side import open_bridge
from tests.support.signaling import Clients, PlainClient, clients_of, running_server

SECRET: Final = b"a secret of thirty-two characters"
HEADER: Final = 28  # bytes of a PROXY header, version 2, for IPv4
PIECE: Final = bytes(16_384)
FLOWS_S: Final = 1.0


class FakeTurn:
    """Accepts, keeps what comes unless told not to read, and sends what it is given."""

    def __init__(self) -> None:
        self.reading = asyncio.Event()
        self.reading.set()
        self.got = bytearray()
        self.writers: list[asyncio.StreamWriter] = []
        self.closed = 0

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        with contextlib.suppress(ConnectionError):
            while await self.reading.wait() and (data := await reader.read(65_536)):
                self.got += data
        self.closed += 1
        writer.close()


@asynccontextmanager
async def bridged(limits: Limits | None = None) -> AsyncIterator[tuple[FakeTurn, Clients, PlainClient, PlainClient]]:
    """Yield the TURN server, and clients of a signaling server that bridges to it, two of them paired."""
    turn = FakeTurn()
    listener = await asyncio.start_server(turn.accept, "127.0.0.1", 0, limit=65_536)
    async with listener:
        relay = RelayConfig(SECRET, bridge_to=("127.0.0.1", listener.sockets[0].getsockname()[1]))
        async with running_server(limits, relay=relay) as server, clients_of(server) as clients:
            engineer, customer, _, _ = await clients.pair()
            yield turn, clients, engineer, customer
        for writer in turn.writers:
            writer.close()


async def ticket(client: PlainClient) -> str:
    await client.send(wire.AskLease())
    return (await client.expect(wire.Lease)).ticket


async def opened(clients: Clients, client: PlainClient) -> aiohttp.ClientWebSocketResponse:
    return await open_bridge(clients.session, clients.url, await ticket(client))


async def refused(clients: Clients, client: PlainClient) -> int:
    """Return the HTTP status that a bridge with a good ticket is refused with."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        await opened(clients, client)
    return refusal.value.status


async def until(what: str, holds: object) -> None:
    assert callable(holds)
    async with asyncio.timeout(10.0):
        while not holds():  # noqa: ASYNC110 - the far end tells nobody
            await asyncio.sleep(0.01)


async def bridges_open(clients: Clients) -> int:
    async with clients.session.get(f"{clients.url}/health") as response:
        return int((await response.json())["bridges"])


async def test_bytes_go_both_ways_wherever_they_are_cut() -> None:
    async with bridged() as (turn, clients, engineer, _):
        socket = await opened(clients, engineer)
        sent = bytes(range(256)) * 1_000
        for cut in (0, 1, 2, 1_000, 60_000, len(sent)):
            await socket.send_bytes(sent[:cut][:LARGEST])
        expected = b"".join(sent[:cut][:LARGEST] for cut in (0, 1, 2, 1_000, 60_000, len(sent)))
        await until("all is there", lambda: len(turn.got) >= HEADER + len(expected))
        assert turn.got[:13] == b"\r\n\r\n\x00\r\nQUIT\n\x21"
        assert turn.got[HEADER:] == expected
        turn.writers[0].write(sent)
        back = b""
        while len(back) < len(sent):
            data = await socket.receive_bytes(timeout=5.0)
            assert len(data) <= LARGEST
            back += data
        assert back == sent
        await socket.close()


async def test_nobody_is_read_faster_than_the_other_end_takes() -> None:
    """Towards TURN, and towards a client: what the server holds stays bounded, and goes on when there is room."""
    async with bridged() as (turn, clients, engineer, _):
        turn.reading.clear()
        socket = await opened(clients, engineer)
        sent = 0
        with contextlib.suppress(TimeoutError):
            while sent < 200 * 2**20:
                await asyncio.wait_for(socket.send_bytes(PIECE), FLOWS_S)
                sent += len(PIECE)
        assert sent < 32 * 2**20  # what the kernel's buffers of two connections take, and not what was to be sent
        turn.reading.set()
        await until("what was held up", lambda: len(turn.got) >= HEADER + sent)
        writer, flooded = turn.writers[0], 0
        with contextlib.suppress(TimeoutError):
            while flooded < 200 * 2**20:
                writer.write(PIECE)
                await asyncio.wait_for(writer.drain(), FLOWS_S)
                flooded += len(PIECE)
        assert flooded < 32 * 2**20
        await socket.close()


async def test_the_bridge_closes_with_either_end() -> None:
    async with bridged() as (turn, clients, engineer, customer):
        socket = await opened(clients, engineer)
        await until("a connection", lambda: turn.writers)
        turn.writers[0].close()
        assert (await socket.receive(timeout=5.0)).type is aiohttp.WSMsgType.CLOSE
        socket = await opened(clients, customer)
        await until("another", lambda: len(turn.writers) == 2)
        await socket.close()
        await until("both gone", lambda: turn.closed == 2)
        assert await bridges_open(clients) == 0


async def test_the_bridge_ends_with_its_session_and_its_server() -> None:
    async with bridged(Limits(resume_s=0.2, sweep_s=0.05)) as (turn, clients, engineer, customer):
        socket = await opened(clients, engineer)
        await customer.close()  # and does not come back in time
        assert (await socket.receive(timeout=5.0)).type is aiohttp.WSMsgType.CLOSE
        await until("TURN's end", lambda: turn.closed == 1)
    async with bridged() as (_, clients, engineer, _):
        socket = await opened(clients, engineer)
    assert (await socket.receive(timeout=5.0)).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)


async def test_who_does_not_read_is_cut_when_his_session_ends() -> None:
    async with bridged(Limits(close_s=0.2)) as (turn, clients, engineer, customer):
        socket = await opened(clients, engineer)
        await until("a connection", lambda: turn.writers)
        with contextlib.suppress(TimeoutError):
            while True:
                turn.writers[0].write(PIECE)
                await asyncio.wait_for(turn.writers[0].drain(), FLOWS_S)
        await customer.send(wire.Leave())
        await until("TURN's end", lambda: turn.closed == 1)
        async with asyncio.timeout(5.0):
            while await bridges_open(clients):  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.05)
        while (last := await socket.receive(timeout=5.0)).type is aiohttp.WSMsgType.BINARY:
            pass
        assert last.type is not aiohttp.WSMsgType.CLOSE  # it did not get that far


@pytest.mark.parametrize("wrong", ["text", bytes(LARGEST + 1)], ids=["text", "too big"])
async def test_what_the_bridge_does_not_carry_ends_it(wrong: str | bytes) -> None:
    async with bridged() as (turn, clients, engineer, _):
        socket = await opened(clients, engineer)
        await (socket.send_str(wrong) if isinstance(wrong, str) else socket.send_bytes(wrong))
        assert (await socket.receive(timeout=5.0)).type is aiohttp.WSMsgType.CLOSE
        await until("TURN's end", lambda: turn.closed == 1)


async def test_a_newer_bridge_of_a_side_takes_the_place_of_its_oldest() -> None:
    async with bridged(Limits(bridges_per_side=2)) as (_, clients, engineer, customer):
        others = await opened(clients, customer)
        sockets = [await opened(clients, engineer) for _ in range(3)]
        assert (await sockets[0].receive(timeout=5.0)).type is aiohttp.WSMsgType.CLOSE
        assert await bridges_open(clients) == 3
        for socket in (others, *sockets[1:]):
            assert not socket.closed
            await socket.close()


async def test_bridges_are_limited_by_address_and_in_all() -> None:
    async with bridged(Limits(bridges_per_address=1)) as (_, clients, engineer, customer):
        socket = await opened(clients, engineer)
        assert await refused(clients, customer) == 429
        await socket.close()
    async with bridged(Limits(bridges_most=1)) as (_, clients, engineer, customer):
        socket = await opened(clients, engineer)
        assert await refused(clients, customer) == 503
        await socket.close()


async def test_a_ticket_is_good_for_its_time() -> None:
    async with bridged(Limits(ticket_s=0.01)) as (_, clients, engineer, _):
        old = await ticket(engineer)
        await asyncio.sleep(0.05)
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await open_bridge(clients.session, clients.url, old)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer"}, {"Authorization": "Basic QTpB"}, {"Authorization": "Bearer  \xff\xfe"}],
)
async def test_no_ticket_no_bridge(headers: dict[str, str]) -> None:
    async with (
        bridged() as (_, clients, _, _),
        clients.session.get(f"{clients.url}/turn", headers=headers) as response,
    ):
        assert response.status == 403


async def test_another_subprotocol_and_another_address_are_refused() -> None:
    async with bridged() as (turn, clients, engineer, _):
        for headers in ({"Sec-WebSocket-Protocol": "turn.remotedesk.2"}, {}):
            headers = {**headers, "Authorization": f"Bearer {await ticket(engineer)}"}
            async with clients.session.get(f"{clients.url}/turn", headers=headers) as response:
                assert response.status == 400
        assert not turn.writers


async def test_without_turn_behind_it_the_bridge_says_so(warning_log: WarningLog) -> None:
    warning_log.expect("TURN cannot be reached")
    relay = RelayConfig(SECRET, bridge_to=("127.0.0.1", 9))
    async with running_server(relay=relay) as server, clients_of(server) as clients:
        engineer, _, _, _ = await clients.pair()
        assert await refused(clients, engineer) == 502


async def test_a_server_without_a_relay_says_so() -> None:
    async with running_server() as server, clients_of(server) as clients:
        engineer, _, _, _ = await clients.pair()
        await engineer.send(wire.AskReach())
        assert await engineer.expect(wire.Reach) == wire.Reach((), (), (), False)
        await engineer.send(wire.AskLease())
        assert await engineer.refused() == ErrorCode.STATE_FORBIDS
        async with clients.session.get(f"{clients.url}/turn") as response:
            assert response.status == 404


async def test_leases_are_rationed_by_session_and_by_address() -> None:
    async with bridged(Limits(leases_per_minute=2)) as (_, clients, engineer, customer):
        for client in (engineer, customer):
            await ticket(client)
        await customer.send(wire.AskLease())
        assert await customer.refused() == ErrorCode.TOO_MANY_REQUESTS
        other, _, _, _ = await clients.pair()
        await ticket(other)
    async with bridged(Limits(leases_per_minute_and_address=1)) as (_, clients, engineer, customer):
        await ticket(engineer)
        await customer.send(wire.AskLease())
        assert await customer.refused() == ErrorCode.TOO_MANY_REQUESTS


HANDSHAKE: Final = (
    b"GET /turn HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: turn.remotedesk.1\r\n"
    b"Authorization: Bearer %s\r\n\r\n"
)
FRAMES: Final = (
    b"\x82\x85abcdhello", b"\x82\x80abcd", b"\x89\x84abcdping", b"\x88\x82abcd\x62\x8a", b"\x01\x85abcdhello",
    b"\x82\xff\x00\x00\x00\x00\x00\x01\x00\x00abcd" + bytes(65_536), b"\x80\x81abcdx", b"\x8a\x80abcd",
)  # fmt: skip


@pytest.mark.parametrize("path", ["/turn", "/ws"])
async def test_a_handshake_that_is_not_ascii_is_refused_and_nothing_is_logged(path: str) -> None:
    async with bridged() as (_, clients, engineer, _):
        handshake = HANDSHAKE.replace(b"/turn", path.encode()) % (await ticket(engineer)).encode()
        reader, writer = await asyncio.open_connection("127.0.0.1", int(clients.url.rpartition(":")[2]))
        writer.write(handshake.replace(b"Key: AAAA", b"Key: \xc1AAA"))
        assert (await reader.readline()).startswith(b"HTTP/1.1 400 ")
        writer.close()


async def test_a_bridge_stands_whatever_those_beside_it_send() -> None:
    """Broken handshakes with good tickets, and broken frames behind good handshakes."""
    seed = secrets.randbits(32)
    limits = Limits(leases_per_minute=100_000, leases_per_minute_and_address=100_000, close_s=0.2)
    async with bridged(limits) as (turn, clients, engineer, customer):
        standing = await opened(clients, customer)
        port = int(clients.url.rpartition(":")[2])
        tickets = [(await ticket(engineer)).encode() for _ in range(60)]
        mutator = Mutator([HANDSHAKE % each for each in tickets], seed)
        frames = Mutator(FRAMES, seed)
        for number, each in enumerate(tickets):
            handshake = mutator.input(number) if number % 3 == 0 else HANDSHAKE % each
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            with contextlib.suppress(ConnectionError, TimeoutError):
                writer.write(handshake + b"".join(frames.input(number * 9 + more) for more in range(9)))
                await asyncio.wait_for(reader.read(4_096), 0.05)
            writer.transport.abort()
        assert len(turn.writers) > len(tickets) / 3
        await standing.send_bytes(b"still here")
        await until(f"the neighbour (seed {seed})", lambda: turn.got.count(b"still here"))
        async with asyncio.timeout(10.0):
            while await bridges_open(clients) > 1:  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.05)
        await standing.close()
