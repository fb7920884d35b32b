"""Finding what moved: the copies are right to the pixel, and cover what was moved."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remotedesk.core.geometry import Rect
from remotedesk.features.screen.tiles.grid import Pixels, changes_between, part
from remotedesk.features.screen.tiles.moves import find_moves
from remotedesk.wire.tiles import Copy
from tests.support.desktops import Desktop

WIDTH, HEIGHT = 800, 600


def moves(new: Pixels, old: Pixels) -> tuple[Copy, ...]:
    """Search, and check that every copy holds and that what is left is what the copies do not explain."""
    height, width = new.shape
    changes = changes_between(new.tobytes(), bytearray(old.tobytes()), width, height)
    if changes is None:
        return ()
    found = find_moves(new, old, changes)
    rebuilt = old.copy()
    for copy in found:
        target = copy.target
        assert Rect(0, 0, width, height).contains(target.x + target.width - 1, target.y + target.height - 1)
        rebuilt[part(target)] = old[part(Rect(copy.x, copy.y, target.width, target.height))]
        assert (rebuilt[part(target)] == new[part(target)]).all()
    assert sum(copy.target.width * copy.target.height for copy in found) <= new.size
    assert (changes.pixels == (rebuilt != new)).all()
    return found


@pytest.mark.parametrize("rows", [18, 54, 180])
def test_scrolled_text_is_a_copy(rows: int) -> None:
    desktop = Desktop(WIDTH, HEIGHT)
    old = desktop.pixels.copy()
    desktop.scroll(rows)
    (copy,) = moves(desktop.pixels, old)
    assert (copy.x, copy.y) == (copy.target.x, copy.target.y + rows)
    assert copy.target.height >= HEIGHT * 5 // 6 - rows - 18


def dragged(old: Pixels, inside: Pixels, x: int, y: int) -> Pixels:
    new = old.copy()
    new[y : y + inside.shape[0], x : x + inside.shape[1]] = inside
    return new


@pytest.mark.parametrize(("right", "down"), [(17, 5), (-40, 0), (0, -33), (150, 120), (-3, 100)])
def test_a_dragged_window_is_a_copy(right: int, down: int) -> None:
    plain = Desktop(WIDTH, HEIGHT).pixels
    inside = Desktop(320, 240, seed=9).pixels
    found = moves(dragged(plain, inside, 200 + right, 200 + down), dragged(plain, inside, 200, 200))
    assert found[0].target == Rect(200 + right, 200 + down, 320, 240)
    assert (found[0].x, found[0].y) == (200, 200)


def test_a_window_that_comes_out_from_behind_the_edge_is_copied_as_far_as_it_was_seen() -> None:
    plain = Desktop(WIDTH, HEIGHT).pixels
    inside = Desktop(320, 240, seed=9).pixels
    old, new = dragged(plain, inside[:, 100:], 0, 100), dragged(plain, inside, 0, 100)
    (copy, *_) = moves(new, old)
    assert (copy.x, copy.target.x - copy.x) == (0, 100)


def test_two_panes_that_scroll_apart_are_two_copies() -> None:
    chance = np.random.default_rng(3)
    lines = chance.integers(0, 1 << 24, (HEIGHT + 100, WIDTH), np.uint32)
    old, new = lines[:HEIGHT].copy(), lines[:HEIGHT].copy()
    new[:, : WIDTH // 2] = lines[30 : HEIGHT + 30, : WIDTH // 2]
    new[:, WIDTH // 2 :] = lines[77 : HEIGHT + 77, WIDTH // 2 :]
    assert sorted(copy.y - copy.target.y for copy in moves(new, old)) == [30, 77]


def test_crossing_copies_stay_smaller_than_the_picture() -> None:
    """Bars at both sides go down, bars above and below go right; white between them fits either way."""
    chance = np.random.default_rng(6)
    old, new = np.full((2, 1200, 1600), 0xFFFFFF, np.uint32)
    for x in (0, 1300):
        bar = chance.integers(0, 1 << 24, (700, 300), np.uint32)
        old[210:910, x : x + 300] = new[240:940, x : x + 300] = bar
    for y in (0, 1000):
        bar = chance.integers(0, 1 << 24, (200, 800), np.uint32)
        old[y : y + 200, 400:1200] = new[y : y + 200, 430:1230] = bar
    (copy,) = moves(new, old)
    assert copy.target == Rect(0, 230, 1600, 710)  # nothing of the white around


@pytest.mark.parametrize("kind", ["other", "white", "few", "narrow", "low", "stripes"])
def test_what_did_not_move_is_no_copy(kind: str) -> None:
    old, chance = Desktop(WIDTH, HEIGHT).pixels, np.random.default_rng(4)
    new = old.copy()
    match kind:
        case "other":
            new = Desktop(WIDTH, HEIGHT, seed=2).pixels
        case "white":
            new[:] = 0xFFFFFFFF
        case "few":
            new[100:130, 100:130] = old[200:230, 200:230]
        case "narrow":
            old, new = (chance.integers(0, 9, (600, 40), np.uint32) for _ in range(2))
        case "low":
            old = chance.integers(0, 1 << 24, (20, 1_000), np.uint32)
            new = np.roll(old, 9, axis=1)
        case "stripes":  # found in too many places
            old = np.tile(chance.integers(0, 1 << 24, (1, WIDTH), np.uint32), (HEIGHT, 1))
            new = np.roll(old, 7, axis=1)
    assert moves(new, old) == ()


@settings(max_examples=40, deadline=None)
@given(st.integers(-90, 90), st.integers(-90, 90), st.integers(1, 400), st.integers(1, 300), st.integers(0, 2**32 - 1))
def test_any_move_found_is_right(right: int, down: int, width: int, height: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    old = chance.integers(0, 3, (333, 517), np.uint32)
    inside = chance.integers(0, 1 << 24, (height, width), np.uint32)
    x, y = int(chance.integers(0, 517)), int(chance.integers(0, 333))
    before, after = old.copy(), old.copy()
    for place, (left, top) in ((before, (x, y)), (after, (max(0, x + right), max(0, y + down)))):
        room = place[top : top + height, left : left + width]
        room[:] = inside[: room.shape[0], : room.shape[1]]
    moves(after, before)
