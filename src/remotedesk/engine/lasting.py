"""A session's connection: made, held while it lives, and made anew after every loss, until the session ends."""

import asyncio
import functools
import logging
from collections.abc import Callable
from typing import Final, NoReturn

from remotedesk.core.audit import Act
from remotedesk.core.errors import ConsentError, ErrorCode, ProtocolError, RemotedeskError, ServerError
from remotedesk.core.session_state import Event, State
from remotedesk.engine.connection import Connection
from remotedesk.engine.events import Failed
from remotedesk.engine.mailbox import Mailbox, UnlessSealed
from remotedesk.engine.quality import report
from remotedesk.engine.race import first_of
from remotedesk.engine.reaching import Reaching
from remotedesk.engine.session import Session
from remotedesk.engine.world import World
from remotedesk.transport.handshake import Paired
from remotedesk.transport.peer import PeerLink
from remotedesk.transport.relay import SignalingRelay
from remotedesk.transport.resume import ResumeExchange
from remotedesk.wire.pairing import RELAY, RelayMessage, ResumeHello, Sealed
from remotedesk.wire.sealed import LateCandidates, SealedMessage
from remotedesk.wire.session import ChannelClosed

log = logging.getLogger(__name__)

RETRY_EVERY_S: Final = 0.3
SEAT_EVERY_S: Final = 3.0  # to the server, while the connection stands without it
BACK_WITHIN_S: Final = 5.0
CONNECT_WITHIN_S: Final = 10.0
RECONNECT_WITHIN_S: Final = 5.0  # a try that chance has spoilt costs so much; the next begins with fresh addresses
RESUME_WITHIN_S: Final = 4.0  # one exchange for fresh keys: two round trips, and what the other still has to notice
CONNECT_AGAIN_FOR_S: Final = 20.0  # where the first connection did not come about
# After these the session is over, or was never known to this server: trying again cannot help.
GONE: Final = frozenset({ErrorCode.PEER_ENDED, ErrorCode.NUMBER_UNKNOWN, ErrorCode.NUMBER_EXPIRED})


class LastingSession(Session):
    """What both roles' sessions do once they are paired."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.reaching = Reaching(world.options, world.ways)
        self._relay: SignalingRelay | None = None  # the one that the last try to resume has used
        self._leaving: set[asyncio.Task[None]] = set()

    async def opened(self, paired: Paired) -> SealedMessage:
        """Return the peer's next sealed message. If he begins to resume instead, that is left for the next try.

        Raises ConsentError(PEER_LOST) then, and what `Paired.receive` raises.
        """
        if self.mailbox is None:
            raise ServerError(ErrorCode.SERVER_LOST)
        return await paired.receive(_UnlessResumed(self.mailbox, functools.partial(self._proven, paired)))

    async def release(self) -> None:
        """Leave the server, then close what is not a connection yet, and sockets that others have replaced."""
        await super().release()
        await self.reaching.close()
        await asyncio.gather(*self._leaving, return_exceptions=True)

    async def stay_connected(self, paired: Paired) -> None:
        """Connect, and after every loss connect again, until the session ends or the peer stays away.

        Raises ConsentError(CONNECT_FAILED) when the first connection fails, PEER_LOST when it cannot be rebuilt;
        ProtocolError when the peer broke the rules of the connection or of the `session` channel.
        """
        connection, paired = await self._connect_first(paired)
        while True:
            await self._hold(connection, paired)
            try:
                async with asyncio.timeout(self.world.options.patience.give_up_after_s):
                    connection, paired = await self._rebuild(paired)
            except TimeoutError:
                raise ConsentError(ErrorCode.PEER_LOST) from None

    async def _connect_first(self, paired: Paired) -> tuple[Connection, Paired]:
        """Connect; what chance has spoilt, a relay that did not answer or a network that changed, is tried again."""
        try:
            return await self._connect_once(paired, CONNECT_WITHIN_S), paired
        except ConsentError as error:
            if error.code not in (ErrorCode.CONNECT_FAILED, ErrorCode.PEER_LOST):
                raise
            log.info("not connected: %s", error.code)
        if self.state is State.CONNECTING:
            self.move(Event.LOST, ErrorCode.PEER_LOST)
        try:
            async with asyncio.timeout(CONNECT_AGAIN_FOR_S):
                return await self._rebuild(paired)
        except TimeoutError:
            raise ConsentError(ErrorCode.CONNECT_FAILED) from None

    async def _connect_once(self, paired: Paired, within_s: float) -> Connection:
        self.connection = connection = await self.connect(paired)
        self.move(Event.CONNECTED)
        try:
            await first_of(connection.verify(within_s), self._exchange_late(connection.link, paired))
        except RemotedeskError:
            await self._drop()
            raise
        self.move(Event.VERIFIED)
        self.note(Act.CONNECTED)
        return connection

    async def _exchange_late(self, link: PeerLink, paired: Paired) -> NoReturn:
        """Give the candidates that were held back when their time has come, and take the peer's. Raises as `expect`."""
        sending = asyncio.create_task(self._send_late(link, paired))
        try:
            while True:
                message = await self.opened(paired)
                if not isinstance(message, LateCandidates):
                    raise self.untimely(message)
                await link.add_late(message.candidates)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _send_late(self, link: PeerLink, paired: Paired) -> None:
        await asyncio.sleep(link.holds_back_s)
        if (mailbox := self.mailbox) is not None:
            await paired.send(mailbox.relay, LateCandidates(link.late_candidates))

    async def _hold(self, connection: Connection, paired: Paired) -> None:
        """Let the features use the connection until it is lost. Raises ProtocolError when the peer broke its rules."""
        self._guard(connection.link)
        screen = self.went_live(connection)
        try:
            await first_of(connection.watch(), self._listen(paired), report(connection.link, screen, self.world.tell))
        except ProtocolError as error:
            self.note(Act.PROTOCOL_BROKEN, code=error.code)
            raise
        self.went_silent()
        await self._drop()

    async def _drop(self) -> None:
        if self.state is not State.RECONNECTING:
            self.move(Event.LOST, ErrorCode.PEER_LOST)
        if self.connection is not None:
            await self.connection.close()
            self.connection = None

    def _guard(self, link: PeerLink) -> None:
        for channel in (link.input, link.pointer, link.chat, link.tiles, link.cursor):
            channel.on_broken = functools.partial(self._channel_broken, channel.label)

    def _channel_broken(self, label: str, code: ErrorCode) -> None:
        self.note(Act.PROTOCOL_BROKEN, channel=label, code=code)
        self.channel_broken(label)
        self.send(ChannelClosed(label, code))
        self.world.tell(Failed(code))

    async def _listen(self, paired: Paired) -> None:
        """Read the relay while the connection stands; returns when the peer begins to resume."""
        while (mailbox := self.mailbox) is not None:
            relay = mailbox.relay
            try:
                message = await relay.receive()
                # The server alone must not be able to tear a good connection down.
                if isinstance(message, ResumeHello) and self._proven(paired, message):
                    mailbox.fresh_relay().deliver(RELAY.encode(message))
                    return
                if isinstance(message, Sealed):
                    self.on_goodbye(paired.channel.open(message))
            except RemotedeskError as error:
                log.info("the server said: %s", error.code)
                if mailbox.peer_left:
                    await asyncio.Event().wait()  # the connection goes on without the server
                if mailbox.lost:
                    await self._take_seat(mailbox)
                mailbox.renew(relay)

    async def _take_seat(self, lost: Mailbox) -> None:
        """Come back to the server: it forgets a session whose side is away for long. Returns when it is done."""
        while self.mailbox is lost:
            await asyncio.sleep(SEAT_EVERY_S)
            try:
                self._replace(await Mailbox.back(self.world.options, self.world.ways, self.token))
            except RemotedeskError as error:
                if error.code in GONE:
                    await asyncio.Event().wait()  # it does not know the session any more, and is not needed

    # -- after a loss ----------------------------------------------------------------------------------------

    async def _rebuild(self, paired: Paired) -> tuple[Connection, Paired]:
        """Make fresh keys and a connection, as often as it takes. Raises what is GONE."""
        while True:
            try:
                paired = await self._resume(paired)
                return await self._connect_once(paired, RECONNECT_WITHIN_S), paired
            except RemotedeskError as error:
                if error.code in GONE:
                    raise
                log.info("connection not rebuilt: %s", error.code)
            self._clear(paired)
            await asyncio.sleep(RETRY_EVERY_S)

    async def _resume(self, paired: Paired) -> Paired:
        mailbox = await self._answering()
        self.reaching.prepare_again(mailbox)
        # Who hung for long may find the silence before he reads that it was the end.
        goodbye = functools.partial(self._goodbye_in, paired)
        relay = self._relay = mailbox.relay
        self.paired = await self.resume_keys(UnlessSealed(relay, goodbye), paired)
        return self.paired

    async def _answering(self) -> Mailbox:
        """Return a mailbox whose server answers now. Raises ServerError."""
        mailbox = self.mailbox
        if mailbox is not None and mailbox.lost and mailbox.peer_left:
            raise ServerError(ErrorCode.PEER_ENDED)
        options, ways = self.world.options, self.world.ways
        if mailbox is None:
            return await Mailbox.back(options, ways, self.token)
        found = await mailbox.answering(options, ways, self.token, BACK_WITHIN_S)
        self._replace(found)
        return found

    def _replace(self, mailbox: Mailbox) -> None:
        """Use this mailbox from now on. The one before is closed meanwhile: its network may be gone."""
        before, self.mailbox = self.mailbox, mailbox
        if before is not None and before is not mailbox:
            task = asyncio.create_task(before.close())
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    def _proven(self, paired: Paired, hello: ResumeHello) -> bool:
        """True if the peer said this with the keys of now, or those before, should he not have followed."""
        held = (keys for keys in (paired.keys, paired.previous) if keys is not None and not keys.wiped)
        return any(ResumeExchange(self.role, keys, paired.binding).proven(hello) for keys in held)

    def _clear(self, paired: Paired) -> None:
        """Have nothing left of this try, which would spoil the next. Raises ServerError(PEER_ENDED) if he has left."""
        mailbox, relay = self.mailbox, self._relay
        if mailbox is None or relay is None:
            return
        for message in relay.waiting():
            if isinstance(message, Sealed):
                said = self._goodbye_in(paired, message)
                if said is not None and said.code in GONE:
                    raise said
        if mailbox.peer_left:
            raise ServerError(ErrorCode.PEER_ENDED)
        if not mailbox.lost:
            mailbox.renew(relay)

    def _goodbye_in(self, paired: Paired, sealed: Sealed) -> RemotedeskError | None:
        try:
            message = paired.channel.open(sealed)
        except RemotedeskError as error:
            return error
        return None if isinstance(message, LateCandidates) else self.untimely(message)


class _UnlessResumed:
    """A relay for envelopes, on which the peer may begin to resume: he has given up what was under way."""

    def __init__(self, mailbox: Mailbox, proven: Callable[[ResumeHello], bool]) -> None:
        self._mailbox = mailbox
        self._relay = mailbox.relay
        self._proven = proven

    async def send(self, message: RelayMessage) -> None:
        """Send to the other client."""
        await self._relay.send(message)

    async def receive(self) -> RelayMessage:
        """Return the next message. Raises ConsentError(PEER_LOST) when he has begun; his message is read again."""
        message = await self._relay.receive()
        if isinstance(message, ResumeHello) and self._proven(message):
            self._mailbox.fresh_relay().deliver(RELAY.encode(message))
            raise ConsentError(ErrorCode.PEER_LOST)
        return message
