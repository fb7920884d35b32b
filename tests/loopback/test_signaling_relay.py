"""Real coturn, HAProxy and signaling as they are shipped: who gets through, and how far."""

import asyncio
import base64
import hashlib
import hmac
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aioice import stun

from remotedesk.core.errors import ErrorCode
from remotedesk.wire import signaling as wire
from remotedesk_signaling.relay import credential
from remotedesk_signaling.trial import ServerSide
from tests.support.server_side import (
    ask,
    echoes,
    echoing,
    open_bridge,
    paired_sockets,
    server_side,
    trusting,
    tunnelled,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="coturn and HAProxy are the server's, on Linux")


@pytest.fixture(scope="module")
def side(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerSide]:
    """A server side whose relays may send to this machine, where the peers of these tests are."""
    made = server_side(tmp_path_factory.mktemp("server"), name="localhost")
    with made:
        yield made


@asynccontextmanager
async def paired(side: ServerSide) -> AsyncIterator[tuple[aiohttp.ClientSession, Any, Any]]:
    """Yield a session to open more in, and the sockets of an engineer and a customer who are paired."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusting(side))) as session:
        engineer, customer, _, _ = await paired_sockets(session, side.url)
        yield session, engineer, customer
        await customer.close()
        await engineer.close()
    await asyncio.sleep(0.1)  # TLS closes after its session


async def test_clients_are_told_where_everything_is(side: ServerSide) -> None:
    ports = side.ports
    async with paired(side) as (_, engineer, customer):
        for client in (engineer, customer):
            assert await ask(client, wire.AskReach()) == wire.Reach(
                (f"localhost:{ports.stun}", f"localhost:{ports.stun_2}"),
                (f"localhost:{ports.stun}",),
                (f"localhost:{ports.https}",),
                True,
            )


async def test_a_paired_side_relays_over_udp_tls_and_the_bridge(side: ServerSide) -> None:
    ports = side.ports
    async with paired(side) as (session, engineer, customer), echoing() as peer:
        lease = await ask(engineer, wire.AskLease())
        who = (lease.username, lease.credential)
        assert await echoes(("127.0.0.1", ports.stun), *who, peer)
        for tls in (trusting(side, "stun.turn"), trusting(side)):
            assert await echoes(("localhost", ports.https), *who, peer, ssl=tls, transport="tcp")
        lease = await ask(customer, wire.AskLease())
        socket = await open_bridge(session, side.url, lease.ticket)
        async with tunnelled(socket) as entrance:
            assert await echoes(entrance, lease.username, lease.credential, peer, transport="tcp")
        await socket.close()
