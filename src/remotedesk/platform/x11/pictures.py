"""The last two pictures of the screen, so that a small change costs no more than itself."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from remotedesk.core.geometry import Rect, Size

_BYTES_PER_PIXEL = 4


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
                self._rows(self._older, area)[:] = self._rows(self._newest, area)
        for area, pixels in parts:
            self._rows(self._older, area)[:] = np.frombuffer(pixels, np.uint32).reshape(area.height, area.width)
        self._newest, self._older, self._between = self._older, self._newest, [area for area, _ in parts]
        return self._newest

    def _rows(self, picture: bytearray, area: Rect) -> NDArray[np.uint32]:
        whole = np.frombuffer(picture, np.uint32).reshape(self.size.height, self.size.width)
        return whole[area.y : area.y + area.height, area.x : area.x + area.width]
