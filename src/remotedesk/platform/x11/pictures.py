"""The last two pictures of the screen, so that a small change costs no more than itself."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from remotedesk.core.geometry import Rect, Size

_BYTES_PER_PIXEL: Final = 4


class Pictures:
    """Two whole pictures of one size; the older one becomes the next. Used from one thread."""

    def __init__(self) -> None:
        self.size = Size(0, 0)
        self._newest = bytearray()
        self._older = bytearray()
        self._between: Sequence[Rect] | None = None  # where the two differ; None: anywhere

    def replace(self, pixels: bytearray, size: Size) -> None:
        """Take the next picture whole: BGRX, rows without padding."""
        self._older, self._newest = self._newest, pixels
        self.size, self._between = size, None

    def patch(self, parts: Sequence[tuple[Rect, bytearray]]) -> bytearray:
        """Return the next picture, which is the one before but for the pixels of some areas, which lie inside."""
        if len(self._older) != len(self._newest):
            self._older = bytearray(len(self._newest))
        if self._between is None:
            self._older[:] = self._newest
        else:
            for area in self._between:
                newest = memoryview(self._newest)
                self._write(area, [newest[start:end] for start, end in self._rows(area)])
        for area, pixels in parts:
            row, part = area.width * _BYTES_PER_PIXEL, memoryview(pixels)
            self._write(area, [part[start : start + row] for start in range(0, len(part), row)])
        self._newest, self._older, self._between = self._older, self._newest, [area for area, _ in parts]
        return self._newest

    def _write(self, area: Rect, rows: Iterable[memoryview]) -> None:
        older = memoryview(self._older)
        for (start, end), row in zip(self._rows(area), rows, strict=True):
            older[start:end] = row

    def _rows(self, area: Rect) -> Iterator[tuple[int, int]]:
        """Yield where in a picture each row of an area begins and ends."""
        width = area.width * _BYTES_PER_PIXEL
        for y in range(area.y, area.y + area.height):
            start = (y * self.size.width + area.x) * _BYTES_PER_PIXEL
            yield start, start + width
