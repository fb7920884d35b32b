"""The client's end of the signaling socket: typed messages both ways, and every way to fail brought to a code."""

import asyncio
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Final, Self

import aiohttp

from remotedesk.core.errors import (
    ErrorCode,
    NumberError,
    PairingError,
    ProtocolError,
    RemotedeskError,
    ServerError,
)
from remotedesk.transport.reach.dialer import Dialer, DirectDialer, Stream
from remotedesk.transport.reach.one_stream import OneStreamConnector
from remotedesk.transport.reach.tls import open_tls
from remotedesk.transport.server_address import ServerAddress, Trust
from remotedesk.wire.signaling import LARGEST, SUBPROTOCOL, TO_CLIENT, TO_SERVER, Refused, ToClient, ToServer

CONNECT_WITHIN_S: Final = 10.0
CLOSE_WITHIN_S: Final = 2.0
# The server's own silence limit is longer; a proxy in between commonly drops a socket that is silent for 30 to 60 s.
HEARTBEAT_S: Final = 20.0

_FAMILIES: Final[dict[str, type[RemotedeskError]]] = {"1": NumberError, "2": PairingError, "4": ProtocolError}


class SignalingClient:
    """One open socket to the server. One task at a time may be in `receive`; `send` and `close` are free.

    Nothing is read ahead: what is not received yet waits in the socket, whose buffer is bounded.
    """

    def __init__(self, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Take over both; use `connect`."""
        self._session = session
        self._socket = socket

    @classmethod
    async def connect(
        cls,
        address: ServerAddress,
        trust: Trust | None = None,
        within_s: float = CONNECT_WITHIN_S,
        dialer: Dialer | None = None,
    ) -> Self:
        """Connect by this way out, directly without one, and return the client, to be closed by the caller.

        Raises ServerError: SERVER_UNREACHABLE (no such name, refused, no answer in time), SERVER_CERTIFICATE (not
        trusted, or not the pinned one), TLS_OPENED as InterceptedError, TOO_MANY_REQUESTS, PROXY_IN_THE_WAY (something
        answers that is not the signaling server), and what the dialer raises.
        """
        async with AsyncExitStack() as undo:
            try:
                async with asyncio.timeout(within_s):
                    stream = await _stream(address, trust or Trust(), dialer or DirectDialer())
                    undo.callback(stream[1].transport.abort)
                    # The proxies of the environment are not used: which way out works is found out by trying.
                    session = aiohttp.ClientSession(
                        connector=OneStreamConnector(stream),
                        trust_env=False,
                        middlewares=[_only_upgrade],
                        cookie_jar=aiohttp.DummyCookieJar(),
                    )
                    undo.push_async_callback(session.close)
                    socket = await _upgraded(session, address)
            except TimeoutError:
                raise ServerError(ErrorCode.SERVER_UNREACHABLE, "TimeoutError") from None
            undo.pop_all()
        return cls(session, socket)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def closed(self) -> bool:
        """True once the socket is gone; after a refusal it is not."""
        return self._socket.closed

    async def send(self, message: ToServer) -> None:
        """Send a message; raises ServerError(SERVER_LOST), or ProtocolError for one out of bounds."""
        data = TO_SERVER.encode(message)
        try:
            await self._socket.send_frame(data, aiohttp.WSMsgType.BINARY)
        except (aiohttp.ClientError, OSError):
            raise ServerError(ErrorCode.SERVER_LOST) from None

    async def receive(self) -> ToClient:
        """Return the server's next message.

        A `Refused` is raised: NumberError, PairingError, ProtocolError or ServerError by its code, the latter with
        SERVER_INTERNAL for a code this client does not know; the socket stays open unless the server closes it.
        Raises ServerError(SERVER_LOST) once the socket is gone; ProtocolError for what is no message, and closes.
        """
        item = await self._socket.receive()
        if item.type is aiohttp.WSMsgType.BINARY:
            try:
                message = TO_CLIENT.decode(item.data)
            except ProtocolError:
                await self.close()
                raise
            if isinstance(message, Refused):
                raise refusal(message)
            return message
        await self.close()
        if item.type is aiohttp.WSMsgType.TEXT:
            raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "text")
        if isinstance(item.data, aiohttp.WebSocketError):
            big = item.data.code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
            raise ProtocolError(ErrorCode.MESSAGE_TOO_BIG if big else ErrorCode.MESSAGE_MALFORMED, "frame")
        raise ServerError(ErrorCode.SERVER_LOST)

    async def close(self) -> None:
        """Close the socket; may be called again, and from another task than the one that receives."""
        await self._socket.close()
        await self._session.close()


def refusal(message: Refused) -> RemotedeskError:
    """Return the error that a refusal stands for."""
    try:
        code = ErrorCode(message.code)
    except ValueError:
        return ServerError(ErrorCode.SERVER_INTERNAL, message.code)
    return _FAMILIES.get(code[3], ServerError)(code)


async def _only_upgrade(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Take no redirect, log-in page or proxy's answer for the server's.

    A redirect could also lead from wss to plain http, and aiohttp would follow it.
    """
    response = await handler(request)
    if response.status == 101:
        return response
    response.close()
    if response.status in (502, 503, 504):  # from whatever stands in front of the server
        raise ServerError(ErrorCode.SERVER_UNREACHABLE, f"HTTP {response.status}")
    if response.status == 429:
        raise ServerError(ErrorCode.TOO_MANY_REQUESTS)
    raise ServerError(ErrorCode.PROXY_IN_THE_WAY, f"HTTP {response.status}")


async def _stream(address: ServerAddress, trust: Trust, dialer: Dialer) -> Stream:
    if address.secure:
        return await open_tls(dialer, address.host, address.port, trust)
    return await dialer.dial(address.host, address.port)


async def _upgraded(session: aiohttp.ClientSession, address: ServerAddress) -> aiohttp.ClientWebSocketResponse:
    try:
        socket = await session.ws_connect(
            address.url,
            protocols=(SUBPROTOCOL,),
            heartbeat=HEARTBEAT_S,
            max_msg_size=LARGEST + 1,  # aiohttp refuses one that is exactly as large
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_WITHIN_S),
        )
    except aiohttp.WSServerHandshakeError:
        raise ServerError(ErrorCode.PROXY_IN_THE_WAY, "not a WebSocket") from None
    except (aiohttp.ClientError, ConnectionError) as error:
        raise ServerError(ErrorCode.SERVER_UNREACHABLE, type(error).__name__) from None
    if socket.protocol != SUBPROTOCOL:
        await socket.close()
        raise ServerError(ErrorCode.PROXY_IN_THE_WAY, "subprotocol")
    return socket
