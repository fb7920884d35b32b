"""Copies pixels of the screen through GDI, with one bitmap for as long as the size stays.

A large picture is one BitBlt or eight, one below the other, whichever proves to be faster. One shows one moment, and
where the desktop is composed each waits for that, however few pixels it is asked for. Where a driver copies by way of
memory that it asks for each time, eight need an eighth of that, which the system then does not take back in between.
"""

import ctypes
import time
from typing import Any, Final

from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.core.geometry import Rect, Size
from remotedesk.platform.windows import win32

_BYTES_PER_PIXEL: Final = 4
_LARGE_BYTES: Final = 2 << 20
_BANDS: Final = 8
_TRIALS: Final = 3
_MUCH_FASTER: Final = 0.7  # of the time of one; else pictures of one moment are worth more


class Ways:
    """Finds out in how many bands a picture is read fastest: a few in one, a few in eight, then as was faster."""

    def __init__(self) -> None:
        self._took_s: dict[int, list[float]] = {1: [], _BANDS: []}

    @property
    def bands(self) -> int:
        """Return in how many bands the next picture is to be read."""
        for bands, took_s in self._took_s.items():
            if len(took_s) < _TRIALS:
                return bands
        # The least of each: what else the machine does makes any of them longer, and none shorter.
        whole_s, bands_s = map(min, self._took_s.values())
        return _BANDS if bands_s < _MUCH_FASTER * whole_s else 1

    def took(self, bands: int, seconds: float) -> None:
        """Tell how long a picture took that was read in so many bands."""
        if len(self._took_s[bands]) < _TRIALS:
            self._took_s[bands].append(seconds)


class ScreenCopy:
    """Used from one thread, and closed in it: a process has ten thousand such objects at most."""

    def __init__(self) -> None:
        """Raise PlatformError(CAPTURE_FAILED)."""
        self._screen: Any = win32.GetDC(None)
        self._memory: Any = win32.CreateCompatibleDC(self._screen)
        self._bitmap: Any = None
        self._pixels = memoryview(b"")  # the bitmap's
        self._size = Size(0, 0)
        self._ways = Ways()
        if not self._screen or not self._memory:
            self.close()
            raise _refused()

    def look(self, area: Rect) -> memoryview:
        """Return this area of the virtual screen as it is now: BGRX, rows without padding, `area.area * 4` bytes.

        It is the bitmap itself, to be read before the next look and never after `close`.
        Raises PlatformError(CAPTURE_FAILED), while the secure desktop is shown for one.
        """
        if (size := Size(area.width, area.height)) != self._size:
            self._fit(size)
        is_large = len(self._pixels) >= _LARGE_BYTES
        bands = self._ways.bands if is_large else 1
        before_s = time.perf_counter()
        self._copy(area, -(-area.height // bands))
        if is_large:
            self._ways.took(bands, time.perf_counter() - before_s)
        return self._pixels

    def close(self) -> None:
        """Give the bitmap and both contexts back."""
        win32.DeleteDC(self._memory)
        win32.DeleteObject(self._bitmap)
        win32.ReleaseDC(None, self._screen)
        self._bitmap = self._memory = self._screen = None
        self._pixels = memoryview(b"")

    def _copy(self, area: Rect, rows: int) -> None:
        """Have this area in the bitmap, so many rows at a time."""
        mode = win32.SRCCOPY | win32.CAPTUREBLT
        for top in range(0, area.height, rows):
            place = (0, top, area.width, min(rows, area.height - top))
            if not win32.BitBlt(self._memory, *place, self._screen, area.x, area.y + top, mode):
                raise _refused()
        if not win32.GdiFlush():
            raise _refused()

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
        self._bitmap, self._size, self._ways = made, size, Ways()
        length = size.width * size.height * _BYTES_PER_PIXEL
        self._pixels = memoryview((ctypes.c_char * length).from_address(bits.value or 0)).cast("B")


def _refused() -> PlatformError:
    return PlatformError(ErrorCode.CAPTURE_FAILED, f"Windows refused the picture, error {win32.last_error()}")
