"""Open bitstream units, of which AV1 consists (AV1 Bitstream & Decoding Process Specification, 5.3 to 5.5)."""

from collections.abc import Iterator
from typing import Final

from remotedesk.core.errors import ErrorCode, ProtocolError

TEMPORAL_DELIMITER: Final = 2
FRAME_HEADER: Final = 3
FRAME: Final = 6
_HAS_SIZE: Final = 0x02
_HAS_EXTENSION: Final = 0x04
_FORBIDDEN: Final = 0x80
_MOST_SIZE_BYTES: Final = 8  # of a number in LEB128


def unit_types(data: bytes) -> Iterator[int]:
    """Yield the type of each unit of a stream whose units say their size. Raises ProtocolError(MESSAGE_MALFORMED)."""
    place = 0
    while place < len(data):
        header = data[place]
        if header & _FORBIDDEN or not header & _HAS_SIZE:
            raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "unit")
        yield header >> 3 & 15
        place += 2 if header & _HAS_EXTENSION else 1
        size, place = _leb128(data, place)
        place += size
    if place != len(data):
        raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "unit is cut off")


def is_one_picture(data: bytes) -> bool:
    """Return whether this can be one temporal unit with one picture. Raises ProtocolError(MESSAGE_MALFORMED).

    dav1d would keep a second one back until the next call.
    """
    types = list(unit_types(data))
    pictures = types.count(FRAME_HEADER) + types.count(FRAME)
    return pictures == 1 and TEMPORAL_DELIMITER not in types[1:]


def _leb128(data: bytes, place: int) -> tuple[int, int]:
    """Return the number at `place` and the place after it."""
    value = 0
    for index, byte in enumerate(data[place : place + _MOST_SIZE_BYTES]):
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value, place + index + 1
    raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "size")
