"""The customer's end of the screen: captured where it was allowed, sent as exact tiles no faster than they arrive."""

import asyncio
import contextlib
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from remotedesk.core.consent import Grant
from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.features.screen.granted_thread import LOOK_EVERY_S, GrantedThread
from remotedesk.features.screen.tiles import TileSource
from remotedesk.platform.ports import CapturedFrame, Platform, ScreenCapture
from remotedesk.transport.channels import Channel
from remotedesk.transport.video import Option, probe_hardware, software_options
from remotedesk.transport.window import DelayWindow
from remotedesk.wire.tiles import Ack, TileMessage

log = logging.getLogger(__name__)

LEAST_INTERVAL_S: Final = 1 / 60
# How long the viewer may take to get all of a picture before a newer one is taken instead: parts of many pictures of a
# turning model make none, and what is typed meanwhile must not wait for long.
WHOLE_WITHIN_S: Final = 0.12
SETTLING_S: Final = 1 / 60  # how often is looked whether what moved has come to rest
MOST_WAIT_S: Final = 5.0  # for room, before all is sent anew
MOST_ACKS: Final = 512
# zstd's level and the rate, in bit/s, at which it pays to change it. A whole new screen: 140 kB in 42 ms at level 7,
# 200 kB in 27 ms at level 3; a new level costs what the stream remembers, so the two rates lie apart.
THIN_LEVEL: Final = 7
FAST_LEVEL: Final = 3
FAST_FROM_BPS: Final = 12e6
THIN_BELOW_BPS: Final = 5e6
# A turning wireframe as strips is 60 kB less, and takes both ends 10 ms more; it is dear again before it goes so anew.
SPARING_BELOW_BPS: Final = 24e6
SPARING_UP_TO_BPS: Final = 30e6


class TileFlow:
    """The customer's end of one connection's tile channel: counts what is under way, for the capture to wait."""

    def __init__(self, channel: Channel[TileMessage]) -> None:
        """Must be made in the engine's loop."""
        self.lost = False  # something was not sent after all: what follows would not fit
        self.acks: Final[deque[Ack]] = deque(maxlen=MOST_ACKS)
        self.waited_s = 0.0  # for room, in all
        self.pictures = 0  # sent, in whole or in part
        self.exact: bool | None = None  # the viewer has proven to have the newest of them; None before the first
        self.behind = False  # the viewer lacks something of it, for want of room on the way
        self._loop = asyncio.get_running_loop()
        self._channel = channel
        self._room = threading.Condition()
        self._window = DelayWindow()
        self._queued = 0  # bytes on their way into the loop
        self._sent = self._acked = 0
        self._stream = self._sent_before = 0  # which stream it is, and what was sent of those before it
        channel.on_message = self._take
        channel.watch_held(self._hold)

    def begin(self) -> None:
        """Start with a new stream; what was under way of the one before does not count."""
        with self._room:
            self.lost = False
            self._stream += 1
            self._sent_before = self._sent
            self.acks.clear()
            self._window = DelayWindow()

    def wait(self, timeout_s: float, wanted: int = 0, credit: int = 0) -> int:
        """Return for how many bytes there is room, 0 after the timeout; in the capture's thread.

        It waits for room for a message, or for `wanted` bytes if that is at most half of what may be under way.
        `credit` bytes more may be under way than usual, unless the link is kept busy anyway.
        """
        began = time.monotonic()
        with self._room:
            self._room.wait_for(
                lambda: self._room_for(credit) >= max(self.message_bytes, min(wanted, self._window.half_bytes)),
                timeout_s,
            )
            self.waited_s += time.monotonic() - began
            room = self._room_for(credit)
            return room if room >= self.message_bytes else 0

    @property
    def rate_bps(self) -> float:
        """Bits per second that are known to arrive; 0.0 before anything is known."""
        with self._room:
            return self._window.rate_bps

    @property
    def message_bytes(self) -> int:
        """How large a message should be, so that several are under way."""
        with self._room:
            return self._window.message_bytes

    def send(self, message: bytes, grant: Grant) -> None:
        """Send one message if `grant` lives when its turn comes; in the capture's thread."""
        with self._room:
            self._queued += len(message)
            stream = self._stream
        with contextlib.suppress(RuntimeError):  # the loop has ended, and the session with it
            self._loop.call_soon_threadsafe(self._send, message, stream, grant)

    def _room_for(self, credit: int) -> int:
        return self._window.balance() - self._queued + (credit if self._window.runs_empty else 0)

    def _hold(self, nbytes: int) -> None:
        with self._room:
            self._window.held(nbytes)
            self._room.notify()

    def _send(self, message: bytes, stream: int, grant: Grant) -> None:
        with self._room:
            self._queued -= len(message)
            if stream != self._stream:
                return
            if self.lost or not grant.live or not self._channel.send_bytes(message):
                self.lost = True
                return
            self._sent += 1
            self._window.sent(self._sent, len(message), time.monotonic())

    def _take(self, message: TileMessage) -> None:
        if not isinstance(message, Ack) or self._acked == self._sent:
            raise ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER)
        with self._room:
            self._acked += 1
            self._window.acked(self._acked, time.monotonic())
            if self._acked > self._sent_before:
                self.acks.append(message)
            self._room.notify()


class ScreenShare(GrantedThread):
    """Captures in a thread of its own for as long as the grant lives, and stands still while it is suspended."""

    def __init__(
        self,
        platform: Platform,
        failed: Callable[[ErrorCode], None],
        pointer_row: Callable[[], int | None] = lambda: None,
    ) -> None:
        """Both are called in the capture thread; `pointer_row` tells in which row of the picture the pointer is."""
        super().__init__("capture")
        self._pointer_row = pointer_row
        self._platform = platform
        self._flow: TileFlow | None = None
        self._failed = failed
        self._encoders = software_options()

    async def look_for_hardware(self) -> None:
        """Find out which encoders of graphics cards work here, for what moves from the next stream on."""
        stopped = threading.Event()
        try:
            found = await asyncio.to_thread(probe_hardware, stopped=stopped.is_set)
        finally:
            stopped.set()
        self._encoders = (*found, *self._encoders)

    def attach(self, flow: TileFlow) -> None:
        """Feed a fresh connection, beginning with the whole picture."""
        self._flow = flow

    def detach(self) -> None:
        """Feed nothing until the next `attach`."""
        self._flow = None

    def work(self, grant: Grant, stop: threading.Event) -> None:
        """Capture and send until `stop`."""
        capture = self._platform.open_capture(grant)
        give_back = self._platform.give_back_memory
        capturing = _Capturing(capture, grant, stop, lambda: self._encoders, self._pointer_row, give_back)
        try:
            while not stop.is_set():
                if (flow := self._flow) is not None:
                    capturing.go_on(flow)
                else:
                    capturing.forget()
                    stop.wait(LOOK_EVERY_S)
        finally:
            capturing.close()
            capture.close()

    def broke(self, code: ErrorCode) -> None:
        """Tell that the screen cannot be captured."""
        self._failed(code)


class _Capturing:
    """What the capture thread knows of the viewer's picture, and of its own."""

    def __init__(
        self,
        capture: ScreenCapture,
        grant: Grant,
        stop: threading.Event,
        encoders: Callable[[], Sequence[Option]],
        pointer_row: Callable[[], int | None],
        give_back: Callable[[], None],
    ) -> None:
        self._pointer_row = pointer_row
        self._give_back = give_back
        self._capture = capture
        self._grant = grant
        self._stop = stop
        self._encoders = encoders
        self._source = TileSource()
        self._flow: TileFlow | None = None
        self._changed = True
        self._frame: CapturedFrame | None = None  # what the viewer has not all of
        self._grabbed_s = -math.inf

    def close(self) -> None:
        """Free what codes."""
        self._source.close()

    def forget(self) -> None:
        """Begin anew with the next picture."""
        self._flow = None

    def go_on(self, flow: TileFlow) -> None:
        """Send what has changed, if anything has and there is room; waits a moment for either."""
        self._grant.require(self._grant.feature)
        if flow is not self._flow or flow.lost or self._disagrees(flow):
            self._source.close()
            self._source = TileSource(THIN_LEVEL, self._encoders())
            self._flow, self._changed, self._frame = flow, True, None
            flow.begin()
        self._changed = self._changed or self._capture.wait_changed(self._patience_s)
        if not self._changed and self._frame is None:
            return
        motion = self._source.motion
        room = flow.wait(LOOK_EVERY_S, motion.wanted_bytes, motion.carried_bytes)
        if not room:
            flow.behind = True
            return
        self._fit_to(flow.rate_bps)
        before, frame = self._frame, self._newest()
        motion.tick(time.monotonic(), flow.rate_bps, flow.waited_s)
        self._source.pointer_row = self._pointer_row()
        messages = self._source.messages(frame.pixels, frame.width, frame.height, room, flow.message_bytes, frame.dirty)
        for message in messages:
            if room <= 0 and not (room := self._room_again(flow)):
                flow.lost = True
                return
            flow.pictures, flow.exact = flow.pictures + (frame is not before), False
            before = frame
            flow.send(message, self._grant)
            room -= len(message)
        self._frame = frame if self._source.behind else None
        flow.behind = self._source.behind
        if motion.has_coded and not motion.is_going and not flow.behind:
            self._tidy_up()

    def _fit_to(self, rate_bps: float) -> None:
        """Spend as much work on each byte as a link of this rate is worth."""
        if rate_bps > FAST_FROM_BPS:
            self._source.level = FAST_LEVEL
        elif rate_bps < THIN_BELOW_BPS:
            self._source.level = THIN_LEVEL
        if rate_bps > SPARING_UP_TO_BPS:
            self._source.spares_bytes = False
        elif rate_bps < SPARING_BELOW_BPS:
            self._source.spares_bytes = True

    def _tidy_up(self) -> None:
        """Give back the holes that an encoder has left in the heap."""
        self._source.motion.has_coded = False
        self._give_back()

    def _room_again(self, flow: TileFlow) -> int:
        """Wait for room in the midst of a coded picture, which has one size only; 0 if none came for too long."""
        until = time.monotonic() + MOST_WAIT_S
        room = 0
        while not room and time.monotonic() < until and not self._stop.is_set():
            self._grant.require(self._grant.feature)
            # What the link carries while the next picture is coded may as well be handed over before.
            room = flow.wait(LOOK_EVERY_S, credit=self._source.motion.carried_bytes)
        return room

    def _newest(self) -> CapturedFrame:
        """Return a new picture if there is one; to compare one costs more than to go on with the one before."""
        motion = self._source.motion
        kept_s = 0.0 if motion.is_going or self._source.waits else WHOLE_WITHIN_S
        if self._frame is not None and not (self._changed and self._age_s >= kept_s):
            return self._frame
        time.sleep(max(0.0, LEAST_INTERVAL_S - self._age_s, motion.due_in_s(time.monotonic())))
        self._changed = False
        self._grabbed_s = time.monotonic()
        return self._capture.grab(self._grant)

    @property
    def _patience_s(self) -> float:
        if self._frame is None:
            return LOOK_EVERY_S
        return SETTLING_S if self._source.waits else 0.0

    @property
    def _age_s(self) -> float:
        return time.monotonic() - self._grabbed_s

    def _disagrees(self, flow: TileFlow) -> bool:
        """True when the viewer has not the picture he was sent, which only a broken end can bring about."""
        while flow.acks:
            agrees = self._source.agrees(flow.acks.popleft())
            if agrees is False:
                log.info("the viewer's picture is another one; it is sent anew")
                return True
            flow.exact = agrees or flow.exact
        return False
