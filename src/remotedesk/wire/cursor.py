"""Messages on the `cursor` channel: the customer's pointer, its shapes sent once and named by number afterwards.

A fixed little-endian header; a shape's pixels follow it compressed, and are never unpacked beyond what its size says.
"""

import struct
import zlib
from dataclasses import dataclass
from typing import Final

from remotedesk.core.errors import ErrorCode, ProtocolError

LARGEST: Final = 65_536  # bytes of a message
LARGEST_SIDE: Final = 256
SLOTS: Final = 64  # shapes that the engineer's side keeps

SHAPE_LAYOUT: Final = struct.Struct("<BBHHHH")
POINTER_LAYOUT: Final = struct.Struct("<BBHH")

_SHAPE, _POINTER = 1, 2


@dataclass(frozen=True)
class Shape:
    """Customer: from now on `slot` means this shape."""

    slot: int  # 1 to 64
    width: int
    height: int
    hot_x: int  # the pixel that points, inside
    hot_y: int
    pixels: bytes  # 4 bytes (blue, green, red, alpha; the colours multiplied by it) a pixel, by row


@dataclass(frozen=True)
class Pointer:
    """Customer: the pointer is there, in pixels of the picture, and has the shape in `slot`; 0: one not told."""

    slot: int
    x: int
    y: int


CursorMessage = Shape | Pointer


class CursorCodec:
    """Encodes and decodes the two binary messages; stateless."""

    largest: Final = LARGEST

    def encode(self, message: CursorMessage) -> bytes:
        """Return the message as bytes.

        Raises ProtocolError: MESSAGE_TOO_BIG, MESSAGE_MALFORMED. What the other side would refuse is never sent.
        """
        try:
            data = _packed(message)
        except struct.error:
            raise _malformed() from None
        self.decode(data)
        return data

    def decode(self, data: bytes) -> CursorMessage:
        """Return the message in `data`, a shape with all its pixels.

        Raises ProtocolError: MESSAGE_TOO_BIG, MESSAGE_MALFORMED.
        """
        if len(data) > self.largest:
            raise ProtocolError(ErrorCode.MESSAGE_TOO_BIG)
        if data[:1] == bytes([_POINTER]) and len(data) == POINTER_LAYOUT.size:
            _, slot, x, y = POINTER_LAYOUT.unpack(data)
            if slot <= SLOTS:
                return Pointer(slot, x, y)
        if data[:1] == bytes([_SHAPE]) and len(data) >= SHAPE_LAYOUT.size:
            return _unpacked_shape(data)
        raise _malformed()


CURSOR: Final = CursorCodec()


def _packed(message: CursorMessage) -> bytes:
    if isinstance(message, Pointer):
        return POINTER_LAYOUT.pack(_POINTER, message.slot, message.x, message.y)
    header = SHAPE_LAYOUT.pack(_SHAPE, message.slot, message.width, message.height, message.hot_x, message.hot_y)
    return header + zlib.compress(message.pixels, 9)


def _unpacked_shape(data: bytes) -> Shape:
    _, slot, width, height, hot_x, hot_y = SHAPE_LAYOUT.unpack_from(data)
    allowed = 1 <= slot <= SLOTS and hot_x < width <= LARGEST_SIDE and hot_y < height <= LARGEST_SIDE
    if not allowed:
        raise _malformed()
    stream = zlib.decompressobj()
    try:
        pixels = stream.decompress(data[SHAPE_LAYOUT.size :], width * height * 4 + 1)
    except zlib.error:
        raise _malformed() from None
    if len(pixels) != width * height * 4 or not stream.eof or stream.unused_data:
        raise _malformed()
    return Shape(slot, width, height, hot_x, hot_y, pixels)


def _malformed() -> ProtocolError:
    return ProtocolError(ErrorCode.MESSAGE_MALFORMED, "cursor")
