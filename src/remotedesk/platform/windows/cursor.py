"""Reads the pointer, which Windows keeps apart from the picture: where it is, and what it looks like."""

import ctypes
import time
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remotedesk.core.consent import Feature, Grant
from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.platform.ports import CapturedCursor, CursorShape
from remotedesk.platform.windows import win32
from remotedesk.platform.windows.screen import virtual_screen

LARGEST_SIDE: Final = 256
_LOOK_EVERY_S: Final = 1 / 60  # nobody tells when it moves; to ask takes a few microseconds


class WindowsCursor:
    """The pointer of this login."""

    def __init__(self) -> None:
        self._shape: CursorShape | None = None
        self._shape_of = 0  # the handle; Windows may give it to another shape once this one has gone
        self._seen: tuple[int, int, int] | None = None
        self._read: tuple[int, int, int] | None = None

    def wait_changed(self, timeout_s: float) -> bool:
        """Wait until the pointer has moved or changed its shape."""
        until = time.monotonic() + timeout_s
        while (here := _look() or self._seen) == self._seen:
            if time.monotonic() >= until:
                return False
            time.sleep(_LOOK_EVERY_S)
        self._seen = here
        return True

    def read(self, grant: Grant) -> CapturedCursor:
        """Return the pointer now, or as it was last; raises ConsentError, PlatformError(CAPTURE_FAILED) before that."""
        grant.require(Feature.VIEW)
        self._read = _look() or self._read
        if self._read is None:
            raise PlatformError(ErrorCode.CAPTURE_FAILED, "the pointer")
        x, y, handle = self._read
        if handle != self._shape_of or self._shape is None:
            self._shape, self._shape_of = _shape(handle) if handle else None, handle
        screen = virtual_screen()
        return CapturedCursor(max(x - screen.x, 0), max(y - screen.y, 0), self._shape)

    def close(self) -> None:
        """Nothing is held."""


def _look() -> tuple[int, int, int] | None:
    """Return where the pointer is on the virtual screen and the handle of its shape, 0 while it is hidden.

    None while Windows does not say, since the secure desktop is shown.
    """
    info = win32.CURSORINFO(cbSize=ctypes.sizeof(win32.CURSORINFO))
    if not win32.GetCursorInfo(ctypes.byref(info)):
        return None
    return info.ptScreenPos.x, info.ptScreenPos.y, (info.hCursor or 0) if info.flags & win32.CURSOR_SHOWING else 0


def _shape(handle: int) -> CursorShape | None:
    """Return what a pointer looks like; None if it has gone meanwhile."""
    icon = win32.ICONINFO()
    if not win32.GetIconInfo(handle, ctypes.byref(icon)):
        return None
    try:
        mask = _pixels(icon.hbmMask)
        colour = _pixels(icon.hbmColor) if icon.hbmColor else None
    finally:
        win32.DeleteObject(icon.hbmMask)
        win32.DeleteObject(icon.hbmColor)
    if mask is None or (icon.hbmColor and colour is None):
        return None
    image = premultiplied(mask, colour)
    if not image.size:
        return None
    hot_x, hot_y = min(icon.xHotspot, image.shape[1] - 1), min(icon.yHotspot, image.shape[0] - 1)
    left, top = max(0, hot_x - LARGEST_SIDE // 2), max(0, hot_y - LARGEST_SIDE // 2)
    image = np.ascontiguousarray(image[top : top + LARGEST_SIDE, left : left + LARGEST_SIDE])
    return CursorShape(image.tobytes(), image.shape[1], image.shape[0], hot_x - left, hot_y - top)


def premultiplied(mask: NDArray[np.uint32], colour: NDArray[np.uint32] | None) -> NDArray[np.uint32]:
    """Return premultiplied BGRA of what GetIconInfo gives: pixels of shape (height, width), 0xAARRGGBB.

    Without a colour bitmap `mask` is twice as high: what covers the screen above, what inverts it below. A colour
    bitmap without any alpha is covered where the mask is black. What inverts the screen is drawn black.
    """
    if colour is None:
        height = mask.shape[0] // 2
        keeps, inverts = (mask[:height] & 1).astype(np.bool_), (mask[height : 2 * height] & 1).astype(np.bool_)
        return np.select(
            [~keeps & inverts, ~keeps | inverts], [np.uint32(0xFFFFFFFF), np.uint32(0xFF000000)], np.uint32(0)
        )
    alpha = colour >> 24
    if not alpha.any():
        return np.where(mask & 1, np.uint32(0), colour | np.uint32(0xFF000000))
    parts = [((colour >> shift & 0xFF) * alpha + 127) // 255 << shift for shift in (0, 8, 16)]
    return (parts[0] | parts[1] | parts[2] | alpha << 24).astype(np.uint32)


def _pixels(bitmap: Any) -> NDArray[np.uint32] | None:
    """Return a bitmap's pixels, 0xAARRGGBB, rows from the top."""
    size = win32.BITMAP()
    if not win32.GetObjectW(bitmap, ctypes.sizeof(size), ctypes.byref(size)):
        return None
    width, height = size.bmWidth, size.bmHeight
    pixels = np.zeros((height, width), np.uint32)
    header = win32.BITMAPINFOHEADER(
        biSize=ctypes.sizeof(win32.BITMAPINFOHEADER), biWidth=width, biHeight=-height, biPlanes=1, biBitCount=32,
        biCompression=win32.BI_RGB,
    )  # fmt: skip
    dc = win32.GetDC(None)
    try:
        rows = win32.GetDIBits(
            dc, bitmap, 0, height, pixels.ctypes.data_as(ctypes.c_void_p), ctypes.byref(header), win32.DIB_RGB_COLORS
        )
    finally:
        win32.ReleaseDC(None, dc)
    return pixels if rows == height else None
