"""aiohttp takes a connection that is already open; this fails when the seam it goes through changes."""

import asyncio
import hashlib
import inspect

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from remotedesk.transport.reach.dialer import DirectDialer
from remotedesk.transport.reach.one_stream import OneStreamConnector


def test_every_connector_of_aiohttps_is_made_in_this_way() -> None:
    """The abstract method takes what the connectors' own take; a digest of those would change with every release."""
    expected = ["self", "req", "traces", "timeout"]
    for connector in (aiohttp.BaseConnector, aiohttp.TCPConnector, aiohttp.UnixConnector, OneStreamConnector):
        assert list(inspect.signature(connector._create_connection).parameters) == expected


async def test_one_request_and_no_other() -> None:
    async def hello(request: web.Request) -> web.Response:
        return web.Response(body=hashlib.sha256(await request.read()).digest())

    app = web.Application()
    app.router.add_post("/", hello)
    server = TestServer(app)
    await server.start_server()
    stream = await DirectDialer().dial("127.0.0.1", server.port or 0)
    sent = bytes(1_000_000)
    async with aiohttp.ClientSession(connector=OneStreamConnector(stream)) as session:
        async with session.post("http://any.name/", data=sent) as response:
            assert await response.read() == hashlib.sha256(sent).digest()
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.post("http://any.name/")
    assert stream[1].is_closing()
    await server.close()
    await asyncio.sleep(0)
