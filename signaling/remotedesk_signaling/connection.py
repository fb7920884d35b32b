"""One client's socket: bounded both ways, told why when it is closed, cut when it does not listen."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from aiohttp import WSCloseCode, WSMsgType, web

from remotedesk.core.errors import ErrorCode, ProtocolError, RemotedeskError
from remotedesk.core.rate_limit import TokenBucket
from remotedesk.wire import signaling as wire
from remotedesk_signaling.accounts import Account
from remotedesk_signaling.limits import Limits
from remotedesk_signaling.sessions import Client

_CLOSE_CODES: Final = {
    ErrorCode.MESSAGE_TOO_BIG: WSCloseCode.MESSAGE_TOO_BIG,
    ErrorCode.SERVER_SHUTTING_DOWN: WSCloseCode.GOING_AWAY,
    ErrorCode.SERVER_FULL: WSCloseCode.TRY_AGAIN_LATER,
    ErrorCode.TOO_MANY_REQUESTS: WSCloseCode.TRY_AGAIN_LATER,
    ErrorCode.SERVER_INTERNAL: WSCloseCode.INTERNAL_ERROR,
}
_REFUSED_BY_PARSER: Final[dict[int, ErrorCode]] = {
    WSCloseCode.MESSAGE_TOO_BIG: ErrorCode.MESSAGE_TOO_BIG,
    WSCloseCode.PROTOCOL_ERROR: ErrorCode.MESSAGE_MALFORMED,
    WSCloseCode.INVALID_TEXT: ErrorCode.MESSAGE_MALFORMED,
}
_OVER: Final = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR})


class Socket(web.WebSocketResponse):
    """A WebSocket that says `Refused` also when aiohttp's parser gives up on the client by itself."""

    def __init__(self, limits: Limits, protocols: Sequence[str]) -> None:
        """`protocols` are the subprotocols that may be agreed on."""
        super().__init__(
            timeout=limits.close_s,
            autoping=False,  # pings count against the client's rate
            heartbeat=limits.heartbeat_s,
            protocols=protocols,
            compress=False,
            # Room to read a message that is too big to its end, so that the answer is not lost in a reset.
            max_msg_size=2 * wire.LARGEST,
        )
        self.told = False

    async def close(self, *, code: int = WSCloseCode.OK, message: bytes = b"", drain: bool = True) -> bool:
        """Close, with a `Refused` first if the client has not been told why."""
        refused = _REFUSED_BY_PARSER.get(code)
        if refused is not None and not self.told and not self.closed:
            self.told = True
            with contextlib.suppress(ConnectionError):
                await self.send_bytes(wire.TO_CLIENT.encode(wire.Refused(refused)))
        return await super().close(code=code, message=message, drain=drain)


class Connection(Client):
    """Reads, decodes and hands on what one client sends; queues what is sent to him."""

    __slots__ = (
        "_bytes",
        "_close_code",
        "_flusher",
        "_limits",
        "_messages",
        "_queue",
        "_queued_bytes",
        "_socket",
        "_transport",
        "account",
        "address",
        "heard_at",
    )

    def __init__(self, socket: Socket, transport: asyncio.Transport, address: str, limits: Limits, now: float) -> None:
        """`address` is what per-address limits go by; `now` is in seconds of the clock given to `run`."""
        super().__init__()
        self.account: Account | None = None
        self.address = address
        self.heard_at = now
        self._socket = socket
        self._transport = transport
        self._limits = limits
        self._messages = TokenBucket(limits.messages_burst, limits.messages_per_second, now)
        self._bytes = TokenBucket(limits.bytes_burst, limits.bytes_per_second, now)
        self._queue: deque[bytes] | None = None
        self._queued_bytes = 0
        self._flusher: asyncio.Task[None] | None = None
        self._close_code: WSCloseCode | None = None

    def send(self, message: wire.ToClient) -> None:
        """Queue a message. A client that lets too much pile up is cut off."""
        if self._close_code is None:
            self._enqueue(wire.TO_CLIENT.encode(message))

    def drop(self, code: ErrorCode, close_code: WSCloseCode | None = None) -> None:
        """Tell the client `code`, close the socket, and cut the connection if that does not succeed soon."""
        if self._close_code is not None:
            return
        self._socket.told = True
        self._enqueue(wire.TO_CLIENT.encode(wire.Refused(code)))
        self._close_code = close_code or _CLOSE_CODES.get(code, WSCloseCode.POLICY_VIOLATION)
        self._cut_later()

    async def run(
        self, handle: Callable[["Connection", wire.ToServer], Awaitable[None]], clock: Callable[[], float]
    ) -> None:
        """Hand every message to `handle` until the socket is closed or has to be.

        A ProtocolError raised by `handle` drops the client, another RemotedeskError is only told to him.
        """
        while self._close_code is None:
            frame = await self._socket.receive()
            if frame.type in _OVER:
                return
            self.heard_at = clock()
            try:
                await self._take(frame.type, frame.data, handle)
            except ProtocolError as error:
                self.drop(error.code, WSCloseCode.UNSUPPORTED_DATA if frame.type is WSMsgType.TEXT else None)
            except RemotedeskError as error:
                self.send(wire.Refused(error.code))

    async def finish(self) -> None:
        """Wait until everything queued is out and the socket closed; within `close_s` in any case."""
        self._cut_later()
        if self._flusher is not None:
            await self._flusher

    async def _take(
        self, kind: WSMsgType, data: bytes, handle: Callable[["Connection", wire.ToServer], Awaitable[None]]
    ) -> None:
        if not (self._messages.take(self.heard_at) and self._bytes.take(self.heard_at, len(data))):
            raise ProtocolError(ErrorCode.MESSAGE_FLOOD)
        if kind is WSMsgType.PING:
            with contextlib.suppress(ConnectionError):
                await self._socket.pong(data)
        elif kind is WSMsgType.BINARY:
            await handle(self, wire.TO_SERVER.decode(data))
        elif kind is not WSMsgType.PONG:
            raise ProtocolError(ErrorCode.MESSAGE_MALFORMED)

    def _enqueue(self, data: bytes) -> None:
        if self._queue is None:
            self._queue = deque()
        self._queue.append(data)
        self._queued_bytes += len(data)
        limits = self._limits
        if len(self._queue) > limits.queued_messages_most or self._queued_bytes > limits.queued_bytes_most:
            self._close_code = WSCloseCode.POLICY_VIOLATION
            self._abort()
        elif self._flusher is None:
            self._flusher = asyncio.create_task(self._flush(self._queue))

    def _abort(self) -> None:
        with contextlib.suppress(AttributeError):  # asyncio's TLS transport raises it when it is closed already
            self._transport.abort()

    async def _flush(self, queue: deque[bytes]) -> None:
        """Send what is queued, then end: a waiting client costs neither a task nor a queue."""
        try:
            while queue:
                data = queue.popleft()
                await self._socket.send_bytes(data)
                self._queued_bytes -= len(data)
            if self._close_code is not None:
                await self._socket.close(code=self._close_code)
        except ConnectionError:
            self._abort()
        finally:
            self._queue = None
            self._queued_bytes = 0
            self._flusher = None

    def _cut_later(self) -> None:
        asyncio.get_running_loop().call_later(self._limits.close_s, self._transport.abort)
