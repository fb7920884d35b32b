"""Byte streams to a TURN server, and STUN messages over them (RFC 8489, 6.2.2)."""

import contextlib
from typing import Final, Protocol

from aioice.stun import Message

from remotedesk.core.errors import ErrorCode, ProtocolError, ServerError
from remotedesk.transport.reach.dialer import Stream
from remotedesk.transport.reach.stun import HEADER, Answer, acceptable, parse_answer, size_of

CHUNK: Final = 16 * 1024  # bytes read at once
MOST_WAITING: Final = 32 * 1024  # bytes written and not yet taken by the system, before `write` waits
STRAY_ANSWERS: Final = 16  # to nothing that was asked


class ByteStream(Protocol):
    """A connection that carries bytes both ways, whatever it is made of."""

    async def read(self) -> bytes:
        """Return the next bytes; none at the end, however it came."""
        ...

    async def write(self, data: bytes) -> None:
        """Write, and wait while the other end does not take it. Raises ConnectionError when it is gone."""
        ...

    async def close(self) -> None:
        """Close at once; may be called again."""
        ...


class SocketStream:
    """A `ByteStream` on a TCP connection, with or without TLS."""

    def __init__(self, stream: Stream) -> None:
        """Take over the connection."""
        self._reader, self._writer = stream
        # No long queue: what waits here is delay that nobody above can see.
        self._writer.transport.set_write_buffer_limits(MOST_WAITING)

    async def read(self) -> bytes:
        """See `ByteStream.read`."""
        try:
            return await self._reader.read(CHUNK)
        except OSError:  # ssl.SSLError is one, too
            return b""

    async def write(self, data: bytes) -> None:
        """See `ByteStream.write`."""
        self._writer.write(data)
        try:
            await self._writer.drain()
        except OSError as error:
            raise ConnectionResetError(type(error).__name__) from None

    async def close(self) -> None:
        """See `ByteStream.close`; what was written and not taken is dropped, since nobody waits for it."""
        self._writer.transport.abort()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


class Messages:
    """Cuts STUN messages out of a byte stream."""

    def __init__(self, stream: ByteStream) -> None:
        """The stream stays the caller's."""
        self._stream = stream
        self.rest = b""  # came and was not asked for; at most one read

    async def next(self) -> bytes:
        """Return the next message. Raises ConnectionError at the end, ProtocolError for what is no STUN."""
        head = await self._exactly(HEADER)
        return head + await self._exactly(size_of(head) - HEADER)

    async def _exactly(self, nbytes: int) -> bytes:
        while len(self.rest) < nbytes:
            data = await self._stream.read()
            if not data:
                raise ConnectionResetError
            self.rest += data
        taken, self.rest = self.rest[:nbytes], self.rest[nbytes:]
        return taken


class StreamExchange:
    """An `Exchange` over a byte stream; one request at a time."""

    def __init__(self, stream: ByteStream) -> None:
        """The stream stays the caller's."""
        self._stream = stream
        self._messages = Messages(stream)

    async def ask(self, request: Message, key: bytes | None = None) -> Answer:
        """See `Exchange.ask`."""
        try:
            await self._stream.write(bytes(request))
            for _ in range(STRAY_ANSWERS):
                answer = parse_answer(await self._messages.next())
                if answer.message.transaction_id == request.transaction_id and acceptable(answer, key):
                    return answer
        except ConnectionError:
            raise ServerError(ErrorCode.WAY_BLOCKED, "closed") from None
        except ProtocolError:
            pass
        raise ServerError(ErrorCode.PROXY_IN_THE_WAY, "no STUN")
