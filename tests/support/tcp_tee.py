"""A TCP relay in front of a real server that keeps every byte that goes through it."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self


class TcpTee:
    """Listens on a port of its own and passes both directions on.

    `received` is what clients sent, in order; `from_clients` and `from_server` have it connection by connection.
    """

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.received = bytearray()
        self.from_clients: list[bytearray] = []
        self.from_server: list[bytearray] = []
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._pass(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._target_port)
        self.from_clients.append(sent := bytearray())
        self.from_server.append(answered := bytearray())
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_pump(reader, back, self.received, sent))
                group.create_task(_pump(there, writer, answered))
        finally:
            for end in (back, writer):
                end.close()
                with contextlib.suppress(OSError):
                    await end.wait_closed()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, *kept: bytearray) -> None:
    with contextlib.suppress(OSError):  # either end may be gone already
        while data := await source.read(65_536):
            for each in kept:
                each += data
            sink.write(data)
            await sink.drain()
        sink.write_eof()
