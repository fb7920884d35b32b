"""Real coturn, HAProxy and signaling as they are shipped: who gets through, and how far."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp
import pytest
from aioice import stun, turn

from remotedesk.core.errors import ErrorCode
from remotedesk.wire import signaling as wire
from remotedesk_signaling.bridge import proxy_header
from remotedesk_signaling.relay import credential
from remotedesk_signaling.trial import ServerSide
from tests.support.server_side import (
    ask,
    bound,
    echoes,
    echoing,
    hear,
    open_bridge,
    paired_sockets,
    server_side,
    session_to,
    tell,
    trusting,
    tunnelled,
)
from tests.support.signaling import transports_closed

UNAUTHORIZED: Final = 401  # RFC 8489, section 14.8
FORBIDDEN: Final = 403  # RFC 8656, section 19
QUOTA_REACHED: Final = 486  # the same
PRIVATE: Final = (
    "0.0.0.1", "10.0.0.1", "100.64.0.1", "127.0.0.53", "169.254.169.254", "172.16.0.1", "172.31.255.254", "192.0.0.8",
    "192.168.1.1", "198.18.0.1", "224.0.0.251", "239.255.255.250", "255.255.255.255",
)  # fmt: skip


@pytest.fixture(scope="module")
def side(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerSide]:
    """A server side whose relays may send to 127.0.0.1, where the peers of these tests are, and as shipped else."""
    with server_side(tmp_path_factory.mktemp("server"), name="localhost") as made:
        yield made


@asynccontextmanager
async def paired(side: ServerSide) -> AsyncIterator[tuple[aiohttp.ClientSession, Any, Any]]:
    """Yield a session to open more in, and the sockets of an engineer and a customer who are paired."""
    async with session_to(side) as session:
        engineer, customer, _, _ = await paired_sockets(session, side.url)
        yield session, engineer, customer
        await customer.close()
        await engineer.close()


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


async def test_a_lease_is_for_paired_sides_alone(side: ServerSide) -> None:
    async with session_to(side) as session:
        engineer = await session.ws_connect(f"{side.url}/ws", protocols=(wire.SUBPROTOCOL,))
        customer = await session.ws_connect(f"{side.url}/ws", protocols=(wire.SUBPROTOCOL,))
        refused = wire.Refused(ErrorCode.STATE_FORBIDS)
        assert await ask(customer, wire.AskLease()) == refused
        await ask(engineer, wire.SignIn("Hanako Sato", "correct horse battery"))
        issued = await ask(engineer, wire.Issue())
        await ask(customer, wire.Join(issued.routing))
        assert await hear(engineer) == wire.PeerJoined()
        for client in (engineer, customer):
            assert await ask(client, wire.AskLease()) == refused
        await tell(engineer, wire.Paired())
        assert isinstance(await ask(engineer, wire.AskLease()), wire.Lease)
        await tell(engineer, wire.Leave())
        assert await ask(engineer, wire.AskLease()) == refused
        await engineer.close()
        await customer.close()


async def test_turn_refuses_who_was_given_no_lease(side: ServerSide) -> None:
    """Forged, expired, made up: over UDP as through the one TLS port."""
    entrance = ("127.0.0.1", side.ports.stun)
    peer = ("127.0.0.1", 9)
    later, before = f"{int(time.time()) + 600}:stranger", f"{int(time.time()) - 5}:customer"
    right = side.secret.encode()
    assert await bound(entrance, later, credential(right, later), peer) == 0
    for username, password in (
        (later, credential(b"another secret of the right length", later)),
        (later, credential(right, before)),
        (before, credential(right, before)),
        ("stranger", credential(right, "stranger")),
        ("stranger", "password"),
        ("", ""),
    ):
        assert await bound(entrance, username, password, peer) == UNAUTHORIZED, username
        with pytest.raises(stun.TransactionFailed) as refusal:
            await echoes(("localhost", side.ports.https), username, password, peer, ssl=trusting(side), transport="tcp")
        assert refusal.value.response.attributes["ERROR-CODE"][0] == UNAUTHORIZED
    await transports_closed(side.ports.https)


async def test_a_lease_reaches_no_private_network(side: ServerSide) -> None:
    async with paired(side) as (_, engineer, _customer):
        lease = await ask(engineer, wire.AskLease())
        for address in PRIVATE:
            found = await bound(("127.0.0.1", side.ports.stun), lease.username, lease.credential, (address, 4_000))
            assert found == FORBIDDEN, address


async def test_a_lease_reaches_the_internet(side: ServerSide) -> None:
    async with paired(side) as (_, engineer, _customer):
        lease = await ask(engineer, wire.AskLease())
        for address in ("1.0.0.1", "99.255.255.255", "172.32.0.1", "192.0.2.1", "223.255.255.254"):
            assert await bound(("127.0.0.1", side.ports.stun), lease.username, lease.credential, (address, 4_000)) == 0


async def test_a_side_has_a_quota_whatever_leases_it_has(side: ServerSide) -> None:
    entrance = ("127.0.0.1", side.ports.stun)
    async with paired(side) as (_, engineer, _customer), contextlib.AsyncExitStack() as held:
        for lease in [await ask(engineer, wire.AskLease()) for _ in range(4)] * 4:
            transport, _ = await turn.create_turn_endpoint(
                asyncio.DatagramProtocol, entrance, lease.username, lease.credential
            )
            held.callback(transport.close)
        assert await bound(entrance, lease.username, lease.credential, ("127.0.0.1", 9)) == QUOTA_REACHED
    await asyncio.sleep(0.2)


async def test_the_bridge_takes_each_ticket_once(side: ServerSide) -> None:
    async with paired(side) as (session, engineer, _):
        lease = await ask(engineer, wire.AskLease())
        for ticket in ("", "A" * 32, lease.credential):
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await open_bridge(session, side.url, ticket)
        socket = await open_bridge(session, side.url, lease.ticket)
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await open_bridge(session, side.url, lease.ticket)
        await socket.close()


async def test_a_ticket_ends_with_its_session_and_so_does_its_bridge(side: ServerSide) -> None:
    async with paired(side) as (session, engineer, customer):
        used, unused = [(await ask(customer, wire.AskLease())).ticket for _ in range(2)]
        socket = await open_bridge(session, side.url, used)
        await tell(engineer, wire.Leave())
        assert await hear(customer) == wire.PeerLeft()
        assert (await socket.receive(timeout=10.0)).type is aiohttp.WSMsgType.CLOSE
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await open_bridge(session, side.url, unused)


@pytest.mark.parametrize(
    "sent",
    [b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n", b"CONNECT 10.0.0.1:22 HTTP/1.1\r\n\r\n", b"\x05\x01\x00"],
)
async def test_nothing_but_turn_answers_behind_the_bridge(side: ServerSide, sent: bytes) -> None:
    async with paired(side) as (session, engineer, _):
        lease = await ask(engineer, wire.AskLease())
        socket = await open_bridge(session, side.url, lease.ticket)
        await socket.send_bytes(sent)
        with contextlib.suppress(TimeoutError):
            assert (await socket.receive(timeout=1.0)).type is not aiohttp.WSMsgType.BINARY
        await socket.close()


async def test_turn_is_told_the_clients_own_address_and_believes_no_other(side: ServerSide) -> None:
    async with paired(side) as (session, engineer, _):
        seen = []
        for first in (b"", proxy_header("192.0.2.7", 7, 7)):
            lease = await ask(engineer, wire.AskLease())
            socket = await open_bridge(session, side.url, lease.ticket)
            request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
            await socket.send_bytes(first + bytes(request))
            with contextlib.suppress(TimeoutError):
                answer = await socket.receive(timeout=1.0)
                if answer.type is aiohttp.WSMsgType.BINARY:
                    seen.append(stun.parse_message(answer.data).attributes["XOR-MAPPED-ADDRESS"][0])
            await socket.close()
        assert seen in (["127.0.0.1"], ["127.0.0.1", "127.0.0.1"])


async def test_both_stun_ports_see_the_same_socket(side: ServerSide) -> None:
    """What a client compares to learn what its NAT does."""
    seen = []
    for port in (side.ports.stun, side.ports.stun_2):
        reader: asyncio.Queue[bytes] = asyncio.Queue()

        class Heard(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, _addr: Any, into: asyncio.Queue[bytes] = reader) -> None:
                into.put_nowait(data)

        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Heard, ("127.0.0.1", 0))
        request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        transport.sendto(bytes(request), ("127.0.0.1", port))
        answer = stun.parse_message(await asyncio.wait_for(reader.get(), 5.0))
        seen.append(answer.attributes["XOR-MAPPED-ADDRESS"] == transport.get_extra_info("sockname"))
        transport.close()
    assert seen == [True, True]


async def test_port_80_leads_to_the_one_that_is_safe(side: ServerSide) -> None:
    async with session_to(side) as session:
        url = f"http://localhost:{side.ports.http}/en?x=1"
        for headers in ({}, {"Host": "elsewhere.example"}):
            async with session.get(url, headers=headers, allow_redirects=False) as response:
                assert (response.status, response.headers["Location"]) == (301, f"{side.url}/en?x=1")
        async with session.get(f"{side.url}/en") as response:
            assert response.status == 200
            assert "max-age" in response.headers["Strict-Transport-Security"]


async def test_limits_of_an_address_hold_behind_the_proxy(tmp_path: Any) -> None:
    """What a client says of himself in X-Forwarded-For gives him no address of his own."""
    with server_side(tmp_path, limits=("joins_per_minute=3",)) as side:
        async with session_to(side) as session:
            codes = []
            for number in range(5):
                headers = {"X-Forwarded-For": f"192.0.2.{number}"}
                socket = await session.ws_connect(f"{side.url}/ws", protocols=(wire.SUBPROTOCOL,), headers=headers)
                codes.append((await ask(socket, wire.Join("00000"))).code)
                await socket.close()
            assert codes == [ErrorCode.NUMBER_UNKNOWN] * 3 + [ErrorCode.TOO_MANY_REQUESTS] * 2


async def test_no_secret_is_written_down(side: ServerSide) -> None:
    async with paired(side) as (session, engineer, customer):
        leases = [await ask(client, wire.AskLease()) for client in (engineer, customer)]
        socket = await open_bridge(session, side.url, leases[0].ticket)
        async with tunnelled(socket) as entrance, echoing() as peer:
            assert await echoes(entrance, leases[0].username, leases[0].credential, peer, transport="tcp")
        await socket.close()
    logs = b"".join(file.read_bytes() for file in side.ca_file.parent.glob("*.log"))
    assert b"AskLease" in logs
    for lease in leases:
        for secret in (lease.credential, lease.ticket, side.secret):
            assert secret.encode() not in logs


@pytest.mark.parametrize("how", ["kill", "end"])
async def test_sessions_go_on_through_a_crash_and_a_restart_of_the_server(side: ServerSide, how: str) -> None:
    async with session_to(side) as session:
        engineer, customer, *tokens = await paired_sockets(session, side.url)
        assert not any(token.encode() in side.database.read_bytes() for token in tokens)
        await asyncio.to_thread(getattr(side.children["signaling"], how))
        await asyncio.to_thread(side.start_signaling)
        back = []
        for token in tokens:
            socket = await session.ws_connect(f"{side.url}/ws", protocols=(wire.SUBPROTOCOL,))
            assert await ask(socket, wire.Resume(token)) == wire.Resumed(bool(back))
            back.append(socket)
        assert await hear(back[0]) == wire.PeerPresent(True)
        for one, other in (back, reversed(back)):
            await tell(one, wire.Relay(b"still here"))
            assert await hear(other) == wire.Relay(b"still here")
        assert isinstance(await ask(back[1], wire.AskLease()), wire.Lease)
        await tell(back[0], wire.Leave())
        assert await hear(back[1]) == wire.PeerLeft()
        for token in tokens:
            stranger = await session.ws_connect(f"{side.url}/ws", protocols=(wire.SUBPROTOCOL,))
            assert await ask(stranger, wire.Resume(token)) == wire.Refused(ErrorCode.PEER_ENDED)
            await stranger.close()
        for socket in (engineer, customer, *back):
            await socket.close()
