"""Reads the pointer, which the X server keeps apart from the picture: where it is, and what it looks like."""

import select
import struct
import time
from typing import Any, Final

from Xlib import error
from Xlib.ext import xfixes, xinput

from remotedesk.core.consent import Feature, Grant
from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.platform.ports import CapturedCursor, CursorShape
from remotedesk.platform.x11.connection import X_ERRORS, close_display, open_display, use_raw_events

LARGEST_SIDE: Final = 256
_SHAPES_KEPT: Final = 64
_LOOK_EVERY_S: Final = 0.5  # a program that puts the pointer elsewhere is told to nobody
_RAW_MOTION: Final = 17


class X11Cursor:
    """The core pointer on the root window; wakes at its raw motion (XInput 2) and at each new shape (XFIXES)."""

    def __init__(self, display_name: str) -> None:
        self._display = open_display(display_name)
        self._root: Any = self._display.screen().root
        self._shapes: dict[int, CursorShape] = {}  # by the server's serial number
        self._shape: CursorShape | None = None
        self._renewed = True  # what it looks like has to be asked for
        self._looked_s = 0.0
        if not self._display.has_extension(xfixes.extname):
            close_display(self._display)
            raise PlatformError(ErrorCode.CAPTURE_FAILED, "the X server does not tell the pointer's shape")
        self._shape_told: int = self._display.extension_event.DisplayCursorNotify[0]
        self._display.xfixes_query_version()
        self._display.xfixes_select_cursor_input(self._root, xfixes.XFixesDisplayCursorNotifyMask)
        use_raw_events(self._display)
        self._root.xinput_select_events([(xinput.AllMasterDevices, 1 << _RAW_MOTION)])
        self._display.sync()

    def wait_changed(self, timeout_s: float) -> bool:
        """Wait until the pointer may have moved or changed its shape; says so twice a second anyway."""
        if time.monotonic() - self._looked_s >= _LOOK_EVERY_S:
            return True
        try:
            return self._told() or self._told_within(timeout_s)
        except X_ERRORS as failure:
            raise _gone() from failure

    def read(self, grant: Grant) -> CapturedCursor:
        """Return the pointer now. Raises ConsentError, PlatformError(CAPTURE_FAILED) when the X server is gone."""
        grant.require(Feature.VIEW)
        self._looked_s = time.monotonic()
        try:
            self._told()
            at = self._root.query_pointer()
            if self._renewed:
                self._renewed = False
                self._shape = self._current_shape()
        except X_ERRORS as failure:
            raise _gone() from failure
        return CapturedCursor(max(at.root_x, 0), max(at.root_y, 0), self._shape)

    def close(self) -> None:
        """Close the connection."""
        close_display(self._display)

    def _told(self) -> bool:
        """Take what the server has told; True if there was anything."""
        told = False
        while self._display.pending_events():
            told = True
            event = self._display.next_event()
            if event.type == self._shape_told:
                self._renewed = event.cursor_serial not in self._shapes
                self._shape = self._shapes.get(event.cursor_serial)
        return told

    def _told_within(self, timeout_s: float) -> bool:
        return bool(select.select([self._display.fileno()], [], [], timeout_s)[0]) and self._told()

    def _current_shape(self) -> CursorShape | None:
        """Ask for the shape; None where the server keeps it to itself: that of a program which has ended, for one."""
        try:
            image = self._display.xfixes_get_cursor_image(self._root)
        except error.XError:
            return None
        shape = _cropped(image)
        while len(self._shapes) >= _SHAPES_KEPT:
            del self._shapes[next(iter(self._shapes))]
        self._shapes[image.cursor_serial] = shape
        return shape


def _cropped(image: Any) -> CursorShape:
    """Return a cursor image, at most 256 × 256 pixels of it around the one that points."""
    hot_x, hot_y = min(image.xhot, image.width - 1), min(image.yhot, image.height - 1)
    width, height = min(image.width, LARGEST_SIDE), min(image.height, LARGEST_SIDE)
    left = min(max(hot_x - width // 2, 0), image.width - width)
    top = min(max(hot_y - height // 2, 0), image.height - height)
    pixels = struct.pack(f"<{image.width * image.height}I", *image.cursor_image)
    starts = [(row * image.width + left) * 4 for row in range(top, top + height)]
    rows = (pixels[start : start + width * 4] for start in starts)
    return CursorShape(b"".join(rows), width, height, hot_x - left, hot_y - top)


def _gone() -> PlatformError:
    return PlatformError(ErrorCode.CAPTURE_FAILED, "the X server is gone")
