"""Where a click lands: every pixel of the frame is reached, and nothing outside it is."""

import math

from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.geometry import Rect, Size, Viewport, nearest

SIDES = st.integers(1, 32_768)
SIZES = st.builds(Size, SIDES, SIDES)


@given(SIZES, SIZES, st.booleans(), st.data())
def test_the_middle_of_a_shown_pixel_is_that_pixel(frame: Size, view: Size, enlarge: bool, data: st.DataObject) -> None:
    viewport = Viewport.fit(frame, view, enlarge=enlarge)
    column = data.draw(st.integers(0, frame.width - 1))
    row = data.draw(st.integers(0, frame.height - 1))
    assert viewport.to_frame(*viewport.to_view(column + 0.5, row + 0.5)) == (column, row)


@given(SIZES, SIZES, st.booleans())
def test_the_whole_frame_is_shown_centred_and_touches_or_is_not_scaled(frame: Size, view: Size, enlarge: bool) -> None:
    viewport = Viewport.fit(frame, view, enlarge=enlarge)
    right, bottom = viewport.to_view(frame.width, frame.height)
    slack = 1e-6 * max(view.width, view.height)
    assert viewport.x >= -slack
    assert viewport.y >= -slack
    assert abs(right + viewport.x - view.width) <= slack
    assert abs(bottom + viewport.y - view.height) <= slack
    touches = min(viewport.x, viewport.y) <= slack
    assert touches or (viewport.scale == 1.0 and not enlarge)


@given(SIZES, SIZES, st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_position_is_a_pixel_of_the_frame_or_nothing(frame: Size, view: Size, x: float, y: float) -> None:
    pixel = Viewport.fit(frame, view).to_frame(x, y)
    assert pixel is None or Rect(0, 0, frame.width, frame.height).contains(*pixel)


def test_outside_the_frame_is_nothing() -> None:
    viewport = Viewport.fit(Size(100, 50), Size(200, 200))
    assert viewport == Viewport(Size(100, 50), 50.0, 75.0, 1.0)
    assert viewport.to_frame(50, 75) == (0, 0)
    assert viewport.to_frame(149.9, 124.9) == (99, 49)
    for x, y in ((49.9, 80), (150, 80), (60, 74.9), (60, 125)):
        assert viewport.to_frame(x, y) is None


def test_a_view_without_area_shows_nothing() -> None:
    for view in (Size(0, 0), Size(0, 100), Size(100, 0)):
        assert Viewport.fit(Size(640, 480), view).to_frame(0, 0) is None


def test_enlarging_fills_the_view() -> None:
    assert Viewport.fit(Size(100, 50), Size(400, 400), enlarge=True).scale == 4.0


def test_a_rectangle_has_its_left_top_edge_and_not_its_right_bottom_one() -> None:
    rect = Rect(10, 20, 2, 1)
    assert [x for x in range(8, 15) if rect.contains(x, 20)] == [10, 11]
    assert [y for y in range(18, 24) if rect.contains(10, y)] == [20]
    assert not Rect(0, 0, 0, 0).contains(0, 0)


def test_rectangles_are_joined_and_cut() -> None:
    letter = Rect(2, 3, 4, 5)
    assert letter.area == 20
    assert letter.joined(Rect(10, 1, 2, 2)) == Rect(2, 1, 10, 7)
    assert letter.joined(letter) == letter
    assert Rect(-5, -1, 8, 3).within(Size(10, 10)) == Rect(0, 0, 3, 2)
    assert Rect(8, 9, 5, 5).within(Size(10, 10)) == Rect(8, 9, 2, 1)
    assert Rect(12, 4, 5, 5).within(Size(10, 10)).area == 0


AREAS = st.lists(
    st.builds(Rect, st.integers(-60, 60), st.integers(-60, 60), st.integers(1, 40), st.integers(1, 40)), min_size=1
)


@given(AREAS, st.integers(-99, 99), st.integers(-99, 99))
def test_the_nearest_pixel_is_in_an_area_and_none_is_nearer(areas: list[Rect], x: int, y: int) -> None:
    at = nearest(x, y, areas)
    assert any(each.contains(*at) for each in areas)
    if any(each.contains(x, y) for each in areas):
        assert at == (x, y)
    corners = [
        (column, row)
        for each in areas
        for column in (each.x, each.x + each.width - 1)
        for row in (each.y, each.y + each.height - 1)
    ]
    assert all(math.dist(at, (x, y)) <= math.dist(corner, (x, y)) for corner in corners)
