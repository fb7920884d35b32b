"""A message on the `tiles` channel for what moves too much to travel exactly: a part of a coded picture of one region.

The picture is coded with loss, so it says by tile what of it may be drawn; exact tiles follow when the region rests.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from remotedesk.core.geometry import Rect

MASK_TILE: Final = 64  # pixels, each way, of the tiles a mask speaks of; they begin at the picture's top left
LEAST_SIDE: Final = 16
MOST_VIDEO: Final = 3840 * 2160  # pixels of a region
MOST_CODED: Final = 1 << 20  # bytes of one coded picture, all its parts together

VIDEO: Final = 3
VIDEO_LAYOUT: Final = struct.Struct("<BBIB4HH")
_END, _FRESH = 1, 2


class Coding(IntEnum):
    """How a region is coded, as the message says it."""

    AV1 = 1
    H264 = 2
    VP8 = 3


_CODINGS: Final = frozenset(Coding)


@dataclass(frozen=True)
class VideoPart:
    """Customer: the next bytes of a coded picture of `region`; with `end` it is complete, and `mask` may be drawn."""

    sequence: int  # the next after the update or part before, modulo 2^32
    coding: Coding
    region: Rect
    fresh: bool  # the picture that begins here needs none before it
    end: bool
    mask: bytes  # with `end` a bit for each tile the region touches, row by row, the lowest first; else none
    data: bytes


def mask_bytes(region: Rect) -> int:
    """Return how many bytes the mask of a region has."""
    rows, columns = mask_shape(region)
    return -(-rows * columns // 8)


def mask_shape(region: Rect) -> tuple[int, int]:
    """Return how many rows and columns of tiles a region touches."""
    return (
        -(-(region.y + region.height) // MASK_TILE) - region.y // MASK_TILE,
        -(-(region.x + region.width) // MASK_TILE) - region.x // MASK_TILE,
    )


def packed_video(part: VideoPart) -> bytes:
    """Return the message as bytes. Raises struct.error: a number out of its field."""
    region = part.region
    header = VIDEO_LAYOUT.pack(
        VIDEO,
        _END * part.end | _FRESH * part.fresh,
        part.sequence,
        part.coding,
        *(region.x, region.y, region.width, region.height),
        len(part.mask),
    )
    return header + part.mask + part.data


def unpacked_video(data: bytes) -> VideoPart | None:
    """Return the message in `data`, None if it is none; whether the region lies in the picture is not checked."""
    if len(data) < VIDEO_LAYOUT.size:
        return None
    _, flags, sequence, coding, x, y, width, height, mask_length = VIDEO_LAYOUT.unpack_from(data)
    data_at = VIDEO_LAYOUT.size + mask_length
    if flags & ~(_END | _FRESH) or coding not in _CODINGS or data_at >= len(data):
        return None
    region, end = Rect(x, y, width, height), bool(flags & _END)
    if min(width, height) < LEAST_SIDE or width * height > MOST_VIDEO or mask_length != end * mask_bytes(region):
        return None
    mask = data[VIDEO_LAYOUT.size : data_at]
    return VideoPart(sequence, Coding(coding), region, bool(flags & _FRESH), end, mask, data[data_at:])
