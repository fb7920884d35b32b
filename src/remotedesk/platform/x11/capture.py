"""Reads the whole root window through shared memory."""

import select
import time
from typing import Any, Final

import mss
from mss.exception import ScreenShotError
from Xlib.ext import damage

from remotedesk.core.consent import Feature, Grant
from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.core.geometry import Size
from remotedesk.platform.ports import CapturedFrame
from remotedesk.platform.x11.connection import X_ERRORS, close_display, open_display

_LOOK_EVERY_S: Final = 1 / 30
_GATHER_S: Final = 0.0005  # one picture for what is drawn in several requests


class X11Capture:
    """The root window, all monitors as the X server lays them out; the pointer is not drawn into it."""

    def __init__(self, display_name: str) -> None:
        self._name = display_name
        self._display = open_display(display_name)
        self._root: Any = self._display.screen().root
        try:
            self._mss = mss.MSS(display=display_name)
        except ScreenShotError as failure:
            close_display(self._display)
            raise PlatformError(ErrorCode.CAPTURE_FAILED, "no capture on this display") from failure
        self._size = self.size()
        self._damage = self._watch_damage()

    def size(self) -> Size:
        """Return the size of the root window; raises PlatformError(CAPTURE_FAILED) when the X server is gone."""
        try:
            geometry = self._root.get_geometry()
        except X_ERRORS as failure:
            raise PlatformError(ErrorCode.CAPTURE_FAILED, "the X server is gone") from failure
        return Size(geometry.width, geometry.height)

    def wait_changed(self, timeout_s: float) -> bool:
        """Wait until something has been drawn; without the X server's help, wait a moment and say it may have."""
        if self._damage is None:
            time.sleep(min(timeout_s, _LOOK_EVERY_S))
            return True
        try:
            changed = self._drawn() or self._drawn_within(timeout_s)
            if changed:
                time.sleep(_GATHER_S)
                self._drawn()
        except X_ERRORS as failure:
            raise PlatformError(ErrorCode.CAPTURE_FAILED, "the X server is gone") from failure
        return changed

    def _watch_damage(self) -> int | None:
        """Have the X server tell when anything on the screen is drawn; None if it cannot."""
        if not self._display.has_extension(damage.extname):
            return None
        self._display.damage_query_version()
        watched: int = self._root.damage_create(damage.DamageReportNonEmpty)
        self._display.sync()
        return watched

    def _drawn(self) -> bool:
        """True if something has been drawn since the last time; asks to be told of the next."""
        told = False
        while self._display.pending_events():
            self._display.next_event()
            told = True
        if told:
            self._display.damage_subtract(self._damage)
            self._display.flush()
        return told

    def _drawn_within(self, timeout_s: float) -> bool:
        return bool(select.select([self._display.fileno()], [], [], timeout_s)[0]) and self._drawn()

    def grab(self, grant: Grant) -> CapturedFrame:
        """Return the screen now; follows a change of resolution."""
        size = self.size()
        try:
            return self._grab(grant, size)
        except ScreenShotError:
            # The resolution may change between asking for the size and reading the pixels.
            if self.size() == size:
                raise PlatformError(ErrorCode.CAPTURE_FAILED, "the X server refused the picture") from None
        try:
            return self._grab(grant, self.size())
        except ScreenShotError as failure:
            raise PlatformError(ErrorCode.CAPTURE_FAILED, "the X server refused the picture") from failure

    def _grab(self, grant: Grant, size: Size) -> CapturedFrame:
        if size != self._size:
            # The shared memory segment has the size of the screen it was made for.
            self._mss.close()
            self._mss = mss.MSS(display=self._name)
            self._size = size
        grant.require(Feature.VIEW)
        captured_at_s = time.monotonic()
        shot = self._mss.grab({"left": 0, "top": 0, "width": size.width, "height": size.height})
        # As it is: a second copy of 8 MB makes the allocator return memory and fault it in again, 10 ms a frame.
        return CapturedFrame(shot.raw, size.width, size.height, captured_at_s)

    def close(self) -> None:
        """Let go of the shared memory and both connections."""
        self._mss.close()
        close_display(self._display)
