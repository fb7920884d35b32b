"""What the viewer has only with loss, pixel by pixel, so that it is not taken for what the customer's screen shows."""

import numpy as np

from remotedesk.core.geometry import Rect
from remotedesk.features.screen.tiles.grid import TILE, Changes, Mask, Pixels, any_by_tile, part, tile_counts
from remotedesk.wire.tiles import Copy


class Lossy:
    """Goes with one picture as it was sent (`shown`), whose lossy pixels hold the colours that were coded."""

    def __init__(self, width: int, height: int) -> None:
        self._pixels = np.zeros((height, width), np.bool_)
        self._tiles = np.zeros(tile_counts(width, height), np.bool_)  # all that hold a lossy pixel

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
            shown[tile] = frame[tile]
            self._pixels[tile] = True
        self._tiles |= tiles

    def clear(self, rect: Rect) -> None:
        """Note that these pixels were sent exactly; `settle` then finds what that makes of their tiles."""
        self._pixels[part(rect)] = False

    def move(self, copies: tuple[Copy, ...]) -> None:
        """Note that these copies were made: what is copied with loss is not exact where it comes to, either."""
        if not self.any:
            return
        moved = [
            self._pixels[part(Rect(copy.x, copy.y, copy.target.width, copy.target.height))].copy() for copy in copies
        ]
        for copy, pixels in zip(copies, moved, strict=True):
            self._pixels[part(copy.target)] = pixels
        if copies:
            self._tiles = any_by_tile(self._pixels)

    def settle(self) -> None:
        """Find out which tiles have become exact."""
        if self._tiles.any():
            self._tiles &= any_by_tile(self._pixels)

    def add_to(self, changes: Changes) -> None:
        """Have all lossy pixels sent, too."""
        if self._tiles.any():
            np.logical_or(changes.pixels, self._pixels, out=changes.pixels)
            changes.tiles[self._tiles] = True
