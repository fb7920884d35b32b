"""A picture patched where something was drawn is what the whole screen would be."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.geometry import Rect, Size
from remotedesk.platform.x11.pictures import Pictures
from remotedesk.platform.x11.screen_damage import gathered

SIZE = Size(60, 40)
RECTS = st.builds(Rect, st.integers(0, 900), st.integers(0, 900), st.integers(1, 300), st.integers(1, 300))


def test_patched_pictures_are_whole_and_the_one_before_stays() -> None:
    chance, noise = random.Random(3), np.random.default_rng(3)
    screen = noise.integers(0, 1 << 32, (SIZE.height, SIZE.width), np.uint32)
    pictures = Pictures()
    pictures.replace(bytearray(screen.tobytes()), SIZE)
    shown, before = screen.tobytes(), b""
    picture = bytearray(shown)
    for _ in range(60):
        last = picture
        if chance.random() < 0.2:
            screen = noise.integers(0, 1 << 32, screen.shape, np.uint32)
            picture = bytearray(screen.tobytes())
            pictures.replace(picture, SIZE)
        else:
            parts = []
            for _ in range(chance.randint(1, 3)):
                x, y = chance.randrange(SIZE.width), chance.randrange(SIZE.height)
                area = Rect(x, y, chance.randint(1, SIZE.width - x), chance.randint(1, SIZE.height - y))
                pixels = noise.integers(0, 1 << 32, (area.height, area.width), np.uint32)
                screen[y : y + area.height, x : x + area.width] = pixels
                parts.append((area, bytearray(pixels.tobytes())))
            picture = pictures.patch(parts)
        before, shown = shown, screen.tobytes()
        assert picture == shown
        assert last == before


def test_another_size_is_followed() -> None:
    pictures = Pictures()
    pictures.replace(bytearray(4 * 6), Size(3, 2))
    pictures.replace(bytearray(b"\x01\x02\x03\x04" * 20), Size(5, 4))
    patched = pictures.patch([(Rect(4, 3, 1, 1), bytearray(b"\x09\x09\x09\x09"))])
    assert patched == b"\x01\x02\x03\x04" * 19 + b"\x09\x09\x09\x09"


@given(st.lists(RECTS, max_size=40))
def test_a_few_rectangles_hold_all_that_was_drawn(rects: list[Rect]) -> None:
    areas = gathered(rects)
    assert len(areas) <= min(4, len(rects))
    for rect in rects:
        assert any(area.joined(rect) == area for area in areas)


def test_what_lies_apart_is_read_apart() -> None:
    letter, clock = Rect(100, 100, 9, 18), Rect(1_800, 1_050, 60, 20)
    assert set(gathered([letter, clock])) == {letter, clock}
    assert gathered([letter, Rect(109, 100, 2, 18)]) == (Rect(100, 100, 11, 18),)
