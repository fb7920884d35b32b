"""A proxy on 127.0.0.1 that says what its test wants, and notes what it was asked."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from remotedesk.core.reach import Proxy, ProxySource

Say = Callable[["Asked", asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Asked:
    """The heads of all requests, in order, and how many connections there were."""

    heads: list[str] = field(default_factory=list)
    connections: int = 0

    async def head(self, reader: asyncio.StreamReader) -> str:
        """Read and note the next request's head."""
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        return self.heads[-1]


@asynccontextmanager
async def played_proxy(say: Say, source: ProxySource = ProxySource.MANUAL) -> AsyncGenerator[tuple[Proxy, Asked], None]:
    """Run a proxy that does as `say` says with each connection."""
    asked = Asked()
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.connections += 1
        try:
            await say(asked, reader, writer)
        except (EOFError, ConnectionError):
            pass  # the client has gone
        finally:
            writer.transport.abort()

    def start(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(serve(reader, writer))
        running.add(task)
        task.add_done_callback(running.discard)

    server = await asyncio.start_server(start, "127.0.0.1", 0)
    try:
        yield Proxy("127.0.0.1", server.sockets[0].getsockname()[1], source), asked
    finally:
        server.close()
        for task in list(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await server.wait_closed()


async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int) -> None:
    """Say that the tunnel is open, and carry bytes both ways until one end has gone."""
    there_reader, there_writer = await asyncio.open_connection(host, port)
    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")

    async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()

    ways = [asyncio.create_task(carry(reader, there_writer)), asyncio.create_task(carry(there_reader, writer))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        there_writer.transport.abort()
