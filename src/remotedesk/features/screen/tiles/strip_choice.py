"""Which rectangles of a picture go as strips: those of a drawing that moves, of which the zstd stream makes much.

What was on the screen before is nearly free in the stream, which remembers it; strips remember nothing. So they are
only for what changes in several pictures running, and was dear there each time.
"""

from collections.abc import Sequence
from typing import Final

from remotedesk.core.geometry import Rect
from remotedesk.features.screen.tiles.codec import PACKED_BYTES, TileEncoder
from remotedesk.features.screen.tiles.grid import TILE, Pixels
from remotedesk.features.screen.tiles.strips import StripEncoder, colours_of

LEAST_RECT: Final = 96 * 96  # pixels of a rectangle, and …
LEAST_MOVING: Final = 192 * 192  # … of all of them
FEW: Final = 64  # colours in the rows looked at; text with smoothed edges has more, and is not dearer in zstd
SAMPLED: Final = 16  # of so many rows one is looked at
DEAR_BELOW: Final = 64  # raw bytes for each compressed one
DEAR_TO_BEGIN: Final = 2  # pictures running
RESTS: Final = 16  # pictures, when strips were no better


class StripChoice:
    """Follows what the pictures cost, and keeps the encoder of the strips."""

    def __init__(self) -> None:
        self.encoder: StripEncoder | None = None  # while strips are used
        self._dear = 0  # pictures running; below 0: pictures to rest
        self._around = Rect(0, 0, 0, 0)  # of what moved in the last picture with any
        self._before: tuple[TileEncoder, int, int] | None = None  # the stream, bytes given to it and made of them then
        self._stream_ratio = 0.0  # raw bytes for each compressed one of zstd, when strips began

    def begin(self, frame: Pixels, rects: Sequence[Rect], stream: TileEncoder) -> None:
        """Take notice of the picture that comes next, and of what the one before has cost."""
        self._look_back()
        moving = [rect for rect in rects if rect.width * rect.height >= LEAST_RECT]
        if sum(rect.width * rect.height for rect in moving) < LEAST_MOVING:
            return
        around = _around(moving)
        if not _within(around, self._around):
            self.stop(0)
        self._around = around
        width = max(rect.width for rect in moving)
        if self.encoder is not None and width <= self.encoder.width:
            return
        colours = colours_of(frame, moving, SAMPLED)
        if len(colours) > FEW:
            self.stop(max(0, -self._dear))
        elif self.encoder is not None or self._dear >= DEAR_TO_BEGIN:
            self.encoder = StripEncoder(width, colours.tolist())
        else:
            self._before = stream, stream.given, stream.made

    def encoder_for(self, rect: Rect) -> StripEncoder | None:
        """Return what makes strips of the rectangle, if that is how it is to go."""
        if self.encoder is None or rect.width > self.encoder.width or rect.width * rect.height < LEAST_RECT:
            return None
        return self.encoder if _within(rect, self._around) else None

    def stop(self, rests: int = RESTS) -> None:
        """Use strips no more, at least until so many pictures were dear without them."""
        self.encoder, self._dear = None, -rests

    def _look_back(self) -> None:
        if self.encoder is not None:
            pixels, nbytes = self.encoder.pixels, self.encoder.nbytes
            self.encoder.pixels = self.encoder.nbytes = 0
            if pixels * PACKED_BYTES < self._stream_ratio * nbytes:
                self.stop()
        elif self._before is not None:
            stream, given, made = self._before
            given, made = stream.given - given, stream.made - made
            dear = given < DEAR_BELOW * made
            self._dear = self._dear + 1 if dear or self._dear < 0 else 0
            self._stream_ratio = given / max(1, made)
        self._before = None


def _around(rects: Sequence[Rect]) -> Rect:
    x, y = min(rect.x for rect in rects), min(rect.y for rect in rects)
    right, bottom = max(rect.x + rect.width for rect in rects), max(rect.y + rect.height for rect in rects)
    return Rect(x, y, right - x, bottom - y)


def _within(rect: Rect, other: Rect) -> bool:
    """True when `rect` lies in the other, or a tile beside it at most."""
    return (
        rect.x >= other.x - TILE
        and rect.y >= other.y - TILE
        and rect.x + rect.width <= other.x + other.width + TILE
        and rect.y + rect.height <= other.y + other.height + TILE
    )
