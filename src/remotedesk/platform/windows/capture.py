"""Reads the virtual screen through GDI, which every Windows has, and which tells nobody what was drawn.

So it is read thirty times a second while something happens: two pictures in a row were others, or somebody moved the
mouse or pressed a key, the engineer or the person here, which Windows dates. Else, also while nothing but a caret
blinks, it is read twice a second and once more after each change.
"""

import ctypes
import time
from typing import Final

from remotedesk.core.consent import Feature, Grant
from remotedesk.core.errors import PlatformError
from remotedesk.core.geometry import Rect, Size
from remotedesk.platform.ports import CapturedFrame
from remotedesk.platform.windows import win32
from remotedesk.platform.windows.screen import virtual_screen
from remotedesk.platform.windows.screen_copy import ScreenCopy

_LOOK_EVERY_S: Final = 1 / 30
_AFTER_INPUT_S: Final = 1.0  # a program may take so long to draw what comes of it
_AFTER_CHANGE_S: Final = 0.5  # that followed on another
_IDLE_LOOK_S: Final = 0.5
_INPUT_SEEN_EVERY_S: Final = 0.016  # how soon a look follows mouse and keyboard
_BAND: Final = 32  # rows that are compared at once, and copied
_BYTES_PER_PIXEL: Final = 4


class WindowsCapture:
    """All monitors as Windows lays them out; the pointer is not drawn into it."""

    def __init__(self) -> None:
        """Raise PlatformError(CAPTURE_FAILED)."""
        self._copy = ScreenCopy()
        self._newest = bytearray()
        self._before = bytearray()  # becomes the next picture
        self._changed: list[bool] = []  # in which bands these two may differ, from the top
        self._size = Size(0, 0)
        self._looked_at_s = self._busy_until_s = 0.0
        self._input = win32.LASTINPUTINFO(cbSize=ctypes.sizeof(win32.LASTINPUTINFO))
        self._input_ms = 0

    def size(self) -> Size:
        """Return the size of the virtual screen."""
        screen = virtual_screen()
        return Size(screen.width, screen.height)

    def wait_changed(self, timeout_s: float) -> bool:
        """Wait until it is time to look again."""
        until = time.monotonic() + timeout_s
        while not self._is_due(now := time.monotonic()):
            if now >= until:
                return False
            time.sleep(min(_INPUT_SEEN_EVERY_S, until - now))
        return True

    def grab(self, grant: Grant) -> CapturedFrame:
        """Return the screen now; follows a change of resolution and of monitors.

        While Windows refuses it, the picture is the one before.
        """
        grant.require(Feature.VIEW)
        before_s, self._looked_at_s = self._looked_at_s, time.monotonic()
        screen = virtual_screen()
        try:
            pixels = self._copy.look(screen)
        except PlatformError:
            if not self._newest:
                raise
            # The secure desktop is shown, where an administrator is asked for: what was there before it comes back.
            return CapturedFrame(self._newest, self._size.width, self._size.height, self._looked_at_s, ())
        size = Size(screen.width, screen.height)
        dirty = None
        if size == self._size:
            dirty = self._take(pixels)
        else:
            self._begin(pixels, size)
        if dirty != ():
            once_more = _AFTER_CHANGE_S if self._looked_at_s - before_s < 2 * _LOOK_EVERY_S else 1.5 * _LOOK_EVERY_S
            self._busy_until_s = max(self._busy_until_s, self._looked_at_s + once_more)
        return CapturedFrame(self._newest, size.width, size.height, self._looked_at_s, dirty)

    def close(self) -> None:
        """Let go of the system's resources."""
        self._copy.close()

    def _is_due(self, now: float) -> bool:
        if win32.GetLastInputInfo(ctypes.byref(self._input)) and self._input.dwTime != self._input_ms:
            self._input_ms, self._busy_until_s = self._input.dwTime, now + _AFTER_INPUT_S
        return now - self._looked_at_s >= (_LOOK_EVERY_S if now < self._busy_until_s else _IDLE_LOOK_S)

    def _begin(self, pixels: memoryview, size: Size) -> None:
        """Have the first picture of this size."""
        self._newest, self._before, self._size = bytearray(pixels), bytearray(len(pixels)), size
        self._changed = [True] * -(-size.height // _BAND)

    def _take(self, pixels: memoryview) -> tuple[Rect, ...]:
        """Have the next picture; return the bands of rows in which it differs from the one before.

        It is made of the one before that, so only the bands that have changed since then are copied.
        """
        band_bytes = _BAND * self._size.width * _BYTES_PER_PIXEL
        next_one, changed = memoryview(self._before), list[bool]()
        for at, lags in zip(range(0, len(pixels), band_bytes), self._changed, strict=True):
            band = pixels[at : at + band_bytes]
            # startswith is memcmp without a copy.
            changed.append(not self._newest.startswith(band, at))
            if changed[-1] or lags:
                next_one[at : at + band_bytes] = band
        self._before, self._newest, self._changed = self._newest, self._before, changed
        return self._rects(changed)

    def _rects(self, changed: list[bool]) -> tuple[Rect, ...]:
        """Return these bands, those below each other as one."""
        width, height = self._size.width, self._size.height
        rects: list[Rect] = []
        for y in (index * _BAND for index, is_changed in enumerate(changed) if is_changed):
            rows = min(_BAND, height - y)
            if rects and rects[-1].y + rects[-1].height == y:
                rects[-1] = Rect(0, rects[-1].y, width, rects[-1].height + rows)
            else:
                rects.append(Rect(0, y, width, rows))
        return tuple(rects)
