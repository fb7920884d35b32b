"""Reads the virtual screen through GDI, which every Windows has, and which tells nobody what was drawn.

So it is read thirty times a second while something happens: two pictures in a row were others, or somebody moved the
mouse or pressed a key, the engineer or the person here, which Windows dates. Else, also while nothing but a caret
blinks, it is read twice a second and once more after each change.
"""

import contextlib
import ctypes
import time
from typing import Final

import mss
import numpy as np
from mss.exception import ScreenShotError

from remotedesk.core.consent import Feature, Grant
from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.core.geometry import Rect, Size
from remotedesk.platform.ports import CapturedFrame
from remotedesk.platform.windows import win32
from remotedesk.platform.windows.screen import virtual_screen

_LOOK_EVERY_S: Final = 1 / 30
_AFTER_INPUT_S: Final = 1.0  # a program may take so long to draw what comes of it
_AFTER_CHANGE_S: Final = 0.5  # that followed on another
_IDLE_LOOK_S: Final = 0.5
_INPUT_SEEN_EVERY_S: Final = 0.008  # how soon a look follows mouse and keyboard
_BAND: Final = 32  # rows that are compared at once


class WindowsCapture:
    """All monitors as Windows lays them out; the pointer is not drawn into it."""

    def __init__(self) -> None:
        """Raise PlatformError(CAPTURE_FAILED)."""
        try:
            self._mss = mss.MSS()
        except ScreenShotError as failure:
            raise PlatformError(ErrorCode.CAPTURE_FAILED, "no capture of this desktop") from failure
        self._before: bytearray | None = None
        self._size = Size(0, 0)
        self._looked_at_s = self._busy_until_s = 0.0
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
        """Return the screen now; follows a change of resolution and of monitors."""
        grant.require(Feature.VIEW)
        before_s, self._looked_at_s = self._looked_at_s, time.monotonic()
        screen = virtual_screen()
        area = {"left": screen.x, "top": screen.y, "width": screen.width, "height": screen.height}
        try:
            pixels = self._mss.grab(area).raw
        except ScreenShotError as failure:  # while the secure desktop is shown, for one
            raise PlatformError(ErrorCode.CAPTURE_FAILED, "Windows refused the picture") from failure
        size = Size(screen.width, screen.height)
        dirty = self._differing(pixels, size)
        if dirty != ():
            once_more = _AFTER_CHANGE_S if self._looked_at_s - before_s < 2 * _LOOK_EVERY_S else 1.5 * _LOOK_EVERY_S
            self._busy_until_s = max(self._busy_until_s, self._looked_at_s + once_more)
        self._before, self._size = pixels, size
        return CapturedFrame(pixels, size.width, size.height, self._looked_at_s, dirty)

    def close(self) -> None:
        """Let go of the system's resources."""
        with contextlib.suppress(ScreenShotError):
            self._mss.close()

    def _is_due(self, now: float) -> bool:
        info = win32.LASTINPUTINFO(cbSize=ctypes.sizeof(win32.LASTINPUTINFO))
        if win32.GetLastInputInfo(ctypes.byref(info)) and info.dwTime != self._input_ms:
            self._input_ms, self._busy_until_s = info.dwTime, now + _AFTER_INPUT_S
        return now - self._looked_at_s >= (_LOOK_EVERY_S if now < self._busy_until_s else _IDLE_LOOK_S)

    def _differing(self, pixels: bytearray, size: Size) -> tuple[Rect, ...] | None:
        """Return the bands of rows in which the picture differs from the one before; None if it had another size."""
        if self._before is None or size != self._size:
            return None
        newest, before = (
            np.frombuffer(each, np.uint32).reshape(size.height, size.width) for each in (pixels, self._before)
        )
        bands: list[Rect] = []
        for y in range(0, size.height, _BAND):
            height = min(_BAND, size.height - y)
            if np.array_equal(newest[y : y + height], before[y : y + height]):
                continue
            if bands and bands[-1].y + bands[-1].height == y:
                bands[-1] = Rect(0, bands[-1].y, size.width, bands[-1].height + height)
            else:
                bands.append(Rect(0, y, size.width, height))
        return tuple(bands)
