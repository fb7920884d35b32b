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
_BAND: Final = 32  # rows that are compared at once
_BYTES_PER_PIXEL: Final = 4


class WindowsCapture:
    """All monitors as Windows lays them out; the pointer is not drawn into it."""

    def __init__(self) -> None:
        """Raise PlatformError(CAPTURE_FAILED)."""
        self._copy = ScreenCopy()
        self._newest = bytearray()
        self._before = bytearray()  # becomes the next picture
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
        size, same_size = Size(screen.width, screen.height), self._size == Size(screen.width, screen.height)
        older = self._before if same_size else bytearray(size.width * size.height * _BYTES_PER_PIXEL)
        try:
            self._copy.read(screen, older)
        except PlatformError:
            if not self._newest:
                raise
            # The secure desktop is shown, where an administrator is asked for: what was there before it comes back.
            return CapturedFrame(self._newest, self._size.width, self._size.height, self._looked_at_s, ())
        self._before, self._newest = (self._newest if same_size else bytearray(len(older))), older
        self._size = size
        dirty = self._differing() if same_size else None
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

    def _differing(self) -> tuple[Rect, ...]:
        """Return the bands of rows in which the newest picture differs from the one before."""
        width, height = self._size.width, self._size.height
        row_bytes, before = width * _BYTES_PER_PIXEL, memoryview(self._before)
        bands: list[Rect] = []
        for y in range(0, height, _BAND):
            rows = min(_BAND, height - y)
            # startswith is memcmp without a copy.
            if self._newest.startswith(before[y * row_bytes : (y + rows) * row_bytes], y * row_bytes):
                continue
            if bands and bands[-1].y + bands[-1].height == y:
                bands[-1] = Rect(0, bands[-1].y, width, bands[-1].height + rows)
            else:
                bands.append(Rect(0, y, width, rows))
        return tuple(bands)
