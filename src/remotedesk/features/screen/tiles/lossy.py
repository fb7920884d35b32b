"""What the viewer has only with loss, pixel by pixel, so that it is not taken for what the customer's screen shows."""

import numpy as np

from remotedesk.core.geometry import Rect
from remotedesk.features.screen.tiles.grid import (
    COLOURS,
    TILE,
    Changes,
    Mask,
    Pixels,
    any_by_tile,
    bounds_of,
    part,
    tile_counts,
)

_OTHER: np.uint32 = ~COLOURS  # flips the byte of a pixel that is nobody's


class Lossy:
    """Goes with one picture as it was sent (`shown`), whose lossy pixels hold the colours that were coded.

    Their fourth byte is another than was captured, so nothing is found there to be copied from.
    """

    def __init__(self, width: int, height: int) -> None:
        self._pixels = np.zeros((height, width), np.bool_)
        self._tiles = np.zeros(tile_counts(width, height), np.bool_)  # all that hold a lossy pixel, maybe more

    @property
    def any(self) -> bool:
        """True while any pixel is lossy."""
        return bool(self._tiles.any())

    @property
    def tiles(self) -> Mask:
        """The tiles with lossy pixels."""
        return self._tiles

    def mark(self, tiles: Mask, frame: Pixels, shown: Pixels) -> None:
        """Note that these tiles of `frame` were coded."""
        for row, column in np.argwhere(tiles).tolist():
            tile = np.s_[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE]
            shown[tile] = frame[tile] ^ _OTHER
            self._pixels[tile] = True
        self._tiles |= tiles

    def clear(self, rect: Rect) -> None:
        """Note that these pixels were sent exactly."""
        self._pixels[part(rect)] = False

    def settle(self) -> None:
        """Find out which tiles have become exact."""
        if self._tiles.any():
            self._tiles &= any_by_tile(self._pixels)

    def stale(self, changes: Changes, frame: Pixels, shown: Pixels) -> Mask:
        """Return the tiles that differ from what was sent or coded of them, and add all lossy pixels to `changes`."""
        stale: Mask = changes.tiles.copy()
        if not self._tiles.any():
            return stale
        area = bounds_of(self._tiles, *reversed(self._pixels.shape))
        rows, columns = part(area)
        differing = ((frame[rows, columns] ^ shown[rows, columns]) & COLOURS) != 0
        tiles = np.s_[rows.start // TILE : -(-rows.stop // TILE), columns.start // TILE : -(-columns.stop // TILE)]
        lossy = self._tiles[tiles]
        stale[tiles] = np.where(lossy, any_by_tile(differing), stale[tiles])
        changes.pixels[rows, columns] |= self._pixels[rows, columns]
        changes.tiles[tiles] |= lossy
        return stale
