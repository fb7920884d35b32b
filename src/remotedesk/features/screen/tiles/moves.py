"""Finds what moved or scrolled between two pictures, so that it travels as a copy instead of as pixels.

Some textured strips of the new picture, the anchors, are looked up in the old one; the shift most of them agree on is
taken to the largest rectangle in which every pixel of the new picture equals the shifted old one.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from remotedesk.core.geometry import Rect
from remotedesk.features.screen.tiles.grid import TILE, Changes, Mask, Pixels, any_by_tile, part, tight
from remotedesk.wire.tiles import Copy

MOST_MOVES: Final = 4
FEWEST_TILES: Final = 8  # changed ones; fewer are cheaper sent than searched
FEWEST_LEFT: Final = 48  # changed ones after a move; fewer are what it uncovered rather than another that moved
FEWEST_PIXELS: Final = 4_096  # changed ones that a copy must save
ANCHOR: Final = 48  # pixels in a row
SAMPLES: Final = 32  # changed tiles looked at for an anchor
FEWEST_EDGES: Final = 8  # colour changes along an anchor, else it is found everywhere
MOST_PLACES: Final = 6  # an anchor found more often says nothing
ENOUGH_VOTES: Final = 3
MOST_ANCHORS: Final = 10
MOST_MISSES: Final = 6  # anchors found nowhere, before any was found
BLOCK: Final = 32  # the equal rectangle is found in blocks, then grown to its pixels
MOSTLY: Final = 0.5  # of the pixels that changed

Shift = tuple[int, int]  # from the place in the new picture to the place in the old one, right and down


def find_moves(frame: Pixels, shown: Pixels, changes: Changes) -> tuple[Copy, ...]:
    """Return copies within `shown` that make parts of it equal `frame`, and settle those parts in `changes`.

    All copies read `shown` as it is; together they are not larger than the picture.
    """
    copies: list[Copy] = []
    room = frame.size
    while len(copies) < MOST_MOVES and np.count_nonzero(changes.tiles) >= (FEWEST_LEFT if copies else FEWEST_TILES):
        area = changes.bounds()
        shift = _likely_shift(frame, shown, changes, area)
        equal = _largest_equal(frame, shown, changes, area, shift) if shift else None
        if shift is None or equal is None or np.count_nonzero(changes.pixels[part(equal)]) < FEWEST_PIXELS:
            break
        target = tight(changes.pixels, equal)
        if target.width * target.height > room:
            break
        room -= target.width * target.height
        changes.settle(target)
        copies.append(Copy(target.x + shift[0], target.y + shift[1], target))
    return tuple(copies)


def merely_moved(frame: Pixels, before: Pixels, area: Rect) -> bool:
    """Return whether most of what changed inside `area` from one captured picture to the next was there, elsewhere."""
    differ = np.zeros(frame.shape, np.bool_)
    differ[part(area)] = frame[part(area)] != before[part(area)]
    changes = Changes(differ, any_by_tile(differ))
    changed = np.count_nonzero(differ)
    find_moves(frame, before, changes)
    return bool(np.count_nonzero(differ) < (1 - MOSTLY) * changed)


def _likely_shift(frame: Pixels, shown: Pixels, changes: Changes, area: Rect) -> Shift | None:
    votes: Counter[Shift] = Counter()
    for number, (x, y) in enumerate(_anchors(frame, changes), start=1):
        votes.update(_places(shown, area, frame[y, x : x + ANCHOR], (x, y)))
        if (
            number == MOST_ANCHORS
            or (votes and votes.most_common(1)[0][1] >= ENOUGH_VOTES)
            or (not votes and number == MOST_MISSES)
        ):
            break
    return votes.most_common(1)[0][0] if votes else None


def _anchors(frame: Pixels, changes: Changes) -> Iterator[tuple[int, int]]:
    """Yield (x, y) of strips worth looking up: the most textured changed row of some changed tiles all over."""
    tiles = np.argwhere(changes.tiles)
    # In a fixed disorder, so that the first anchors already come from all over.
    order = np.random.default_rng(len(tiles)).permutation(len(tiles))[:SAMPLES]
    for row, column in tiles[order].tolist():
        rows = slice(row * TILE, (row + 1) * TILE)
        columns = slice(column * TILE, column * TILE + ANCHOR)
        strips = frame[rows, columns]
        if strips.shape[1] < ANCHOR:
            continue
        edges = np.count_nonzero(strips[:, 1:] != strips[:, :-1], axis=1)
        edges *= changes.pixels[rows, columns].any(axis=1)
        best = int(edges.argmax())
        if edges[best] >= FEWEST_EDGES:
            yield columns.start, rows.start + best


def _places(shown: Pixels, area: Rect, anchor: Pixels, at: tuple[int, int]) -> list[Shift]:
    """Return the shifts at which `anchor` lies within `area` of the old picture; none if there are too many."""
    _, inverse, counts = np.unique(anchor, return_inverse=True, return_counts=True)
    rare = int(counts[inverse].argmin())
    width = area.width - ANCHOR + 1  # of the places where it can begin; it lies in `area` itself
    left = area.x + rare
    hits = np.flatnonzero(shown[area.y : area.y + area.height, left : left + width] == anchor[rare])
    flat = shown.reshape(-1)
    starts = (hits // width + area.y) * shown.shape[1] + hits % width + area.x
    for offset in np.argsort(counts[inverse], kind="stable").tolist():
        starts = starts[flat[starts + offset] == anchor[offset]]
        if not len(starts):
            return []
    if len(starts) > MOST_PLACES:
        return []
    found = [(int(start) % shown.shape[1] - at[0], int(start) // shown.shape[1] - at[1]) for start in starts]
    return [shift for shift in found if shift != (0, 0)]


def _largest_equal(frame: Pixels, shown: Pixels, changes: Changes, area: Rect, shift: Shift) -> Rect | None:
    """Return where, within `area`, a rectangle covers most changes and equals the old picture shifted."""
    right, down = shift
    height, width = frame.shape
    x0, x1 = max(area.x, -right), min(area.x + area.width, width - right)
    y0, y1 = max(area.y, -down), min(area.y + area.height, height - down)
    if x1 - x0 < BLOCK or y1 - y0 < BLOCK:
        return None
    equal = frame[y0:y1, x0:x1] == shown[y0 + down : y1 + down, x0 + right : x1 + right]
    whole = _by_block(equal, np.bitwise_and) == 0x0101_0101_0101_0101
    wanted = _by_block(changes.pixels[y0:y1, x0:x1], np.bitwise_or) != 0
    usable = whole.reshape(*whole.shape[:1], -1, BLOCK // 8).all(axis=2)
    best = _heaviest_rectangle(usable, wanted.reshape(*wanted.shape[:1], -1, BLOCK // 8).any(axis=2))
    if best is None:
        return None
    return _grown(equal, best, (x0, y0))


def _by_block(mask: Mask, combine: np.ufunc) -> NDArray[np.uint64]:
    """Combine the rows of each block, eight columns to a number; what is left over at the edges is left out."""
    rows, columns = mask.shape[0] // BLOCK, mask.shape[1] // BLOCK
    eights = np.ascontiguousarray(mask[: rows * BLOCK, : columns * BLOCK]).view(np.uint64)
    return cast("NDArray[np.uint64]", combine.reduce(eights.reshape(rows, BLOCK, -1), axis=1))


def _heaviest_rectangle(usable: Mask, wanted: Mask) -> Rect | None:
    """Return the rectangle of usable blocks that holds most wanted ones, in blocks; None without any.

    The largest rectangle under a histogram, row by row with a stack, weighed by a table of sums.
    """
    sums = np.zeros((usable.shape[0] + 1, usable.shape[1] + 1), np.int64)
    sums[1:, 1:] = (usable & wanted).cumsum(axis=0).cumsum(axis=1)
    table, heights = sums.tolist(), [0] * (usable.shape[1] + 1)  # the last column stays empty and ends every run
    heaviest, found = 0, None
    for row, cells in enumerate(usable.tolist()):
        lower = table[row + 1]
        standing: list[tuple[int, int]] = []  # (first column, height), growing
        for column, cell in enumerate([*cells, False]):
            height = heights[column] = heights[column] + 1 if cell else 0
            first = column
            while standing and standing[-1][1] >= height:
                first, tall = standing.pop()
                upper = table[row + 1 - tall]
                weight = lower[column] - lower[first] - upper[column] + upper[first]
                if weight > heaviest:
                    heaviest, found = weight, Rect(first, row + 1 - tall, column - first, tall)
            if height:
                standing.append((first, height))
    return found


def _grown(equal: Mask, blocks: Rect, origin: tuple[int, int]) -> Rect:
    """Return the rectangle in pixels of the picture, pushed out on each side as far as all is equal."""
    top, bottom = blocks.y * BLOCK, (blocks.y + blocks.height) * BLOCK
    left, right = blocks.x * BLOCK, (blocks.x + blocks.width) * BLOCK
    top -= _equal_lines(equal[max(0, top - TILE) : top, left:right][::-1])
    bottom += _equal_lines(equal[bottom : bottom + TILE, left:right])
    left -= _equal_lines(equal[top:bottom, max(0, left - TILE) : left].T[::-1])
    right += _equal_lines(equal[top:bottom, right : right + TILE].T)
    return Rect(origin[0] + left, origin[1] + top, right - left, bottom - top)


def _equal_lines(equal: Mask) -> int:
    """Return how many rows are set throughout before the first that is not."""
    ends = np.flatnonzero(~np.logical_and.reduce(equal, axis=1))
    return int(ends[0]) if len(ends) else len(equal)
