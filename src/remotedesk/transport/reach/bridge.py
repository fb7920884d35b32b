"""TURN inside a WebSocket of the signaling server (PROTOCOL.md, section 12), where nothing else gets through."""

from contextlib import AsyncExitStack
from typing import Final

import aiohttp
from yarl import URL

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.transport.reach.dialer import Dialer, Stream
from remotedesk.transport.reach.one_stream import OneStreamConnector
from remotedesk.transport.reach.streams import MOST_WAITING
from remotedesk.transport.reach.tls import open_tls
from remotedesk.transport.server_address import ServerAddress, Trust

PATH: Final = "/turn"
SUBPROTOCOL: Final = "turn.remotedesk.1"
LARGEST: Final = 65_536  # bytes of a message
CLOSE_WITHIN_S: Final = 0.25

_BY_STATUS: Final = {
    403: ErrorCode.TURN_REFUSED,
    429: ErrorCode.TOO_MANY_REQUESTS,
    502: ErrorCode.WAY_BLOCKED,  # from whatever stands in front of the server
    503: ErrorCode.WAY_BLOCKED,
    504: ErrorCode.WAY_BLOCKED,
}


class BridgeStream:
    """A `ByteStream` over an open bridge."""

    def __init__(
        self,
        connector: OneStreamConnector,
        session: aiohttp.ClientSession,
        socket: aiohttp.ClientWebSocketResponse,
    ) -> None:
        """Take over all; use `open_bridge`."""
        self._connector = connector
        self._session = session
        self._socket = socket

    async def read(self) -> bytes:
        """See `ByteStream.read`."""
        while True:
            item = await self._socket.receive()
            if item.type is not aiohttp.WSMsgType.BINARY:
                return b""
            if item.data:
                return bytes(item.data)

    async def write(self, data: bytes) -> None:
        """See `ByteStream.write`; `data` has at most 65,536 bytes."""
        try:
            await self._socket.send_bytes(data)
        except (aiohttp.ClientError, OSError) as error:
            raise ConnectionResetError(type(error).__name__) from None

    async def close(self) -> None:
        """See `ByteStream.close`; waits a moment for the other end's goodbye."""
        await self._socket.close()
        await self._session.close()
        await self._connector.let_go()


async def open_bridge(dialer: Dialer, address: ServerAddress, trust: Trust, ticket: str) -> BridgeStream:
    """Open the bridge with a ticket, which is used up by it.

    Raises ServerError: TURN_REFUSED (a wrong ticket), PROXY_IN_THE_WAY (not the bridge), TOO_MANY_REQUESTS,
    WAY_BLOCKED, and what `open_tls` and the dialer raise.
    """
    async with AsyncExitStack() as undo:
        stream = await _stream(dialer, address, trust)
        stream[1].transport.set_write_buffer_limits(MOST_WAITING)
        connector = OneStreamConnector(stream)
        undo.push_async_callback(connector.let_go)
        session = aiohttp.ClientSession(
            connector=connector, middlewares=[_only_upgrade], cookie_jar=aiohttp.DummyCookieJar()
        )
        undo.push_async_callback(session.close)
        socket = await _upgrade(session, address, ticket)
        undo.pop_all()
    return BridgeStream(connector, session, socket)


async def _stream(dialer: Dialer, address: ServerAddress, trust: Trust) -> Stream:
    if address.secure:
        return await open_tls(dialer, address.host, address.port, trust, ("http/1.1",))
    return await dialer.dial(address.host, address.port)


async def _upgrade(
    session: aiohttp.ClientSession, address: ServerAddress, ticket: str
) -> aiohttp.ClientWebSocketResponse:
    try:
        socket = await session.ws_connect(
            URL(address.url).with_path(PATH),
            protocols=(SUBPROTOCOL,),
            headers={"Authorization": f"Bearer {ticket}"},
            max_msg_size=LARGEST + 1,  # aiohttp refuses what is as large as this
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_WITHIN_S),
        )
    except aiohttp.WSServerHandshakeError:
        raise ServerError(ErrorCode.PROXY_IN_THE_WAY, "not a WebSocket") from None
    except (aiohttp.ClientError, OSError) as error:
        raise ServerError(ErrorCode.WAY_BLOCKED, type(error).__name__) from None
    if socket.protocol != SUBPROTOCOL:
        await socket.close()
        raise ServerError(ErrorCode.PROXY_IN_THE_WAY, "subprotocol")
    return socket


async def _only_upgrade(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Follow no redirect: the ticket is for this server alone."""
    response = await handler(request)
    if response.status == 101:
        return response
    response.close()
    code = _BY_STATUS.get(response.status, ErrorCode.PROXY_IN_THE_WAY)
    raise ServerError(code, f"HTTP {response.status}")
