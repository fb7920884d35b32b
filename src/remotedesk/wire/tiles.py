"""Messages on the `tiles` channel: the customer's picture as exact changes, and what the engineer's side made of them.

A fixed little-endian header, lists of rectangles, then compressed pixels: nothing is read before it has been bounded.
"""

import struct
from dataclasses import dataclass
from typing import Final

from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.core.geometry import Rect
from remotedesk.wire.video import VIDEO, VideoPart, packed_video, unpacked_video

LARGEST: Final = 65_536  # bytes of a message
LARGEST_SIDE: Final = 8_192
MOST_PIXELS: Final = 4 * 3840 * 2160
MOST_OPERATIONS: Final = 4_096  # copies and rectangles of one message
MOST_DRAWN: Final = 1 << 20  # pixels in the rectangles of one message: 3 MiB decompressed
MOST_STRIP: Final = 40_960  # pixels of a coded strip, whatever of it is shown
MOST_STRIPS: Final = 64  # of one message: 2.5 MiB decoded
MOST_COLOURS: Final = 256

UPDATE_LAYOUT: Final = struct.Struct("<BBIHHQHH")
COPY_LAYOUT: Final = struct.Struct("<6H")
RECT_LAYOUT: Final = struct.Struct("<4H")
STRIPS_LAYOUT: Final = struct.Struct("<HHHH")
COLOUR_LAYOUT: Final = struct.Struct("<BBB")
STRIP_LAYOUT: Final = struct.Struct("<HHHHH")
ACK_LAYOUT: Final = struct.Struct("<BIQ")

_UPDATE, _ACK = 1, 2
_LAST, _FRESH, _BLANK, _STRIPS = 1, 2, 4, 8


@dataclass(frozen=True)
class Copy:
    """Pixels from (`x`, `y`) of the picture before the update, to `target`."""

    x: int
    y: int
    target: Rect


@dataclass(frozen=True)
class Strip:
    """A rectangle as palette indices: the next picture of one FFV1 stream, of which it is the upper left corner."""

    rect: Rect
    coded: bytes


@dataclass(frozen=True)
class Strips:
    """Rectangles of few colours."""

    width: int  # pixels of each picture in a new FFV1 stream with an empty palette; 0: both go on
    height: int
    colours: bytes  # blue, green, red of each that the palette grows by
    strips: tuple[Strip, ...]


@dataclass(frozen=True)
class Update:
    """Customer: a change of his picture; first the copies, then the rectangles, drawn with the pixels in `data`."""

    sequence: int  # 0, 1, 2 …, modulo 2^32
    width: int
    height: int
    last: bool  # the picture is now the whole of a captured one
    fresh: bool  # `data` begins a new compressed stream
    blank: bool  # the picture is black, in the size given, before this update
    picture_hash: int  # of the picture after the last update of a captured one; else 0
    copies: tuple[Copy, ...]
    rects: tuple[Rect, ...]
    data: bytes  # the next part of one zstd stream: 3 bytes (blue, green, red) a pixel, by rectangle, by row
    strips: Strips | None = None

    @property
    def drawn(self) -> int:
        """Pixels in the rectangles."""
        return sum(rect.width * rect.height for rect in self.rects)


@dataclass(frozen=True)
class Ack:
    """Engineer: the update or part was applied; after a last one, the hash of his own picture, else 0."""

    sequence: int
    picture_hash: int


TileMessage = Update | VideoPart | Ack


class TileCodec:
    """Encodes and decodes the binary messages; stateless."""

    largest: Final = LARGEST

    def encode(self, message: TileMessage) -> bytes:
        """Return the message as bytes.

        Raises ProtocolError: MESSAGE_TOO_BIG, MESSAGE_MALFORMED. What the other side would refuse is never sent.
        """
        try:
            data = _packed(message)
        except struct.error:
            raise _malformed() from None
        self.decode(data)
        return data

    def decode(self, data: bytes) -> TileMessage:
        """Return the message in `data`, all rectangles inside the picture and everything within bounds.

        Raises ProtocolError: MESSAGE_TOO_BIG, MESSAGE_MALFORMED.
        """
        if len(data) > self.largest:
            raise ProtocolError(ErrorCode.MESSAGE_TOO_BIG)
        if data[:1] == bytes([_ACK]) and len(data) == ACK_LAYOUT.size:
            return Ack(*ACK_LAYOUT.unpack(data)[1:])
        if data[:1] == bytes([_UPDATE]) and len(data) >= UPDATE_LAYOUT.size:
            return _unpacked_update(data)
        if data[:1] == bytes([VIDEO]) and (part := unpacked_video(data)) is not None:
            return part
        raise _malformed()


TILES: Final = TileCodec()


def allowed_size(width: int, height: int) -> bool:
    """True for a picture that may travel."""
    return 0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE and width * height <= MOST_PIXELS


def _packed(message: TileMessage) -> bytes:
    if isinstance(message, Update):
        return _packed_update(message)
    if isinstance(message, VideoPart):
        return packed_video(message)
    return ACK_LAYOUT.pack(_ACK, message.sequence, message.picture_hash)


def _packed_update(update: Update) -> bytes:
    flags = _LAST * update.last | _FRESH * update.fresh | _BLANK * update.blank | _STRIPS * (update.strips is not None)
    header = UPDATE_LAYOUT.pack(
        _UPDATE,
        flags,
        update.sequence,
        update.width,
        update.height,
        update.picture_hash,
        len(update.copies),
        len(update.rects),
    )
    copies = (COPY_LAYOUT.pack(copy.x, copy.y, *_corners(copy.target)) for copy in update.copies)
    rects = (RECT_LAYOUT.pack(*_corners(rect)) for rect in update.rects)
    return b"".join((header, *copies, *rects, _packed_strips(update.strips), update.data))


def _packed_strips(strips: Strips | None) -> bytes:
    if strips is None:
        return b""
    count, odd = divmod(len(strips.colours), COLOUR_LAYOUT.size)
    if odd:
        raise _malformed()
    header = STRIPS_LAYOUT.pack(strips.width, strips.height, count, len(strips.strips))
    places = (STRIP_LAYOUT.pack(*_corners(strip.rect), len(strip.coded)) for strip in strips.strips)
    return b"".join((header, strips.colours, *places, *(strip.coded for strip in strips.strips)))


def _corners(rect: Rect) -> tuple[int, int, int, int]:
    return rect.x, rect.y, rect.width, rect.height


def _unpacked_update(data: bytes) -> Update:
    _, flags, sequence, width, height, picture_hash, copy_count, rect_count = UPDATE_LAYOUT.unpack_from(data)
    rects_at = UPDATE_LAYOUT.size + copy_count * COPY_LAYOUT.size
    pixels_at = rects_at + rect_count * RECT_LAYOUT.size
    if copy_count + rect_count > MOST_OPERATIONS or pixels_at > len(data):
        raise _malformed()
    strips, data_at = _unpacked_strips(data, pixels_at) if flags & _STRIPS else (None, pixels_at)
    update = Update(
        sequence,
        width,
        height,
        bool(flags & _LAST),
        bool(flags & _FRESH),
        bool(flags & _BLANK),
        picture_hash,
        tuple(
            Copy(x, y, Rect(*target)) for x, y, *target in COPY_LAYOUT.iter_unpack(data[UPDATE_LAYOUT.size : rects_at])
        ),
        tuple(Rect(*corners) for corners in RECT_LAYOUT.iter_unpack(data[rects_at:pixels_at])),
        data[data_at:],
        strips,
    )
    if flags & ~(_LAST | _FRESH | _BLANK | _STRIPS) or not _is_sound(update):
        raise _malformed()
    return update


def _unpacked_strips(data: bytes, at: int) -> tuple[Strips, int]:
    """Return the strips that begin at `at`, and where they end."""
    if at + STRIPS_LAYOUT.size > len(data):
        raise _malformed()
    width, height, colour_count, strip_count = STRIPS_LAYOUT.unpack_from(data, at)
    colours_at = at + STRIPS_LAYOUT.size
    places_at = colours_at + colour_count * COLOUR_LAYOUT.size
    end = places_at + strip_count * STRIP_LAYOUT.size
    if strip_count > MOST_STRIPS or end > len(data):
        raise _malformed()
    strips: list[Strip] = []
    for *corners, nbytes in STRIP_LAYOUT.iter_unpack(data[places_at:end]):
        strips.append(Strip(Rect(*corners), data[end : end + nbytes]))
        end += nbytes
    if end > len(data):
        raise _malformed()
    return Strips(width, height, data[colours_at:places_at], tuple(strips)), end


def _is_sound(update: Update) -> bool:
    """True when nothing in the update reaches out of the picture or asks for more work than a picture is worth."""
    width, height = update.width, update.height
    sources = [Rect(copy.x, copy.y, copy.target.width, copy.target.height) for copy in update.copies]
    return (
        allowed_size(width, height)
        and all(_lies_within(rect, width, height) for rect in update.rects)
        and all(_lies_within(copy.target, width, height) for copy in update.copies)
        and all(_lies_within(source, width, height) for source in sources)
        and sum(source.width * source.height for source in sources) <= width * height
        and update.drawn <= MOST_DRAWN
        and bool(update.rects) == bool(update.data)
        and (update.strips is None or _are_sound(update.strips, width, height))
    )


def _are_sound(strips: Strips, width: int, height: int) -> bool:
    """True when the strips lie in the picture and the stream's pictures, if new, are of a size they may have."""
    return (
        0 < len(strips.strips) <= MOST_STRIPS
        and all(_lies_within(strip.rect, width, height) and strip.coded for strip in strips.strips)
        and (strips.width > 0) == (strips.height > 0)
        and max(strips.width, strips.height) <= LARGEST_SIDE
        and strips.width * strips.height <= MOST_STRIP
        and len(strips.colours) <= MOST_COLOURS * COLOUR_LAYOUT.size
    )


def _lies_within(rect: Rect, width: int, height: int) -> bool:
    return rect.width > 0 and rect.height > 0 and rect.x + rect.width <= width and rect.y + rect.height <= height


def _malformed() -> ProtocolError:
    return ProtocolError(ErrorCode.MESSAGE_MALFORMED, "tiles")
