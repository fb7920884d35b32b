"""The client's ways against the server side as it is shipped, directly and through a real proxy."""

import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from msgspec import structs

from remotedesk.core.errors import ErrorCode
from remotedesk.core.proxy_settings import ProxyLogin
from remotedesk.core.reach import ProxyScheme, Way
from remotedesk.transport.reach.dialer import Dialer, DirectDialer
from remotedesk.transport.reach.plan import Plan
from remotedesk.transport.reach.proxy import ProxyDialer
from remotedesk.transport.reach.routes import Surroundings
from remotedesk.transport.reach.scout import Scout
from remotedesk.transport.server_address import ServerAddress, Trust
from remotedesk.wire import signaling as wire
from remotedesk_signaling.trial import ServerSide
from tests.loopback.test_reach_scout import meet, peer
from tests.support.server_side import ask, paired_sockets, server_side, trusting
from tests.support.squid import PASSWORD, USER, Squid

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="coturn, HAProxy and Squid are for Linux")


@pytest.fixture(scope="module")
def side(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerSide]:
    with server_side(tmp_path_factory.mktemp("server"), name="localhost") as made:
        yield made


@asynccontextmanager
async def paired(side: ServerSide) -> AsyncIterator[tuple[Any, Any]]:
    """Yield the sockets of an engineer and a customer who are paired."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusting(side))) as session:
        engineer, customer, _, _ = await paired_sockets(session, side.url)
        yield engineer, customer
        await customer.close()
        await engineer.close()


async def prove(side: ServerSide, socket: Any, dialers: Sequence[Dialer], **without: Any) -> tuple[Scout, Plan]:
    """Ask this server for everything, do without some of it, and return the plan."""
    scout = Scout(Surroundings(ServerAddress.parse(side.url), Trust(ca_file=side.ca_file), dialers))
    await scout.look(structs.replace(await ask(socket, wire.AskReach()), **without))

    async def new_ticket() -> str:
        return str((await ask(socket, wire.AskLease())).ticket)

    return scout, await scout.prove(await ask(socket, wire.AskLease()), new_ticket)


@pytest.mark.parametrize(
    ("way", "without"),
    [(Way.UDP, {}), (Way.TLS, {"turn_udp": ()}), (Way.WEBSOCKET, {"turn_udp": (), "turn_tls": ()})],
)
async def test_two_meet_directly(side: ServerSide, way: Way, without: dict[str, Any]) -> None:
    await meet_by(side, way, [DirectDialer()], without)


@pytest.mark.parametrize(
    ("scheme", "way", "without"),
    [
        (ProxyScheme.NONE, Way.PROXY_TLS, {"turn_udp": ()}),
        (ProxyScheme.BASIC, Way.PROXY_WEBSOCKET, {"turn_udp": (), "turn_tls": ()}),
    ],
)
async def test_two_meet_through_a_proxy(
    side: ServerSide, scheme: ProxyScheme, way: Way, without: dict[str, Any]
) -> None:
    with Squid(scheme) as squid:
        login = None if scheme is ProxyScheme.NONE else ProxyLogin(squid.proxy.host, squid.proxy.port, USER, PASSWORD)
        scouts = await meet_by(side, way, [ProxyDialer(squid.proxy, login)], without)
        for scout in scouts:
            (attempt,) = [attempt for attempt in scout.survey.attempts if attempt.way is way]
            assert (attempt.proxy, attempt.scheme, attempt.allocated) == (squid.proxy, scheme, True)


async def meet_by(side: ServerSide, way: Way, dialers: Sequence[Dialer], without: dict[str, Any]) -> list[Scout]:
    scouts, plans = [], []
    async with AsyncExitStack() as undo:
        for socket in await undo.enter_async_context(paired(side)):
            scout, plan = await prove(side, socket, dialers, **without)
            undo.push_async_callback(scout.close)
            undo.push_async_callback(plan.close)
            assert plan.way is way, scout.survey
            scouts.append(scout)
            plans.append(plan)
        left, right = map(peer, plans)
        await meet(left, right)
        await left.close()
        await right.close()
    return scouts


async def test_a_proxy_that_wants_a_password_is_told(side: ServerSide) -> None:
    async with paired(side) as (engineer, _):
        with Squid(ProxyScheme.BASIC) as squid:
            scout, plan = await prove(side, engineer, [ProxyDialer(squid.proxy)], turn_udp=(), stun=())
            assert plan.turn is None
            assert {attempt.code for attempt in scout.survey.attempts} == {ErrorCode.PROXY_WANTS_PASSWORD}
            assert {attempt.proxy for attempt in scout.survey.attempts} == {squid.proxy}
            await scout.close()


async def test_a_ticket_is_not_taken_twice(side: ServerSide) -> None:
    async with paired(side) as (engineer, _):
        around = Surroundings(ServerAddress.parse(side.url), Trust(ca_file=side.ca_file), [DirectDialer()])
        scout = Scout(around)
        await scout.look(wire.Reach((), (), (), True))
        lease = await ask(engineer, wire.AskLease())
        plan = await scout.prove(lease, lambda: ticket(lease.ticket))
        assert plan.tunnel is not None
        again = await scout.prove(lease, lambda: ticket(lease.ticket))
        assert again.turn is None
        assert [attempt.code for attempt in scout.survey.attempts] == [ErrorCode.TURN_REFUSED]
        await plan.close()
        await scout.close()


async def ticket(text: str) -> str:
    return text
