"""The customer's pointer apart from the picture: each shape travels once, the position as often as it changes."""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from remotedesk.core.consent import Grant
from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.core.rate_limit import TokenBucket
from remotedesk.features.screen.granted_thread import LOOK_EVERY_S, GrantedThread
from remotedesk.platform.ports import CapturedCursor, CursorShape, CursorWatch, Platform
from remotedesk.transport.channels import Channel
from remotedesk.wire.cursor import CURSOR, SLOTS, CursorMessage, Pointer, Shape

log = logging.getLogger(__name__)

LEAST_INTERVAL_S: Final = 1 / 60
# The pointer follows the engineer's hand, and he sees it there already; each packet costs a thin link a hundred bytes.
ECHO_INTERVAL_S: Final = 0.1
HAND_RESTS_S: Final = 0.5
# An animated pointer must not fill a thin link the first time round.
SHAPES_AT_ONCE: Final = 16
SHAPES_PER_S: Final = 5.0


class CursorShare(GrantedThread):
    """The customer's end: watches in a thread of its own for as long as the grant lives."""

    def __init__(self, platform: Platform, engineer_idle_s: Callable[[], float]) -> None:
        """`engineer_idle_s` tells for how long the engineer's own input has been still; it is called in the thread."""
        super().__init__("cursor")
        self._platform = platform
        self._engineer_idle_s = engineer_idle_s
        self._way: _Way | None = None
        self.row: int | None = None  # of the picture, in which the pointer was last

    def attach(self, channel: Channel[CursorMessage]) -> None:
        """Use a fresh connection; in the engine's loop."""
        channel.on_message = _refuse
        self._way = _Way(channel, asyncio.get_running_loop())

    def detach(self) -> None:
        """Tell nothing until the next `attach`."""
        self._way = None

    def work(self, grant: Grant, stop: threading.Event) -> None:
        """Watch and tell until `stop`."""
        watch = self._platform.open_cursor(grant)
        try:
            self._tell_until(stop, watch, grant)
        finally:
            watch.close()

    def broke(self, code: ErrorCode) -> None:
        """Go on without: the engineer has an arrow of his own."""
        log.info("the pointer is not told any more: %s", code)

    def _tell_until(self, stop: threading.Event, watch: CursorWatch, grant: Grant) -> None:
        telling: _Telling | None = None
        while not stop.is_set():
            began_s = time.monotonic()
            way = self._way
            grant.require(grant.feature)
            if way is None or not way.channel.open:
                stop.wait(LOOK_EVERY_S)
                continue
            if telling is None or telling.lost or telling.way is not way:
                telling = _Telling(way, grant)
            if telling.behind or watch.wait_changed(LOOK_EVERY_S):
                cursor = watch.read(grant)
                self.row = cursor.y
                telling.tell(cursor, driven=self._engineer_idle_s() < HAND_RESTS_S)
            stop.wait(max(0.0, LEAST_INTERVAL_S - (time.monotonic() - began_s)))


@dataclass(frozen=True)
class _Way:
    """A connection's channel, and the loop in which it may be used."""

    channel: Channel[CursorMessage]
    loop: asyncio.AbstractEventLoop


class _Telling:
    """What the engineer's end has been told since it last knew nothing."""

    def __init__(self, way: _Way, grant: Grant) -> None:
        self.way: Final = way
        self.behind = True  # something is still to be told
        self.lost = False  # something was not sent after all: what follows would not fit
        self._grant = grant
        self._slots: dict[CursorShape, int] = {}  # in the order in which they were told
        self._introduced = 0
        self._unfit: CursorShape | None = None  # the last one that fits into no message
        self._told: Pointer | None = None
        self._told_s = 0.0
        self._fresh_shapes = TokenBucket(SHAPES_AT_ONCE, SHAPES_PER_S, time.monotonic())

    def tell(self, cursor: CapturedCursor, *, driven: bool) -> None:
        """Send what the engineer's end does not know; while he drives the pointer himself, its place can wait."""
        slot, told, now_s = self._slot_of(cursor.shape), self._told, time.monotonic()
        old_slot = told.slot if told is not None else 0
        pointer = Pointer(old_slot if slot is None else slot, cursor.x, cursor.y)
        waits = driven and pointer.slot == old_slot and now_s - self._told_s < ECHO_INTERVAL_S
        if pointer != told and not waits:
            self._told, self._told_s = pointer, now_s
            self._send(CURSOR.encode(pointer))
        self.behind = slot is None or pointer != self._told

    def _slot_of(self, shape: CursorShape | None) -> int | None:
        """Return the number by which the engineer's end knows the shape, 0 if it never will, None if not yet."""
        if shape is None or shape == self._unfit:
            return 0
        if shape in self._slots:
            return self._slots[shape]
        if not self._fresh_shapes.take(time.monotonic()):
            return None
        slot = self._introduced % SLOTS + 1
        try:
            message = CURSOR.encode(Shape(slot, shape.width, shape.height, shape.hot_x, shape.hot_y, shape.pixels))
        except ProtocolError:
            self._unfit = shape
            return 0
        self._send(message)
        self._introduced += 1
        if len(self._slots) == SLOTS:
            del self._slots[next(iter(self._slots))]  # the one that had this number
        self._slots[shape] = slot
        return slot

    def _send(self, message: bytes) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended, and the session with it
            self.way.loop.call_soon_threadsafe(self._send_in_loop, message)

    def _send_in_loop(self, message: bytes) -> None:
        if self.lost or not self._grant.live or not self.way.channel.send_bytes(message):
            self.lost = True


@dataclass(frozen=True)
class Cursor:
    """Where the customer's pointer is, in pixels of the picture; without a shape an ordinary arrow stands for it."""

    x: int
    y: int
    shape: Shape | None


class CursorView:
    """The engineer's end: keeps the shapes and the newest position."""

    def __init__(self, changed: Callable[[], None]) -> None:
        """`changed` is called in the engine's loop when something new waits and nothing waited before."""
        self._changed = changed
        self._lock = threading.Lock()
        self._shapes: dict[int, Shape] = {}
        self._newest: Cursor | None = None

    def attach(self, channel: Channel[CursorMessage]) -> None:
        """Take what comes through a fresh connection; in the engine's loop."""
        self._shapes.clear()
        channel.on_message = self._take

    def take(self) -> Cursor | None:
        """Return the newest position and shape once; from any thread."""
        with self._lock:
            newest, self._newest = self._newest, None
        return newest

    def _take(self, message: CursorMessage) -> None:
        if isinstance(message, Shape):
            self._shapes[message.slot] = message
            return
        if message.slot and message.slot not in self._shapes:
            raise ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER)
        with self._lock:
            waited = self._newest is not None
            self._newest = Cursor(message.x, message.y, self._shapes.get(message.slot))
        if not waited:
            self._changed()


def _refuse(_: CursorMessage) -> None:
    raise ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER)
