"""A picture made smaller by averaging areas, in blocks: a change of it costs the blocks it touches and no more.

Each block is scaled by itself, always from the same whole pixels to the same whole pixels, so that a block made anew is
what it would be had the whole picture been scaled anew.
"""

from bisect import bisect_left, bisect_right
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter

from remotedesk.core.geometry import Rect

SHORTEST: Final = 64  # scaled pixels, the side of a block; the longest is three times that


def cuts(source: int, target: int) -> tuple[tuple[int, int], ...]:
    """Return where `source` pixels scaled to `target`, not more, are cut into blocks: (source, target) positions.

    The first is (0, 0), the last (source, target). Each cut between is, of SHORTEST places, the one where a pixel edge
    of the target lies nearest to one of the source: mostly far less than 1/40 of a pixel away, at most half a one.
    """
    found = [(0, 0)]
    while target - found[-1][1] >= 3 * SHORTEST:
        places = range(found[-1][1] + SHORTEST, found[-1][1] + 2 * SHORTEST)
        at = min(places, key=lambda place: _off_edge(place, source, target))
        found.append((round(at * source / target), at))
    return (*found, (source, target))


def _off_edge(place: int, source: int, target: int) -> int:
    """Return how far an edge of the target lies from the nearest edge of the source, in 1/target of its pixels."""
    rest = place * source % target
    return min(rest, target - rest)


class ScaledPicture:
    """Follows `image`, whose pixels its owner changes and tells of."""

    def __init__(self, image: QImage, size: QSize) -> None:
        """`size` in pixels, each way from 1 to that of the image."""
        self._image = image
        self._columns, self._rows = cuts(image.width(), size.width()), cuts(image.height(), size.height())
        self._scaled = QImage(size, QImage.Format.Format_RGB32)
        self._stale = {(row, column) for row in range(len(self._rows) - 1) for column in range(len(self._columns) - 1)}

    @property
    def size(self) -> QSize:
        """The scaled picture's size."""
        return self._scaled.size()

    def touch(self, changed: Rect) -> QRect:
        """Take note that pixels of the image changed; return those of the scaled picture that do."""
        rows = _spans(self._rows, changed.y, changed.y + changed.height)
        columns = _spans(self._columns, changed.x, changed.x + changed.width)
        self._stale.update((row, column) for row in rows for column in columns)
        left, top = self._columns[columns.start][1], self._rows[rows.start][1]
        return QRect(left, top, self._columns[columns.stop][1] - left, self._rows[rows.stop][1] - top)

    def pixels(self, needed: QRect) -> QImage:
        """Return the scaled picture, up to date at least where it is needed."""
        stale = [block for block in self._stale if self._target(block).intersects(needed)]
        if stale:
            painter = QPainter(self._scaled)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            for block in stale:
                self._renew(painter, block)
            painter.end()
            self._stale.difference_update(stale)
        return self._scaled

    def _renew(self, painter: QPainter, block: tuple[int, int]) -> None:
        row, column = block
        (left, _), (right, _) = self._columns[column : column + 2]
        (top, _), (bottom, _) = self._rows[row : row + 2]
        target = self._target(block)
        scaled = self._image.copy(left, top, right - left, bottom - top).scaled(
            target.size(), Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        painter.drawImage(target.topLeft(), scaled)

    def _target(self, block: tuple[int, int]) -> QRect:
        row, column = block
        (_, left), (_, right) = self._columns[column : column + 2]
        (_, top), (_, bottom) = self._rows[row : row + 2]
        return QRect(left, top, right - left, bottom - top)


def _spans(edges: tuple[tuple[int, int], ...], start: int, stop: int) -> range:
    """Return the blocks along one side that source pixels from `start` to before `stop` lie in."""
    return range(bisect_right(edges, (start, edges[-1][1])) - 1, bisect_left(edges, (stop, 0)))
