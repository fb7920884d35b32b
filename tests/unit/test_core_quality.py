"""The judgement of a connection: which figures are good enough, why not, and that what is shown does not flicker."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.quality import (
    BETTER_AFTER,
    WORSE_AFTER,
    Grade,
    Quality,
    Reason,
    Route,
    Steady,
    Verdict,
    judge,
)

FINE = Quality(200_000, 0, 0.012, 0.0, 30.0, True, False, Route.DIRECT)
GOOD = Verdict()
FAIR_FAR = Verdict(Grade.FAIR, Reason.FAR)
POOR_FAR = Verdict(Grade.POOR, Reason.FAR)
POOR_LOSSY = Verdict(Grade.POOR, Reason.LOSSY)
VERDICTS = st.sampled_from([GOOD, FAIR_FAR, POOR_FAR, POOR_LOSSY])


@pytest.mark.parametrize(
    ("changed", "grade", "reason"),
    [
        ({}, Grade.GOOD, Reason.NONE),
        ({"rtt_s": None}, Grade.GOOD, Reason.NONE),
        ({"rtt_s": 0.149}, Grade.GOOD, Reason.NONE),
        ({"rtt_s": 0.15}, Grade.FAIR, Reason.FAR),
        ({"rtt_s": 0.4}, Grade.POOR, Reason.FAR),
        ({"loss": 0.014}, Grade.GOOD, Reason.NONE),
        ({"loss": 0.02}, Grade.FAIR, Reason.LOSSY),
        ({"loss": 0.05}, Grade.POOR, Reason.LOSSY),
        ({"behind": True, "sent_bps": 24_000_000}, Grade.GOOD, Reason.NONE),
        ({"behind": True, "sent_bps": 2_000_000}, Grade.FAIR, Reason.SLOW),
        ({"behind": True, "sent_bps": 500_000}, Grade.POOR, Reason.SLOW),
        ({"behind": True, "sent_bps": 10_000, "received_bps": 500_000}, Grade.POOR, Reason.SLOW),
        ({"sent_bps": 39_000}, Grade.GOOD, Reason.NONE),
        ({"loss": 0.02, "rtt_s": 0.5}, Grade.POOR, Reason.FAR),
        ({"loss": 0.02, "rtt_s": 0.2, "behind": True, "sent_bps": 2e6}, Grade.FAIR, Reason.LOSSY),
    ],
)
def test_what_figures_mean(changed: dict[str, float | None], grade: Grade, reason: Reason) -> None:
    assert judge(replace(FINE, **changed)) == Verdict(grade, reason)  # type: ignore[arg-type]


def test_a_hiccup_is_not_shown() -> None:
    steady = Steady()
    for verdict in (GOOD, POOR_FAR, POOR_FAR, GOOD, POOR_FAR, POOR_FAR, GOOD):
        assert steady.take(verdict) == GOOD


def test_what_lasts_is_shown_as_the_mildest_of_it() -> None:
    steady = Steady()
    assert [steady.take(verdict) for verdict in (POOR_FAR, FAIR_FAR, POOR_FAR)] == [GOOD, GOOD, FAIR_FAR]
    assert [steady.take(POOR_FAR) for _ in range(WORSE_AFTER)] == [FAIR_FAR, FAIR_FAR, POOR_FAR]


def test_better_takes_longer_than_worse() -> None:
    steady = Steady()
    for _ in range(WORSE_AFTER):
        steady.take(POOR_FAR)
    assert [steady.take(GOOD) for _ in range(BETTER_AFTER)] == [POOR_FAR] * (BETTER_AFTER - 1) + [GOOD]


def test_another_reason_is_told_in_the_end() -> None:
    steady = Steady()
    for _ in range(WORSE_AFTER):
        steady.take(POOR_FAR)
    assert [steady.take(POOR_LOSSY) for _ in range(BETTER_AFTER)][-1] == POOR_LOSSY


@given(st.lists(VERDICTS, max_size=80))
def test_it_never_changes_twice_within_three_seconds(verdicts: list[Verdict]) -> None:
    steady = Steady()
    shown = [GOOD] + [steady.take(verdict) for verdict in verdicts]
    changes = [at for at in range(1, len(shown)) if shown[at] != shown[at - 1]]
    assert all(later - earlier >= WORSE_AFTER for earlier, later in pairwise(changes))


@given(VERDICTS, st.lists(VERDICTS, max_size=40))
def test_what_stays_is_shown(stays: Verdict, before: list[Verdict]) -> None:
    steady = Steady()
    for verdict in before:
        steady.take(verdict)
    for _ in range(2 * BETTER_AFTER):
        shown = steady.take(stays)
    assert shown == stays
