"""How a session finds its ways: it looks while people read, proves them once paired, and has a link ready in time."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final

from remotedesk.core.errors import RemotedeskError, ServerError
from remotedesk.core.reach import Survey
from remotedesk.engine.mailbox import Mailbox
from remotedesk.engine.options import EngineOptions
from remotedesk.transport.peer import PeerLink
from remotedesk.transport.reach.plan import Plan
from remotedesk.transport.reach.proxy_ways import Ways
from remotedesk.transport.reach.routes import Surroundings
from remotedesk.transport.reach.scout import Scout
from remotedesk.wire.signaling import Reach

log = logging.getLogger(__name__)

ANSWER_WITHIN_S: Final = 3.0  # the server's, to a question about its relays
LOOK_FOR_S: Final = 1.0  # where nothing that can be tried before the pairing answers, the bridge may work all the same
DIALERS_WITHIN_S: Final = 2.0  # to learn of proxies
PLAN_WITHIN_S: Final = 6.0
KEEP_ALIVE_EVERY_S: Final = 10.0


class Reaching:
    """For one session; lives in the engine's loop."""

    def __init__(self, options: EngineOptions, ways: Ways) -> None:
        self._options = options
        self._ways = ways
        self._scout: Scout | None = None
        self._reach: Reach | None = None
        self._looking: asyncio.Task[None] | None = None
        self._look_until = 0.0
        self._prepared: _Prepared | None = None
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def survey(self) -> Survey:
        """What has been tried until now."""
        return Survey() if self._scout is None else self._scout.survey

    def look(self, mailbox: Mailbox) -> None:
        """Begin to find out what works from here."""
        if self._looking is None or self._looking.done():
            self._look_until = asyncio.get_running_loop().time() + LOOK_FOR_S
            self._looking = asyncio.create_task(self._look(mailbox))

    def prepare(self, mailbox: Mailbox) -> None:
        """Begin to make a link, whose candidates are known by the time it is needed. The session must be paired."""
        self._discard()
        self._prepared = _Prepared(self._make(mailbox), mailbox)

    def prepare_again(self, mailbox: Mailbox) -> None:
        """Do so unless one is there that is as good: a server lends credentials some times a minute only."""
        if self._prepared is None or self._prepared.is_stale or self._prepared.mailbox is not mailbox:
            self.prepare(mailbox)

    async def link(self, mailbox: Mailbox) -> PeerLink:
        """Return a link with candidates, the caller's to close."""
        if self._prepared is None or self._prepared.is_stale:
            self.prepare(mailbox)
        assert self._prepared is not None  # noqa: S101
        link = await self._prepared.take()
        self._prepared = None
        return link

    async def close(self) -> None:
        """Stop looking, and close what nobody took."""
        self._discard()
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await asyncio.gather(*self._closing, return_exceptions=True)
        if self._scout is not None:
            await self._scout.close()

    def _discard(self) -> None:
        """Close a link that nobody took."""
        if self._prepared is not None:
            task = asyncio.create_task(self._prepared.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
            self._prepared = None

    async def _look(self, mailbox: Mailbox) -> None:
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                self._reach = reach = await mailbox.reach()
        except (TimeoutError, RemotedeskError):
            return
        if self._scout is None:
            options = self._options
            dialers = await self._ways.found(options.address.host, options.address.port, DIALERS_WITHIN_S)
            around = Surroundings(options.address, options.trust, dialers, options.relay_hosts)
            self._scout = Scout(around, options.relay_only)
        await self._scout.look(reach)

    async def _make(self, mailbox: Mailbox) -> PeerLink:
        link = PeerLink(await self._plan(mailbox))
        gathering = asyncio.ensure_future(link.gather())
        try:
            await asyncio.shield(gathering)
        except BaseException:
            await asyncio.wait((gathering,))  # cut short, aioice would leave sockets behind
            await link.close()
            raise
        return link

    async def _plan(self, mailbox: Mailbox) -> Plan:
        if self._looking is not None:
            patience_s = self._look_until - asyncio.get_running_loop().time()
            await asyncio.wait((self._looking,), timeout=max(0.0, patience_s))
        scout, reach = self._scout, self._reach
        if scout is None or reach is None:
            return Plan(relay_only=self._options.relay_only)
        if not (reach.turn_udp or reach.turn_tls or reach.bridge):
            return scout.direct_plan()
        try:
            async with asyncio.timeout(PLAN_WITHIN_S):
                return await scout.prove(await mailbox.lease(), lambda: _ticket(mailbox))
        except (TimeoutError, ServerError) as error:
            log.info("no relay: %s", error)
            return scout.direct_plan()


class _Prepared:
    """A link that is being made, and kept fresh until somebody takes it."""

    def __init__(self, making: Coroutine[Any, Any, PeerLink], mailbox: Mailbox) -> None:
        """`mailbox` is whose server lent what it is made with."""
        self.mailbox = mailbox
        self._making = asyncio.create_task(making)
        self._keeping = asyncio.create_task(self._keep())
        self._taken = False

    async def take(self) -> PeerLink:
        """Return it when it is there, the caller's to close; raises what making it raised."""
        link = await asyncio.shield(self._making)
        self._taken = True
        self._keeping.cancel()
        return link

    async def close(self) -> None:
        """Close it, unless it was taken."""
        self._making.cancel()
        self._keeping.cancel()
        await asyncio.gather(self._making, self._keeping, return_exceptions=True)
        if self._has_made and not self._taken:
            await self._making.result().close()

    @property
    def is_stale(self) -> bool:
        """True if it has lost its relay since it was made, or could not be made."""
        return self._making.done() and (not self._has_made or self._making.result().has_lost_relay)

    @property
    def _has_made(self) -> bool:
        return self._making.done() and not self._making.cancelled() and self._making.exception() is None

    async def _keep(self) -> None:
        await asyncio.wait((self._making,))
        while self._has_made:
            await asyncio.sleep(KEEP_ALIVE_EVERY_S)
            self._making.result().keep_alive()


async def _ticket(mailbox: Mailbox) -> str:
    return (await mailbox.lease()).ticket
