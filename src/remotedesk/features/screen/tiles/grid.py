"""The picture as a grid of square tiles: which changed, where exactly, and a hash of what they show."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import xxhash
from numpy.typing import NDArray

from remotedesk.core.geometry import Rect

TILE: Final = 64  # pixels, each way; the tiles at the right and bottom edges may be smaller
BYTES_PER_PIXEL: Final = 4
SMALL: Final = 96 * 96  # pixels of a rectangle that goes before larger ones …
MOST_SMALL: Final = 4  # … if there are no more of them
COLOURS: Final = np.uint32(0x00FF_FFFF)  # the fourth byte of a pixel is nobody's

Pixels = NDArray[np.uint32]  # height × width, each a little-endian blue, green, red, anything
Mask = NDArray[np.bool_]


def as_pixels(data: bytes | bytearray, width: int, height: int) -> Pixels:
    """Return `data`, rows of BGRX without padding, as an array on the same memory. Raises ValueError: another size."""
    return np.frombuffer(data, np.dtype("<u4")).reshape(height, width)


def part(rect: Rect) -> tuple[slice, slice]:
    """Return the index of a rectangle in an array of rows."""
    return slice(rect.y, rect.y + rect.height), slice(rect.x, rect.x + rect.width)


def covering(rect: Rect) -> tuple[slice, slice]:
    """Return the index of all tiles that a rectangle touches in an array of tiles."""
    rows = slice(rect.y // TILE, -(-(rect.y + rect.height) // TILE))
    return rows, slice(rect.x // TILE, -(-(rect.x + rect.width) // TILE))


def tile_counts(width: int, height: int) -> tuple[int, int]:
    """Return the rows and columns of the grid over a picture."""
    return -(-height // TILE), -(-width // TILE)


@dataclass(frozen=True)
class Changes:
    """Where two pictures differ: by pixel, and by tile."""

    pixels: Mask
    tiles: Mask

    def settle(self, rect: Rect) -> None:
        """Take the differences inside `rect` as dealt with."""
        self.pixels[part(rect)] = False
        rows, columns = covering(rect)
        self.tiles[rows, columns] = any_by_tile(
            self.pixels[rows.start * TILE : rows.stop * TILE, columns.start * TILE : columns.stop * TILE]
        )

    def bounds(self) -> Rect:
        """Return the smallest rectangle of whole tiles, cut at the picture's edges, around all that differs."""
        height, width = self.pixels.shape
        return bounds_of(self.tiles, width, height)

    def leave(self, tiles: Mask) -> None:
        """Take the differences in these tiles as dealt with."""
        height, width = self.pixels.shape
        self.tiles[tiles] = False
        self.pixels[np.repeat(np.repeat(tiles, TILE, axis=0), TILE, axis=1)[:height, :width]] = False


def no_changes(width: int, height: int) -> Changes:
    """Return that two pictures of this size are the same."""
    return Changes(np.zeros((height, width), np.bool_), np.zeros(tile_counts(width, height), np.bool_))


def bounds_of(tiles: Mask, width: int, height: int) -> Rect:
    """Return the smallest rectangle of whole tiles, cut at the edges of a picture of this size, around all set ones."""
    rows, columns = np.flatnonzero(tiles.any(axis=1)), np.flatnonzero(tiles.any(axis=0))
    if not len(rows):
        return Rect(0, 0, 0, 0)
    x, y = int(columns[0]) * TILE, int(rows[0]) * TILE
    right, bottom = min(int(columns[-1] + 1) * TILE, width), min(int(rows[-1] + 1) * TILE, height)
    return Rect(x, y, right - x, bottom - y)


def changes_between(
    frame: bytes | bytearray,
    shown: bytes | bytearray,
    width: int,
    height: int,
    within: Sequence[Rect] | None = None,
) -> Changes | None:
    """Compare two pictures of one size, all over or where alone they may differ; None when they are the same."""
    changes = no_changes(width, height)
    pixels, tiles = changes.pixels, changes.tiles
    new, old, old_bytes = as_pixels(frame, width, height), as_pixels(shown, width, height), memoryview(shown)
    row_bytes = width * BYTES_PER_PIXEL
    same = True
    for row, columns in _bands(within, tiles.shape):
        start, stop = row * TILE, min((row + 1) * TILE, height)
        left, right = columns.start * TILE, columns.stop * TILE
        # startswith is memcmp without a copy: a band that did not change costs only the reading.
        if frame.startswith(old_bytes[start * row_bytes : stop * row_bytes], start * row_bytes):
            continue
        band = pixels[start:stop, left:right]
        np.not_equal(new[start:stop, left:right], old[start:stop, left:right], out=band)
        tiles[row, columns] |= any_by_tile(band)[0]
        same = same and not tiles[row, columns].any()
    return None if same else changes


def _bands(within: Sequence[Rect] | None, shape: tuple[int, int]) -> Iterator[tuple[int, slice]]:
    """Yield the rows of tiles, and which columns of each, that have to be looked at."""
    if within is None:
        yield from ((row, slice(0, shape[1])) for row in range(shape[0]))
        return
    for rect in within:
        rows, columns = covering(rect)
        yield from ((row, columns) for row in range(rows.start, rows.stop))


def moved_between(frame: Pixels, before: Pixels, changes: Changes) -> Mask:
    """Return which of the changed tiles differ between two pictures."""
    area = changes.bounds()
    moved = np.zeros_like(changes.tiles)
    if area.width:
        moved[covering(area)] = any_by_tile(frame[part(area)] != before[part(area)])
    return moved & changes.tiles


def tight(pixels: Mask, rect: Rect) -> Rect:
    """Return the smallest rectangle around the set pixels in `rect`, which holds at least one."""
    inside = pixels[part(rect)]
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    return Rect(
        rect.x + int(columns[0]),
        rect.y + int(rows[0]),
        int(columns[-1] - columns[0]) + 1,
        int(rows[-1] - rows[0]) + 1,
    )


def rectangles(changes: Changes) -> list[Rect]:
    """Return few rectangles that hold every difference, top down, cut to the pixels that differ.

    Neighbouring tiles of a row become one, and so do rows below each other with the same columns.
    """
    found: list[Rect] = []
    open_runs: dict[tuple[int, int], int] = {}
    rows = _runs(changes.tiles)
    for row, runs in enumerate([*rows, []]):
        for run in [run for run in open_runs if run not in runs]:
            first, end = run
            top = open_runs.pop(run)
            whole = Rect(first * TILE, top * TILE, (end - first) * TILE, (row - top) * TILE)
            found.append(tight(changes.pixels, whole))
        for run in runs:
            open_runs.setdefault(run, row)
    return sorted(found, key=lambda rect: (rect.y, rect.x))


def by_size(rects: list[Rect]) -> tuple[list[Rect], list[Rect]]:
    """Return the rectangles that cost next to nothing beside others, and the others."""
    small = [rect for rect in rects if rect.width * rect.height <= SMALL]
    large = [rect for rect in rects if rect.width * rect.height > SMALL]
    return (small, large) if large and len(small) <= MOST_SMALL else ([], rects)


class TileHashes:
    """The hash of each tile of one picture, kept while the picture changes, and one number out of them all."""

    def __init__(self, width: int, height: int) -> None:
        shape = tile_counts(width, height)
        self._hashes = np.zeros(shape, np.dtype("<u8"))
        self._stale = np.ones(shape, np.bool_)

    def touch(self, rect: Rect) -> None:
        """Note that pixels of `rect` may have changed."""
        self._stale[covering(rect)] = True

    def picture_hash(self, pixels: Pixels) -> int:
        """Return the 64-bit XXH3 of the tiles' hashes, row by row, after hashing anew the tiles that were touched."""
        for row, column in np.argwhere(self._stale).tolist():
            tile = pixels[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE]
            self._hashes[row, column] = xxhash.xxh3_64_intdigest((tile & COLOURS).data)
        self._stale[:] = False
        return xxhash.xxh3_64_intdigest(self._hashes.data)


def any_by_tile(pixels: Mask) -> Mask:
    """Return for each tile whether any of its pixels is set; `pixels` begins at a tile's corner."""
    height, width = pixels.shape
    columns = np.stack([pixels[top : top + TILE].any(axis=0) for top in range(0, height, TILE)])
    return np.logical_or.reduceat(columns, range(0, width, TILE), axis=1)


def islands(tiles: Mask) -> list[Mask]:
    """Return the set tiles in groups that lie apart: no tile of one touches, even at a corner, one of another."""
    left = {(row, column) for row, column in np.argwhere(tiles).tolist()}
    found = []
    while left:
        island = np.zeros_like(tiles)
        reached = [left.pop()]
        while reached:
            row, column = reached.pop()
            island[row, column] = True
            near = {(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)} & left
            left -= near
            reached += near
        found.append(island)
    return found


def _runs(tiles: Mask) -> list[list[tuple[int, int]]]:
    """Return for each row of tiles the (first, end) of each run of set ones."""
    framed = np.zeros((tiles.shape[0], tiles.shape[1] + 2), np.bool_)
    framed[:, 1:-1] = tiles
    runs: list[list[tuple[int, int]]] = [[] for _ in tiles]
    for (row, first), (_, end) in np.argwhere(framed[:, 1:] != framed[:, :-1]).reshape(-1, 2, 2).tolist():
        runs[row].append((first, end))
    return runs
