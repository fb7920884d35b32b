"""Rectangles of few colours as pictures of palette indices, coded with FFV1 (RFC 9043): half of zstd's bytes.

A turning wireframe of 98 colours, 540,000 pixels: 29 kB in 8 ms, of zstd 98 kB at level 3 and 71 kB at level 7. The
palette is sorted by frequency (unsorted: 50 kB), and what the coder learns from a strip serves the next ones, of later
pictures too: strips that begin anew would make 40 kB. Text with smoothed edges has too many colours, and zstd knows it.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final, cast

import av
import numpy as np
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.core.geometry import Rect
from remotedesk.features.screen.tiles.codec import OPAQUE, PACKED_BYTES
from remotedesk.features.screen.tiles.grid import COLOURS, Pixels, part
from remotedesk.wire.tiles import COLOUR_LAYOUT, MOST_COLOURS, MOST_STRIP, STRIP_LAYOUT, Strip, Strips

STRIP_ROWS: Final = 32  # half or twice as many cost as much; fewer of a wide picture, for MOST_STRIP
WIDTH_STEP: Final = 64  # pixels: a turning model is not always as wide
MOST_KNOWN: Final = MOST_COLOURS - 1  # colours of a palette here: in a byte that also says "none of them"
LONGEST: Final = MOST_STRIP // 2  # bytes of a coded strip; what needs more is no drawing
MOST_GROWTH: Final = LONGEST + STRIP_LAYOUT.size + MOST_COLOURS * COLOUR_LAYOUT.size  # of a message, by a strip
# Version 1 of the format has its only header in the first picture, and one slice. Of its coders, Golomb-Rice makes
# 49 kB of the 29 kB, the small context model 35 kB.
_OPTIONS: Final = {"coder": "range_def", "context": "1", "level": "1", "g": str((1 << 31) - 1)}
_ALIGNMENT: Final = 64  # pixels that FFmpeg may add to a row


class StripEncoder:
    """One FFV1 stream and its palette, which grows; of no use any more once `encode` has returned None."""

    def __init__(self, width: int, colours: Sequence[int]) -> None:
        """`width` is the largest of a strip; `colours` come most frequent first, MOST_KNOWN at most."""
        self.width = -(-width // WIDTH_STEP) * WIDTH_STEP
        self.rows = min(STRIP_ROWS, MOST_STRIP // self.width)
        self.pixels = self.nbytes = 0  # given and made
        self._number_of = np.zeros(int(COLOURS) + 1, np.uint8)  # memory is taken only where colours lie
        self._count = 0
        self.untold = b""  # colours that the other end has to know first
        self._told = False
        self._learn(np.array(colours, np.uint32))
        self._stream = _stream("w", self.width, self.rows)
        self._stream.options = dict(_OPTIONS)
        self._stream.time_base = Fraction(1, 30)
        self._place = 0

    def encode(self, pixels: Pixels) -> bytes | None:
        """Return the stream's next picture, which must be sent; None: too many colours, or no drawing."""
        numbers = self._numbers(pixels & COLOURS)
        if numbers is None:
            return None
        height, width = pixels.shape
        picture = av.VideoFrame(self.width, self.rows, "gray")
        plane = _rows(picture)
        np.subtract(numbers, 1, out=plane[:height, :width])
        plane[:height, width:] = 0
        plane[height:] = 0
        picture.pts = self._place
        self._place += 1
        data = b"".join(bytes(packet) for packet in self._stream.encode(picture))
        self.pixels += width * height
        self.nbytes += len(data)
        return data if 0 < len(data) <= LONGEST else None

    def told(self, strips: tuple[Strip, ...]) -> Strips:
        """Return the strips for a message, with all that the other end needs for them."""
        width, height = (0, 0) if self._told else (self.width, self.rows)
        colours, self.untold, self._told = self.untold, b"", True
        return Strips(width, height, colours, strips)

    def _numbers(self, colours: Pixels) -> NDArray[np.uint8] | None:
        numbers = self._number_of.take(colours)
        if not numbers.all():
            fresh = np.unique(colours[numbers == 0])
            if self._count + len(fresh) > MOST_KNOWN:
                return None
            self._learn(fresh)
            numbers = self._number_of.take(colours)
        return numbers

    def _learn(self, colours: NDArray[np.uint32]) -> None:
        self._number_of[colours] = np.arange(self._count + 1, self._count + 1 + len(colours))
        self._count += len(colours)
        self.untold += colours.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :PACKED_BYTES].tobytes()


class StripDecoder:
    """The other end: gives out only pixels of its palette, and holds no more than one picture of its size."""

    def __init__(self, width: int, height: int) -> None:
        """The size is that of every picture of the stream, at most MOST_STRIP pixels."""
        self._size = width, height
        self._palette = np.full(MOST_COLOURS, OPAQUE, np.uint32)
        self._count = 0
        self._stream = _stream("r", width, height)
        self._stream.options = {"max_pixels": str((width + _ALIGNMENT) * height)}

    def learn(self, colours: bytes) -> None:
        """Let the palette grow. Raises ProtocolError(MESSAGE_MALFORMED): too many colours."""
        channels = np.frombuffer(colours, np.uint8).reshape(-1, PACKED_BYTES).astype(np.uint32)
        if self._count + len(channels) > MOST_COLOURS:
            raise _malformed()
        fresh = slice(self._count, self._count + len(channels))
        self._palette[fresh] = channels[:, 0] | channels[:, 1] << 8 | channels[:, 2] << 16 | OPAQUE
        self._count = fresh.stop

    def decode(self, strip: Strip) -> Pixels:
        """Return the opaque pixels of the strip's rectangle.

        Raises ProtocolError(MESSAGE_MALFORMED): larger than the stream's pictures, not one picture of FFV1 in 8 bit
        grey and of their size, or a colour that is not in the palette.
        """
        width, height = strip.rect.width, strip.rect.height
        if width > self._size[0] or height > self._size[1]:
            raise _malformed()
        try:
            pictures = self._stream.decode(av.Packet(strip.coded))
        except FFmpegError:
            raise _malformed() from None
        if [(each.format.name, each.width, each.height) for each in pictures] != [("gray", *self._size)]:
            raise _malformed()
        numbers = _rows(pictures[0])[:height, :width]
        if int(numbers.max()) >= self._count:
            raise _malformed()
        return self._palette.take(numbers)


def colours_of(frame: Pixels, rects: Sequence[Rect], every: int) -> NDArray[np.uint32]:
    """Return the colours in each `every`-th row of the rectangles, most frequent first."""
    rows = [frame[part(rect)][::every].reshape(-1) for rect in rects]
    colours, counts = np.unique(np.concatenate(rows) & COLOURS, return_counts=True)
    return cast("NDArray[np.uint32]", colours[np.argsort(-counts, kind="stable")])


def _stream(mode: str, width: int, height: int) -> VideoCodecContext:
    stream = cast("VideoCodecContext", av.CodecContext.create("ffv1", mode))  # type: ignore[call-overload]
    stream.width, stream.height, stream.pix_fmt = width, height, "gray"
    stream.thread_count = 1
    return stream


def _rows(picture: av.VideoFrame) -> NDArray[np.uint8]:
    """Return the indices on the picture's own memory."""
    plane = picture.planes[0]
    memory = np.frombuffer(memoryview(plane), np.uint8)
    return memory.reshape(plane.height, plane.line_size)[:, : picture.width]


def _malformed() -> ProtocolError:
    return ProtocolError(ErrorCode.MESSAGE_MALFORMED, "strips")
