"""aiohttp over a connection that is already open: it speaks HTTP on it and opens no other."""

import asyncio

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
        self._given = False

    async def _create_connection(
        self, req: aiohttp.ClientRequest, traces: object, timeout: aiohttp.ClientTimeout
    ) -> ResponseHandler:
        if self._given:
            raise aiohttp.ClientConnectionError("there is one connection and no other")
        self._given = True
        protocol = ResponseHandler(asyncio.get_running_loop())
        transport = self._stream[1].transport
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        return protocol
