"""Where the customer's picture lies in the engineer's view, and which of its pixels a view position means."""

from dataclasses import replace
from enum import Enum, auto
from math import ceil, floor

from PySide6.QtCore import QRect

from remotedesk.core.geometry import Size, Viewport


class Mode(Enum):
    """How a picture that is larger than the view is shown; a smaller one is always shown 1:1."""

    FIT = auto()  # scaled down until all of it is visible
    ACTUAL = auto()  # one picture pixel on one device pixel, moved by the scroll bars


def place(frame: Size, view: Size, mode: Mode, scrolled: tuple[int, int] = (0, 0)) -> Viewport:
    """Return where the frame lies, in whole device pixels so that 1:1 stays sharp.

    `scrolled` is how many picture pixels are hidden to the left and at the top; it counts in ACTUAL only.
    """
    if mode is Mode.FIT:
        seen = Size(max(view.width, 1), max(view.height, 1))
        fitted = Viewport.fit(frame, seen)
        return replace(fitted, x=float(floor(fitted.x)), y=float(floor(fitted.y)))
    hidden = hidden_size(frame, view)
    x = -min(max(scrolled[0], 0), hidden.width) if hidden.width else (view.width - frame.width) // 2
    y = -min(max(scrolled[1], 0), hidden.height) if hidden.height else (view.height - frame.height) // 2
    return Viewport(frame, float(x), float(y), 1.0)


def hidden_size(frame: Size, view: Size) -> Size:
    """Return how many picture pixels do not fit across and down at 1:1."""
    return Size(max(frame.width - view.width, 0), max(frame.height - view.height, 0))


def nearest_pixel(viewport: Viewport, x: float, y: float) -> tuple[int, int]:
    """Return the frame pixel under a view position, or the one at the frame's edge nearest to it."""
    column = floor((x - viewport.x) / viewport.scale)
    row = floor((y - viewport.y) / viewport.scale)
    return min(max(column, 0), viewport.frame.width - 1), min(max(row, 0), viewport.frame.height - 1)


def device_pixel(position: float) -> int:
    """Return the whole device pixel of a position that was logical and has been scaled back: halves go up."""
    return floor(position + 0.5)


def logical_around(device: QRect, ratio: float) -> QRect:
    """Return logical pixels of a widget that hold all these device pixels of it, however Qt may round them back.

    `ratio` is device pixels to a logical one; unless it is whole, the widget may lie half a device pixel off.
    """
    return _scaled_around(device, 1 / ratio, 0 if ratio.is_integer() else 1)


def device_around(logical: QRect, ratio: float) -> QRect:
    """Return device pixels of a widget that hold all which Qt may paint for these logical pixels of it."""
    return _scaled_around(logical, ratio, 0 if ratio.is_integer() else 1)


def _scaled_around(rect: QRect, scale: float, margin: int) -> QRect:
    left, top = floor(rect.left() * scale) - margin, floor(rect.top() * scale) - margin
    right, bottom = ceil((rect.right() + 1) * scale) + margin, ceil((rect.bottom() + 1) * scale) + margin
    return QRect(left, top, right - left, bottom - top)
