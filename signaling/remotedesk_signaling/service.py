"""What each message of a client does: limits first, then accounts and sessions."""

import asyncio
import contextlib
import logging
from collections import Counter, OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from remotedesk.core.errors import ErrorCode, ProtocolError, RemotedeskError, ServerError
from remotedesk.wire import signaling as wire
from remotedesk_signaling.accounts import Accounts, account_key
from remotedesk_signaling.connection import Connection
from remotedesk_signaling.kept import Keeper
from remotedesk_signaling.limits import Limits
from remotedesk_signaling.rates import Rates
from remotedesk_signaling.registry import Registry
from remotedesk_signaling.relay import Relays
from remotedesk_signaling.sessions import Engineer, Session

log = logging.getLogger(__name__)


class Service:
    """All clients of one server. Logs name message types, codes and routing digits, nothing else."""

    def __init__(
        self,
        accounts: Accounts,
        limits: Limits,
        clock: Callable[[], float],
        relays: Relays,
        keeper: Keeper,
        ended: Callable[[Session], None],
    ) -> None:
        """`clock` gives seconds and never goes back; `ended` is told of every session that is over."""
        self.clock = clock
        self._accounts = accounts
        self._limits = limits
        self._relays = relays
        self._keeper = keeper
        self._ended = ended
        self._registry = Registry(limits, ended=self._over)
        self._connections: set[Connection] = set()
        self._per_address: Counter[str] = Counter()
        self._joins = Rates(limits.joins_per_minute, limits.tracked_most)
        self._issues = Rates(limits.issues_per_minute, limits.tracked_most)
        self._sign_ins = Rates(limits.sign_ins_per_minute, limits.tracked_most)
        self._failures = Rates(limits.failed_sign_ins_per_minute, limits.tracked_most)
        self._failures_here = Rates(limits.failed_sign_ins_per_account_and_address, limits.tracked_most)
        # Whoever knows an engineer's name can fail for him; where he has signed in before, that does not count.
        self._been_here: OrderedDict[str, None] = OrderedDict()
        self._hashing = 0
        self._executor = ThreadPoolExecutor(2, thread_name_prefix="accounts")
        self._closing = False
        self._all_gone = asyncio.Event()

    def figures(self) -> dict[str, int]:
        """Return how much is going on, for the health page."""
        return {
            "sessions": self._registry.sessions,
            "waiting": self._registry.waiting,
            "sockets": len(self._connections),
        }

    def restore(self) -> None:
        """Take over the paired sessions of an earlier process; blocks. Raises sqlite3.Error."""
        for kept in self._keeper.found():
            self._registry.restore(kept, self.clock())

    async def attend(self, connection: Connection, refused: ErrorCode | None = None) -> None:
        """Serve one client until his socket is closed; `refused` says why he is not welcome at all."""
        self._connections.add(connection)
        self._per_address[connection.address] += 1
        try:
            reason = refused or self._no_room(connection)
            if reason is not None:
                connection.drop(reason)
            await connection.run(self._handle, self.clock)
        except Exception:
            log.exception("a message could not be handled")
            connection.drop(ErrorCode.SERVER_INTERNAL)
        finally:
            self._registry.lost(connection, self.clock())
            try:
                await connection.finish()
            finally:
                self._forget(connection)

    async def sweep_forever(self) -> None:
        """End what has run out, until cancelled."""
        while True:
            await asyncio.sleep(self._limits.sweep_s)
            now = self.clock()
            self._registry.sweep(now)
            for connection in tuple(self._connections):
                idle = connection.account is None and connection.seat is None
                if idle and now >= connection.heard_at + self._limits.idle_s:
                    connection.drop(ErrorCode.STATE_FORBIDS)

    async def shut_down(self) -> None:
        """Tell every client, and wait until their sockets are closed or cut."""
        self._closing = True
        for connection in tuple(self._connections):
            connection.drop(ErrorCode.SERVER_SHUTTING_DOWN)
        if self._connections:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._all_gone.wait(), self._limits.close_s + 1.0)
        self._executor.shutdown(cancel_futures=True)  # a hash takes some 20 ms
        self._keeper.close()

    def _over(self, session: Session) -> None:
        self._keeper.forget(session)
        self._relays.ended(session)
        self._ended(session)

    def _forget(self, connection: Connection) -> None:
        self._connections.discard(connection)
        self._per_address[connection.address] -= 1
        if not self._per_address[connection.address]:
            del self._per_address[connection.address]
        if self._closing and not self._connections:
            self._all_gone.set()

    def _no_room(self, connection: Connection) -> ErrorCode | None:
        if self._closing:
            return ErrorCode.SERVER_SHUTTING_DOWN
        if len(self._connections) > self._limits.sockets_most:
            return ErrorCode.SERVER_FULL
        if self._per_address[connection.address] > self._limits.sockets_per_address:
            return ErrorCode.TOO_MANY_REQUESTS
        return None

    # -- messages -------------------------------------------------------------------------------------------

    async def _handle(self, client: Connection, message: wire.ToServer) -> None:
        if isinstance(message, wire.Relay):
            self._registry.relay(client, message)
            return
        routing = self._routing(client, message)
        try:
            await self._act(client, message)
        except RemotedeskError as error:
            log.info("%s %s refused: %s", type(message).__name__, routing, error.code)
            raise
        log.info("%s %s", type(message).__name__, routing or self._routing(client, message))

    def _routing(self, client: Connection, message: wire.ToServer) -> str:
        if isinstance(message, wire.Join):
            return message.routing
        return client.seat.session.routing if client.seat is not None else ""

    async def _act(self, client: Connection, message: wire.ToServer) -> None:
        registry, now = self._registry, self.clock()
        match message:
            case wire.SignIn():
                await self._sign_in(client, message)
            case wire.Issue():
                await self._issue(client)
            case wire.Join():
                self._join(client, message.routing)
            case wire.Resume():
                registry.resume(client, message.token)
            case wire.AskReach():
                client.send(self._relays.reach())
            case wire.AskLease():
                client.send(self._relays.lease(registry.paired_seat(client), client.address, now))
            case wire.GuessFailed():
                registry.guess_failed(client, now)
            case wire.AllowRetry():
                registry.allow_retry(client)
            case wire.Paired():
                await self._keeper.keep(registry.paired(client, now))
            case wire.Burn():
                registry.burn(client, now)
            case wire.Leave():
                registry.leave(client, now)

    async def _sign_in(self, client: Connection, message: wire.SignIn) -> None:
        if client.account is not None or (client.seat is not None and not client.seat.is_engineer):
            raise ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER, "sign in")
        now, account = self.clock(), account_key(message.name)
        account_here = f"{client.address} {account}"
        if not (
            self._hashing < self._limits.sign_ins_waiting_most
            and self._sign_ins.take(client.address, now)
            and self._failures_here.take(account_here, now)
            and (account_here in self._been_here or self._failures.take(account, now))
        ):
            raise ServerError(ErrorCode.TOO_MANY_REQUESTS)
        self._hashing += 1
        try:
            found = await asyncio.get_running_loop().run_in_executor(
                self._executor, self._accounts.verify, message.name, message.password
            )
        finally:
            self._hashing -= 1
        if found is None:
            raise ServerError(ErrorCode.SIGN_IN_FAILED)
        self._failures_here.forgive(account_here)
        self._failures.forgive(account)
        self._been_here[account_here] = None
        self._been_here.move_to_end(account_here)
        if len(self._been_here) > self._limits.tracked_most:
            self._been_here.popitem(last=False)
        client.account = found
        client.send(wire.SignedIn(found.name, found.company))

    async def _issue(self, client: Connection) -> None:
        account = client.account
        if account is None:
            raise ServerError(ErrorCode.NOT_SIGNED_IN)
        if not self._issues.take(account.name, self.clock()):
            raise ServerError(ErrorCode.TOO_MANY_REQUESTS)
        standing = await asyncio.get_running_loop().run_in_executor(self._executor, self._accounts.find, account.name)
        if standing != account:  # removed, or given another password, since he signed in
            client.account = None
            raise ServerError(ErrorCode.NOT_SIGNED_IN)
        self._registry.issue(client, Engineer(account.name, account.company), self.clock())

    def _join(self, client: Connection, routing: str) -> None:
        if client.account is not None:
            raise ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER, "join")
        now = self.clock()
        if not self._joins.take(client.address, now):
            raise ServerError(ErrorCode.TOO_MANY_REQUESTS)
        self._registry.join(client, routing, now)
