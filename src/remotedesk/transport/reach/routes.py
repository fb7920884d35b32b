"""The single ways that can be tried: which servers a client lets itself be sent to, and through what."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.core.reach import Way
from remotedesk.transport.reach.bridge import open_bridge
from remotedesk.transport.reach.dialer import Dialer
from remotedesk.transport.reach.plan import Endpoint
from remotedesk.transport.reach.streams import ByteStream, SocketStream
from remotedesk.transport.reach.stun import Address
from remotedesk.transport.reach.tls import open_tls
from remotedesk.transport.server_address import ServerAddress, Trust

MOST_DIALERS: Final = 4
ALPN: Final = "stun.turn"  # RFC 7443

NewTicket = Callable[[], Awaitable[str]]


@dataclass(frozen=True)
class Route:
    """One way to one server; no dialer means UDP."""

    way: Way
    endpoint: Endpoint
    dialer: Dialer | None = None


@dataclass(frozen=True)
class Surroundings:
    """What ways are made of: the signaling server, what proves it, how to get out, and the other hosts allowed.

    Host names are in lower case, as those of ServerAddress.
    """

    address: ServerAddress
    trust: Trust
    dialers: Sequence[Dialer]
    allowed_hosts: frozenset[str] = frozenset()

    def endpoints(self, texts: Sequence[str]) -> list[Endpoint]:
        """Read a server's `host:port`s; those on hosts that nobody allowed are left out."""
        allowed = self.allowed_hosts | {self.address.host}
        found = [_endpoint(text) for text in texts]
        return [endpoint for endpoint in found if endpoint.host in allowed and 0 < endpoint.port < 65_536]

    def udp(self, texts: Sequence[str]) -> list[Route]:
        """Return the ways to TURN over UDP."""
        return [Route(Way.UDP, endpoint) for endpoint in self.endpoints(texts)]

    def tls(self, texts: Sequence[str]) -> list[Route]:
        """Return the ways to TURN over TLS."""
        return [
            Route(Way.PROXY_TLS if dialer.proxy else Way.TLS, endpoint, dialer)
            for dialer in self.dialers[:MOST_DIALERS]
            for endpoint in self.endpoints(texts)
        ]

    def bridges(self) -> list[Route]:
        """Return the ways to the server's bridge."""
        here = Endpoint(self.address.host, self.address.port)
        return [
            Route(Way.PROXY_WEBSOCKET if dialer.proxy else Way.WEBSOCKET, here, dialer)
            for dialer in self.dialers[:MOST_DIALERS]
        ]

    async def open(self, route: Route, new_ticket: NewTicket) -> ByteStream:
        """Open a stream by a way that has a dialer. Raises ServerError as `open_tls` and `open_bridge`."""
        assert route.dialer is not None  # noqa: S101
        if route.way in (Way.WEBSOCKET, Way.PROXY_WEBSOCKET):
            return await open_bridge(route.dialer, self.address, self.trust, await new_ticket())
        host, port = route.endpoint.host, route.endpoint.port
        return SocketStream(await open_tls(route.dialer, host, port, self.trust, (ALPN,)))


def _endpoint(text: str) -> Endpoint:
    host, _, port = text.rpartition(":")
    return Endpoint(host.strip("[]").lower(), int(port))


async def resolve(endpoint: Endpoint) -> list[Address]:
    """Return the numeric UDP addresses of a server, at most one of each family. Raises ServerError(WAY_BLOCKED)."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        raise ServerError(ErrorCode.WAY_BLOCKED, type(error).__name__) from None
    first: dict[int, Address] = {}
    for family, _, _, _, where in found:
        first.setdefault(family, (str(where[0]), int(where[1])))
    return list(first.values())
