"""What a real server does with clients that send too much, too big, too early, or do not listen."""

import asyncio
import contextlib
import json

import aiohttp
import pytest
from aiohttp import WSCloseCode

from remotedesk.core.errors import ErrorCode
from remotedesk.wire import signaling as wire
from remotedesk_signaling.limits import Limits
from tests.support.signaling import NAME, PASSWORD, PATIENCE_S, Clients, PlainClient, clients_of, running_server


async def _still_served(engineer: PlainClient, customer: PlainClient) -> None:
    """Assert that a session next door goes on."""
    await customer.send(wire.Relay(b"next door"))
    assert (await engineer.expect(wire.Relay)).payload == b"next door"


@pytest.mark.parametrize(
    ("frame", "code", "close_code"),
    [
        (b"{", ErrorCode.MESSAGE_MALFORMED, WSCloseCode.POLICY_VIOLATION),
        (b'{"type":"Nonsense"}', ErrorCode.MESSAGE_MALFORMED, WSCloseCode.POLICY_VIOLATION),
        (b'{"type":"Join","routing":"123456"}', ErrorCode.MESSAGE_MALFORMED, WSCloseCode.POLICY_VIOLATION),
        ('{"type":"Issue"}', ErrorCode.MESSAGE_MALFORMED, WSCloseCode.UNSUPPORTED_DATA),
        (b" " * (wire.LARGEST + 1), ErrorCode.MESSAGE_TOO_BIG, WSCloseCode.MESSAGE_TOO_BIG),
        (b'{"type":"Leave"}', ErrorCode.MESSAGE_OUT_OF_ORDER, WSCloseCode.POLICY_VIOLATION),
        (wire.TO_SERVER.encode(wire.Relay(b"x")), ErrorCode.MESSAGE_OUT_OF_ORDER, WSCloseCode.POLICY_VIOLATION),
    ],
)
async def test_what_is_no_message_closes_that_socket_only(
    frame: bytes | str, code: ErrorCode, close_code: WSCloseCode
) -> None:
    async with running_server() as server, clients_of(server) as clients:
        engineer, customer, _, _ = await clients.pair()
        offender = await clients.connect()
        if isinstance(frame, str):
            await offender.socket.send_str(frame)
        else:
            await offender.socket.send_bytes(frame)
        assert await offender.refused() == code
        assert await offender.close_code() == close_code
        await _still_served(engineer, customer)


async def test_a_message_far_too_big_is_not_read_to_its_end() -> None:
    async with running_server() as server, clients_of(server) as clients:
        engineer, customer, _, _ = await clients.pair()
        offender = await clients.connect()
        with contextlib.suppress(ConnectionError):
            await offender.socket.send_bytes(b" " * (8 * wire.LARGEST))
        while not offender.socket.closed:
            await offender.socket.receive(timeout=PATIENCE_S)
        await _still_served(engineer, customer)


@pytest.mark.parametrize("ping", [True, False])
async def test_a_flood_closes_that_socket_and_the_other_side_is_told(ping: bool) -> None:
    limits = Limits(messages_burst=20, messages_per_second=0.001)
    async with running_server(limits) as server, clients_of(server) as clients:
        neighbour_engineer, neighbour_customer, _, _ = await clients.pair()
        engineer, customer, _, _ = await clients.pair()
        with contextlib.suppress(ConnectionError):
            for _ in range(40):
                await (customer.socket.ping() if ping else customer.send(wire.Relay(b"flood")))
        assert await customer.refused() == ErrorCode.MESSAGE_FLOOD
        assert await customer.close_code() == WSCloseCode.POLICY_VIOLATION
        while isinstance(message := await engineer.receive(), wire.Relay):
            pass
        assert message == wire.PeerPresent(False)
        await _still_served(neighbour_engineer, neighbour_customer)


async def test_too_many_bytes_are_a_flood_as_well() -> None:
    limits = Limits(bytes_burst=100_000, bytes_per_second=0.001)
    async with running_server(limits) as server, clients_of(server) as clients:
        _, customer, _, _ = await clients.pair()
        for _ in range(2):
            await customer.send(wire.Relay(bytes(45_000)))
        assert await customer.refused() == ErrorCode.MESSAGE_FLOOD


async def test_a_peer_that_does_not_read_is_cut_off_and_the_other_side_told() -> None:
    limits = Limits(
        messages_burst=10_000, bytes_burst=10**9, queued_bytes_most=200_000, sockets_per_address=10, close_s=0.5
    )
    async with running_server(limits) as server, clients_of(server) as clients:
        neighbour_engineer, neighbour_customer, _, _ = await clients.pair()
        engineer, customer, _, _ = await clients.pair()
        transport = customer.socket._response.connection.transport  # type: ignore[union-attr]
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        told = asyncio.create_task(engineer.receive())
        while not told.done():
            await engineer.send(wire.Relay(bytes(60_000)))
            await asyncio.sleep(0)
        assert await told in (wire.PeerPresent(False), wire.Refused(ErrorCode.PEER_LOST))
        await _still_served(neighbour_engineer, neighbour_customer)
        transport.resume_reading()


async def test_requests_before_their_time_are_refused() -> None:
    async with running_server() as server, clients_of(server) as clients:
        client = await clients.connect()
        await client.send(wire.Issue())
        assert await client.refused() == ErrorCode.NOT_SIGNED_IN
        await client.sign_in()  # the socket stays open
        await client.send(wire.Join("12345"))
        assert await client.refused() == ErrorCode.MESSAGE_OUT_OF_ORDER
        again = await clients.engineer()
        await again.send(wire.SignIn(NAME, PASSWORD))
        assert await again.refused() == ErrorCode.MESSAGE_OUT_OF_ORDER


async def test_another_protocol_version_is_told_so() -> None:
    async with running_server() as server, clients_of(server) as clients:
        for protocols in ((), ("remotedesk.99",)):
            client = await clients.connect(protocols=protocols)
            assert await client.refused() == ErrorCode.VERSION_UNSUPPORTED
            assert await client.close_code() == WSCloseCode.POLICY_VIOLATION


async def test_a_page_of_another_site_may_not_connect() -> None:
    async with running_server() as server, clients_of(server) as clients:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await clients.connect(headers={"Origin": "https://elsewhere.example"})
        assert caught.value.status == 403
        await clients.connect(headers={"Origin": clients.url})


async def test_sockets_per_address_are_limited() -> None:
    async with running_server(Limits(sockets_per_address=2)) as server, clients_of(server) as clients:
        first = await clients.connect()
        await clients.connect()
        third = await clients.connect()
        assert await third.refused() == ErrorCode.TOO_MANY_REQUESTS
        assert await third.close_code() == WSCloseCode.TRY_AGAIN_LATER
        await first.close()
        await _eventually_welcome(clients)


async def _eventually_welcome(clients: Clients) -> None:
    while True:
        client = await clients.connect()
        await client.send(wire.Join("00000"))
        if await client.refused() == ErrorCode.NUMBER_UNKNOWN:
            return
        await asyncio.sleep(0.05)


async def test_a_full_server_says_so() -> None:
    async with running_server(Limits(sockets_most=1)) as server, clients_of(server) as clients:
        await clients.connect()
        second = await clients.connect()
        assert await second.refused() == ErrorCode.SERVER_FULL


async def test_joins_per_address_are_limited() -> None:
    async with running_server(Limits(joins_per_minute=2)) as server, clients_of(server) as clients:
        client, other = await clients.connect(), await clients.connect()
        for _ in range(2):
            await client.send(wire.Join("00000"))
            assert await client.refused() == ErrorCode.NUMBER_UNKNOWN
        await other.send(wire.Join("00000"))
        assert await other.refused() == ErrorCode.TOO_MANY_REQUESTS


async def test_only_a_trusted_proxy_names_addresses() -> None:
    limits = Limits(joins_per_minute=1)
    for trusted, second in (((), ErrorCode.TOO_MANY_REQUESTS), (("127.0.0.0/8",), ErrorCode.NUMBER_UNKNOWN)):
        async with running_server(limits, trusted_proxies=trusted) as server, clients_of(server) as clients:
            codes = []
            for address in ("192.0.2.1", "192.0.2.2"):
                client = await clients.connect(headers={"X-Forwarded-For": f"198.51.100.9, {address}"})
                await client.send(wire.Join("00000"))
                codes.append(await client.refused())
            assert codes == [ErrorCode.NUMBER_UNKNOWN, second]


async def test_issues_per_account_are_limited() -> None:
    async with running_server(Limits(issues_per_minute=2)) as server, clients_of(server) as clients:
        engineer = await clients.engineer()
        await engineer.issue()
        await engineer.issue()
        await engineer.send(wire.Issue())
        assert await engineer.refused() == ErrorCode.TOO_MANY_REQUESTS


async def test_wrong_passwords_are_refused_alike_and_limited() -> None:
    limits = Limits(failed_sign_ins_per_account_and_address=2)
    async with running_server(limits) as server, clients_of(server) as clients:
        for name in (NAME, "Nobody"):
            client = await clients.connect()
            codes = []
            for _ in range(3):
                await client.send(wire.SignIn(name, "a wrong password"))
                codes.append(await client.refused())
            assert codes == [ErrorCode.SIGN_IN_FAILED, ErrorCode.SIGN_IN_FAILED, ErrorCode.TOO_MANY_REQUESTS]
        await client.send(wire.SignIn(NAME, PASSWORD))
        assert await client.refused() == ErrorCode.TOO_MANY_REQUESTS


async def test_a_right_password_forgives_the_wrong_ones() -> None:
    limits = Limits(failed_sign_ins_per_account_and_address=2)
    async with running_server(limits) as server, clients_of(server) as clients:
        for _ in range(3):
            client = await clients.connect()
            await client.send(wire.SignIn(NAME, "a wrong password"))
            assert await client.refused() == ErrorCode.SIGN_IN_FAILED
            await client.sign_in()


async def test_strangers_cannot_keep_an_engineer_out_of_where_he_has_been() -> None:
    limits = Limits(failed_sign_ins_per_minute=2)
    running = running_server(limits, trusted_proxies=("127.0.0.1",))
    async with running as server, clients_of(server) as clients:
        here = await clients.connect(headers={"X-Forwarded-For": "192.0.2.1"})
        await here.sign_in()
        codes = []
        for at in range(4):
            stranger = await clients.connect(headers={"X-Forwarded-For": f"198.51.100.{at}"})
            await stranger.send(wire.SignIn(NAME, "a wrong password"))
            codes.append(await stranger.refused())
        assert codes == 2 * [ErrorCode.SIGN_IN_FAILED] + 2 * [ErrorCode.TOO_MANY_REQUESTS]
        again = await clients.connect(headers={"X-Forwarded-For": "192.0.2.1"})
        await again.sign_in()


async def test_a_number_expires_and_the_engineer_is_told() -> None:
    async with running_server(Limits(number_lifetime_s=1.0, sweep_s=0.02)) as server, clients_of(server) as clients:
        engineer, customer = await clients.engineer(), await clients.connect()
        routing = (await engineer.issue()).routing
        assert await engineer.refused() == ErrorCode.NUMBER_EXPIRED
        await customer.send(wire.Join(routing))
        assert await customer.refused() == ErrorCode.NUMBER_EXPIRED
        await engineer.issue()


async def test_a_socket_that_wants_nothing_is_closed() -> None:
    async with running_server(Limits(idle_s=0.2, sweep_s=0.02)) as server, clients_of(server) as clients:
        engineer = await clients.engineer()
        idle = await clients.connect()
        assert await idle.refused() == ErrorCode.STATE_FORBIDS
        await engineer.issue()


async def test_half_a_request_is_not_waited_for() -> None:
    async with running_server(Limits(request_s=0.3)) as server:
        for start in (b"", b"GET /health HTTP/1.1\r\nHost: x\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(start)
            await asyncio.wait_for(reader.read(), PATIENCE_S)
            writer.close()
            await writer.wait_closed()


async def test_a_client_that_answers_no_ping_is_lost() -> None:
    async with running_server(Limits(heartbeat_s=0.4)) as server, clients_of(server) as clients:
        engineer, customer, _, _ = await clients.pair()
        transport = customer.socket._response.connection.transport  # type: ignore[union-attr]
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        assert await engineer.expect(wire.PeerPresent) == wire.PeerPresent(False)


async def test_health_counts_sessions() -> None:
    async with running_server() as server, clients_of(server) as clients:
        await clients.pair()
        async with clients.session.get(f"{clients.url}/health") as response:
            assert response.status == 200
            health = json.loads(await response.read())
        assert (health["status"], health["sessions"], health["waiting"], health["sockets"]) == ("ok", 1, 0, 2)
        assert health["version"]


async def test_closing_tells_everybody_and_does_not_wait_for_the_deaf() -> None:
    async with running_server(Limits(close_s=0.3)) as server, clients_of(server) as clients:
        engineer, customer, _, _ = await clients.pair()
        deaf = await clients.connect()
        transport = deaf.socket._response.connection.transport  # type: ignore[union-attr]
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        closing = asyncio.create_task(server.close())
        for client in (engineer, customer):
            assert await client.refused() == ErrorCode.SERVER_SHUTTING_DOWN
            assert await client.close_code() == WSCloseCode.GOING_AWAY
        await asyncio.wait_for(closing, PATIENCE_S)
        with pytest.raises(aiohttp.ClientConnectorError):
            await clients.connect()
