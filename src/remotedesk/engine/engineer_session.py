"""The engineer's session: a number to read out, the pairing, what he asks, and what he was allowed."""

import asyncio
import secrets
from typing import Final

from remotedesk.core.audit import Act
from remotedesk.core.consent import Feature
from remotedesk.core.display_text import one_line
from remotedesk.core.errors import (
    ConsentError,
    ErrorCode,
    NumberError,
    PairingError,
    ProtocolError,
    RemotedeskError,
    ServerError,
    known_code,
)
from remotedesk.core.role import Role
from remotedesk.core.session_number import SECRET_DIGITS, SessionNumber
from remotedesk.core.session_state import Event, State
from remotedesk.engine.connection import Connection
from remotedesk.engine.events import (
    Answered,
    ChatAdded,
    CodeReady,
    CursorChanged,
    FrameReady,
    GrantsChanged,
    GuessFailed,
    InputRefused,
    NumberIssued,
    PeerNamed,
    RetryAllowed,
)
from remotedesk.engine.lasting import RESUME_WITHIN_S, LastingSession
from remotedesk.engine.mailbox import Mailbox
from remotedesk.engine.quality import Screen
from remotedesk.engine.race import first_of
from remotedesk.engine.session import CAPABILITIES
from remotedesk.engine.world import World
from remotedesk.features.chat import ChatFeature
from remotedesk.features.control import ControlSender
from remotedesk.features.screen import CursorView, ScreenView
from remotedesk.transport.handshake import Paired, compare_as_engineer, pair_as_engineer, resume_as_engineer
from remotedesk.transport.pairing import Binding, PairingTerms
from remotedesk.transport.relay import Relay
from remotedesk.wire import session as messages
from remotedesk.wire import signaling
from remotedesk.wire.pairing import RELAY
from remotedesk.wire.sealed import Answer, Ask, CustomerDetails, Description
from remotedesk.wire.session import AskFeatures, Granted, SessionMessage

OFFER_WITHIN_S: Final = 20.0
NAME_WITHIN_S: Final = 10.0
GUESSES: Final = 3
# The server lets an exchange that began in time come to its end.
GRACE_S: Final = 120.0


class EngineerSession(LastingSession):
    """One number and the session that comes of it. All methods run in the engine's loop."""

    role = Role.ENGINEER
    linger_s = 1.0  # he has no STOP: nothing of his acts here

    def __init__(self, world: World, mailbox: Mailbox) -> None:
        """`mailbox` is signed in; it outlives the session."""
        super().__init__(world)
        self.mailbox = mailbox
        self.control = ControlSender()
        self.view = ScreenView(lambda: world.tell(FrameReady()))
        self.cursor = CursorView(lambda: world.tell(CursorChanged()))
        self._chat = ChatFeature(lambda: Feature.CHAT in self._granted, self._chat_received)
        self._granted: frozenset[Feature] = frozenset()
        self._asked: frozenset[Feature] = frozenset()
        self._retry = asyncio.Event()
        self._first_ask: asyncio.Future[frozenset[Feature]] = asyncio.get_running_loop().create_future()

    # -- from the user interface -----------------------------------------------------------------------------

    def allow_retry(self) -> None:
        """Let the customer try the secret again."""
        self._retry.set()

    def ask(self, features: frozenset[Feature]) -> None:
        """Ask the customer: at the start, or later for more."""
        if self.state is State.ASKING and not self._first_ask.done():
            self._first_ask.set_result(features)
        elif self.state is State.ACTIVE and self.connection is not None:
            self._asked = features
            self.note(Act.ASKED, features=",".join(sorted(features)))
            self.connection.link.session.send(AskFeatures(tuple(sorted(features))))

    def send_chat(self, text: str) -> None:
        """Write to the customer."""
        line = self._chat.send(text)
        if line is not None:
            self.note(Act.CHAT_SENT, characters=len(line))
            self.world.tell(ChatAdded(line, mine=True))

    # -- the session -----------------------------------------------------------------------------------------

    async def live(self) -> None:
        """Issue a number, pair, ask, connect, and look."""
        mailbox = self._mailbox()
        issued = await mailbox.issue()
        self.token = issued.token
        self.reaching.look(mailbox)
        number = SessionNumber(issued.routing, "".join(str(secrets.randbelow(10)) for _ in range(SECRET_DIGITS)))
        self.world.tell(NumberIssued(number.grouped(), issued.expires_in_s))
        self.move(Event.NUMBER_READY)
        try:
            async with asyncio.timeout(issued.expires_in_s + GRACE_S):
                self.paired = await self._pair(mailbox, number)
        except TimeoutError:
            raise NumberError(ErrorCode.NUMBER_EXPIRED) from None
        await mailbox.send(signaling.Paired())
        code = await compare_as_engineer(mailbox.relay, self.paired)
        details = await self._expect_details(self.paired)
        name = one_line(details.name, 64)
        self.note(Act.PAIRED, customer=name, code=code)
        self.world.tell(PeerNamed(name, ""))
        self.world.tell(CodeReady(code))
        await self._ask_first(mailbox, self.paired)
        await self.stay_connected(self.paired)

    async def _pair(self, mailbox: Mailbox, number: SessionNumber) -> Paired:
        """Let the customer prove the number.

        The guesses are counted here, whatever the server says of them: it must not get more than three.
        Raises NumberError(NUMBER_BURNT).
        """
        binding = Binding(self.world.options.address.host, number.routing)
        left = GUESSES
        while True:
            await self._next_customer(mailbox)
            self.move(Event.PEER_JOINED)
            if not self._started:
                self.note(Act.STARTED, role=self.role, server=self.world.options.address.host, routing=number.routing)
            try:
                terms = PairingTerms(number.secret, binding, CAPABILITIES)
                paired = await pair_as_engineer(mailbox.relay, terms)
            except (PairingError, ProtocolError) as error:
                left -= 1
                await mailbox.send(signaling.GuessFailed())
                await self._guess_failed(mailbox, error.code, left)
            except ServerError as error:
                if error.code is not ErrorCode.PEER_ENDED:
                    raise
                await self._customer_left(mailbox, left)
            else:
                self.move(Event.PAIRED)
                return paired

    async def _next_customer(self, mailbox: Mailbox) -> None:
        """Return when a customer joins, or the one who is here begins; his ten seconds count from his first message."""
        await first_of(self._customer_begins(mailbox), mailbox.expect(signaling.PeerJoined, leaving_ends=False))

    async def _customer_begins(self, mailbox: Mailbox) -> None:
        while True:
            relay = mailbox.relay
            try:
                message = await relay.receive()
            except RemotedeskError:
                mailbox.fresh_relay()  # whoever was here has left
            else:
                relay.deliver(RELAY.encode(message))
                return

    async def _customer_left(self, mailbox: Mailbox, left: int) -> None:
        """He left before his proof was judged, so that he learned nothing; the server may count it all the same."""
        self.move(Event.GUESS_FAILED, ErrorCode.PEER_ENDED)
        mailbox.fresh_relay()
        notice = await mailbox.expect(signaling.GuessCounted, signaling.PeerJoined, leaving_ends=False)
        if isinstance(notice, signaling.PeerJoined):
            mailbox.put_back(notice)
        elif isinstance(notice, signaling.GuessCounted):
            await self._allow(mailbox, ErrorCode.PEER_ENDED, min(left, notice.guesses_left))

    async def _guess_failed(self, mailbox: Mailbox, code: ErrorCode, left: int) -> None:
        self.move(Event.GUESS_FAILED, code)
        await self._allow(mailbox, code, left)

    async def _allow(self, mailbox: Mailbox, code: ErrorCode, left: int) -> None:
        """Tell that a guess is spent, and wait until the engineer allows another."""
        self.note(Act.GUESS_FAILED, code=code, left=left)
        self._retry.clear()
        self.world.tell(GuessFailed(code, left))
        if left == 0:
            await mailbox.send(signaling.Burn())
            raise NumberError(ErrorCode.NUMBER_BURNT)
        await self._retry.wait()
        await mailbox.send(signaling.AllowRetry())
        await mailbox.expect(signaling.RetryAllowed, leaving_ends=False)
        self.world.tell(RetryAllowed(left))

    async def _expect_details(self, paired: Paired) -> CustomerDetails:
        try:
            async with asyncio.timeout(NAME_WITHIN_S):
                return await self.expect(paired, CustomerDetails)
        except TimeoutError:
            raise PairingError(ErrorCode.PAIRING_TIMEOUT) from None

    async def _ask_first(self, mailbox: Mailbox, paired: Paired) -> None:
        """Ask what the engineer wants to ask and wait for the yes. Raises ConsentError(DECLINED)."""
        features = await first_of(asyncio.shield(self._first_ask), self.expect_nothing(paired))
        self.note(Act.ASKED, features=",".join(sorted(features)))
        self.reaching.prepare(mailbox)
        await paired.send(mailbox.relay, Ask(tuple(sorted(features))))
        answer = await self.expect(paired, Answer)
        allowed = frozenset(answer.features)
        self.world.tell(Answered(allowed))
        if not allowed:
            self.note(Act.REFUSED)
            raise ConsentError(ErrorCode.DECLINED)
        self.note(Act.GRANTED, features=",".join(sorted(allowed)))
        self.move(Event.ACCEPTED)

    async def connect(self, paired: Paired) -> Connection:
        """Apply the opened offer and answer it."""
        relay = self._mailbox().relay
        link = await self.reaching.link(self._mailbox())
        try:
            async with asyncio.timeout(OFFER_WITHIN_S):
                answer = await link.answer((await self.expect(paired, Description)).sdp)
                await paired.send(relay, Description(answer))
        except BaseException as error:
            await link.close()
            if isinstance(error, TimeoutError):
                raise ConsentError(ErrorCode.CONNECT_FAILED) from None
            raise
        return Connection(link, paired, lambda: self.record.head, self.receive)

    async def resume_keys(self, relay: Relay, paired: Paired) -> Paired:
        """Wait for the customer to begin the exchange for fresh keys."""
        return await resume_as_engineer(relay, paired, RESUME_WITHIN_S)

    def went_live(self, connection: Connection) -> Screen:
        """Let the features use the verified connection."""
        self.control.attach(connection.link.input, connection.link.pointer)
        self._chat.attach(connection.link.chat)
        self.view.attach(connection.link.tiles)
        self.cursor.attach(connection.link.cursor)
        return self.view

    def went_silent(self) -> None:
        """Send nothing until the customer is back and verified."""
        self.control.detach()
        self._chat.detach()

    def on_message(self, message: SessionMessage) -> None:
        """Take what the customer tells. Raises ProtocolError for what only an engineer says."""
        match message:
            case Granted():
                self._on_granted(message)
            case messages.InputRefused(code=code):
                self.world.tell(InputRefused(known_code(code)))
            case _:
                raise ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER)

    def channel_broken(self, label: str) -> None:
        """What the customer does not listen to needs no stopping."""

    def settle(self) -> None:
        """Nothing is only counted here."""

    def quiet(self) -> None:
        """Send nothing more."""
        self.control.allowed = False
        self.went_silent()

    async def release(self) -> None:
        """Forget the picture and leave; the socket stays signed in."""
        await self.view.close()
        await super().release()

    def _mailbox(self) -> Mailbox:
        if self.mailbox is None:
            raise ConsentError(ErrorCode.CONNECT_FAILED)
        return self.mailbox

    def _on_granted(self, message: Granted) -> None:
        granted = frozenset(message.features)
        for feature in sorted(granted - self._granted):
            self.note(Act.GRANTED, feature=feature)
        for feature in sorted(self._granted - granted):
            self.note(Act.REVOKED, feature=feature)
        self._granted = granted
        self.control.allowed = Feature.CONTROL in granted and not message.suspended
        self.world.tell(GrantsChanged(granted, frozenset(message.suspended)))
        asked, self._asked = self._asked, frozenset()
        if asked:
            self.world.tell(Answered(asked & granted))

    def _chat_received(self, line: str) -> None:
        self.note(Act.CHAT_RECEIVED, characters=len(line))
        self.world.tell(ChatAdded(line, mine=False))
