"""Finds out what a session from this network would be like: does what a client does, and measures it."""

import asyncio
import contextlib
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace
from enum import StrEnum, auto
from typing import Final

from remotedesk.core.errors import ErrorCode, InterceptedError, RemotedeskError, ServerError
from remotedesk.core.preflight import Line
from remotedesk.core.reach import Attempt, Survey, Way
from remotedesk.engine.doctor.report import NetworkReport, Offers
from remotedesk.engine.options import EngineOptions
from remotedesk.engine.thread import EngineThread
from remotedesk.engine.way_out import find_ways
from remotedesk.platform.ports import Platform
from remotedesk.transport.reach.dialer import Dialer
from remotedesk.transport.reach.measure import Gauge, lost
from remotedesk.transport.reach.proxy_ways import Ways
from remotedesk.transport.reach.routes import MOST_DIALERS, Surroundings, resolve
from remotedesk.transport.reach.scout import Scout
from remotedesk.transport.signaling_client import SignalingClient
from remotedesk.wire.signaling import AskReach, Reach

DIALERS_WITHIN_S: Final = 5.0  # a script that names proxies takes its time
CONNECT_WITHIN_S: Final = 8.0
ANSWER_WITHIN_S: Final = 5.0
ROUND_TRIPS: Final = 9


class Step(StrEnum):
    """What is under way, in this order."""

    SERVER = auto()
    WAYS = auto()
    LINE = auto()


@dataclass(frozen=True)
class _Entrance:
    """A way to the server that was tried, and the open client if it worked."""

    attempt: Attempt
    dialer: Dialer
    client: SignalingClient | None = None
    reach: Reach | None = None


class NetworkChecks:
    """For one server."""

    def __init__(self, options: EngineOptions, ways: Ways) -> None:
        """Nothing is opened yet."""
        self._options = options
        self._ways = ways

    async def run(self, tell: Callable[[Step], None]) -> NetworkReport:
        """Do all of it in ten to thirty seconds; never fails, what does is in the report."""
        address = self._options.address
        report = NetworkReport(address.host, address.port)
        tell(Step.SERVER)
        dialers = (await self._ways.found(address.host, address.port, DIALERS_WITHIN_S))[:MOST_DIALERS]
        entrances = await asyncio.gather(*map(self._enter, dialers))
        try:
            report = replace(report, entrances=tuple(each.attempt for each in entrances))
            best = next((each for each in entrances if each.client is not None), None)
            if best is None or best.reach is None:
                return report
            return await self._through(best, entrances, report, tell)
        finally:
            await asyncio.gather(*(each.client.close() for each in entrances if each.client is not None))

    async def _through(
        self, best: _Entrance, entrances: list[_Entrance], report: NetworkReport, tell: Callable[[Step], None]
    ) -> NetworkReport:
        assert best.client is not None and best.reach is not None  # noqa: S101, PT018
        options, reach = self._options, best.reach
        offers = Offers(reach.stun, reach.turn_udp, reach.turn_tls, reach.bridge)
        tell(Step.WAYS)
        around = Surroundings(options.address, options.trust, [each.dialer for each in entrances], options.relay_hosts)
        survey = await self._surveyed(around, reach)
        if reach.bridge:  # which is a WebSocket of the same server: where one works, so does the other
            attempts = survey.attempts + tuple(each.attempt for each in entrances)
            survey = replace(survey, attempts=tuple(sorted(attempts, key=lambda each: list(Way).index(each.way))))
        tell(Step.LINE)
        stun = reach.stun if survey.worked(Way.UDP) else ()
        rtt_s, loss = await asyncio.gather(_round_trip_s(best.client), _loss(around, stun))
        gauge = Gauge(best.dialer, options.address, options.trust)
        down_bps, up_bps, certificate = None, None, (report.opened, "")
        with contextlib.suppress(ServerError):
            certificate = await gauge.certificate()
        with contextlib.suppress(ServerError):
            down_bps = await gauge.down_bps()
        with contextlib.suppress(ServerError):
            up_bps = await gauge.up_bps()
        line = Line(rtt_s, down_bps, up_bps, loss)
        opened, issuer = certificate
        return replace(report, survey=survey, offers=offers, line=line, opened=opened, issuer=issuer)

    async def _enter(self, dialer: Dialer) -> _Entrance:
        options, way = self._options, Way.PROXY_WEBSOCKET if dialer.proxy else Way.WEBSOCKET
        tried = Attempt(way, proxy=dialer.proxy)
        client = None
        try:
            client = await SignalingClient.connect(options.address, options.trust, CONNECT_WITHIN_S, dialer)
            started = time.monotonic()
            reach = await _asked(client)
        except RemotedeskError as error:
            if client is not None:
                await client.close()
            issuer = error.issuer if isinstance(error, InterceptedError) else ""
            return _Entrance(replace(tried, code=error.code, issuer=issuer, scheme=dialer.scheme), dialer)
        rtt_s = time.monotonic() - started
        return _Entrance(replace(tried, rtt_s=rtt_s, scheme=dialer.scheme), dialer, client, reach)

    async def _surveyed(self, around: Surroundings, reach: Reach) -> Survey:
        scout = Scout(around, self._options.relay_only)
        try:
            return await scout.look(reach, thorough=True)
        finally:
            await scout.close()


class NetworkCheck:
    """All of it once, in a loop of its own, for whoever has none."""

    def __init__(self, platform: Platform, options: EngineOptions, tell: Callable[[Step], None]) -> None:
        """`tell` is called from another thread."""
        self._checks = NetworkChecks(options, find_ways(platform, options.way_out))
        self._tell = tell
        self._cancelled = threading.Event()
        self._running: Future[NetworkReport] | None = None

    def run(self) -> NetworkReport | None:
        """Do it; blocks for ten seconds or so. None if it was cancelled."""
        thread = EngineThread()  # which waits until the sockets are closed
        try:
            self._running = asyncio.run_coroutine_threadsafe(self._checks.run(self._tell), thread.loop)
            if self._cancelled.is_set():
                self._running.cancel()
            return self._running.result()
        except CancelledError:
            return None
        finally:
            thread.close(_nothing)

    def cancel(self) -> None:
        """Have it end soon; from any thread."""
        self._cancelled.set()
        if self._running is not None:
            self._running.cancel()


async def _nothing() -> None:
    pass


async def _asked(client: SignalingClient) -> Reach:
    """Ask where STUN and TURN are. Raises ServerError, ProtocolError."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            await client.send(AskReach())
            answer = await client.receive()
    except TimeoutError:
        raise ServerError(ErrorCode.SERVER_LOST) from None
    if not isinstance(answer, Reach):
        raise ServerError(ErrorCode.SERVER_INTERNAL)
    return answer


async def _round_trip_s(client: SignalingClient) -> float | None:
    """Return the median of some round trips, through whatever lies between."""
    taken: list[float] = []
    with contextlib.suppress(RemotedeskError):
        for _ in range(ROUND_TRIPS):
            started = time.monotonic()
            await _asked(client)
            taken.append(time.monotonic() - started)
    return statistics.median(taken) if taken else None


async def _loss(around: Surroundings, stun: Sequence[str]) -> float | None:
    for endpoint in around.endpoints(stun):
        with contextlib.suppress(ServerError):
            return await lost((await resolve(endpoint))[0])
    return None
