"""Rates from bytes as they come, and what they are good for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.preflight import Comfort, Line, Meter, screen_comfort, voice_comfort


def test_a_rate_leaves_out_the_start() -> None:
    meter = Meter(10.0)
    for tenth in range(1, 31):  # a second of 10 kB a tenth, then two of 100 kB
        meter.add(10_000 if tenth <= 10 else 100_000, 10.0 + tenth / 10)
    assert meter.rate_bps == pytest.approx(8_000_000)
    assert meter.total == 2_100_000


def test_nothing_has_no_rate_and_what_comes_at_once_has_one() -> None:
    meter = Meter(1.0)
    assert meter.rate_bps is None
    meter.add(1_000, 1.0)
    assert meter.rate_bps == 8_000_000  # in no time, as far as the clock can tell: a millisecond at least
    slow = Meter(0.0)
    slow.add(4_000, 2.0)
    assert slow.rate_bps == 16_000


@given(st.lists(st.tuples(st.integers(0, 100_000), st.floats(0, 1)), max_size=300))
def test_any_way_of_coming_has_a_rate(comings: list[tuple[int, float]]) -> None:
    meter, now = Meter(0.0), 0.0
    for nbytes, pause_s in comings:
        now += pause_s
        meter.add(nbytes, now)
    assert (meter.rate_bps is None) == (sum(nbytes for nbytes, _ in comings) == 0)
    assert meter.rate_bps is None or meter.rate_bps >= 0
    assert len(meter._marks) <= 1 + meter.total // 8_192


@pytest.mark.parametrize(
    ("line", "screen", "voice"),
    [
        (Line(), Comfort.UNKNOWN, Comfort.UNKNOWN),
        (Line(0.02, 5e6, None), Comfort.UNKNOWN, Comfort.UNKNOWN),
        (Line(0.15, 1.8e6, 1.8e6, 0.03), Comfort.GOOD, Comfort.GOOD),
        (Line(0.15, 1.8e6, 1.8e6), Comfort.GOOD, Comfort.GOOD),
        (Line(0.16, 9e6, 9e6, 0.0), Comfort.FAIR, Comfort.GOOD),
        (Line(0.02, 9e6, 4.9e5, 0.05), Comfort.FAIR, Comfort.FAIR),
        (Line(0.31, 9e6, 9e6, 0.0), Comfort.FAIR, Comfort.FAIR),
        (Line(0.5, 9e6, 9e6, 0.0), Comfort.POOR, Comfort.FAIR),
        (Line(0.02, 9e6, 4.5e5, 0.0), Comfort.POOR, Comfort.GOOD),
        (Line(0.02, 5e4, 9e6, 0.0), Comfort.POOR, Comfort.POOR),
        (Line(0.7, 9e6, 9e6, 0.0), Comfort.POOR, Comfort.POOR),
        (Line(0.02, 9e6, 9e6, 0.2), Comfort.GOOD, Comfort.POOR),
    ],
)
def test_what_a_line_is_good_for(line: Line, screen: Comfort, voice: Comfort) -> None:
    assert (screen_comfort(line), voice_comfort(line)) == (screen, voice)
