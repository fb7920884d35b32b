"""Where the picture lies: whole device pixels, letterbox, scaling, scrolling, edges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect

from remotedesk.core.geometry import Size
from remotedesk.ui.engineer.placement import (
    Mode,
    device_around,
    device_pixel,
    hidden_size,
    logical_around,
    nearest_pixel,
    place,
)

sizes = st.builds(Size, st.integers(1, 4000), st.integers(1, 4000))


def test_a_smaller_picture_is_centred_one_to_one_on_whole_pixels() -> None:
    lies = place(Size(101, 51), Size(200, 100), Mode.FIT)
    assert (lies.x, lies.y, lies.scale) == (49.0, 24.0, 1.0)
    lies = place(Size(101, 51), Size(200, 100), Mode.ACTUAL)
    assert (lies.x, lies.y, lies.scale) == (49.0, 24.0, 1.0)


def test_a_larger_picture_is_scaled_with_a_letterbox() -> None:
    lies = place(Size(1920, 1080), Size(960, 1000), Mode.FIT)
    assert (lies.x, lies.y, lies.scale) == (0.0, 230.0, 0.5)
    assert lies.to_frame(0.5, 229.5) is None
    assert lies.to_frame(0.5, 230.5) == (1, 1)
    assert lies.to_frame(959.5, 769.5) == (1919, 1079)


@pytest.mark.parametrize(
    ("scrolled", "corner"),
    [((0, 0), (0.0, 0.0)), ((100, 50), (-100.0, -50.0)), ((9999, 9999), (-1120.0, -480.0)), ((-5, -5), (0.0, 0.0))],
)
def test_one_to_one_scrolls_within_the_picture(scrolled: tuple[int, int], corner: tuple[float, float]) -> None:
    lies = place(Size(1920, 1080), Size(800, 600), Mode.ACTUAL, scrolled)
    assert (lies.x, lies.y, lies.scale) == (*corner, 1.0)
    assert hidden_size(Size(1920, 1080), Size(800, 600)) == Size(1120, 480)


@given(sizes, sizes, st.floats(-5000, 5000), st.floats(-5000, 5000))
def test_the_nearest_pixel_is_always_in_the_picture_and_agrees_inside(
    frame: Size, view: Size, x: float, y: float
) -> None:
    lies = place(frame, view, Mode.FIT)
    column, row = nearest_pixel(lies, x, y)
    assert 0 <= column < frame.width
    assert 0 <= row < frame.height
    inside = lies.to_frame(x, y)
    assert inside is None or inside == (column, row)


def test_a_view_without_area_breaks_nothing() -> None:
    assert nearest_pixel(place(Size(1920, 1080), Size(0, 0), Mode.FIT), 0, 0) is not None


def test_halves_of_device_pixels_go_up() -> None:
    assert [device_pixel(value) for value in (0.4, 0.5, 1.5, 2.5, -0.5)] == [0, 1, 2, 3, 0]


@given(
    st.builds(QRect, st.integers(0, 5000), st.integers(0, 5000), st.integers(1, 3000), st.integers(1, 3000)),
    st.sampled_from([1.0, 1.25, 1.5, 1.75, 2.0]),
)
def test_what_is_painted_for_device_pixels_holds_them_all(device: QRect, ratio: float) -> None:
    logical = logical_around(device, ratio)
    assert logical.left() * ratio <= device.left()
    assert (logical.right() + 1) * ratio >= device.right() + 1
    assert device_around(logical, ratio).contains(device)
    assert logical_around(device, 1.0) == device_around(device, 1.0) == device
