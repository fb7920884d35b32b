"""Rectangles, and how a picture of one size is shown in a window of another."""

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
