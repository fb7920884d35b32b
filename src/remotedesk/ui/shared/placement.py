"""Where windows open: on the primary screen, and for questions never under the pointer."""

from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QGuiApplication

_MARGIN: Final = 24  # room for the window manager's frame and the pointer's hot area, logical pixels
_TITLE_BAR: Final = 40


def centred(size: QSize, area: QRect) -> QPoint:
    """Return the top left corner that centres `size` in `area`."""
    return area.topLeft() + QPoint((area.width() - size.width()) // 2, (area.height() - size.height()) // 2)


def away_from(pointer: QPoint, size: QSize, area: QRect) -> QPoint:
    """Return a top left corner for `size` inside `area` such that the pointer is not in it.

    The centre if it can be, else the middle of the larger part beside the pointer, else an edge or a corner.
    A window that leaves no such place goes to the corner farthest from the pointer.
    """
    middle = centred(size, area)
    left, right = area.left() + _MARGIN, area.right() - size.width() - _MARGIN
    top, bottom = area.top() + _TITLE_BAR, area.bottom() - size.height() - _MARGIN
    corners = [QPoint(x, y) for x in (left, right) for y in (top, bottom)]
    halves = (
        QRect(area.topLeft(), QPoint(pointer.x(), area.bottom())),
        QRect(QPoint(pointer.x(), area.top()), area.bottomRight()),
    )
    beside = [centred(size, half) for half in sorted(halves, key=QRect.width, reverse=True)]
    sides = [QPoint(left, middle.y()), QPoint(right, middle.y()), QPoint(middle.x(), top), QPoint(middle.x(), bottom)]
    for place in (middle, *beside, *sides, *corners):
        if area.contains(QRect(place, size)) and not _covered(place, size).contains(pointer):
            return place
    return max(corners, key=lambda at: (QRect(at, size).center() - pointer).manhattanLength())


def primary_area() -> QRect:
    """Return the usable part of the primary screen, logical pixels."""
    return QGuiApplication.primaryScreen().availableGeometry()


def _covered(place: QPoint, size: QSize) -> QRect:
    return QRect(place, size).adjusted(-_MARGIN, -_TITLE_BAR, _MARGIN, _MARGIN)
