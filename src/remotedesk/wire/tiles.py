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

UPDATE_LAYOUT: Final = struct.Struct("<BBIHHQHH")
COPY_LAYOUT: Final = struct.Struct("<6H")
RECT_LAYOUT: Final = struct.Struct("<4H")
ACK_LAYOUT: Final = struct.Struct("<BIQ")

_UPDATE, _ACK = 1, 2
_LAST, _FRESH, _BLANK = 1, 2, 4


@dataclass(frozen=True)
class Copy:
    """Pixels from (`x`, `y`) of the picture before the update, to `target`."""

    x: int
    y: int
    target: Rect


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
    match message:
        case Update():
            return _packed_update(message)
        case VideoPart():
            return packed_video(message)
        case Ack():
            return ACK_LAYOUT.pack(_ACK, message.sequence, message.picture_hash)


def _packed_update(update: Update) -> bytes:
    flags = _LAST * update.last | _FRESH * update.fresh | _BLANK * update.blank
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
    return b"".join((header, *copies, *rects, update.data))


def _corners(rect: Rect) -> tuple[int, int, int, int]:
    return rect.x, rect.y, rect.width, rect.height


def _unpacked_update(data: bytes) -> Update:
    _, flags, sequence, width, height, picture_hash, copy_count, rect_count = UPDATE_LAYOUT.unpack_from(data)
    rects_at = UPDATE_LAYOUT.size + copy_count * COPY_LAYOUT.size
    pixels_at = rects_at + rect_count * RECT_LAYOUT.size
    if copy_count + rect_count > MOST_OPERATIONS or pixels_at > len(data):
        raise _malformed()
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
        data[pixels_at:],
    )
    if flags & ~(_LAST | _FRESH | _BLANK) or not _is_sound(update):
        raise _malformed()
    return update


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
    )


def _lies_within(rect: Rect, width: int, height: int) -> bool:
    return rect.width > 0 and rect.height > 0 and rect.x + rect.width <= width and rect.y + rect.height <= height


def _malformed() -> ProtocolError:
    return ProtocolError(ErrorCode.MESSAGE_MALFORMED, "tiles")
