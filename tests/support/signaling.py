"""A real signaling server and plain clients for it, on loopback."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from remotedesk.wire import signaling as wire
from remotedesk_signaling.accounts import Accounts
from remotedesk_signaling.limits import Limits
from remotedesk_signaling.relay import RelayConfig
from remotedesk_signaling.server import RunningServer, ServerConfig, serve

PASSWORD = "correct horse battery"
NAME = "Hanako Sato"
COMPANY = "Sample Support K.K."
PATIENCE_S = 20.0
TRANSPORTS_CLOSE_WITHIN_S = 10.0

M = TypeVar("M")


@asynccontextmanager
async def running_server(
    limits: Limits | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    trusted_proxies: tuple[str, ...] = (),
    certificate: Path | None = None,
    relay: RelayConfig | None = None,
) -> AsyncIterator[RunningServer]:
    """A server in this event loop with one engineer, `NAME` of `COMPANY`."""
    accounts = Accounts.in_memory()
    accounts.add(NAME, COMPANY, PASSWORD)
    config = ServerConfig(
        accounts,
        tls=tls,
        limits=limits or Limits(),
        trusted_proxies=trusted_proxies,
        relay=relay,
        certificate=certificate,
    )
    try:
        async with await serve(config) as server:
            yield server
    finally:
        accounts.close()


class PlainClient:
    """A client that sends and expects messages one by one."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def send(self, message: wire.ToServer) -> None:
        """Send one message."""
        await self.socket.send_bytes(wire.TO_SERVER.encode(message))

    async def receive(self) -> wire.ToClient:
        """Return the next message."""
        return wire.TO_CLIENT.decode(await self.socket.receive_bytes(timeout=PATIENCE_S))

    async def expect(self, kind: type[M]) -> M:
        """Return the next message, which has to be of this kind."""
        message = await self.receive()
        assert isinstance(message, kind), message
        return message

    async def refused(self) -> str:
        """Return the code of the next message, which has to be a refusal."""
        return (await self.expect(wire.Refused)).code

    async def close_code(self) -> int | None:
        """Return the code the server closes with, which it has to do next.

        The frame's own: aiohttp puts 1006 in its place when the connection ends before it could answer the frame.
        """
        message = await self.socket.receive(timeout=PATIENCE_S)
        if message.type is aiohttp.WSMsgType.CLOSE:
            return int(message.data)
        assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING), message
        return self.socket.close_code

    async def sign_in(self, name: str = NAME, password: str = PASSWORD) -> None:
        """Sign in as the engineer."""
        await self.send(wire.SignIn(name, password))
        await self.expect(wire.SignedIn)

    async def issue(self) -> wire.Issued:
        """Get a number."""
        await self.send(wire.Issue())
        return await self.expect(wire.Issued)

    async def join(self, routing: str) -> wire.Joined:
        """Join as a customer."""
        await self.send(wire.Join(routing))
        return await self.expect(wire.Joined)

    async def close(self) -> None:
        """Close the socket."""
        await self.socket.close()


class Clients:
    """Opens clients to one server; all are closed with it."""

    def __init__(self, session: aiohttp.ClientSession, port: int, scheme: str) -> None:
        self.session = session
        self.opened: list[PlainClient] = []
        self.url = f"{scheme}://127.0.0.1:{port}"

    async def connect(
        self, *, protocols: tuple[str, ...] = (wire.SUBPROTOCOL,), headers: dict[str, str] | None = None
    ) -> PlainClient:
        """Open a socket."""
        socket = await self.session.ws_connect(
            f"{self.url}/ws",
            protocols=protocols,
            headers=headers,
            max_msg_size=wire.LARGEST,
            timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
        )
        self.opened.append(PlainClient(socket))
        return self.opened[-1]

    async def engineer(self) -> PlainClient:
        """Open a signed-in engineer's socket."""
        client = await self.connect()
        await client.sign_in()
        return client

    async def pair(self) -> tuple[PlainClient, PlainClient, wire.Issued, wire.Joined]:
        """Open both sides of a paired session: engineer, customer, and what they were told."""
        engineer, customer = await self.engineer(), await self.connect()
        issued = await engineer.issue()
        joined = await customer.join(issued.routing)
        await engineer.expect(wire.PeerJoined)
        await engineer.send(wire.Paired())
        await engineer.send(wire.Relay(b"paired"))  # in order: once it is here, `Paired` has been dealt with
        await customer.expect(wire.Relay)
        return engineer, customer, issued, joined


@asynccontextmanager
async def clients_of(
    server: RunningServer, *, tls: ssl.SSLContext | bool = True, scheme: str = "http"
) -> AsyncIterator[Clients]:
    """Clients of `server`."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, ssl=tls)) as session:
        clients = Clients(session, server.port, scheme)
        try:
            yield clients
        finally:
            for client in clients.opened:
                await client.close()
    if scheme == "https":
        await transports_closed(server.port)


async def transports_closed(port: int) -> None:
    """Wait until the clients' transports to `port` have closed, which with TLS takes longer than their session's end.

    What the loop's end finds open warns. asyncio has no other way to ask for it.
    """
    transports = getattr(asyncio.get_running_loop(), "_transports")  # noqa: B009 - mypy has no word of it
    async with asyncio.timeout(TRANSPORTS_CLOSE_WITHIN_S):
        while any(_leads_to(each, port) for each in list(transports.values())):  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)


def _leads_to(transport: Any, port: int) -> bool:
    return transport._sock is not None and (transport.get_extra_info("peername") or (None, None))[1] == port
