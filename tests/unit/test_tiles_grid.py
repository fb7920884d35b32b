"""Comparing pictures by tile: every difference is found, cut to its pixels, and changes the hash."""

import numpy as np
import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.geometry import Rect
from remotedesk.features.screen.tiles.grid import (
    TILE,
    Pixels,
    TileHashes,
    as_pixels,
    changes_between,
    covering,
    part,
    rectangles,
)

SIDES = st.integers(1, 200)
SEEDS = st.integers(0, 2**32 - 1)


def picture(width: int, height: int, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 1 << 24, (height, width), np.uint32)


@given(SIDES, SIDES, SEEDS)
def test_the_same_picture_has_no_changes(width: int, height: int, seed: int) -> None:
    data = picture(width, height, seed).tobytes()
    assert changes_between(data, bytearray(data), width, height) is None


@given(SIDES, SIDES, SEEDS, st.integers(1, 30))
def test_rectangles_hold_every_difference_and_touch_it_on_each_side(
    width: int, height: int, seed: int, count: int
) -> None:
    old = picture(width, height, seed)
    new, chance = old.copy(), np.random.default_rng(seed)
    new[chance.integers(0, height, count), chance.integers(0, width, count)] ^= 1
    changes = changes_between(new.tobytes(), bytearray(old.tobytes()), width, height)
    assert changes is not None
    differing = new != old
    assert (changes.pixels == differing).all()
    found = rectangles(changes)
    held = np.zeros_like(differing)
    for rect in found:
        assert not held[part(rect)].any(), "no pixel is sent twice"
        held[part(rect)] = True
        inside = differing[part(rect)]
        assert inside[0].any()
        assert inside[-1].any()
        assert inside[:, 0].any()
        assert inside[:, -1].any()
    assert not (differing & ~held).any()
    bounds = changes.bounds()
    assert all(bounds.contains(rect.x, rect.y) for rect in found)


def test_neighbouring_tiles_become_one_rectangle() -> None:
    width, height = 5 * TILE, 4 * TILE
    old = picture(width, height)
    new = old.copy()
    whole, apart = Rect(TILE, TILE, 2 * TILE, 2 * TILE), Rect(4 * TILE + 3, 5, 7, 9)
    new[part(whole)] ^= 1
    new[part(apart)] ^= 1
    changes = changes_between(new.tobytes(), bytearray(old.tobytes()), width, height)
    assert changes is not None
    assert rectangles(changes) == [apart, whole]


def test_settled_changes_are_gone() -> None:
    old = picture(150, 150)
    new = old.copy()
    new[10:20, 10:20] ^= 1
    new[100, 149] ^= 1
    changes = changes_between(new.tobytes(), bytearray(old.tobytes()), 150, 150)
    assert changes is not None
    changes.settle(Rect(5, 5, 60, 60))
    assert rectangles(changes) == [Rect(149, 100, 1, 1)]
    assert changes.bounds() == Rect(128, 64, 22, 64)
    changes.settle(Rect(149, 100, 1, 1))
    assert rectangles(changes) == []
    assert changes.bounds() == Rect(0, 0, 0, 0)


@given(SIDES, SIDES, SEEDS)
def test_the_hash_is_that_of_the_document(width: int, height: int, seed: int) -> None:
    pixels = picture(width, height, seed)
    tiles = b""
    for y in range(0, height, 64):
        for x in range(0, width, 64):
            tiles += xxhash.xxh3_64_intdigest(pixels[y : y + 64, x : x + 64].tobytes()).to_bytes(8, "little")
    opaque = pixels | np.uint32(0xFF000000)
    assert TileHashes(width, height).picture_hash(opaque) == xxhash.xxh3_64_intdigest(tiles)


@given(SIDES, SIDES, SEEDS)
def test_any_pixel_changes_the_hash_and_comes_back(width: int, height: int, seed: int) -> None:
    pixels, chance = picture(width, height, seed), np.random.default_rng(seed)
    hashes = TileHashes(width, height)
    before = hashes.picture_hash(pixels)
    x, y = int(chance.integers(width)), int(chance.integers(height))
    for _ in range(2):
        pixels[y, x] ^= np.uint32(1 << int(chance.integers(24)))
        hashes.touch(Rect(x, y, 1, 1))
        fresh = TileHashes(width, height).picture_hash(pixels)
        assert hashes.picture_hash(pixels) == fresh
    assert (fresh == before) == bool((pixels == picture(width, height, seed)).all())


def test_a_rectangle_is_covered_by_the_tiles_it_touches() -> None:
    assert covering(Rect(63, 64, 2, 64)) == (slice(1, 2), slice(0, 2))


def test_a_buffer_of_another_size_is_no_picture() -> None:
    with pytest.raises(ValueError, match="reshape"):
        as_pixels(bytes(12), 2, 2)
