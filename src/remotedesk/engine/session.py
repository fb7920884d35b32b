"""What both roles' sessions share: the state, the record, the way to the peer, and how a session ends."""

import asyncio
import contextlib
import logging
from typing import Final, NoReturn, TypeVar

from remotedesk.core.audit import Act, short_code
from remotedesk.core.errors import ErrorCode, ProtocolError, RemotedeskError, ServerError, known_code
from remotedesk.core.role import Role
from remotedesk.core.session_state import Event, State, advance
from remotedesk.engine.connection import Connection
from remotedesk.engine.duties import Duties
from remotedesk.engine.events import RecordClosed, StateChanged
from remotedesk.engine.mailbox import Mailbox
from remotedesk.engine.race import uncancel
from remotedesk.engine.record import Record
from remotedesk.engine.world import World
from remotedesk.transport.handshake import Paired
from remotedesk.wire.sealed import Goodbye, SealedMessage
from remotedesk.wire.session import ChannelClosed, End, SessionMessage
from remotedesk.wire.signaling import Leave

log = logging.getLogger(__name__)
M = TypeVar("M")

CAPABILITIES: Final = ("view", "control", "chat")
HEADS_WITHIN_S: Final = 2.0
RETRY_EVERY_S: Final = 1.0
# After these the session is over, or was never known to this server: trying again cannot help.
GONE: Final = frozenset({ErrorCode.PEER_ENDED, ErrorCode.NUMBER_UNKNOWN, ErrorCode.NUMBER_EXPIRED})


class Session(Duties):
    """One session of one role, from its number to its end; lives in the engine's loop."""

    role: Role
    # How long the peer may take to answer the farewell; with one that hangs it is part of the time the customer's STOP
    # takes. Without the server the answer is the only way to the peer's head.
    linger_s = 0.015

    def __init__(self, world: World) -> None:
        self.world = world
        self.state = State.IDLE
        self.record = Record(world.options.records, self.role)
        self.mailbox: Mailbox | None = None
        self.paired: Paired | None = None
        self.connection: Connection | None = None
        self.token = ""
        self._task: asyncio.Task[None] | None = None
        self._end_code: ErrorCode | None = None
        self._peer_head: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._ended_by = self.role
        self._started = False
        self._final_head = ""  # once the record has ended: what both sides put into the short code

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
            await asyncio.wait((self._task,))  # which, unlike awaiting the task, never cancels it

    @property
    def over(self) -> bool:
        """True once `done` would return at once."""
        return self._task is None or self._task.done()

    def move(self, event: Event, code: ErrorCode | None = None) -> None:
        """Advance the state and tell it."""
        self.state = advance(self.state, event)
        self.world.tell(StateChanged(self.state, code))

    def note(self, act: Act, **facts: str | int) -> None:
        """Write into the record; what comes after the end is too late for the head the peer was told."""
        if not self._final_head:
            self._started = True
            self.record.add(act, **facts)

    def send(self, message: SessionMessage) -> None:
        """Send on the `session` channel, if there is one."""
        if self.connection is not None:
            self.connection.link.session.send(message)

    async def _run(self) -> None:
        try:
            await self.live()
            self.finish(None)
        except RemotedeskError as error:
            self.finish(error.code, self.role.other if error.code is ErrorCode.PEER_ENDED else None)
        except asyncio.CancelledError:
            self.finish(ErrorCode.INTERNAL)
        except Exception:  # thread entry: whatever broke, the session ends in order
            log.exception("session")
            self.finish(ErrorCode.INTERNAL)
        uncancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._farewell(self._end_code or ErrorCode.INTERNAL)

    async def expect(self, paired: Paired, kind: type[M]) -> M:
        """Return the peer's next sealed message, which must be of this kind.

        Raises ServerError(PEER_ENDED) if he says goodbye instead, ProtocolError(MESSAGE_OUT_OF_ORDER) for another.
        """
        message = await self.opened(paired)
        if isinstance(message, kind):
            return message
        raise self.untimely(message)

    async def expect_nothing(self, paired: Paired) -> NoReturn:
        """Wait while it is not the peer's turn. Raises as `expect` does."""
        raise self.untimely(await self.opened(paired))

    async def opened(self, paired: Paired) -> SealedMessage:
        if self.mailbox is None:
            raise ServerError(ErrorCode.SERVER_LOST)
        return await paired.receive(self.mailbox.relay)

    def untimely(self, message: SealedMessage) -> RemotedeskError:
        self.on_goodbye(message)
        if self._peer_head.done():
            return ServerError(ErrorCode.PEER_ENDED)
        return ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER)

    def receive(self, message: SessionMessage) -> None:
        """Dispatch a message of the `session` channel. Raises ProtocolError for what the other role may not say."""
        match message:
            case End(code=code, head=head):
                self._peer_said_end(code, head)
            case _ if self.state is State.ENDED:
                return
            case ChannelClosed(channel=label, code=code):
                self.note(Act.PROTOCOL_BROKEN, channel=label, code=code, by=self.role.other)
            case _:
                self.on_message(message)

    def on_goodbye(self, message: SealedMessage) -> None:
        if isinstance(message, Goodbye):
            self._peer_said_end(message.code, message.head)

    def _peer_said_end(self, code: str, head: str) -> None:
        if not self._peer_head.done():
            self._peer_head.set_result(head)
        self.finish(known_code(code), self.role.other)

    async def _farewell(self, code: ErrorCode) -> None:
        if self._started:
            self.settle()
            self.note(Act.ENDED, by=self._ended_by, code=code)
        self._final_head = self.record.head
        await self._tell_peer(code)
        shown = ""
        if (paired := self.paired) is not None:
            shown = await self._exchanged_heads(paired)
            paired.wipe()
        await self.release()
        if self._started:
            await asyncio.to_thread(self.record.close)
            self.world.tell(RecordClosed(str(self.record.path), shown))

    async def _tell_peer(self, code: ErrorCode) -> None:
        """Say goodbye both ways, so that it arrives when one of them is gone, and close the connection."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.link.session.send(End(code, self._final_head))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.linger_s):
                if self.mailbox is not None and self.paired is not None:
                    with contextlib.suppress(RemotedeskError):
                        await self.paired.send(self.mailbox.relay, Goodbye(code, self._final_head))
                if connection is not None:
                    await asyncio.shield(self._peer_head)
        if connection is not None:
            await connection.close()

    async def _exchanged_heads(self, paired: Paired) -> str:
        """Return the short code of both final heads, or nothing when the peer's did not come."""
        try:
            async with asyncio.timeout(HEADS_WITHIN_S):
                while not self._peer_head.done():
                    self.on_goodbye(await self.opened(paired))
        except (TimeoutError, RemotedeskError):
            return ""
        theirs = self._peer_head.result()
        heads = (self._final_head, theirs) if self.role is Role.CUSTOMER else (theirs, self._final_head)
        shown = short_code(*heads)
        self.record.add(Act.HEADS_EXCHANGED, peer=theirs, code=shown)
        return shown

    async def release(self) -> None:
        """Leave the server and free what the role holds."""
        with contextlib.suppress(RemotedeskError):
            if self.mailbox is not None and not self.mailbox.lost:
                await self.mailbox.send(Leave())
