"""What both roles' sessions share: the state, the record, the way to the peer, and how a session ends."""

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from remotedesk.core.audit import Act, short_code
from remotedesk.core.errors import ErrorCode, ProtocolError, RemotedeskError, ServerError
from remotedesk.core.role import Role
from remotedesk.core.session_state import Event, State, advance
from remotedesk.engine.connection import Connection
from remotedesk.engine.events import EngineEvent, RecordClosed, StateChanged
from remotedesk.engine.mailbox import Mailbox
from remotedesk.engine.record import Record
from remotedesk.engine.thread import EngineThread
from remotedesk.platform.ports import Platform
from remotedesk.transport.handshake import Paired
from remotedesk.transport.server_address import ServerAddress, Trust
from remotedesk.wire.pairing import RELAY, ResumeHello, Sealed
from remotedesk.wire.sealed import Goodbye
from remotedesk.wire.session import ChannelClosed, End, SessionMessage
from remotedesk.wire.signaling import Leave, Resume, Resumed

log = logging.getLogger(__name__)
M = TypeVar("M")

CAPABILITIES: Final = ("view", "control", "chat")
HEADS_WITHIN_S: Final = 2.0
LINGER_S: Final = 0.08
GIVE_UP_AFTER_S: Final = 120.0
RETRY_EVERY_S: Final = 1.0


@dataclass(frozen=True)
class World:
    """What a session works with."""

    thread: EngineThread
    platform: Platform
    address: ServerAddress
    trust: Trust
    records: Path
    tell: Callable[[EngineEvent], None]


class Session(ABC):
    """One session of one role, from its number to its end; lives in the engine's loop."""

    role: Role

    def __init__(self, world: World) -> None:
        self.world = world
        self.state = State.IDLE
        self.record = Record(world.records, self.role)
        self.mailbox: Mailbox | None = None
        self.paired: Paired | None = None
        self.connection: Connection | None = None
        self.token = ""
        self._task: asyncio.Task[None] | None = None
        self._end_code: ErrorCode | None = None
        self._peer_head: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._ended_by = self.role
        self._started = False

    # -- what a role adds ------------------------------------------------------------------------------------

    @abstractmethod
    async def live(self) -> None:
        """Go through the session; returning or raising a RemotedeskError ends it."""

    @abstractmethod
    async def connect(self, paired: Paired) -> Connection:
        """Exchange descriptions over the sealed relay and return the unverified connection."""

    @abstractmethod
    async def resume_keys(self, paired: Paired) -> Paired:
        """Make fresh keys with the peer after a loss."""

    @abstractmethod
    def on_message(self, message: SessionMessage) -> None:
        """Take a message of the `session` channel that is this role's own."""

    @abstractmethod
    def went_live(self, connection: Connection) -> None:
        """The connection is verified: features may use it."""

    @abstractmethod
    def went_silent(self) -> None:
        """The connection is gone: nothing may act until it is back."""

    @abstractmethod
    def quiet(self) -> None:
        """Stop every act of this session, now; may be called again."""

    # -- life ------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Run the session in a task of its own."""
        self._task = self.world.thread.spawn(self._run())

    def finish(self, code: ErrorCode | None, by: Role | None = None) -> None:
        """End the session; in the engine's loop. `by` is who ended it, this side unless said."""
        if self._end_code is not None or self.state is State.ENDED:
            return
        self._end_code = code or ErrorCode.PEER_ENDED
        self._ended_by = by or self.role
        self.quiet()
        self.move(Event.END, None if code is None and self._ended_by is self.role else self._end_code)
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()

    async def done(self) -> None:
        """Return when the session is over and its record closed."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    def move(self, event: Event, code: ErrorCode | None = None) -> None:
        """Advance the state and tell it."""
        self.state = advance(self.state, event)
        self.world.tell(StateChanged(self.state, code))

    def note(self, act: Act, **facts: str | int) -> None:
        """Write into the record."""
        self._started = True
        self.record.add(act, **facts)

    async def _run(self) -> None:
        try:
            await self.live()
            self.finish(None)
        except RemotedeskError as error:
            self.finish(error.code)
        except asyncio.CancelledError:
            self.finish(ErrorCode.INTERNAL)
        except Exception:  # thread entry: whatever broke, the session ends in order
            log.exception("session")
            self.finish(ErrorCode.INTERNAL)
        with contextlib.suppress(asyncio.CancelledError):
            await self._farewell(self._end_code or ErrorCode.INTERNAL)

    # -- the way to the peer ---------------------------------------------------------------------------------

    async def stay_connected(self, paired: Paired) -> None:
        """Connect, and after every loss connect again, until the session ends or the peer stays away.

        Raises ConsentError(CONNECT_FAILED) when the first connection fails, PEER_LOST when it cannot be rebuilt.
        """
        first = True
        lost_at = asyncio.get_running_loop().time()
        while True:
            try:
                if not first:
                    paired = await self._resume(paired)
                await self._connect_once(paired)
                first = False
                await self._hold(paired)
            except RemotedeskError as error:
                if first or self._hopeless(error, lost_at):
                    raise
                log.info("connection not rebuilt: %s", error.code)
                await asyncio.sleep(RETRY_EVERY_S)
                continue
            lost_at = asyncio.get_running_loop().time()

    async def _connect_once(self, paired: Paired) -> None:
        self.connection = await self.connect(paired)
        self.move(Event.CONNECTED)
        try:
            await self.connection.verify()
        except RemotedeskError:
            await self._drop()
            raise
        self.move(Event.VERIFIED)
        self.note(Act.CONNECTED)

    async def _hold(self, paired: Paired) -> None:
        connection = self.connection
        if connection is None:
            return
        self.went_live(connection)
        listener = asyncio.create_task(self._listen(paired))
        watcher = asyncio.create_task(connection.watch())
        try:
            await asyncio.wait((listener, watcher), return_when=asyncio.FIRST_COMPLETED)
        finally:
            listener.cancel()
            watcher.cancel()
        self.went_silent()
        await self._drop()

    async def _drop(self) -> None:
        connection, self.connection = self.connection, None
        if self.state is not State.RECONNECTING:
            self.move(Event.LOST, ErrorCode.PEER_LOST)
        if connection is not None:
            await connection.close()

    async def _listen(self, paired: Paired) -> None:
        """Read the relay while the connection stands; returns when the peer begins to resume."""
        mailbox = self.mailbox
        while mailbox is not None:
            try:
                message = await mailbox.relay.receive()
                if isinstance(message, ResumeHello):
                    mailbox.fresh_relay().deliver(RELAY.encode(message))
                    return
                if isinstance(message, Sealed):
                    self._on_goodbye(paired.channel.open(message))
            except RemotedeskError as error:
                log.info("the server said: %s", error.code)
                if mailbox.lost:
                    await asyncio.Event().wait()  # the connection goes on without the server
                mailbox.fresh_relay()

    async def expect(self, paired: Paired, kind: type[M]) -> M:
        """Return the peer's next sealed message, which must be of this kind.

        Raises ServerError(PEER_ENDED) if he says goodbye instead, ProtocolError(MESSAGE_OUT_OF_ORDER) for another.
        """
        if self.mailbox is None:
            raise ServerError(ErrorCode.SERVER_LOST)
        message = await paired.receive(self.mailbox.relay)
        if isinstance(message, kind):
            return message
        self._on_goodbye(message)
        if self._peer_head.done():
            raise ServerError(ErrorCode.PEER_ENDED)
        raise ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER)

    async def _resume(self, paired: Paired) -> Paired:
        if self.mailbox is None or self.mailbox.lost:
            self.mailbox = await Mailbox.open(self.world.address, self.world.trust)
            await self.mailbox.send(Resume(self.token))
            await self.mailbox.expect(Resumed)
        self.paired = await self.resume_keys(paired)
        return self.paired

    def _hopeless(self, error: RemotedeskError, lost_at: float) -> bool:
        gone = error.code in (ErrorCode.PEER_ENDED, ErrorCode.NUMBER_UNKNOWN, ErrorCode.NUMBER_EXPIRED)
        return gone or asyncio.get_running_loop().time() - lost_at > GIVE_UP_AFTER_S

    # -- the end ---------------------------------------------------------------------------------------------

    def receive(self, message: SessionMessage) -> None:
        """Dispatch a message of the `session` channel. Raises ProtocolError for what the other role may not say."""
        match message:
            case End(code=code, head=head):
                self._peer_said_end(code, head)
            case ChannelClosed(code=code):
                self.note(Act.PROTOCOL_BROKEN, code=code, by=self.role.other)
            case _:
                self.on_message(message)

    def _on_goodbye(self, message: object) -> None:
        if isinstance(message, Goodbye):
            self._peer_said_end(message.code, message.head)

    def _peer_said_end(self, code: str, head: str) -> None:
        if not self._peer_head.done():
            self._peer_head.set_result(head)
        self.finish(known_code(code), self.role.other)

    async def _farewell(self, code: ErrorCode) -> None:
        if self._started:
            self.note(Act.ENDED, by=self._ended_by, code=code)
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.link.session.send(End(code, self.record.head))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LINGER_S):
                    await asyncio.shield(self._peer_head)
            await connection.close()
        await self._say_goodbye(code)
        heads = await self._exchanged_heads() if self.paired is not None else ""
        if self.paired is not None:
            self.paired.wipe()
        await self.release()
        if self._started:
            await asyncio.to_thread(self.record.close)
            self.world.tell(RecordClosed(str(self.record.path), heads))

    async def _say_goodbye(self, code: ErrorCode) -> None:
        if self.mailbox is None or self.mailbox.lost:
            return
        with contextlib.suppress(RemotedeskError):
            if self.paired is not None:
                await self.paired.send(self.mailbox.relay, Goodbye(code, self.record.head))

    async def _exchanged_heads(self) -> str:
        """Return the short code of both final heads, or nothing when the peer's did not come."""
        own = self.record.head
        try:
            async with asyncio.timeout(HEADS_WITHIN_S):
                theirs = await self._await_peer_head()
        except (TimeoutError, RemotedeskError):
            return ""
        heads = {self.role: own, self.role.other: theirs}
        code = short_code(heads[Role.CUSTOMER], heads[Role.ENGINEER])
        self.note(Act.HEADS_EXCHANGED, peer=theirs, code=code)
        return code

    async def _await_peer_head(self) -> str:
        while not self._peer_head.done():
            if self.mailbox is None or self.mailbox.lost or self.paired is None:
                raise ServerError(ErrorCode.SERVER_LOST)
            message = await self.paired.receive(self.mailbox.relay)
            if isinstance(message, Goodbye) and not self._peer_head.done():
                self._peer_head.set_result(message.head)
        return self._peer_head.result()

    async def release(self) -> None:
        """Leave the server and free what the role holds."""
        if self.mailbox is not None and not self.mailbox.lost:
            with contextlib.suppress(RemotedeskError):
                await self.mailbox.send(Leave())


def known_code(code: str) -> ErrorCode:
    """Return the peer's code if this client knows it; an ordinary end otherwise."""
    try:
        return ErrorCode(code)
    except ValueError:
        return ErrorCode.PEER_ENDED
