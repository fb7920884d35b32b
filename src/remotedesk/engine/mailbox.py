"""One client's socket to the server: a reader that sorts the peer's relayed messages from the server's own."""

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any, Final, TypeVar

from remotedesk.core.errors import ErrorCode, ProtocolError, RemotedeskError, ServerError
from remotedesk.engine.options import EngineOptions
from remotedesk.transport.reach.dialer import Dialer
from remotedesk.transport.reach.proxy_ways import Ways
from remotedesk.transport.reach.rivals import first_to_succeed
from remotedesk.transport.relay import Relay as PeerRelay
from remotedesk.transport.relay import SignalingRelay
from remotedesk.transport.signaling_client import SignalingClient
from remotedesk.wire.pairing import RelayMessage, Sealed
from remotedesk.wire.signaling import (
    AskLease,
    AskReach,
    Issue,
    Issued,
    Lease,
    PeerJoined,
    PeerLeft,
    PeerPresent,
    Reach,
    Relay,
    Resume,
    Resumed,
    RetryAllowed,
    ToClient,
    ToServer,
)

T = TypeVar("T")

MOST_NOTICES: Final = 32
ANSWERS_WITHIN_S: Final = 1.0  # a server that is asked whether it is there
# A connection request that was lost is repeated after one second, and then after three (RFC 6298): with another try a
# second later one leaves every second, and the first after the network is back gets through.
TRIES: Final = 3
NEXT_TRY_S: Final = 1.0
# What the server may answer to AskLease with instead; nothing else that is sent while one is asked for is refused so.
NO_LEASE: Final = frozenset({ErrorCode.STATE_FORBIDS, ErrorCode.TOO_MANY_REQUESTS})


class Mailbox:
    """Owns the socket and its reader task."""

    def __init__(self, client: SignalingClient) -> None:
        self._client = client
        self.relay = SignalingRelay(client)
        self.peer_left = False  # the server says so: no reason to end a good connection, but nobody to rebuild it with
        self._notices: asyncio.Queue[ToClient | RemotedeskError] = asyncio.Queue(MOST_NOTICES)
        self._issuing = False
        self._over = False
        self._reach: asyncio.Future[Reach] | None = None
        self._lease: asyncio.Future[Lease] | None = None
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def back(cls, options: EngineOptions, ways: Ways, token: str) -> "Mailbox":
        """Connect and take the seat of this token in its session again. Raises ServerError."""
        mailbox = await cls.open(options, ways)
        return await mailbox._seated(token)

    @classmethod
    async def open(cls, options: EngineOptions, ways: Ways) -> "Mailbox":
        """Connect to the server by the first way out that works. Raises ServerError."""
        address, trust = options.address, options.trust

        async def connect(dialer: Dialer) -> SignalingClient:
            return await SignalingClient.connect(address, trust, dialer=dialer)

        return cls(await ways.first(address.host, address.port, connect, SignalingClient.close))

    async def answering(self, options: EngineOptions, ways: Ways, token: str, within_s: float) -> "Mailbox":
        """Return this one if its server answers, else another on a new socket. Raises ServerError."""
        if not self.lost:
            with contextlib.suppress(TimeoutError, ServerError):
                async with asyncio.timeout(ANSWERS_WITHIN_S):
                    await self.reach()
                return self
        try:
            async with asyncio.timeout(within_s):
                mailbox, losers = await first_to_succeed([partial(Mailbox.open, options, ways)] * TRIES, NEXT_TRY_S)
                await asyncio.gather(*map(_close_loser, losers))
                return await mailbox._seated(token)
        except TimeoutError:
            raise ServerError(ErrorCode.SERVER_UNREACHABLE, "TimeoutError") from None

    async def _seated(self, token: str) -> "Mailbox":
        try:
            await self.send(Resume(token))
            await self.expect(Resumed)
        except BaseException:
            await self.close()
            raise
        return self

    def renew(self, relay: PeerRelay) -> None:
        """Have a fresh relay in place of this one, unless there is one already."""
        if self.relay is relay:
            self.fresh_relay()

    @property
    def lost(self) -> bool:
        """True once the socket is gone."""
        return self._reader.done()

    async def send(self, message: ToServer) -> None:
        """Tell the server something. Raises ServerError(SERVER_LOST)."""
        await self._client.send(message)

    async def expect(self, *kinds: type[T], leaving_ends: bool = True) -> T:
        """Return the server's next message of these kinds; others are passed over.

        Raises what the server refused with, ServerError(SERVER_LOST), and ServerError(PEER_ENDED) when the other
        side leaves, unless `leaving_ends` is False.
        """
        while True:
            notice = await self._notices.get()
            if isinstance(notice, RemotedeskError):
                if self._over:
                    self._notices.put_nowait(notice)  # for everybody who asks later
                raise notice
            if isinstance(notice, kinds):
                return notice
            if leaving_ends and isinstance(notice, PeerLeft):
                raise ServerError(ErrorCode.PEER_ENDED)

    def put_back(self, notice: ToClient) -> None:
        """Let the next `expect` see `notice`."""
        self._notices.put_nowait(notice)

    def fresh_relay(self) -> SignalingRelay:
        """Return a relay that holds nothing from an exchange before."""
        self.relay = SignalingRelay(self._client)
        return self.relay

    async def issue(self) -> Issued:
        """Ask for a number. What the server still says of a session before is passed over, since answers keep order.

        Raises what the server refused with, ServerError(SERVER_LOST).
        """
        self._issuing = True
        while not self._notices.empty():
            self._notices.get_nowait()
        await self.send(Issue())
        return await self.expect(Issued)

    async def reach(self) -> Reach:
        """Ask where STUN and TURN are. Raises ServerError(SERVER_LOST).

        A server that answers is there: nothing tells sooner that a network is gone.
        """
        if self._reach is None or self._reach.done():
            self._reach = asyncio.get_running_loop().create_future()
            await self.send(AskReach())
        return await asyncio.shield(self._reach)

    async def lease(self) -> Lease:
        """Ask for credentials of the relay. Raises ServerError: SERVER_LOST, STATE_FORBIDS, TOO_MANY_REQUESTS."""
        if self._lease is None or self._lease.done():
            self._lease = asyncio.get_running_loop().create_future()
            await self.send(AskLease())
        return await asyncio.shield(self._lease)

    async def close(self) -> None:
        """Close the socket and end the reader."""
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader
        for asked in (self._reach, self._lease):
            _fail(asked, ServerError(ErrorCode.SERVER_LOST))
        await self._client.close()

    async def _read(self) -> None:
        while not self._over:
            try:
                self._sort(await self._client.receive())
            except RemotedeskError as error:
                if error.code in NO_LEASE and self._lease is not None and not self._lease.done():
                    _fail(self._lease, error)
                    continue
                if self._issuing and error.code in (ErrorCode.PEER_ENDED, ErrorCode.PEER_LOST):
                    continue  # the answer to a goodbye that crossed the other side's
                self.peer_left |= error.code is ErrorCode.PEER_ENDED
                self._over = error.code is ErrorCode.SERVER_LOST or isinstance(error, ProtocolError)
                self.relay.fail(error)
                if self._over:
                    _fail(self._reach, error)
                    _fail(self._lease, error)
                if self._notices.full():
                    self._notices.get_nowait()
                self._notices.put_nowait(error)

    def _sort(self, message: ToClient) -> None:
        if isinstance(message, Reach):
            _answer(self._reach, message)
            return
        if isinstance(message, Lease):
            _answer(self._lease, message)
            return
        if self._issuing and not isinstance(message, Issued):
            return
        match message:
            case Issued():
                self._issuing = self.peer_left = False
                self.fresh_relay()
            case Relay(payload=payload):
                self.relay.deliver(payload)
                return
            case PeerPresent(present=present):
                if present:  # on a new socket: what was under way to the one before is lost
                    self.relay.fail(ServerError(ErrorCode.PEER_LOST))
                    self.fresh_relay()
                return
            case PeerJoined():
                self.peer_left = False
            case RetryAllowed():
                self.fresh_relay()  # what is left of the exchange before must not spoil the next
            case PeerLeft():
                self.peer_left = True
                self.relay.end(ServerError(ErrorCode.PEER_ENDED))  # his goodbye is read first
        if self._notices.full():
            raise ProtocolError(ErrorCode.MESSAGE_FLOOD)
        self._notices.put_nowait(message)


def _answer(asked: "asyncio.Future[T] | None", answer: T) -> None:
    """Give an answer to who asked; one that nobody waits for is passed over."""
    if asked is not None and not asked.done():
        asked.set_result(answer)


def _fail(asked: "asyncio.Future[Any] | None", error: RemotedeskError) -> None:
    if asked is not None and not asked.done():
        asked.set_exception(error)
        asked.exception()  # somebody may have given up waiting


async def _close_loser(opening: "asyncio.Task[Mailbox]") -> None:
    """Wait for a try that was cancelled; if it had come to something, close that."""
    await asyncio.wait((opening,))
    if not opening.cancelled() and opening.exception() is None:
        await opening.result().close()


class UnlessSealed:
    """A relay on which an exchange in the open goes on, and the peer may have said goodbye instead."""

    def __init__(self, relay: PeerRelay, sealed: Callable[[Sealed], RemotedeskError | None]) -> None:
        """`sealed` returns what an envelope comes to: that the peer has ended, that he broke the rules, or nothing."""
        self._relay = relay
        self._sealed = sealed

    async def send(self, message: RelayMessage) -> None:
        """Send to the other client."""
        await self._relay.send(message)

    async def receive(self) -> RelayMessage:
        """Return the next message in the open; raises what the relay raises, and what an envelope comes to."""
        while isinstance(message := await self._relay.receive(), Sealed):
            if (error := self._sealed(message)) is not None:
                raise error
        return message
