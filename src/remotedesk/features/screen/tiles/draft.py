"""A message in the making, which is never larger than it may be."""

from dataclasses import dataclass, field
from typing import Final

from remotedesk.core.geometry import Rect
from remotedesk.features.screen.tiles.codec import LARGEST_GROWTH, PACKED_BYTES, TileEncoder
from remotedesk.features.screen.tiles.grid import Pixels
from remotedesk.features.screen.tiles.strips import MOST_GROWTH, StripEncoder
from remotedesk.wire.tiles import (
    COPY_LAYOUT,
    MOST_DRAWN,
    MOST_OPERATIONS,
    MOST_STRIPS,
    RECT_LAYOUT,
    STRIP_LAYOUT,
    STRIPS_LAYOUT,
    UPDATE_LAYOUT,
    Copy,
    Strip,
)

MESSAGE_BYTES: Final = 48 * 1024  # no message is larger
LEAST_ROOM: Final = 8 * 1024  # bytes left in a message that are still worth a part of the stream
LEAST_PART: Final = 256  # the same in a message that is meant to be small


@dataclass
class Draft:
    """A message in the making. Pixels count with their full size until they are compressed, so it always fits."""

    encoder: TileEncoder
    wanted: int  # bytes that the message should have
    copies: tuple[Copy, ...] = ()
    rects: list[Rect] = field(default_factory=list)
    data: bytearray = field(default_factory=bytearray)  # of the stream
    strips: list[Strip] = field(default_factory=list)
    strip_encoder: StripEncoder | None = None  # what made them
    _raw: bytearray = field(default_factory=bytearray)
    _drawn: int = 0  # pixels

    @property
    def size(self) -> int:
        """Bytes, if it left now."""
        operations = len(self.copies) * COPY_LAYOUT.size + len(self.rects) * RECT_LAYOUT.size
        return UPDATE_LAYOUT.size + operations + self._strips_size + len(self.data)

    @property
    def _strips_size(self) -> int:
        if self.strip_encoder is None:
            return 0
        parts = sum(STRIP_LAYOUT.size + len(strip.coded) for strip in self.strips)
        return STRIPS_LAYOUT.size + len(self.strip_encoder.untold) + parts

    @property
    def room(self) -> int:
        """Bytes of pixels that fit in, with one more rectangle, even if they can't be compressed."""
        return MESSAGE_BYTES - self.size - len(self._raw) - RECT_LAYOUT.size - LARGEST_GROWTH

    def rows_of(self, width: int, strips: StripEncoder | None = None) -> int:
        """Return how many rows of so many pixels fit in, or in the next strip if they are to go as strips."""
        if strips is not None:
            return self._strip_rows(strips)
        if len(self.copies) + len(self.rects) >= MOST_OPERATIONS:
            return 0
        row_bytes = width * PACKED_BYTES
        fitting = min(self.room // row_bytes, (MOST_DRAWN - self._drawn) // width)
        missing = int((self.wanted - self.size) * self.encoder.ratio) - len(self._raw)
        # One at least, however wide it is, or a small message would never begin.
        least = 1 if missing > 0 and not self._raw else 0
        return max(0, min(fitting, max(missing // row_bytes, least)))

    @property
    def is_full(self) -> bool:
        """True when another part of the stream is not worth it any more."""
        return self.room < LEAST_ROOM or self.wanted - self.size < LEAST_PART

    def add(self, rect: Rect, raw: bytes) -> None:
        """Add a rectangle that fits and its packed pixels; one that continues the last downwards makes it longer."""
        self._raw += raw
        self._drawn += rect.width * rect.height
        above = self.rects[-1] if self.rects else Rect(0, 0, 0, 0)
        if (above.x, above.width, above.y + above.height) == (rect.x, rect.width, rect.y):
            self.rects[-1] = Rect(above.x, above.y, above.width, above.height + rect.height)
        else:
            self.rects.append(rect)

    def add_strip(self, rect: Rect, pixels: Pixels, encoder: StripEncoder) -> bool:
        """Add a strip; False if the encoder can't make one, and is of no use any more."""
        coded = encoder.encode(pixels)
        if coded is not None:
            self.strips.append(Strip(rect, coded))
            self.strip_encoder = encoder
        return coded is not None

    def compress(self) -> None:
        """Turn the pixels added since the last time into a part of the stream."""
        if self._raw:
            self.data += self.encoder.encode(self._raw)
            self._raw.clear()

    def clear(self) -> None:
        """Begin the next message."""
        self.copies = ()
        self.rects.clear()
        self.data.clear()
        self.strips.clear()
        self.strip_encoder = None
        self._drawn = 0

    def _strip_rows(self, encoder: StripEncoder) -> int:
        # The next is taken to be as long as the last.
        expected = len(self.strips[-1].coded) if self.strips else 0
        wanted = self.size + expected // 2 < self.wanted or not (self.rects or self.strips)
        return encoder.rows if wanted and len(self.strips) < MOST_STRIPS and self.room >= MOST_GROWTH else 0
