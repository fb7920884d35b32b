"""The customer's session: joins by number, asks the customer about everything, shares what he allowed."""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Iterable
from typing import Final

from remotedesk.core.audit import Act
from remotedesk.core.consent import ConsentGate, Feature, Prompt, Suspension
from remotedesk.core.display_text import one_line
from remotedesk.core.errors import ConsentError, ErrorCode, NumberError, PairingError, ProtocolError
from remotedesk.core.rate_limit import TokenBucket
from remotedesk.core.role import Role
from remotedesk.core.session_number import SessionNumber
from remotedesk.core.session_state import Event, State
from remotedesk.engine.connection import Connection
from remotedesk.engine.customer_features import CustomerFeatures
from remotedesk.engine.events import Asked, CodeReady, Failed, GuessFailed, PeerNamed, RetryAllowed
from remotedesk.engine.guesses import Guesses
from remotedesk.engine.lasting import RESUME_WITHIN_S, LastingSession
from remotedesk.engine.mailbox import Mailbox
from remotedesk.engine.quality import Screen
from remotedesk.engine.race import first_of
from remotedesk.engine.session import CAPABILITIES
from remotedesk.engine.world import World
from remotedesk.transport.channels import CHAT_CHANNEL, CURSOR_CHANNEL, TILES_CHANNEL
from remotedesk.transport.handshake import Paired, compare_as_customer, pair_as_customer, resume_as_customer
from remotedesk.transport.pairing import Binding, PairingTerms
from remotedesk.transport.relay import Relay
from remotedesk.wire import signaling
from remotedesk.wire.sealed import Answer, Ask, CustomerDetails, Description
from remotedesk.wire.session import AskFeatures, SessionMessage

log = logging.getLogger(__name__)

ANSWER_WITHIN_S: Final = 20.0
# A person reads one question at a time; more than these are not shown.
QUESTIONS_AT_ONCE: Final = 3
QUESTIONS_PER_S: Final = 0.2
RELEASE_WITHIN_S: Final = 3.0
COUNTED_WITHIN_S: Final = 5.0
_FED_BY: Final = {
    CHAT_CHANNEL.label: Feature.CHAT,
    TILES_CHANNEL.label: Feature.VIEW,
    CURSOR_CHANNEL.label: Feature.VIEW,
}


class CustomerSession(LastingSession):
    """One session on the customer's side. `gate`, `stop`, `answer` and `set_allowed` may be used from any thread."""

    role = Role.CUSTOMER

    def __init__(self, world: World, number: SessionNumber, name: str, guesses: Guesses) -> None:
        """`guesses` outlives the session."""
        super().__init__(world)
        self._guesses = guesses
        self.gate = ConsentGate(time.monotonic)
        self.features = CustomerFeatures(world, self.gate, self.note, self.send, self.stop)
        self._number = number
        self._name = name
        self._typed: asyncio.Queue[SessionNumber] = asyncio.Queue(1)
        self._first_answer: asyncio.Future[frozenset[Feature]] = asyncio.get_running_loop().create_future()
        self._questions = TokenBucket(QUESTIONS_AT_ONCE, QUESTIONS_PER_S, time.monotonic())
        self._unshown = 0
        self._opening: asyncio.Task[None] | None = None
        self._silent_since_s = math.inf

    # -- from the user interface -----------------------------------------------------------------------------

    def stop(self) -> None:
        """STOP, from any thread: when this returns nothing is captured or injected any more."""
        self.quiet()
        self.world.thread.post(lambda: self.finish(None))

    def answer(self, prompt: int, allowed: frozenset[Feature]) -> None:
        """Give the customer's answer to the gate; from any thread. What the gate refuses stays a question."""
        try:
            grants = self.gate.answer(prompt, allowed)
        except ConsentError as error:
            log.info("answer not taken: %s", error.code)
            return
        granted = frozenset(grant.feature for grant in grants)
        self.world.thread.post(lambda: self._answered(granted))

    def set_allowed(self, feature: Feature, allowed: bool) -> None:
        """Move a switch; from any thread. Switching off has taken effect when this returns."""
        if not allowed:
            self.gate.revoke(feature)
        elif self.state is State.ACTIVE:
            try:
                self.gate.allow(feature)
            except ConsentError as error:
                log.info("switch not taken: %s", error.code)

    def retype(self, number: SessionNumber) -> None:
        """The customer typed the number again; in the engine's loop."""
        if self._typed.empty():
            self._typed.put_nowait(number)

    # -- the session -----------------------------------------------------------------------------------------

    async def live(self) -> None:
        """Join, pair, let the customer decide, connect, share."""
        self.world.platform.require_supported()
        self.mailbox = await Mailbox.open(self.world.options, self.world.ways)
        await self.mailbox.send(signaling.Join(self._number.routing))
        self.reaching.look(self.mailbox)
        joined = await self.mailbox.expect(signaling.Joined)
        self.token = joined.token
        self.move(Event.NUMBER_READY)
        self.note(Act.STARTED, role=self.role, server=self.world.options.address.host, routing=self._number.routing)
        self.paired = await self._pair(self.mailbox)
        engineer, company = one_line(joined.engineer, 64), one_line(joined.company, 64)
        code = await compare_as_customer(self.mailbox.relay, self.paired)
        self.note(Act.PAIRED, engineer=engineer, company=company, code=code)
        self.world.tell(PeerNamed(engineer, company))
        self.world.tell(CodeReady(code))
        await self.paired.send(self.mailbox.relay, CustomerDetails(self._name))
        await self._decide(self.mailbox, self.paired)
        try:
            self.features.open()
            await self.stay_connected(self.paired)
        finally:
            self.features.quiet()

    async def _pair(self, mailbox: Mailbox) -> Paired:
        """Prove the number, three times at most, if the engineer allows it. Raises NumberError(NUMBER_BURNT)."""
        while True:
            left = self._guesses.spend(self._number.routing)
            self.move(Event.PEER_JOINED)
            binding = Binding(self.world.options.address.host, self._number.routing)
            try:
                paired = await pair_as_customer(mailbox.relay, PairingTerms(self._number.secret, binding, CAPABILITIES))
            except (PairingError, ProtocolError) as error:
                await self._guess_failed(mailbox, error.code, left)
            else:
                self._guesses.forget(self._number.routing)
                self.move(Event.PAIRED)
                return paired

    async def _guess_failed(self, mailbox: Mailbox, code: ErrorCode, left: int) -> None:
        """Tell the customer, also if the server keeps silent, and wait until the engineer allows another."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(COUNTED_WITHIN_S):
                await mailbox.send(signaling.GuessFailed())
                left = min(left, (await mailbox.expect(signaling.GuessCounted)).guesses_left)
        self.note(Act.GUESS_FAILED, code=code, left=left)
        self.move(Event.GUESS_FAILED, code)
        self.world.tell(GuessFailed(code, left))
        if left == 0:
            raise NumberError(ErrorCode.NUMBER_BURNT)
        await mailbox.expect(signaling.RetryAllowed)
        self.world.tell(RetryAllowed(left))
        typed = await self._typed.get()
        if typed.routing != self._number.routing:
            raise NumberError(ErrorCode.NUMBER_MISTYPED, "another number")
        self._number = typed

    async def _decide(self, mailbox: Mailbox, paired: Paired) -> None:
        """Let the customer answer what the engineer asks. Raises ConsentError(DECLINED) for a no."""
        ask = await self.expect(paired, Ask)
        self.reaching.prepare(mailbox)  # nothing of it leaves before the customer has said yes
        self._show(frozenset(ask.features), first=True)
        features = await first_of(asyncio.shield(self._first_answer), self.expect_nothing(paired))
        await paired.send(mailbox.relay, Answer(tuple(sorted(features))))
        if not features:
            raise ConsentError(ErrorCode.DECLINED)
        self.move(Event.ACCEPTED)

    async def connect(self, paired: Paired) -> Connection:
        """Offer the screen and the channels, and apply the opened answer."""
        mailbox = self.mailbox
        if mailbox is None:
            raise ConsentError(ErrorCode.CONNECT_FAILED)
        link = await self.reaching.link(mailbox)
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await paired.send(mailbox.relay, Description(await link.offer()))
                await link.accept((await self.expect(paired, Description)).sdp)
        except BaseException as error:
            await link.close()
            if isinstance(error, TimeoutError):
                raise ConsentError(ErrorCode.CONNECT_FAILED) from None
            raise
        return Connection(link, paired, lambda: self.record.head, self.receive)

    async def resume_keys(self, relay: Relay, paired: Paired) -> Paired:
        """Begin the exchange for fresh keys."""
        return await resume_as_customer(relay, paired, RESUME_WITHIN_S)

    def went_live(self, connection: Connection) -> Screen:
        """Let the features use the verified connection."""
        screen = self.features.attach(connection.link)
        if time.monotonic() - self._silent_since_s > self.world.options.patience.confirm_control_after_s:
            self.gate.revoke(Feature.CONTROL)
        self.gate.resume(Suspension.SILENCE)
        self.features.tell_granted()
        return screen

    def went_silent(self) -> None:
        """Stop everything until the peer is back and verified."""
        self._silent_since_s = time.monotonic()
        self.gate.suspend(Suspension.SILENCE)
        self.features.detach()

    def on_message(self, message: SessionMessage) -> None:
        """The engineer asks for more; an open question stands until it is answered.

        Raises ProtocolError for what only a customer says.
        """
        if not isinstance(message, AskFeatures):
            raise ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER)
        if self.gate.prompt is None and self._questions.take(time.monotonic()):
            self._show(frozenset(message.features), first=False)
        else:
            self._unshown += 1  # counted, so that nobody can fill the record with questions

    def channel_broken(self, label: str) -> None:
        """What came through the channel is not allowed any more."""
        self.gate.revoke(_FED_BY.get(label, Feature.CONTROL))

    def settle(self) -> None:
        """Write down what control did."""
        self.features.account()
        if self._unshown:
            self.note(Act.REFUSED, questions=self._unshown, why="too many questions")

    def quiet(self) -> None:
        """Revoke everything; from any thread."""
        self.gate.stop()
        self.features.quiet()

    async def release(self) -> None:
        """Close what the features hold, and the socket."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        with contextlib.suppress(TimeoutError):  # a system call that hangs must not keep the record from the customer
            async with asyncio.timeout(RELEASE_WITHIN_S):
                await self.features.close()
        await super().release()
        if self.mailbox is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self.mailbox.close()

    # -- asking ----------------------------------------------------------------------------------------------

    def _show(self, features: frozenset[Feature], *, first: bool) -> None:
        asked = features & frozenset(Feature(name) for name in CAPABILITIES)
        if not asked:
            self.world.tell(Failed(ErrorCode.NOT_GRANTED))
            return
        self.note(Act.ASKED, features=_listed(asked))
        try:
            prompt = self.gate.ask(asked)
        except ConsentError:
            return
        asking = Asked(prompt.number, asked, first)
        if first:
            self.world.tell(asking)
        else:
            self._opening = asyncio.create_task(self._open(prompt, asking))

    async def _open(self, prompt: Prompt, asking: Asked) -> None:
        """Show a question once nothing that the engineer did before can still come to it."""
        await self.features.settle()
        if self.gate.prompt is prompt:
            self.world.tell(asking)

    def _answered(self, granted: frozenset[Feature]) -> None:
        if not granted:
            self.note(Act.REFUSED)
        if not self._first_answer.done():
            self._first_answer.set_result(granted)
        else:
            self.features.tell_granted()


def _listed(features: Iterable[Feature]) -> str:
    return ",".join(sorted(features))
