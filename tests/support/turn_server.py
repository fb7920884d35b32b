"""A real coturn on 127.0.0.1 of a test's own, and what stands in front of one: TLS, and the bridge's WebSocket."""

import asyncio
import base64
import hashlib
import hmac
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from remotedesk.transport.reach.turn import Credentials
from tests.support.certificates import Certificates
from tests.support.xserver import wait_until

HOST: Final = "127.0.0.1"
SECRET: Final = "a test's own"
TICKET: Final = "T" * 32


class TurnServer:
    """Runs until closed, on two UDP ports and one TCP port; relays at 127.0.0.1, also to there."""

    def __init__(self, folder: Path, user_quota: int = 0) -> None:
        program = shutil.which("turnserver")
        if program is None:
            pytest.skip("needs coturn")
        self.port, self.other_port = free_port(), free_port()
        settings = (
            f"listening-ip={HOST}", f"listening-port={self.port}", f"aux-server={HOST}:{self.other_port}",
            f"relay-ip={HOST}", "allow-loopback-peers", "use-auth-secret", f"static-auth-secret={SECRET}",
            "realm=test", "no-tls", "no-dtls", "no-cli", f"user-quota={user_quota}", "relay-threads=1",
            "log-file=stdout", f"pidfile={folder}/turn.pid", f"userdb={folder}/turn.db",
        )  # fmt: skip
        (folder / "turn.conf").write_text("\n".join(settings) + "\n")
        with (folder / "turn.log").open("wb") as log:
            self._process = subprocess.Popen(
                [program, "-c", str(folder / "turn.conf")], stdout=log, stderr=subprocess.STDOUT, cwd=folder
            )
        try:
            wait_until(self._listens, what="coturn")
        except BaseException:
            self.close()
            raise

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def credentials(secret: str = SECRET, good_for_s: int = 600, who: str = "a") -> Credentials:
    """Return what coturn's use-auth-secret takes."""
    username = f"{int(time.time()) + good_for_s}:{who}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return Credentials(username, base64.b64encode(digest).decode())


def free_port() -> int:
    """Return a port that is free for TCP and UDP right now."""
    while True:
        with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
            stream.bind((HOST, 0))
            port: int = stream.getsockname()[1]
            try:
                datagrams.bind((HOST, port))
            except OSError:
                continue
            return port


def server_context(certificates: Certificates) -> ssl.SSLContext:
    """Return what a server with this certificate speaks TLS with."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.certificate, certificates.key)
    return context


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.transport.abort()


@asynccontextmanager
async def tls_in_front(port: int, certificates: Certificates) -> AsyncIterator[int]:
    """Speak TLS on a port, and carry what is in it to `port`; as HAProxy does."""
    context = server_context(certificates)
    context.set_alpn_protocols(["stun.turn"])
    tasks: set[asyncio.Task[None]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(HOST, port)
        await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))

    def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(carry(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(take, HOST, 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Bridge:
    """The server's end of the bridge, as PROTOCOL.md section 12 has it; each ticket is good once."""

    def __init__(self, turn_port: int) -> None:
        self.tickets = {TICKET}
        self.opened = 0
        self._turn_port = turn_port

    async def handle(self, request: web.Request) -> web.StreamResponse:
        ticket = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if ticket not in self.tickets:
            raise web.HTTPForbidden
        self.tickets.remove(ticket)
        self.opened += 1
        websocket = web.WebSocketResponse(protocols=("turn.remotedesk.1",), max_msg_size=65_536, compress=False)
        await websocket.prepare(request)
        reader, writer = await asyncio.open_connection(HOST, self._turn_port)
        downwards = asyncio.ensure_future(self._down(reader, websocket))
        try:
            async for item in websocket:
                if item.type is not WSMsgType.BINARY:
                    break
                writer.write(item.data)
                await writer.drain()
        finally:
            writer.transport.abort()
            downwards.cancel()
            await asyncio.gather(downwards, return_exceptions=True)
        return websocket

    async def _down(self, reader: asyncio.StreamReader, websocket: web.WebSocketResponse) -> None:
        while data := await reader.read(65_536):
            await websocket.send_bytes(data)
        await websocket.close()


@asynccontextmanager
async def bridge_in_front(
    port: int, certificates: Certificates | None, path: str = "/turn"
) -> AsyncIterator[tuple[Bridge, int]]:
    """Serve a bridge to `port`; yields it and the port it is at."""
    bridge = Bridge(port)
    app = web.Application()
    app.router.add_get(path, bridge.handle)
    server = TestServer(app)
    await server.start_server(shutdown_timeout=1.0, ssl=server_context(certificates) if certificates else None)
    try:
        yield bridge, server.port or 0
    finally:
        await server.close()
