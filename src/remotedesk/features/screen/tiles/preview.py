"""Codes what is new and large on a thin link once, with loss, so that it is seen before it is exact."""

from typing import Final

import numpy as np

from remotedesk.core.errors import PlatformError
from remotedesk.core.geometry import Rect
from remotedesk.features.screen.tiles.coder import Coded, EncoderFailedError
from remotedesk.features.screen.tiles.grid import TILE, Mask, Pixels, bounds_of, covering, part
from remotedesk.transport.video import STILL_ENCODER, VideoCodec, frame_of, open_still_encoder
from remotedesk.wire.video import LEAST_SIDE, MOST_CODED, Coding

# Rows of tiles in one picture: the next is coded while one is on its way, and a letter waits for one only.
FIRST_ROWS: Final = 3  # so that the link has something to do
BAND_ROWS: Final = 5


def topmost(tiles: Mask, rows: int) -> Mask:
    """Return the topmost `rows` rows of the set tiles, and one more if it is the last; at least one tile is set."""
    filled = np.flatnonzero(tiles.any(axis=1))
    end = filled[0] + rows if filled[-1] - filled[0] > rows else filled[-1] + 1
    band = np.zeros_like(tiles)
    band[:end] = tiles[:end]
    return band


def _codable(region: Rect) -> Rect:
    """Return it with the tiles above or on the left of it, where those at the picture's edge alone are too small."""
    more_x = TILE if region.width < LEAST_SIDE <= region.x else 0
    more_y = TILE if region.height < LEAST_SIDE <= region.y else 0
    return Rect(region.x - more_x, region.y - more_y, region.width + more_x, region.height + more_y)


def code_still(frame: Pixels, tiles: Mask) -> Coded:
    """Code these tiles of `frame` as one picture that needs none before it. Raises EncoderFailedError.

    The frame has at least LEAST_SIDE pixels each way.
    """
    height, width = frame.shape
    region = _codable(bounds_of(tiles, width, height))
    inside = np.repeat(np.repeat(tiles[covering(region)], TILE, axis=0), TILE, axis=1)[: region.height, : region.width]
    pixels = np.where(inside, frame[part(region)], np.uint32(0))  # what is not asked for shall cost nothing
    try:
        encoder = open_still_encoder(region.width, region.height)
        data = encoder.encode(frame_of(pixels, VideoCodec.AV1)).data
        encoder.close()
    except PlatformError:
        raise EncoderFailedError(STILL_ENCODER) from None
    if not 0 < len(data) <= MOST_CODED:
        raise EncoderFailedError(STILL_ENCODER)
    return Coded(Coding.AV1, region, tiles, fresh=True, data=data)
