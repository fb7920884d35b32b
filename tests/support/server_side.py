"""The whole server side for tests, on ports that nobody else has, and TURN through each of its entrances."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
from aioice import stun, turn

from remotedesk.wire import signaling as wire
from remotedesk_signaling import bridge
from remotedesk_signaling.deployment import Ports
from remotedesk_signaling.trial import Engineer, ServerSide
from tests.support.signaling import COMPANY, NAME, PASSWORD, transports_closed

TEMPLATES: Final = Path(__file__).resolve().parents[2] / "packaging" / "server"
ENGINEER: Final = Engineer(NAME, COMPANY, PASSWORD)


def free_ports() -> Ports:
    """Return ports that are free on 127.0.0.1 now, for both TCP and UDP; the relays keep their range."""
    held = []
    numbers = []
    while len(numbers) < 6:
        tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        held += [tcp, udp]
        tcp.bind(("127.0.0.1", 0))
        with contextlib.suppress(OSError):
            udp.bind(("127.0.0.1", tcp.getsockname()[1]))
            numbers.append(tcp.getsockname()[1])
    for each in held:
        each.close()
    return Ports(*numbers)


def server_side(folder: Path, **options: Any) -> ServerSide:
    """Return a server side with one engineer, `NAME` of `COMPANY`; `options` are ServerSide's."""
    options.setdefault("ports", free_ports())
    return ServerSide(folder, ENGINEER, templates=TEMPLATES, **options)


def trusting(side: ServerSide, *alpn: str) -> ssl.SSLContext:
    """Return a client's TLS context for `side`."""
    context = ssl.create_default_context(cafile=str(side.ca_file))
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


@asynccontextmanager
async def session_to(side: ServerSide) -> AsyncIterator[aiohttp.ClientSession]:
    """Yield a session of a client that trusts `side`; all its connections are closed after it."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusting(side))) as session:
        yield session
    await transports_closed(side.ports.https)


class Echoed(asyncio.DatagramProtocol):
    """What comes back through a relay, the newest last."""

    def __init__(self) -> None:
        self.received: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, _addr: tuple[str, int]) -> None:
        self.received.put_nowait(data)


class Echo(asyncio.DatagramProtocol):
    """A peer that sends back what it gets."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.transport.sendto(data, addr)


@asynccontextmanager
async def echoing(host: str = "127.0.0.1") -> AsyncIterator[tuple[str, int]]:
    """A UDP echo; yields its address."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Echo, (host, 0))
    try:
        yield transport.get_extra_info("sockname")
    finally:
        transport.close()


async def echoes(
    entrance: tuple[str, int], username: str, credential: str, peer: tuple[str, int], within_s: float = 10.0, **how: Any
) -> bool:
    """Allocate a relay at `entrance`, send to `peer` and say whether it came back; `how` is aioice's.

    Raises aioice's TransactionFailed where TURN refuses the allocation.
    """
    transport, protocol = await turn.create_turn_endpoint(Echoed, entrance, username, credential, **how)
    try:
        return await _comes_back(transport, protocol, peer, within_s)
    finally:
        transport.close()
        await asyncio.sleep(0.05)  # aioice gives the allocation back in a task of its own


async def _comes_back(transport: turn.TurnTransport, protocol: Echoed, peer: tuple[str, int], within_s: float) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while True:
                transport.sendto(b"there and back", peer)
                with contextlib.suppress(TimeoutError):
                    return bool(await asyncio.wait_for(protocol.received.get(), 0.3) == b"there and back")
    return False


async def open_bridge(
    session: aiohttp.ClientSession, url: str, ticket: str, **options: Any
) -> aiohttp.ClientWebSocketResponse:
    """Open a bridge; raises aiohttp.WSServerHandshakeError with the status of a refusal."""
    return await session.ws_connect(
        f"{url}/turn",
        protocols=(bridge.SUBPROTOCOL,),
        headers={"Authorization": f"Bearer {ticket}"},
        max_msg_size=bridge.LARGEST + 1,
        timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
        **options,
    )


@asynccontextmanager
async def tunnelled(socket: aiohttp.ClientWebSocketResponse) -> AsyncIterator[tuple[str, int]]:
    """Yield a local TCP entrance whose bytes go through `socket`, a bridge, for one connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def back() -> None:
            while (message := await socket.receive()).type is aiohttp.WSMsgType.BINARY:
                writer.write(message.data)
                await writer.drain()

        task = asyncio.create_task(back())
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(bridge.LARGEST):
                await socket.send_bytes(data)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()


async def paired_sockets(
    session: aiohttp.ClientSession, url: str, **options: Any
) -> tuple[aiohttp.ClientWebSocketResponse, aiohttp.ClientWebSocketResponse, str, str]:
    """Pair an engineer and a customer at `url`; returns their sockets and their tokens."""

    async def connect() -> aiohttp.ClientWebSocketResponse:
        return await session.ws_connect(f"{url}/ws", protocols=(wire.SUBPROTOCOL,), **options)

    engineer, customer = await connect(), await connect()
    await ask(engineer, wire.SignIn(NAME, PASSWORD))
    issued = await ask(engineer, wire.Issue())
    joined = await ask(customer, wire.Join(issued.routing))
    assert await hear(engineer) == wire.PeerJoined()
    await tell(engineer, wire.Paired())
    await tell(engineer, wire.Relay(b"paired"))
    assert await hear(customer) == wire.Relay(b"paired")
    return engineer, customer, issued.token, joined.token


async def tell(socket: aiohttp.ClientWebSocketResponse, message: wire.ToServer) -> None:
    """Send a message."""
    await socket.send_bytes(wire.TO_SERVER.encode(message))


async def hear(socket: aiohttp.ClientWebSocketResponse) -> Any:
    """Return the next message."""
    return wire.TO_CLIENT.decode(await socket.receive_bytes(timeout=20.0))


async def ask(socket: aiohttp.ClientWebSocketResponse, message: wire.ToServer) -> Any:
    """Send a message and return the answer."""
    await tell(socket, message)
    return await hear(socket)


async def bound(entrance: tuple[str, int], username: str, credential: str, peer: tuple[str, int]) -> int:
    """Allocate a relay over UDP, ask for a channel to `peer`; return 0, or the error code (RFC 8656) of the refusal."""
    loop = asyncio.get_running_loop()
    _, client = await loop.create_datagram_endpoint(
        lambda: turn.TurnClientUdpProtocol(entrance, username, credential, 600, 500), remote_addr=entrance
    )
    try:
        await client.connect()
        await client.channel_bind(0x4000, peer)
    except stun.TransactionFailed as refusal:
        return int(refusal.response.attributes["ERROR-CODE"][0])
    finally:
        await client.delete()
    return 0
