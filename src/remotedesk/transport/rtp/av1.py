"""AV1 in RTP packets: "RTP Payload Format For AV1" v1.0 (AOMedia), a temporal unit a frame, without layers.

A temporal unit is a sequence of OBUs (AV1 specification, section 5.3) with their size fields, as encoders give it and
decoders take it. In packets the sizes are gone, and so are temporal delimiters, which nobody needs.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from remotedesk.core.errors import ErrorCode, ProtocolError

SEQUENCE_HEADER: Final = 1
TEMPORAL_DELIMITER: Final = 2
TILE_LIST: Final = 8
PADDING: Final = 15
_LEFT_OUT: Final = (TEMPORAL_DELIMITER, TILE_LIST, PADDING)
_DELIMITER: Final = bytes([TEMPORAL_DELIMITER << 3 | 2, 0])
_CONTINUES: Final = 0x80  # Z: the first element goes on with the last one of the packet before
_CONTINUED: Final = 0x40  # Y: the last element goes on in the next packet
_COUNT_SHIFT: Final = 4  # W: how many elements, the last of them without its length; 0: each with its length
_MOST_COUNTED: Final = 3
_NEW_SEQUENCE: Final = 0x08  # N: a coded video sequence, so a key frame, begins here
_HAS_EXTENSION: Final = 0x04
_HAS_SIZE: Final = 0x02
_LENGTH_BYTES: Final = 2  # of an element, which is less than 16 KiB
_MOST_LEB128: Final = 8  # bytes


def packetize(temporal_unit: bytes, largest: int) -> list[bytes]:
    """Return the payloads of one temporal unit, each of at most `largest` bytes. Raises ProtocolError if it is none."""
    units = [unit for kind, unit in _units(temporal_unit) if kind not in _LEFT_OUT]
    new_sequence = any(_kind(unit[0]) == SEQUENCE_HEADER for unit in units)
    packets: list[bytes] = []
    header, elements, room = _NEW_SEQUENCE if new_sequence else 0, list[bytes](), largest - 1
    for unit in units:
        at = 0
        while at < len(unit):
            if room <= _LENGTH_BYTES:
                packets.append(_packet(header, elements))
                header, elements, room = _CONTINUES if at else 0, [], largest - 1
            part = unit[at : at + room - _LENGTH_BYTES]
            at += len(part)
            elements.append(part)
            room -= _LENGTH_BYTES + len(part)
            if at < len(unit):
                packets.append(_packet(header | _CONTINUED, elements))
                header, elements, room = _CONTINUES, [], largest - 1
    return [*packets, _packet(header, elements)] if elements else packets


def depacketize(payloads: Sequence[bytes]) -> bytes:
    """Return the temporal unit in the payloads of all packets of a frame, in order. Raises ProtocolError."""
    units: list[bytes] = []
    begun: bytes | None = None  # an OBU that goes on in the next packet
    for payload in payloads:
        elements = list(_elements(payload))
        if bool(payload[0] & _CONTINUES) != (begun is not None):
            raise _malformed("continuation")
        if begun is not None:
            elements[0] = begun + elements[0]
        begun = elements.pop() if payload[0] & _CONTINUED else None
        units += elements
    if begun is not None:
        raise _malformed("end")
    sized = [_with_size(unit) for unit in units if _kind(unit[0]) not in _LEFT_OUT]
    return b"".join([_DELIMITER, *sized])


def starts_key_frame(payload: bytes) -> bool:
    """Return whether a key frame begins with this payload."""
    return payload[:1] != b"" and bool(payload[0] & _NEW_SEQUENCE) and not payload[0] & _CONTINUES


def _packet(header: int, elements: Sequence[bytes]) -> bytes:
    if len(elements) > _MOST_COUNTED:
        return bytes([header]) + b"".join(_leb128(len(element)) + element for element in elements)
    counted = bytes([header | len(elements) << _COUNT_SHIFT])
    return counted + b"".join(_leb128(len(element)) + element for element in elements[:-1]) + elements[-1]


def _elements(payload: bytes) -> Iterator[bytes]:
    """Yield the elements of a packet, one at least and none of them empty."""
    if len(payload) < 2:
        raise _malformed("packet")
    count = payload[0] >> _COUNT_SHIFT & _MOST_COUNTED
    at, number = 1, 0
    while at < len(payload) or number < count:
        number += 1
        length = len(payload) - at
        if number != count:
            length, at = _read_leb128(payload, at)
        if not 0 < length <= len(payload) - at or (count and number > count):
            raise _malformed("element")
        yield payload[at : at + length]
        at += length


def _units(temporal_unit: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the kind of each OBU and the OBU without its size field."""
    at = 0
    while at < len(temporal_unit):
        head, at = _head(temporal_unit, at)
        length = len(temporal_unit) - at
        if head[0] & _HAS_SIZE:
            length, at = _read_leb128(temporal_unit, at)
        if length > len(temporal_unit) - at:
            raise _malformed("size")
        yield _kind(head[0]), bytes([head[0] & ~_HAS_SIZE]) + head[1:] + temporal_unit[at : at + length]
        at += length


def _with_size(unit: bytes) -> bytes:
    """Return an OBU with its size field, whether it came with one or not."""
    head, at = _head(unit, 0)
    body = unit[at:]
    if head[0] & _HAS_SIZE:
        size, at = _read_leb128(unit, at)
        body = unit[at:]
        if size != len(body):
            raise _malformed("size")
    return bytes([head[0] | _HAS_SIZE]) + head[1:] + _leb128(len(body)) + body


def _head(data: bytes, at: int) -> tuple[bytes, int]:
    end = at + 1 + (data[at] & _HAS_EXTENSION > 0)
    if end > len(data) or data[at] & 0x80:
        raise _malformed("OBU")
    return data[at:end], end


def _kind(first: int) -> int:
    return first >> 3 & 0x0F


def _leb128(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _read_leb128(data: bytes, at: int) -> tuple[int, int]:
    """Return the number at `at`, and where it ends."""
    number = 0
    for place, byte in enumerate(data[at : at + _MOST_LEB128]):
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return number, at + place + 1
    raise _malformed("length")


def _malformed(what: str) -> ProtocolError:
    return ProtocolError(ErrorCode.MESSAGE_MALFORMED, f"AV1 {what}")
