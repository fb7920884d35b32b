"""Rectangles, and how a picture of one size is shown in a window of another."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int


@dataclass(frozen=True)
class Rect:
    """A rectangle in pixels; the right and bottom edges are outside it."""

    x: int
    y: int
    width: int
    height: int

    def contains(self, x: int, y: int) -> bool:
        """True if the pixel lies inside."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height

    @property
    def area(self) -> int:
        """How many pixels it has."""
        return self.width * self.height

    def joined(self, other: "Rect") -> "Rect":
        """Return the smallest rectangle around both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        right, bottom = (
            max(self.x + self.width, other.x + other.width),
            max(self.y + self.height, other.y + other.height),
        )
        return Rect(x, y, right - x, bottom - y)

    def within(self, size: Size) -> "Rect":
        """Return what of it lies in a picture of this size; without area when nothing does."""
        x, y = min(max(self.x, 0), size.width), min(max(self.y, 0), size.height)
        right, bottom = min(self.x + self.width, size.width), min(self.y + self.height, size.height)
        return Rect(x, y, max(0, right - x), max(0, bottom - y))


def nearest(x: int, y: int, areas: Iterable[Rect]) -> tuple[int, int]:
    """Return the pixel of any of `areas` that is nearest to a pixel: itself if it lies in one. None is empty."""
    inside = (
        (min(max(x, each.x), each.x + each.width - 1), min(max(y, each.y), each.y + each.height - 1)) for each in areas
    )
    return min(inside, key=lambda at: (at[0] - x) ** 2 + (at[1] - y) ** 2)


@dataclass(frozen=True)
class Viewport:
    """Where a frame lies in a view, both in device pixels; maps view positions to frame pixels."""

    frame: Size
    x: float
    y: float
    scale: float

    @classmethod
    def fit(cls, frame: Size, view: Size, *, enlarge: bool = False) -> "Viewport":
        """Return the largest centred placement that shows the whole frame; 1:1 when it fits, unless `enlarge`.

        A view without area, as a minimised window has, gives scale 0. `frame` has at least one pixel.
        """
        scale = min(view.width / frame.width, view.height / frame.height)
        if not enlarge:
            scale = min(scale, 1.0)
        return cls(
            frame,
            (view.width - frame.width * scale) / 2,
            (view.height - frame.height * scale) / 2,
            scale,
        )

    def to_frame(self, x: float, y: float) -> tuple[int, int] | None:
        """Return the frame pixel under a view position, or None outside the frame or while the view has no area."""
        if self.scale <= 0:
            return None
        column = int((x - self.x) // self.scale)
        row = int((y - self.y) // self.scale)
        if Rect(0, 0, self.frame.width, self.frame.height).contains(column, row):
            return column, row
        return None

    def to_view(self, column: float, row: float) -> tuple[float, float]:
        """Return the view position of a frame position's top left corner."""
        return self.x + column * self.scale, self.y + row * self.scale
