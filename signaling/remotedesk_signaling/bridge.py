"""TURN over TCP inside a WebSocket, for clients behind proxies that let nothing else through (PROTOCOL.md, section 12).

A bridge leads to this server's own TURN server and nowhere else. Neither direction is read while the other end does not
take what was read before, so a slow client costs two small buffers and nothing more.
"""

import asyncio
import contextlib
import ipaddress
import logging
import socket as sockets
from collections import Counter
from typing import Final

from aiohttp import WSCloseCode, WSMsgType, hdrs, web

from remotedesk_signaling.limits import Limits
from remotedesk_signaling.rates import address_key
from remotedesk_signaling.sessions import Seat, Session
from remotedesk_signaling.upgrade import upgrade

log = logging.getLogger(__name__)

SUBPROTOCOL: Final = "turn.remotedesk.1"
LARGEST: Final = 65_536

_PROXY_SIGNATURE: Final = b"\r\n\r\n\x00\r\nQUIT\n"


class Bridge:
    """One open bridge of one side of a session."""

    __slots__ = ("address", "cut", "seat")

    def __init__(self, seat: Seat, address: str) -> None:
        """`address` is what limits of an address go by."""
        self.seat = seat
        self.address = address
        self.cut: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def end(self) -> None:
        """Have the bridge close both of its ends."""
        if not self.cut.done():
            self.cut.set_result(None)


class Bridges:
    """All bridges of one server."""

    def __init__(self, limits: Limits, to: tuple[str, int]) -> None:
        """`to` is the host and port of coturn's `tcp-proxy-port`."""
        self._limits = limits
        self._to = to
        self._open: dict[Bridge, None] = {}  # a set in the order of opening
        self._per_address: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._open)

    async def attend(self, request: web.Request, seat: Seat, address: str) -> web.StreamResponse:
        """Carry bytes for `seat`, whose client is at `address`, until an end closes or the session is over.

        Raises web.HTTPException: 400 for another subprotocol or what is no address (a proxy of ours says where the
        client is), 429 and 503 where a limit is reached, 502 without TURN.
        """
        offered = [part.strip() for part in request.headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL, "").split(",")]
        if SUBPROTOCOL not in offered:
            raise web.HTTPBadRequest(text="another subprotocol")
        try:
            header = proxy_header(address, _port_of(request), self._to[1])
        except ValueError:
            raise web.HTTPBadRequest(text="no address") from None
        bridge = Bridge(seat, address_key(address))
        self._admit(bridge)
        try:
            return await self._connect(bridge, request, header)
        finally:
            self._forget(bridge)

    def ended(self, session: Session) -> None:
        """Close the bridges of a session that is over."""
        for bridge in self._open:
            if bridge.seat.session is session:
                bridge.end()

    def shut_down(self) -> None:
        """Close all of them."""
        for bridge in self._open:
            bridge.end()

    def _admit(self, bridge: Bridge) -> None:
        limits = self._limits
        if len(self._open) >= limits.bridges_most:
            raise web.HTTPServiceUnavailable(text="too many bridges")
        if self._per_address[bridge.address] >= limits.bridges_per_address:
            raise web.HTTPTooManyRequests(text="too many bridges from this address")
        # Who comes back from a lost network is not kept out by what he left behind.
        mine = [each for each in self._open if each.seat is bridge.seat and not each.cut.done()]
        for older in mine[: max(0, len(mine) + 1 - limits.bridges_per_side)]:
            older.end()
        self._open[bridge] = None
        self._per_address[bridge.address] += 1

    def _forget(self, bridge: Bridge) -> None:
        del self._open[bridge]
        self._per_address[bridge.address] -= 1
        if not self._per_address[bridge.address]:
            del self._per_address[bridge.address]

    async def _connect(self, bridge: Bridge, request: web.Request, header: bytes) -> web.StreamResponse:
        limits = self._limits
        try:
            async with asyncio.timeout(limits.bridge_connect_s):
                reader, writer = await asyncio.open_connection(*self._to, limit=limits.bridge_buffer_bytes)
        except OSError:
            log.warning("TURN cannot be reached for a bridge")
            raise web.HTTPBadGateway(text="TURN cannot be reached") from None
        try:
            writer.transport.set_write_buffer_limits(limits.bridge_buffer_bytes)
            _shrink(writer.transport, sockets.SO_RCVBUF, limits.bridge_buffer_bytes)
            writer.write(header)
            socket = web.WebSocketResponse(
                timeout=limits.close_s,
                heartbeat=limits.heartbeat_s,
                protocols=[SUBPROTOCOL],
                compress=False,
                max_msg_size=LARGEST + 1,  # aiohttp refuses what is as long as this
                writer_limit=limits.bridge_buffer_bytes,
            )
            await upgrade(socket, request)
            if request.transport is not None:
                request.transport.set_write_buffer_limits(limits.bridge_buffer_bytes)
                _shrink(request.transport, sockets.SO_SNDBUF, limits.bridge_buffer_bytes)
            await _carry(bridge, socket, reader, writer)
            if request.transport is not None:
                request.transport.abort()  # who has not read the end by now never will
        finally:
            writer.transport.abort()  # what is left in it has nobody to go to
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        return socket


def proxy_header(address: str, port: int, to_port: int) -> bytes:
    """Return a PROXY protocol header, version 2, so that TURN knows the client's address and not only ours.

    (haproxy.org/download/2.6/doc/proxy-protocol.txt, section 2.2.) Raises ValueError for what is no address.
    """
    source = ipaddress.ip_address(address.partition("%")[0])
    family = b"\x11" if source.version == 4 else b"\x21"
    own = ipaddress.ip_address("127.0.0.1" if source.version == 4 else "::1")
    block = source.packed + own.packed + port.to_bytes(2, "big") + to_port.to_bytes(2, "big")
    return _PROXY_SIGNATURE + b"\x21" + family + len(block).to_bytes(2, "big") + block


async def _carry(
    bridge: Bridge, socket: web.WebSocketResponse, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Move bytes both ways until one way is over, then close the WebSocket."""
    ways = {asyncio.create_task(_to_turn(socket, writer)), asyncio.create_task(_to_client(reader, socket))}
    try:
        await asyncio.wait({*ways, bridge.cut}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
    with contextlib.suppress(ConnectionError):
        await socket.close(code=WSCloseCode.GOING_AWAY, drain=False)


async def _to_turn(socket: web.WebSocketResponse, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while (message := await socket.receive()).type is WSMsgType.BINARY:
            writer.write(message.data)
            await writer.drain()


async def _to_client(reader: asyncio.StreamReader, socket: web.WebSocketResponse) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(LARGEST):
            await socket.send_bytes(data)


def _port_of(request: web.Request) -> int:
    name = request.transport.get_extra_info("peername") if request.transport is not None else None
    return int(name[1]) if name else 0


def _shrink(transport: asyncio.BaseTransport, buffer: int, most: int) -> None:
    """Have the system keep little between TURN and a client, too.

    Left to itself it lets each buffer grow to megabytes for a client that is slow: 10 MB in all were measured, memory
    here and, worse, delay that the session cannot see. TURN drops what there is no room for.
    """
    socket = transport.get_extra_info("socket")
    if socket is not None:
        socket.setsockopt(sockets.SOL_SOCKET, buffer, most)
