"""The client's end of the bridge, against what is no bridge, or one that says no."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.transport.reach.bridge import open_bridge
from remotedesk.transport.reach.dialer import DirectDialer
from remotedesk.transport.server_address import ServerAddress, Trust
from tests.conftest import WarningLog
from tests.support.turn_server import HOST, TICKET, free_port

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[ServerAddress]:
    app = web.Application()
    app.router.add_get("/turn", handler)
    server = TestServer(app)
    await server.start_server(shutdown_timeout=1.0)
    try:
        yield ServerAddress(HOST, server.port or 0, secure=False)
    finally:
        await server.close()


def answering(status: int, **headers: str) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers=headers, text="no bridge")

    return handle


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (200, ErrorCode.PROXY_IN_THE_WAY),
        (403, ErrorCode.TURN_REFUSED),
        (404, ErrorCode.PROXY_IN_THE_WAY),
        (429, ErrorCode.TOO_MANY_REQUESTS),
        (502, ErrorCode.WAY_BLOCKED),
        (503, ErrorCode.WAY_BLOCKED),
        (504, ErrorCode.WAY_BLOCKED),
    ],
)
async def test_a_refusal_has_its_code(status: int, code: ErrorCode) -> None:
    async with serving(answering(status)) as address:
        with pytest.raises(ServerError) as refused:
            await open_bridge(DirectDialer(), address, Trust(), TICKET)
    assert refused.value.code is code
    assert TICKET not in str(refused.value)


async def test_a_redirect_is_not_followed_with_the_ticket() -> None:
    asked: list[str] = []

    async def elsewhere(request: web.Request) -> web.StreamResponse:
        asked.append(request.headers.get("Authorization", ""))
        return web.Response()

    async with serving(elsewhere) as other:
        there = f"http://{HOST}:{other.port}/turn"
        async with serving(answering(302, Location=there)) as address:
            with pytest.raises(ServerError) as refused:
                await open_bridge(DirectDialer(), address, Trust(), TICKET)
    assert refused.value.code is ErrorCode.PROXY_IN_THE_WAY
    assert asked == []


async def test_without_the_subprotocol_it_is_no_bridge(warning_log: WarningLog) -> None:
    warning_log.expect("overlap server-known ones")  # says the server

    async def handle(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()  # the client's own was not agreed to
        await socket.prepare(request)
        await socket.receive()
        return socket

    async with serving(handle) as address:
        with pytest.raises(ServerError) as refused:
            await open_bridge(DirectDialer(), address, Trust(), TICKET)
    assert refused.value.code is ErrorCode.PROXY_IN_THE_WAY


async def test_a_handshake_that_is_wrong_is_no_bridge() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        return web.Response(status=101, headers={"Upgrade": "websocket", "Connection": "upgrade"})

    async with serving(handle) as address:
        with pytest.raises(ServerError) as refused:
            await open_bridge(DirectDialer(), address, Trust(), TICKET)
    assert refused.value.code is ErrorCode.PROXY_IN_THE_WAY


@pytest.mark.parametrize("said", [b"", b"\x15\x03\x03\x00\x02\x02\x28", b"SSH-2.0-OpenSSH_9.2\r\n" * 9])
async def test_what_speaks_no_http_is_told(said: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, HOST, 0)
    async with server:
        address = ServerAddress(HOST, server.sockets[0].getsockname()[1], secure=False)
        with pytest.raises(ServerError) as refused:
            await open_bridge(DirectDialer(), address, Trust(), TICKET)
    assert refused.value.code in (ErrorCode.WAY_BLOCKED, ErrorCode.PROXY_IN_THE_WAY)


async def test_nobody_there_is_told() -> None:
    with pytest.raises(ServerError) as refused:
        await open_bridge(DirectDialer(), ServerAddress(HOST, free_port(), secure=False), Trust(), TICKET)
    assert refused.value.code is ErrorCode.SERVER_UNREACHABLE


async def test_text_and_the_end_are_the_end_and_writing_after_it_is_told() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=("turn.remotedesk.1",))
        await socket.prepare(request)
        await socket.send_bytes(b"")
        await socket.send_bytes(b"bytes")
        await socket.send_str("text")
        await socket.receive()
        return socket

    async with serving(handle) as address:
        stream = await open_bridge(DirectDialer(), address, Trust(), TICKET)
        assert await stream.read() == b"bytes"
        assert await stream.read() == b""
        await stream.close()
        with pytest.raises(ConnectionError):
            await stream.write(b"too late")
        assert await stream.read() == b""
        await stream.close()
