"""aiohttp over a connection that is already open: it speaks HTTP on it and opens no other."""

import asyncio
import contextlib

import aiohttp
from aiohttp.client_proto import ResponseHandler

from remotedesk.transport.reach.dialer import Stream


class OneStreamConnector(aiohttp.BaseConnector):
    """Gives a client session one stream, TLS included, for whatever host its request names.

    `_create_connection` is what every connector of aiohttp's own overrides. Nothing may have been sent on the stream.
    """

    def __init__(self, stream: Stream) -> None:
        """Take over the stream."""
        super().__init__(force_close=True, limit=1)
        self._stream = stream
        self._protocol: ResponseHandler | None = None

    async def _create_connection(
        self, req: aiohttp.ClientRequest, traces: object, timeout: aiohttp.ClientTimeout
    ) -> ResponseHandler:
        if self._protocol is not None:
            raise aiohttp.ClientConnectionError("there is one connection and no other")
        self._protocol = ResponseHandler(asyncio.get_running_loop())
        transport = self._stream[1].transport
        transport.set_protocol(self._protocol)
        self._protocol.connection_made(transport)
        return self._protocol

    async def let_go(self) -> None:
        """Close the stream at once, and return when the system has it back; closing TLS in order may take for ever."""
        self._stream[1].transport.abort()
        if self._protocol is None:
            with contextlib.suppress(OSError):
                await self._stream[1].wait_closed()
        elif (closed := self._protocol.closed) is not None:
            await asyncio.gather(closed, return_exceptions=True)
