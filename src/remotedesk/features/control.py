"""Remote control: the engineer's keys, text, pointer and wheel, injected on the customer's machine under a grant.

The customer's end injects in a thread of its own, in the order of arrival; waiting moves are replaced by newer ones.
"""

import logging
import math
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Final

from remotedesk.core.consent import ConsentGate, Grant
from remotedesk.core.errors import ConsentError, ErrorCode, PlatformError, ProtocolError
from remotedesk.platform.ports import InputInjector, Platform
from remotedesk.transport.channels import Channel
from remotedesk.wire.input import Button, InputMessage, Key, PointerButton, PointerMove, ReleaseAll, Text, Wheel

log = logging.getLogger(__name__)

MOST_WAITING: Final = 2_000
LOCAL_USER_HOLDS_S: Final = 1.0
RELEASE_AGAIN_AFTER_S: Final = 0.2

Event = InputMessage | PointerMove


class ControlReceiver:
    """The customer's end: checks the order of what arrives, and injects it for as long as a grant lives."""

    def __init__(
        self,
        platform: Platform,
        gate: ConsentGate,
        acted: Callable[[], None],
        refused: Callable[[ErrorCode], None],
    ) -> None:
        """`acted` and `refused` are called for every event, mostly in the injection thread."""
        self._platform = platform
        self._gate = gate
        self._acted = acted
        self._refused = refused
        self._injected_at_s = -math.inf
        self._injection: Injection | None = None
        self._finished: list[Injection] = []
        self._ungranted = 0
        self._input_seq = -1
        self._pointer_seq = -1

    def attach(self, input_channel: Channel[InputMessage], pointer_channel: Channel[PointerMove]) -> None:
        """Take messages from a fresh connection; sequences start anew."""
        self._input_seq = self._pointer_seq = -1
        input_channel.on_message = self.on_input
        pointer_channel.on_message = self.on_pointer

    def on_input(self, message: InputMessage) -> None:
        """Queue a message. Raises ProtocolError: MESSAGE_OUT_OF_ORDER, MESSAGE_FLOOD (the channel closes)."""
        if message.seq <= self._input_seq:
            raise ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER)
        self._input_seq = message.seq
        self._queue(message)

    def on_pointer(self, message: PointerMove) -> None:
        """Queue a move, unless a newer one came before it. Raises ProtocolError(MESSAGE_FLOOD)."""
        if message.seq > self._pointer_seq:
            self._pointer_seq = message.seq
            self._queue(message)

    def start(self, grant: Grant) -> None:
        """Open mouse and keyboard under `grant`. Raises ConsentError, PlatformError."""
        self.stop()
        injector = self._platform.open_injector(grant, lambda: self._gate.prompt is not None)
        self._injection = Injection(injector, grant, self._touched, self._acted, self._refused)

    @property
    def idle_s(self) -> float:
        """Seconds since something was injected last; for any thread."""
        return time.monotonic() - self._injected_at_s

    def settle(self) -> None:
        """Wait until what was injected has arrived, about a second at most; not in the engine's loop."""
        if (injection := self._injection) is not None:
            injection.settle()

    def release(self) -> None:
        """Drop what waits and release every key and button at once; from any thread."""
        if (injection := self._injection) is not None:
            injection.release()

    def hold(self) -> None:
        """The local user moves his own mouse or types: stand aside for a second; from any thread."""
        if (injection := self._injection) is not None:
            injection.hold()

    def stop(self) -> None:
        """Release everything and inject no more, without waiting for the thread."""
        injection, self._injection = self._injection, None
        if injection is not None:
            injection.stop()
            self._finished.append(injection)

    def join(self) -> None:
        """Stop and wait for the threads; not in the engine's loop."""
        self.stop()
        while self._finished:
            self._finished.pop().join()

    def take_counts(self) -> dict[str, int]:
        """Return how many events of each kind were injected or refused since the last call, for the record."""
        counts: Counter[str] = Counter({ErrorCode.NOT_GRANTED: self._ungranted} if self._ungranted else {})
        self._ungranted = 0
        for injection in (*self._finished, self._injection):
            if injection is not None:
                counts += injection.take_counts()
        return dict(counts)

    def _touched(self) -> None:
        self._injected_at_s = time.monotonic()

    def _queue(self, event: Event) -> None:
        if self._injection is None:
            self._ungranted += 1
            self._refused(ErrorCode.NOT_GRANTED)
        else:
            self._injection.queue(event)


class Injection:
    """One stretch of control: a bounded queue and the thread that injects from it until it is stopped."""

    def __init__(
        self,
        injector: InputInjector,
        grant: Grant,
        touched: Callable[[], None],
        acted: Callable[[], None],
        refused: Callable[[ErrorCode], None],
    ) -> None:
        """Takes the injector over and closes it at the end; `touched` is called for whatever may have reached it."""
        self._injector = injector
        self._grant = grant
        self._touched = touched
        self._acted = acted
        self._refused = refused
        self._waiting: deque[Event] = deque()
        self._wake = threading.Condition()
        self._stopping = False
        self._held_until_s = self._release_again_s = 0.0
        self._counts: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._run, name="inject")
        self._thread.start()

    def queue(self, event: Event) -> None:
        """Put an event behind the others; a move replaces a move. Raises ProtocolError(MESSAGE_FLOOD)."""
        with self._wake:
            if self._waiting and isinstance(event, PointerMove) and isinstance(self._waiting[-1], PointerMove):
                self._waiting[-1] = event
                return
            if len(self._waiting) >= MOST_WAITING:
                self._waiting.clear()
                raise ProtocolError(ErrorCode.MESSAGE_FLOOD)
            self._waiting.append(event)
            self._wake.notify()

    def release(self) -> None:
        """Drop what waits and release every key and button."""
        with self._wake:
            self._waiting.clear()
        self._injector.release_all()

    def settle(self) -> None:
        """Wait until what was injected has arrived."""
        try:
            self._injector.settle()
        except PlatformError as error:
            log.info("not settled: %s", error.code)

    def hold(self) -> None:
        """Refuse everything for a second; called for every move of the local mouse, it releases only now and then."""
        now = time.monotonic()
        self._held_until_s = now + LOCAL_USER_HOLDS_S
        if now >= self._release_again_s:
            self._release_again_s = now + RELEASE_AGAIN_AFTER_S
            self.release()

    def stop(self) -> None:
        """Release everything; the thread ends by itself."""
        with self._wake:
            self._stopping = True
            self._waiting.clear()
            self._wake.notify()
        self._injector.release_all()

    def join(self) -> None:
        """Wait for the thread."""
        self._thread.join()

    def take_counts(self) -> Counter[str]:
        """Return and forget the counts."""
        with self._wake:
            counts, self._counts = self._counts, Counter()
        return counts

    def _run(self) -> None:
        while (event := self._next()) is not None:
            try:
                if time.monotonic() < self._held_until_s:
                    raise PlatformError(ErrorCode.INPUT_HELD_BY_LOCAL_USER)
                try:
                    self._inject(event)
                finally:
                    self._touched()
                if time.monotonic() < self._held_until_s:  # he came between the look and the act
                    self._injector.release_all()
            except (ConsentError, PlatformError) as error:
                self._refuse(error.code)
            except Exception:  # thread entry: one event must not end control
                log.exception("inject %s", type(event).__name__)
                self._refuse(ErrorCode.INPUT_REFUSED)
            else:
                self._count(type(event).__name__)
                self._acted()
        self._injector.close()

    def _next(self) -> Event | None:
        with self._wake:
            while not self._waiting and not self._stopping:
                self._wake.wait()
            return None if self._stopping else self._waiting.popleft()

    def _inject(self, event: Event) -> None:
        injector, grant = self._injector, self._grant
        match event:
            case Key(code=code, pressed=pressed):
                injector.key(grant, code, pressed)
            case Text(text=text):
                injector.text(grant, text)
            case PointerMove(x=x, y=y):
                injector.move(grant, x, y)
            case PointerButton(button=button, pressed=pressed, x=x, y=y):
                injector.button(grant, button, pressed, x, y)
            case Wheel(dx=dx, dy=dy, x=x, y=y):
                injector.wheel(grant, dx, dy, x, y)
            case ReleaseAll():
                injector.release_all()

    def _refuse(self, code: ErrorCode) -> None:
        self._count(code)
        self._refused(code)

    def _count(self, what: str) -> None:
        with self._wake:
            self._counts[what] += 1


class ControlSender:
    """The engineer's end: numbers the events and sends them; nothing is sent while control is not granted."""

    def __init__(self) -> None:
        self._input: Channel[InputMessage] | None = None
        self._pointer: Channel[PointerMove] | None = None
        self._input_seq = 0
        self._pointer_seq = 0
        self.allowed = False

    def attach(self, input_channel: Channel[InputMessage], pointer_channel: Channel[PointerMove]) -> None:
        """Send over a fresh connection; sequences start anew."""
        self._input, self._pointer = input_channel, pointer_channel
        self._input_seq = self._pointer_seq = 0

    def detach(self) -> None:
        """Send nothing until the next `attach`."""
        self._input = self._pointer = None

    def key(self, code: str, pressed: bool) -> None:
        """Send a physical key."""
        self._send(Key(self._next(), code, pressed))

    def text(self, text: str) -> None:
        """Send text from an input method, in pieces a message can hold."""
        longest = 256
        for at in range(0, len(text), longest):
            self._send(Text(self._next(), text[at : at + longest]))

    def button(self, button: Button, pressed: bool, x: int, y: int) -> None:
        """Send a button at a position in frame pixels."""
        self._send(PointerButton(self._next(), button, pressed, x, y))

    def wheel(self, dx: int, dy: int, x: int, y: int) -> None:
        """Send the wheel in 1/120 notches."""
        bound = 12_000
        self._send(Wheel(self._next(), max(-bound, min(bound, dx)), max(-bound, min(bound, dy)), x, y))

    def move(self, x: int, y: int) -> None:
        """Send a pointer position; a lost one is not repeated."""
        if self.allowed and self._pointer is not None:
            self._pointer.send(PointerMove(self._pointer_seq, x, y))
            self._pointer_seq += 1

    def release_all(self) -> None:
        """Nothing may stay pressed: the view lost the focus."""
        self._send(ReleaseAll(self._next()))

    def _next(self) -> int:
        self._input_seq += 1
        return self._input_seq

    def _send(self, message: InputMessage) -> None:
        if self.allowed and self._input is not None:
            self._input.send(message)
