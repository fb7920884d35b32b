"""Reads the root window through shared memory: where something was drawn, and now and then all of it."""

import contextlib
import time
from collections.abc import Sequence
from typing import Any, Final

import mss
from mss.exception import ScreenShotError

from remotedesk.core.consent import Feature, Grant
from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.core.geometry import Rect, Size
from remotedesk.platform.ports import CapturedFrame
from remotedesk.platform.x11.connection import X_ERRORS, close_display, open_display
from remotedesk.platform.x11.pictures import Pictures
from remotedesk.platform.x11.screen_damage import ScreenDamage, gathered

_LOOK_EVERY_S: Final = 1 / 30
_MOST_PART: Final = 0.4  # of the screen; more is read as fast whole
# When all is read, in case the X server did not tell everything: after so much rest, and at least so often while
# something is drawn, since a caret may blink for ever.
_PROVEN_AFTER_S: Final = 1.0
_PROVEN_EVERY_S: Final = 30.0


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
        self._dirty: tuple[Rect, ...] = ()  # where something was drawn since the last picture; nowhere: not known
        self._changed_at_s = 0.0
        self._pictures = Pictures()
        self._patched = False  # since all was read
        self._whole_at_s = 0.0
        self._damage: ScreenDamage | None = None
        with contextlib.suppress(ValueError):
            self._damage = ScreenDamage(self._display)

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
            drawn = self._damage.wait(timeout_s)
        except X_ERRORS as failure:
            raise PlatformError(ErrorCode.CAPTURE_FAILED, "the X server is gone") from failure
        now = time.monotonic()
        if drawn:
            self._dirty, self._changed_at_s = gathered([*self._dirty, *drawn]), now
        elif self._patched and now - self._changed_at_s > _PROVEN_AFTER_S:
            self._dirty = ()
            return True
        return bool(drawn)

    def grab(self, grant: Grant) -> CapturedFrame:
        """Return the screen now; follows a change of resolution."""
        dirty, self._dirty = self._dirty, ()
        recent = time.monotonic() - self._whole_at_s < _PROVEN_EVERY_S
        told = recent and self._damage is not None and self._damage.screen == self._pictures.size == self._size
        areas = [part for each in dirty if told and (part := each.within(self._size)).area]
        try:
            if 0 < sum(each.area for each in areas) < _MOST_PART * self._size.width * self._size.height:
                return self._grab_parts(grant, areas)
            return self._grab(grant, self.size())
        except ScreenShotError:
            pass  # the resolution may change between asking for the size and reading the pixels
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
        pixels, captured_at_s = self._read(grant, Rect(0, 0, size.width, size.height))
        # As it is: a second copy of 8 MB makes the allocator return memory and fault it in again, 10 ms a frame.
        self._pictures.replace(pixels, size)
        self._patched, self._whole_at_s = False, captured_at_s
        return CapturedFrame(pixels, size.width, size.height, captured_at_s)

    def _grab_parts(self, grant: Grant, areas: Sequence[Rect]) -> CapturedFrame:
        self._patched = True
        parts = []
        for area in areas:
            pixels, captured_at_s = self._read(grant, area)
            parts.append((area, pixels))
        whole = self._pictures.patch(parts)
        return CapturedFrame(whole, self._size.width, self._size.height, captured_at_s, tuple(areas))

    def _read(self, grant: Grant, area: Rect) -> tuple[bytearray, float]:
        grant.require(Feature.VIEW)
        captured_at_s = time.monotonic()
        shot = self._mss.grab({"left": area.x, "top": area.y, "width": area.width, "height": area.height})
        return shot.raw, captured_at_s

    def close(self) -> None:
        """Let go of the shared memory and both connections."""
        self._mss.close()
        close_display(self._display)
