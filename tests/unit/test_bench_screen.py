"""The parts of the screen benchmark that only compute: stamps, likeness, figures, links and what counts as shown."""

import math
import random
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.bench.screen import figures, layout, stamp
from tests.bench.screen.checker import TILE, Ages, tiles_with
from tests.bench.screen.layout import SCREEN, Box
from tests.bench.screen.likeness import luma, ssim
from tests.bench.screen.links import LINKS, STEP_LINKS, Direction, Link
from tests.bench.screen.steps import longest_gap, used_after, well_after
from tests.bench.screen.watching import Drawn, Sighting, patches


def drawn_stamp(number: int) -> NDArray[np.uint8]:
    white = np.kron(stamp.cells(number), np.ones((stamp.CELL, stamp.CELL), dtype=bool))
    pixels = np.zeros((stamp.HEIGHT, stamp.WIDTH, 4), dtype=np.uint8)
    pixels[white] = 255
    return pixels


def noisy(picture: NDArray[np.uint8], strength: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(1).integers(-strength, strength + 1, picture.shape)
    noisier: NDArray[np.uint8] = np.clip(picture.astype(np.int16) + noise, 0, 255).astype(np.uint8)
    return noisier


def textured(height: int = 64, width: int = 80) -> NDArray[np.uint8]:
    return np.random.default_rng(2).integers(0, 256, (height, width, 3), dtype=np.uint8)


# -- stamps -------------------------------------------------------------------------------------------------


@given(st.integers(0, stamp.NUMBERS - 1))
def test_a_stamp_reads_as_the_number_it_was_drawn_with(number: int) -> None:
    assert stamp.read(drawn_stamp(number)) == number


def test_a_stamp_counts_modulo_its_numbers() -> None:
    assert stamp.read(drawn_stamp(stamp.NUMBERS + 5)) == 5


def test_a_stamp_survives_a_lossy_picture() -> None:
    assert stamp.read(noisy(drawn_stamp(1234), 60)) == 1234


@given(st.integers(0, stamp.NUMBERS - 1), st.integers(0, stamp.ROWS * stamp.COLUMNS - 1))
def test_a_stamp_with_any_cell_turned_is_no_stamp(number: int, cell: int) -> None:
    pixels = drawn_stamp(number)
    top, left = (place * stamp.CELL for place in divmod(cell, stamp.COLUMNS))
    turned = pixels[top : top + stamp.CELL, left : left + stamp.CELL]
    turned[:] = 255 - turned
    assert stamp.read(pixels) is None


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_an_even_area_is_no_stamp(grey: int) -> None:
    assert stamp.read(np.full((stamp.HEIGHT, stamp.WIDTH, 4), grey, dtype=np.uint8)) is None


def test_half_of_one_stamp_and_half_of_another_is_no_stamp() -> None:
    torn = drawn_stamp(0x0F0F)
    torn[: stamp.HEIGHT // 2 + 3] = drawn_stamp(0xF0F0)[: stamp.HEIGHT // 2 + 3]
    assert stamp.read(torn) is None


def test_a_stamp_that_leaves_the_screen_is_no_stamp() -> None:
    assert stamp.read(drawn_stamp(7)[:-1]) is None


@given(st.integers(0, 1 << 20))
def test_a_stamp_is_inside_the_screen_and_off_what_is_worked_on(seed: int) -> None:
    place = layout.random_stamp(random.Random(seed))
    assert place.joined(SCREEN) == SCREEN
    moving = (layout.EDITOR, layout.VIEWPORT, layout.WINDOW_PATH, layout.MENU, layout.DIALOG, layout.POINTERS)
    assert not any(place.touches(box) for box in moving)


# -- likeness -----------------------------------------------------------------------------------------------


def ssim_by_definition(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    x, y = luma(one).astype(np.float64), luma(other).astype(np.float64)
    values = []
    for top in range(0, x.shape[0] - 7, 4):
        for left in range(0, x.shape[1] - 7, 4):
            a, b = x[top : top + 8, left : left + 8], y[top : top + 8, left : left + 8]
            covariance = ((a - a.mean()) * (b - b.mean())).mean()
            above = (2 * a.mean() * b.mean() + 6.5025) * (2 * covariance + 58.5225)
            values.append(above / (a.mean() ** 2 + b.mean() ** 2 + 6.5025) / (a.var() + b.var() + 58.5225))
    return float(np.mean(values))


def test_the_same_picture_is_alike() -> None:
    assert ssim(textured(), textured()) == pytest.approx(1.0)


@pytest.mark.parametrize("strength", [4, 30, 120])
def test_likeness_is_what_the_definition_says(strength: int) -> None:
    one, other = textured(43, 61), noisy(textured(43, 61), strength)
    assert ssim(one, other) == pytest.approx(ssim_by_definition(one, other), abs=1e-9)


def test_likeness_of_a_stack_is_the_mean() -> None:
    one = np.stack((textured(), textured()))
    other = np.stack((noisy(textured(), 30), textured()))
    assert ssim(one, other) == pytest.approx((ssim(one[0], other[0]) + 1) / 2)


def test_one_missing_letter_is_unlike() -> None:
    empty = np.full((18, 20, 3), 30, dtype=np.uint8)
    written = empty.copy()
    written[4:14, 6:12] = 200
    assert ssim(written, empty) < figures.least_ssim("512k", "cad")


def test_patches_of_a_small_box_are_all_of_it() -> None:
    screen = np.random.default_rng(3).integers(0, 256, (SCREEN.height, SCREEN.width, 4), dtype=np.uint8)
    assert np.array_equal(patches(screen, Box(5, 7, 30, 20), 1)[0], screen[7:27, 5:35, :3])


def test_patches_are_the_same_places_for_the_same_seed_only() -> None:
    screen = np.random.default_rng(3).integers(0, 256, (SCREEN.height, SCREEN.width, 4), dtype=np.uint8)
    once, again, other = (patches(screen, layout.VIEWPORT, seed) for seed in (1, 1, 2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)


# -- what counts --------------------------------------------------------------------------------------------


def sighting(*strengths: int, exact_at: float | None = None) -> Sighting:
    """Return one with samples at 1.0, 1.1 and so on, each so much unlike."""
    truth = textured()[None]
    samples = [(1.0 + place / 10, noisy(truth, strength)) for place, strength in enumerate(strengths)]
    return Sighting(Drawn(1, "cad", Box(0, 0, 80, 64), 0.5), truth, samples, exact_at)


def test_a_frame_counts_from_when_it_is_alike_enough() -> None:
    shown = sighting(200, 4, 2).judged(0.98)
    assert shown is not None
    assert shown.at == 1.1
    assert shown.ssim > 0.999


def test_a_frame_that_is_exact_in_the_end_counts_from_then() -> None:
    shown = sighting(200, 200, exact_at=1.5).judged(1.0)
    assert shown is not None
    assert (shown.at, shown.ssim) == (1.5, 1.0)


def test_a_frame_with_the_luma_alone_is_not_exact() -> None:
    assert sighting(0).judged(1.0) is None


def test_a_frame_that_is_never_alike_enough_does_not_count() -> None:
    assert sighting(200, 100).judged(0.98) is None


# -- figures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("percent", "value"), [(0, 1.0), (50, 3.0), (95, 4.8), (100, 5.0)])
def test_percentiles(percent: float, value: float) -> None:
    assert figures.percentile([5, 1, 4, 2, 3], percent) == pytest.approx(value)


def test_percentile_of_nothing_is_no_number() -> None:
    assert math.isnan(figures.percentile([], 50))


def test_what_never_happened_is_late() -> None:
    assert figures.percentile([1.0, math.inf, math.inf], 50) == math.inf
    assert figures.percentile([1.0, 2.0, math.inf], 50) == 2.0


def test_figures_print_as_name_value_unit() -> None:
    assert figures.line("2m-loss2", "cad", "p50_ms", 12.345, "") == "screen.2m-loss2.cad.p50_ms 12.3 ms"
    assert figures.line("lan", "change", "exact_s", math.inf) == "screen.lan.change.exact_s inf s"
    assert figures.line("memory", "", "customer_mb", 250.4) == "screen.memory.customer_mb 250 MB"
    assert figures.line("lan", "type", "fps", 15, "tigervnc") == "screen.lan.type.fps.tigervnc 15.0 1/s"


@pytest.mark.parametrize("figure", figures.UNITS)
def test_every_figure_is_a_name_a_number_and_a_unit(figure: str) -> None:
    assert re.fullmatch(rf"screen\.lan\.idle\.{figure} \d+(\.\d+)? \S+", figures.line("lan", "idle", figure, 1.5))


def test_a_figure_without_a_unit_is_refused() -> None:
    with pytest.raises(KeyError):
        figures.line("lan", "type", "speed", 1.0)


def test_how_alike_a_frame_must_be() -> None:
    assert {figures.least_ssim("lan", scene) for scene in figures.SCENES} == {0.98}
    assert figures.least_ssim("2m-loss2", "cad") == figures.least_ssim("2m", "cad") == 0.82
    assert figures.least_ssim("512k", "type") == 0.98


# -- links --------------------------------------------------------------------------------------------------


def test_the_links() -> None:
    assert [*LINKS] == ["lan", "20m", "2m", "512k", "20m-loss2", "2m-loss2", "512k-loss2"]
    assert [link.is_thin for link in LINKS.values()] == [False, False, True, True, False, True, True]
    assert (LINKS["20m"].queue_bytes, LINKS["512k"].queue_bytes) == (625_000, 30_000)


def test_a_packet_takes_its_time_on_the_wire_and_the_delay() -> None:
    direction = Direction(Link("slow", 8, 0.1), random.Random(1))
    assert direction.arrival(0.0, 1000) == pytest.approx(1.1)
    assert direction.arrival(0.5, 1000) == pytest.approx(2.1)
    assert direction.arrival(7.0, 500) == pytest.approx(7.6)


def test_a_full_queue_drops_what_comes_last() -> None:
    direction = Direction(Link("slow", 8), random.Random(1))
    arrivals = [direction.arrival(0.0, 1000) for _ in range(40)]
    assert arrivals.index(None) == 30
    assert set(arrivals[30:]) == {None}
    assert direction.arrival(2.0, 1000) == pytest.approx(31.0)


def test_a_lossy_link_loses_its_share() -> None:
    direction = Direction(Link("lossy", 100_000, 0.0, 0.02), random.Random(1))
    lost = [direction.arrival(number / 100, 100) is None for number in range(10_000)]
    assert 150 < sum(lost) < 250


def test_the_links_that_change_their_rate_carry_the_voice() -> None:
    assert [(link.name, link.loss) for link in STEP_LINKS] == [("steps", 0.0), ("steps-loss2", 0.02)]
    assert all(link.is_thin for link in STEP_LINKS)


def test_what_waits_leaves_at_the_new_rate() -> None:
    direction = Direction(Link("fast", 80, 0.1), random.Random(1))  # 10 kB/s
    arrivals = [at for _ in range(4) if (at := direction.arrival(0.0, 1000)) is not None]
    assert arrivals == pytest.approx([0.2, 0.3, 0.4, 0.5])
    changed = direction.change_rate(40, 0.15, arrivals)
    assert changed == pytest.approx([0.2, 0.35, 0.55, 0.75])  # the first had left, half of the second too
    assert direction.arrival(0.2, 1000) == pytest.approx(0.95)
    assert direction.change_rate(80, 0.85, [0.95]) == pytest.approx([0.95])
    assert direction.arrival(2.0, 1000) == pytest.approx(2.2)


def test_what_has_no_room_at_the_new_rate_is_lost() -> None:
    direction = Direction(Link("fast", 2_000), random.Random(1))
    arrivals = [at for _ in range(60) if (at := direction.arrival(0.0, 1000)) is not None]
    assert len(arrivals) == 60
    changed = direction.change_rate(8, 0.0, arrivals)
    assert changed[:29] == pytest.approx([float(second) for second in range(1, 30)])
    assert set(changed[30:]) == {None}
    assert direction.arrival(0.0, 1000) is None
    assert direction.arrival(1.0, 1000) == pytest.approx(31.0)


# -- steps and the checker ----------------------------------------------------------------------------------


def test_the_longest_gap_counts_from_the_start_and_to_the_end() -> None:
    assert longest_gap([(1.0, 0.1), (2.5, 0.1), (9.0, 0.1)], 0.5, 4.5) == 2.0
    assert longest_gap([], 1.0, 4.0) == 3.0


def test_a_rate_is_used_from_the_first_second_that_is_full_of_it() -> None:
    counts = [(tenth / 10, 100.0 * max(0, tenth - 20)) for tenth in range(60)]  # 1000 bytes/s from the third second
    assert used_after(counts, 1000, 0.0, 6.0) == pytest.approx(2.8, abs=0.11)
    assert used_after(counts, 1000, 3.0, 6.0) == pytest.approx(1.0, abs=0.11)
    assert used_after(counts, 1300, 0.0, 6.0) == math.inf
    assert used_after([], 1000, 0.0, 6.0) == math.inf


def test_delay_is_well_after_the_last_that_was_long() -> None:
    delays = [(1.0, 0.1), (2.0, 0.5), (3.0, 0.2), (4.0, 0.31), (5.0, 0.1), (6.0, 0.9)]
    assert well_after(delays, 1.5, 5.5) == 2.5
    assert well_after(delays, 4.5, 5.5) == 0.0
    assert well_after(delays, 1.5, 6.5) == math.inf
    assert well_after(delays, 7.0, 8.0) == math.inf


def test_tiles_hold_their_pixels_to_the_edges() -> None:
    pixels = np.zeros((SCREEN.height, SCREEN.width), dtype=bool)
    pixels[0, TILE] = pixels[-1, -1] = True
    assert np.argwhere(tiles_with(pixels)).tolist() == [[0, 1], [16, 29]]


def test_tiles_are_as_old_as_their_last_change() -> None:
    words = np.zeros((100, 200), dtype=np.uint32)
    ages = Ages(words.copy(), 0.0)
    words[70, 10] = 5
    assert ages.look(words.copy(), 4.0).tolist() == [[4.0] * 4, [0.0, 4.0, 4.0, 4.0]]
    assert ages.look(words.copy(), 6.0).tolist() == [[6.0] * 4, [2.0, 6.0, 6.0, 6.0]]


# -- layout -------------------------------------------------------------------------------------------------


def test_boxes_touch_only_where_pixels_are_shared() -> None:
    assert Box(0, 0, 10, 10).touches(Box(9, 9, 5, 5))
    assert not Box(0, 0, 10, 10).touches(Box(10, 0, 5, 5))


def test_a_joined_box_holds_both() -> None:
    assert Box(5, 6, 10, 10).joined(Box(1, 8, 3, 20)) == Box(1, 6, 14, 22)
