"""The engineer's end of the screen: applies what comes to a picture of his own, and knows whether it is exact."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.features.screen.tiles import TileView
from remotedesk.transport.channels import Channel
from remotedesk.wire.tiles import Ack, TileMessage, Update

MOST_WAITING: Final = 512  # updates not yet applied; the customer's window allows far fewer


@dataclass(frozen=True)
class Picture:
    """The customer's screen, ready to be painted: BGRX, `height` rows of `stride` bytes; `number` grows."""

    pixels: bytes
    width: int
    height: int
    stride: int
    number: int
    exact: bool = False  # proven by its hash to be what the customer's screen showed when it was captured


class ScreenView:
    """The engineer's end: applies updates outside of the loop and keeps the picture they make."""

    def __init__(self, ready: Callable[[], None]) -> None:
        """`ready` is called in the engine's loop when a picture waits and none waited before."""
        self._ready = ready
        self._lock = threading.Lock()
        self._tiles = TileView()
        self._fresh = self._exact = False
        self._number = 0
        self.pictures = 0  # taken to be shown
        self._waiting: deque[Update] = deque()
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
        """Return the newest picture once; from any thread."""
        with self._lock:
            if not self._fresh:
                return None
            self._fresh = False
            self.pictures += 1
            tiles = self._tiles
            pixels = bytes(tiles.pixels)
            return Picture(pixels, tiles.width, tiles.height, tiles.width * 4, self._number, self._exact)

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
        if not isinstance(message, Update):
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
                try:
                    ack, tell = await asyncio.to_thread(self._apply, self._waiting.popleft())
                except ProtocolError as error:
                    channel.break_off(error.code)
                    self._doubt()
                    return
                channel.send(ack)
                if tell:
                    self._ready()

    def _doubt(self) -> None:
        """Call the picture exact no more: nothing will say any more whether it is."""
        with self._lock:
            self._exact, self._fresh = False, self._number > 0
        self._ready()

    def _apply(self, update: Update) -> tuple[Ack, bool]:
        with self._lock:
            if update.sequence == 0 and update.fresh and update.blank:
                self._tiles = TileView()
            applied = self._tiles.apply(update)
            self._exact = applied.exact
            self._number += 1
            waited, self._fresh = self._fresh, True
        return applied.ack, not waited
