"""The picture scaled down: in blocks, a changed part of it exactly as if all of it had been scaled anew."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage

from remotedesk.core.geometry import Rect
from remotedesk.ui.engineer.scaled_picture import SHORTEST, ScaledPicture, cuts

Pixels = NDArray[np.uint8]
SIZES = [
    (640, 400, 427, 267),
    (640, 400, 639, 399),  # hardly smaller
    (640, 401, 333, 208),  # many lines to one
    (1366, 768, 1301, 731),  # sides without a common divisor
    (300, 200, 90, 60),  # one block
    (500, 3, 40, 1),
]


def noise(width: int, height: int) -> Pixels:
    """Return BGRX, black or white at random: the hardest there is."""
    return np.random.default_rng(width).choice(np.array([0, 255], np.uint8), (height, width, 1)).repeat(4, 2)


def image_on(pixels: Pixels) -> QImage:
    height, width, _ = pixels.shape
    return QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)


def seen(image: QImage) -> Pixels:
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return rows[:, : image.width(), :3].copy()


def scaled_anew(pixels: Pixels, size: QSize) -> Pixels:
    return seen(ScaledPicture(image_on(pixels), size).pixels(QRect(0, 0, size.width(), size.height())))


@given(st.integers(1, 8192), st.integers(1, 8192))
def test_blocks_follow_each_other_and_are_neither_enlarged_nor_shifted(one: int, other: int) -> None:
    source, target = max(one, other), min(one, other)
    found = cuts(source, target)
    assert (found[0], found[-1]) == ((0, 0), (source, target))
    for (source_start, start), (source_end, end) in pairwise(found):
        assert 0 < end - start <= source_end - source_start
        assert min(SHORTEST, target) <= end - start <= 3 * SHORTEST
    assert all(abs(at * source / target - place) <= 0.5 for place, at in found)


@pytest.mark.parametrize(("width", "height", "across", "down"), SIZES)
def test_a_changed_part_is_as_if_all_had_been_scaled_anew(width: int, height: int, across: int, down: int) -> None:
    pixels, size, whole = noise(width, height), QSize(across, down), QRect(0, 0, across, down)
    picture = ScaledPicture(image_on(pixels), size)
    before = seen(picture.pixels(whole))
    chance = np.random.default_rng(7)
    for _ in range(30):
        x, y = int(chance.integers(0, width)), int(chance.integers(0, height))
        changed = Rect(x, y, int(chance.integers(1, width - x + 1)), int(chance.integers(1, height - y + 1)))
        pixels[y : y + changed.height, x : x + changed.width] ^= 0xFF
        touched = picture.touch(changed)
        after = seen(picture.pixels(touched))
        assert np.array_equal(after, scaled_anew(pixels, size))
        differs = np.argwhere((after != before).any(axis=2))
        assert all(touched.contains(int(column), int(row)) for row, column in differs)
        before = after


def test_what_is_not_needed_is_scaled_when_it_is() -> None:
    pixels, size = noise(900, 600), QSize(600, 400)
    picture = ScaledPicture(image_on(pixels), size)
    picture.pixels(QRect(0, 0, 600, 400))
    pixels ^= 0xFF
    picture.touch(Rect(0, 0, 900, 600))
    picture.pixels(QRect(0, 0, 10, 10))
    assert not np.array_equal(seen(picture.pixels(QRect(0, 0, 10, 10))), scaled_anew(pixels, size))
    assert np.array_equal(seen(picture.pixels(QRect(0, 0, 600, 400))), scaled_anew(pixels, size))


@pytest.mark.parametrize(("across", "down", "levels"), [(1280, 720, 0), (960, 540, 0), (1263, 710, 4), (1785, 1004, 8)])
def test_it_is_what_qt_makes_of_the_whole(across: int, down: int, levels: int) -> None:
    pixels, size = noise(1920, 1080), QSize(across, down)
    modes = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    whole = seen(image_on(pixels).scaled(size, *modes)).astype(int)
    assert np.abs(whole - scaled_anew(pixels, size)).max() <= levels


def test_a_line_of_one_pixel_stays_visible_wherever_it_is() -> None:
    pixels = np.zeros((300, 1000, 4), np.uint8)
    pixels[:, ::7] = 255
    scaled = scaled_anew(pixels, QSize(400, 120))
    for line in range(0, 1000, 7):
        assert scaled[60, max(int(line * 0.4) - 1, 0) : int(line * 0.4) + 2].max() > 40
