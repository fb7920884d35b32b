"""A contest begins when a queue stays high that is not ours, and ends when it empties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.transport.contest import (
    BACK_OFF,
    FIRST_CONTEST_S,
    FOREIGN_AFTER_S,
    LOSS,
    MOST_GROWTH,
    Acknowledged,
    Contest,
)

SHORT = 5_000.0


def answer(now: float, rtt: float = 0.25, queue_s: float = 0.2, usual_rtt: float = 0.25) -> Acknowledged:
    return Acknowledged(now, now - rtt, 1_160, rtt, usual_rtt, queue_s, loaded=True)


def squeezed(until: float, in_flight: int = 4_000, fair: float = 20_000.0) -> Contest:
    """After a link of our own, somebody fills the queue from second 1 on."""
    contest = Contest()
    contest.note(answer(0.0, 0.06, 0.0), fair, 15_000, may_begin=True)
    now = 1.0
    while now < until:
        contest.note(answer(now), SHORT, in_flight, may_begin=True)
        now += 0.02
    return contest


def test_a_high_queue_while_ours_is_short_is_somebody_elses() -> None:
    assert squeezed(1.2 + FOREIGN_AFTER_S).window is None
    window = squeezed(1.35 + FOREIGN_AFTER_S).window
    assert window is not None
    assert 20_000 <= window <= 22_000 + MOST_GROWTH * SHORT


def test_while_much_of_ours_is_under_way_the_queue_may_be_ours() -> None:
    assert squeezed(9.0, in_flight=60_000).window is None


def test_a_delay_that_falls_as_our_queue_drains_was_ours() -> None:
    contest, rtt = Contest(), 2.0
    for step in range(200):
        rtt = max(0.12, rtt * 0.98)
        contest.note(answer(step * 0.02, rtt, rtt - 0.06, rtt), SHORT, 4_000, may_begin=True)
        assert contest.window is None or rtt < 0.15


def test_it_is_never_as_large_at_once_as_on_a_link_that_was_fast_before() -> None:
    window = squeezed(1.4 + FOREIGN_AFTER_S, fair=200_000.0).window
    assert window is not None
    assert window < 2 * MOST_GROWTH * SHORT


def test_none_begins_while_the_way_may_have_become_longer() -> None:
    contest = Contest()
    for step in range(200):
        contest.note(answer(step * 0.02), SHORT, 4_000, may_begin=False)
    assert contest.window is None


def test_it_is_cut_once_for_a_loss() -> None:
    contest = squeezed(1.7)
    before = contest.window
    assert before is not None
    contest.note(answer(2.0, rtt=0.25 * LOSS + 0.01), SHORT, 4_000, may_begin=True)
    assert contest.window == before * BACK_OFF
    contest.note(answer(2.01, rtt=0.25 * LOSS + 0.01), SHORT, 4_000, may_begin=True)
    assert contest.window is not None
    assert contest.window >= before * BACK_OFF


def test_it_ends_with_the_queue() -> None:
    contest = squeezed(1.7)
    contest.note(answer(2.0, 0.07, 0.01), SHORT, 4_000, may_begin=True)
    assert contest.window is None
    assert not contest.share


@pytest.mark.parametrize(("rtt", "goes_on"), [(0.13, False), (0.2, True)])
def test_half_of_its_window_tells_after_a_time_whether_the_queue_is_ours_alone(rtt: float, goes_on: bool) -> None:
    contest = squeezed(1.7)
    share, now = contest.share, 1.8 + FIRST_CONTEST_S
    contest.note(answer(now), SHORT, 4_000, may_begin=True)
    assert contest.window == share / 2
    contest.note(answer(now + 0.3, rtt=0.1), SHORT, 4_000, may_begin=True)  # it left before the queue could shrink
    assert contest.window == share / 2
    contest.note(answer(now + 0.3 + rtt, rtt), SHORT, 4_000, may_begin=True)
    assert contest.window == (share if goes_on else None)
    assert contest.share == (share if goes_on else 0.0)


def test_it_grows_while_half_of_it_is_used() -> None:
    contest = squeezed(1.7)
    share = contest.share
    contest.note(answer(1.9), SHORT, int(share / 2) - 1_200, may_begin=True)
    assert contest.share == share
    contest.note(answer(1.9), SHORT, int(share / 2), may_begin=True)
    assert contest.share > share


@given(st.lists(st.tuples(st.floats(0, 0.5), st.floats(0.001, 3), st.integers(0, 100_000)), max_size=200))
def test_whatever_comes_the_window_stays_positive(steps: list[tuple[float, float, int]]) -> None:
    contest, now, usual = Contest(), 0.0, 0.1
    for pause, rtt, in_flight in steps:
        now += pause
        contest.note(answer(now, rtt, rtt - 0.05, usual), SHORT, in_flight, may_begin=True)
        usual += (rtt - usual) / 8
        assert contest.window is None or contest.window > 0
