"""Finds out what works from here, and makes the plan for a peer connection from it."""

import asyncio
import math
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from aioice.stun import Method

from remotedesk.core.errors import ErrorCode, InterceptedError, ServerError
from remotedesk.core.reach import Attempt, Mapping, Survey, Way
from remotedesk.transport.reach.datagrams import Mapped, open_exchange, see
from remotedesk.transport.reach.held import HeldRelay, Holder, give_back, hold
from remotedesk.transport.reach.plan import Endpoint, Plan, RelayServer
from remotedesk.transport.reach.rivals import all_in_time, first_to_succeed
from remotedesk.transport.reach.routes import NewTicket, Route, Surroundings, resolve
from remotedesk.transport.reach.streams import StreamExchange
from remotedesk.transport.reach.stun import Address, request
from remotedesk.transport.reach.tunnel import HOST, LocalTunnel
from remotedesk.transport.reach.turn import Credentials, allocate
from remotedesk.wire.signaling import Lease, Reach

LOOK_WITHIN_S: Final = 3.0
PROVE_WITHIN_S: Final = 5.0  # each way
AGAIN_WITHIN_S: Final = 2.0  # what did not work a moment ago
OTHERS_S: Final = 0.25  # when one way works, the others get so long, for a lost packet …
OTHERS_RTTS: Final = 3  # … and so many of its round trips
SILENT_AFTER_S: Final = 0.8  # without an answer over UDP, which was asked for three times by then
FAMILY_PATIENCE_S: Final = 0.3  # with IPv6 when IPv4 has answered, and the other way round
HEAD_START_S: Final = 0.2  # of a better way before the next is tried, too
TICKET_FOR_S: Final = 45.0  # the server takes one for a minute
NOTHING: Final = Reach((), (), (), False)
ORDER: Final = tuple(Way)


@dataclass(frozen=True)
class Found:
    """A way that worked. If a relay has given an address, `give_back` does that."""

    route: Route
    rtt_s: float
    server: Address | None = None  # of a relay over UDP
    held: HeldRelay | None = None  # from a relay over a stream
    give_back: Callable[[], Coroutine[Any, Any, None]] | None = None


Try = Callable[[], Coroutine[Any, Any, Found]]


class Scout:
    """For one server; `look` again when the network may have changed."""

    def __init__(self, around: Surroundings, relay_only: bool = False) -> None:
        """With `relay_only` a plan leads to nobody but the relay."""
        self._around = around
        self._relay_only = relay_only
        self._reach = NOTHING
        self._attempts: dict[Route, Attempt] = {}
        self._seen: list[Mapped] = []
        self._mapping = Mapping.UNKNOWN
        self._looked_at = math.inf  # for a NAT, by UDP
        # Where names led when we looked: a resolver that waits for a lost network would hold up the way back.
        self._places: dict[Endpoint, list[Address]] = {}
        self._leftovers: set[asyncio.Task[Any]] = set()

    @property
    def survey(self) -> Survey:
        """Everything that has been tried until now."""
        ordered = sorted(self._attempts.values(), key=lambda attempt: ORDER.index(attempt.way))
        return Survey(tuple(ordered), self._mapping)

    async def look(self, reach: Reach, *, thorough: bool = False) -> Survey:
        """Try what needs no credentials, all at once, for at most three seconds.

        When one way has worked, the others get a little longer only, unless it is to be `thorough`: a firewall that
        drops what it forbids lets nobody know.
        """
        self._reach, self._attempts, self._seen, self._mapping = reach, {}, [], Mapping.UNKNOWN
        self._looked_at = time.monotonic() if self._seeing() else math.inf
        tries = [(route, partial(self._bound, route)) for route in self._around.tls(reach.turn_tls)]
        if servers := self._seeing():
            route = Route(Way.UDP, Endpoint(self._around.address.host, 0))  # all of them, so no port
            tries.append((route, partial(self._see, route, servers)))
        works = [self._noted(route, work, LOOK_WITHIN_S) for route, work in tries]
        patience_s = LOOK_WITHIN_S if thorough else OTHERS_S
        await all_in_time(works, lambda found: patience_s + OTHERS_RTTS * found.rtt_s)
        for route, _ in tries:
            if route not in self._attempts:
                self._note(route, Attempt(route.way, ErrorCode.WAY_BLOCKED))
        return self.survey

    async def prove(self, lease: Lease, new_ticket: NewTicket) -> Plan:
        """Get a relayed address by the best way that gives one, and return what a peer connection is to use.

        `new_ticket` gets a fresh ticket for the bridge, should the lease's be used up; it raises ServerError. What
        `look` has found dead is tried last. Never fails: a plan without a relay says that there is none.
        """
        credentials = Credentials(lease.username, lease.credential)
        tickets = _Tickets(lease.ticket, new_ticket)
        tries = [
            partial(self._noted, route, partial(self._proven, route, credentials, tickets), self._patience_s(route))
            for route in self._ranked()
        ]
        try:
            found, losers = await first_to_succeed(tries, HEAD_START_S)
        except ServerError:
            return self.direct_plan()
        for loser in losers:
            self._later(_let_go(loser))
        return await self._planned(self.direct_plan(), found, credentials, tickets)

    def direct_plan(self) -> Plan:
        """Return a plan without a relay."""
        silent = not self._seen and time.monotonic() - self._looked_at > SILENT_AFTER_S
        return Plan(self._stun(), None, None, silent or self.survey.direct_is_hopeless, self._relay_only)

    async def close(self) -> None:
        """Wait until nothing that was tried is open any more: two seconds at most."""
        await asyncio.gather(*self._leftovers, return_exceptions=True)

    def _ranked(self) -> list[Route]:
        """Return the ways to a relay, the best first, and behind them those that did not work a moment ago."""
        routes = self._around.udp(self._reach.turn_udp) + self._around.tls(self._reach.turn_tls)
        routes += self._around.bridges() if self._reach.bridge else []
        return sorted(routes, key=lambda route: (self._is_dead(route), ORDER.index(route.way)))

    def _is_dead(self, route: Route) -> bool:
        attempt = self._attempts.get(route)
        if attempt is not None:
            return attempt.code is not None
        # What STUN has found out is true of TURN over UDP, too.
        udp = [attempt for attempt in self._attempts.values() if attempt.way is Way.UDP]
        return route.way is Way.UDP and bool(udp) and not self.survey.worked(Way.UDP)

    def _patience_s(self, route: Route) -> float:
        return AGAIN_WITHIN_S if self._is_dead(route) else PROVE_WITHIN_S

    async def _planned(self, plan: Plan, found: Found, credentials: Credentials, tickets: "_Tickets") -> Plan:
        relay = partial(RelayServer, username=credentials.username, credential=credentials.credential)
        if found.server is not None:
            if found.give_back is not None:
                self._later(found.give_back())
            # aiortc's URIs have no IPv6 addresses; by name aioice finds them.
            host = found.route.endpoint.host if ":" in found.server[0] else found.server[0]
            return replace(plan, way=Way.UDP, turn=relay(host, found.server[1], "udp"))
        assert found.held is not None  # noqa: S101
        tunnel = LocalTunnel(Holder(partial(self._around.open, found.route, tickets.next), credentials, found.held))
        try:
            await tunnel.open()
        except OSError:
            await tunnel.close()
            return plan
        except BaseException:
            await tunnel.close()
            raise
        return replace(plan, way=found.route.way, turn=relay(HOST, tunnel.port, "tcp"), tunnel=tunnel)

    def _seeing(self) -> list[Endpoint]:
        """Return who can say over UDP how he sees us: TURN servers can, too, and a STUN server may be dead."""
        found = dict.fromkeys(self._around.endpoints(self._reach.stun) + self._around.endpoints(self._reach.turn_udp))
        return [server for server in found if server.host == self._around.address.host or not self._relay_only]

    def _stun(self) -> Endpoint | None:
        """Return the server that has answered; aioice asks for IPv4 addresses only."""
        servers = [mapped.server for mapped in self._seen if ":" not in mapped.server[0]]
        return Endpoint(*servers[0]) if servers and not self._relay_only else None

    async def _see(self, route: Route, servers: list[Endpoint]) -> Found:
        """Ask all of them, by each family of addresses that they have."""
        resolved = await asyncio.gather(*map(resolve, servers), return_exceptions=True)
        for server, found in zip(servers, resolved, strict=True):
            if isinstance(found, list):
                self._places[server] = found
        places = [place for server in servers for place in self._places.get(server, ())]
        families = [[place for place in places if (":" in place[0]) is is_ipv6] for is_ipv6 in (False, True)]
        rtts = await all_in_time([self._see_by(family) for family in families if family], lambda _: FAMILY_PATIENCE_S)
        if not rtts:
            raise ServerError(ErrorCode.WAY_BLOCKED)
        return Found(route, min(rtts))

    async def _see_by(self, servers: list[Address]) -> float:
        seen, mapping = await see(servers)
        self._seen += seen
        if ":" not in servers[0][0] or self._mapping is Mapping.UNKNOWN:
            self._mapping = mapping
        return seen[0].rtt_s

    async def _noted(self, route: Route, work: Try, within_s: float) -> Found:
        """Do it, for so long at most, and note what it came to. Raises ServerError."""
        try:
            async with asyncio.timeout(within_s):
                found = await work()
        except TimeoutError:
            self._note(route, Attempt(route.way, ErrorCode.WAY_BLOCKED))
            raise ServerError(ErrorCode.WAY_BLOCKED, "TimeoutError") from None
        except ServerError as error:
            code = ErrorCode.WAY_BLOCKED if error.code is ErrorCode.SERVER_UNREACHABLE else error.code
            issuer = error.issuer if isinstance(error, InterceptedError) else ""
            self._note(route, Attempt(route.way, code, issuer=issuer))
            raise
        self._note(route, Attempt(route.way, rtt_s=found.rtt_s, allocated=found.give_back is not None))
        return found

    def _note(self, route: Route, attempt: Attempt) -> None:
        if route.dialer is not None:
            attempt = replace(attempt, proxy=route.dialer.proxy, scheme=route.dialer.scheme)
        self._attempts[route] = attempt

    async def _bound(self, route: Route) -> Found:
        """Ask over a stream how the server sees us: proof that a STUN server is at its end."""
        stream = await self._around.open(route, _no_ticket)
        try:
            started = time.monotonic()
            await StreamExchange(stream).ask(request(Method.BINDING))
            return Found(route, time.monotonic() - started)
        finally:
            await stream.close()

    async def _proven(self, route: Route, credentials: Credentials, tickets: "_Tickets") -> Found:
        """Get an address from the relay."""
        if route.way is Way.UDP:
            return await self._proven_by_udp(route, credentials)
        held = await hold(partial(self._around.open, route, tickets.next), credentials)
        return Found(route, held.allocation.rtt_s, held=held, give_back=held.close)

    async def _proven_by_udp(self, route: Route, credentials: Credentials) -> Found:
        """Get an address from the relay, first by the family of addresses that has answered before."""
        places = self._places.get(route.endpoint) or await resolve(route.endpoint)
        answered = {mapped.server[0] for mapped in self._seen}
        places = sorted(places, key=lambda place: place[0] not in answered)
        found, losers = await first_to_succeed(
            [partial(_allocated, route, place, credentials) for place in places], HEAD_START_S
        )
        for loser in losers:
            self._later(_let_go(loser))
        return found

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._leftovers.add(task)
        task.add_done_callback(self._leftovers.discard)


class _Tickets:
    """Gives the lease's ticket, as long as it is good, and fresh ones after it."""

    def __init__(self, first: str, more: NewTicket) -> None:
        self._first: str | None = first
        self._until = time.monotonic() + TICKET_FOR_S
        self._more = more

    async def next(self) -> str:
        first, self._first = self._first, None
        if first is not None and time.monotonic() < self._until:
            return first
        return await self._more()


async def _allocated(route: Route, server: Address, credentials: Credentials) -> Found:
    exchange = await open_exchange(server)
    try:
        allocation = await allocate(exchange, credentials)
    except BaseException:
        await exchange.close()
        raise
    return Found(route, allocation.rtt_s, server, give_back=partial(give_back, allocation, exchange))


async def _let_go(loser: "asyncio.Task[Found]") -> None:
    """Wait for a try that was cancelled; if it had come to something, give that back."""
    await asyncio.wait([loser])
    if not loser.cancelled() and loser.exception() is None and (back := loser.result().give_back):
        await back()


async def _no_ticket() -> str:
    raise ServerError(ErrorCode.STATE_FORBIDS)
