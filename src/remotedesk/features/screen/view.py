"""The engineer's end of the screen: applies what comes to a picture of his own, and knows whether it is exact."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Final

from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.core.geometry import Rect
from remotedesk.features.screen.tiles import TileView
from remotedesk.features.screen.tiles.grid import TILE, as_pixels, part
from remotedesk.transport.channels import Channel
from remotedesk.wire.tiles import Ack, TileMessage, Update
from remotedesk.wire.video import VideoPart

MOST_WAITING: Final = 512  # updates not yet applied; the customer's window allows far fewer
MOST_DIRTY: Final = 32  # rectangles given out with a picture; more become the one around them all
# What is applied in the loop itself, in under a millisecond: waking a thread takes 0.2 ms for a character typed, which
# itself takes 0.1 ms, and 0.7 ms (p95) while the windows paint and hold the GIL.
LIGHT_OPERATIONS: Final = 32
LIGHT_PIXELS: Final = 32 * TILE * TILE  # of the tiles to draw in, and to hash
LIGHT_STRIPS: Final = 1  # 0.4 ms of MOST_STRIP pixels


@dataclass(frozen=True)
class Picture:
    """The customer's screen, ready to be painted: BGRX, `height` rows of `stride` bytes; `number` grows.

    Pictures of one size share the buffer `pixels`, whose content changes only while the next picture is taken: take
    pictures in the thread that paints them. `dirty` is where one may differ from the picture taken before it; with
    another buffer all of it does.
    """

    pixels: bytes | bytearray
    width: int
    height: int
    stride: int
    number: int
    exact: bool = False  # proven by its hash to be what the customer's screen showed when it was captured
    dirty: tuple[Rect, ...] = ()  # at most MOST_DIRTY; may overlap


class ScreenView:
    """The engineer's end: applies updates, large ones outside of the loop, and keeps the picture they make."""

    def __init__(self, ready: Callable[[], None]) -> None:
        """`ready` is called in the engine's loop when a picture waits and none waited before."""
        self._ready = ready
        self._lock = threading.Lock()
        self._tiles = TileView()
        self._front = bytearray()  # what was taken last, as it was then
        self._front_size = (0, 0)
        self._dirty: tuple[Rect, ...] = ()  # since then
        self._unhashed = 0  # pixels of the tiles that the next last update of a picture has to hash
        self._fresh = self._exact = False
        self._number = 0
        self.pictures = 0  # taken to be shown
        self._waiting: deque[Update | VideoPart] = deque()
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def attach(self, channel: Channel[TileMessage]) -> None:
        """Show what comes through a fresh connection; in the engine's loop."""
        self._waiting.clear()
        channel.on_message = self._take
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.create_task(self._apply_all(channel))

    def take(self) -> Picture | None:
        """Return the newest picture once; from any one thread, in which the picture before is then no longer used."""
        with self._lock:
            if not self._fresh:
                return None
            self._fresh = False
            self.pictures += 1
            tiles, dirty = self._tiles, self._dirty
            self._bring_to_front(tiles, dirty)
            self._dirty = ()
            return Picture(self._front, tiles.width, tiles.height, tiles.width * 4, self._number, self._exact, dirty)

    @property
    def exact(self) -> bool | None:
        """Whether the picture is proven to be the customer's; None before the first. From any thread."""
        return self._exact if self._number else None

    @property
    def behind(self) -> bool:
        """True while something of the customer's picture is still on its way."""
        return self.exact is False

    async def close(self) -> None:
        """Stop for good and forget the picture."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        with self._lock:
            self._fresh = False

    def _take(self, message: TileMessage) -> None:
        if isinstance(message, Ack):
            raise ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER)
        if len(self._waiting) >= MOST_WAITING:
            raise ProtocolError(ErrorCode.MESSAGE_FLOOD)
        self._waiting.append(message)
        self._arrived.set()

    async def _apply_all(self, channel: Channel[TileMessage]) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                update = self._waiting.popleft()
                try:
                    light = self._is_light(update)
                    ack, tell = self._apply(update) if light else await asyncio.to_thread(self._apply, update)
                except ProtocolError as error:
                    channel.break_off(error.code)
                    self._doubt()
                    return
                if tell:
                    self._ready()
                channel.send(ack)
                await asyncio.sleep(0)  # many light ones must not hold up the loop

    def _is_light(self, update: Update | VideoPart) -> bool:
        if isinstance(update, VideoPart):
            return not update.end and not update.fresh
        if update.blank or update.fresh or len(update.copies) + len(update.rects) > LIGHT_OPERATIONS:
            return False
        if update.strips is not None and (update.strips.width or len(update.strips.strips) > LIGHT_STRIPS):
            return False
        return _touched(update) + (self._unhashed if update.last else 0) <= LIGHT_PIXELS

    def _doubt(self) -> None:
        """Call the picture exact no more: nothing will say any more whether it is."""
        with self._lock:
            self._exact, self._fresh = False, self._number > 0
        self._ready()

    def _apply(self, update: Update | VideoPart) -> tuple[Ack, bool]:
        with self._lock:
            tiles = TileView() if _begins(update) else self._tiles
            applied = tiles.apply(update)
            if tiles is not self._tiles:
                self._tiles.close()
            self._tiles = tiles
            self._unhashed = 0 if applied.last else self._unhashed + _touched(update)
            blank = isinstance(update, Update) and update.blank
            self._dirty = applied.dirty[:1] if blank else _bounded(self._dirty + applied.dirty)
            if not applied.dirty and not applied.last:  # a part of a picture that is not yet there
                return applied.ack, False
            self._exact = applied.exact
            self._number += 1
            waited, self._fresh = self._fresh, True
        return applied.ack, not waited

    def _bring_to_front(self, tiles: TileView, dirty: tuple[Rect, ...]) -> None:
        size = tiles.width, tiles.height
        if size != self._front_size:
            self._front, self._front_size = bytearray(tiles.pixels), size
            return
        front, newest = as_pixels(self._front, *size), as_pixels(tiles.pixels, *size)
        for rect in dirty:
            front[part(rect)] = newest[part(rect)]


def _begins(update: Update | VideoPart) -> bool:
    return isinstance(update, Update) and update.sequence == 0 and update.fresh and update.blank


def _touched(update: Update | VideoPart) -> int:
    """Return about how many pixels the tiles have that an update draws in."""
    if isinstance(update, VideoPart):
        return update.region.width * update.region.height if update.end else 0
    if update.blank:
        return update.width * update.height
    targets = [copy.target for copy in update.copies]
    strips = [strip.rect for strip in update.strips.strips] if update.strips is not None else []
    return sum((rect.width + TILE) * (rect.height + TILE) for rect in (*targets, *update.rects, *strips))


def _bounded(rects: tuple[Rect, ...]) -> tuple[Rect, ...]:
    """Return the rectangles, or the one around them if they are many or together as large."""
    if len(rects) < 2:
        return rects
    around = reduce(Rect.joined, rects)
    few = len(rects) <= MOST_DIRTY and sum(rect.area for rect in rects) < around.area
    return rects if few else (around,)
