"""Copies pixels of the screen through GDI, with one bitmap for as long as the size stays.

A picture is one BitBlt: each makes the desktop's composition wait for it, however few pixels it is asked for.
"""

import ctypes
from typing import Any, Final

from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.core.geometry import Rect, Size
from remotedesk.platform.windows import win32

_BYTES_PER_PIXEL: Final = 4


class ScreenCopy:
    """Used from one thread, and closed in it: a process has ten thousand such objects at most."""

    def __init__(self) -> None:
        """Raise PlatformError(CAPTURE_FAILED)."""
        self._screen: Any = win32.GetDC(None)
        self._memory: Any = win32.CreateCompatibleDC(self._screen)
        self._bitmap: Any = None
        self._bits = ctypes.c_void_p()  # the bitmap's pixels, BGRX, rows without padding, from the top
        self._size = Size(0, 0)
        if not self._screen or not self._memory:
            self.close()
            raise _refused()

    def read(self, area: Rect, into: bytearray) -> None:
        """Fill `into` with this area of the virtual screen: BGRX, rows without padding, `area.area * 4` bytes.

        Raises PlatformError(CAPTURE_FAILED), while the secure desktop is shown for one.
        """
        if len(into) != area.area * _BYTES_PER_PIXEL:
            raise ValueError("another size")
        if (size := Size(area.width, area.height)) != self._size:
            self._fit(size)
        mode, place = win32.SRCCOPY | win32.CAPTUREBLT, (0, 0, area.width, area.height)
        if not win32.BitBlt(self._memory, *place, self._screen, area.x, area.y, mode) or not win32.GdiFlush():
            raise _refused()
        # Not `into[:] = …`, which takes ten times as long from such memory.
        ctypes.memmove((ctypes.c_char * len(into)).from_buffer(into), self._bits, len(into))

    def close(self) -> None:
        """Give the bitmap and both contexts back."""
        win32.DeleteDC(self._memory)
        win32.DeleteObject(self._bitmap)
        win32.ReleaseDC(None, self._screen)
        self._bitmap = self._memory = self._screen = None

    def _fit(self, size: Size) -> None:
        """Have a bitmap of this size."""
        header = win32.BITMAPINFOHEADER(
            biSize=ctypes.sizeof(win32.BITMAPINFOHEADER), biWidth=size.width, biHeight=-size.height, biPlanes=1,
            biBitCount=32, biCompression=win32.BI_RGB,
        )  # fmt: skip
        bits = ctypes.c_void_p()
        made = win32.CreateDIBSection(
            self._memory, ctypes.byref(header), win32.DIB_RGB_COLORS, ctypes.byref(bits), None, 0
        )
        if not made:
            raise _refused()
        win32.SelectObject(self._memory, made)
        win32.DeleteObject(self._bitmap)  # the one before, which is in no use any more
        self._bitmap, self._bits, self._size = made, bits, size


def _refused() -> PlatformError:
    return PlatformError(ErrorCode.CAPTURE_FAILED, f"Windows refused the picture, error {win32.last_error()}")
