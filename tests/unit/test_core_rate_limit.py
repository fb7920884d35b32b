"""The token bucket: never more than the burst and the rate allow, whatever the clock does."""

from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.rate_limit import TokenBucket

STEPS = st.lists(st.tuples(st.floats(0, 10), st.floats(0.01, 5)), max_size=60)


@given(st.floats(1, 20), st.floats(0, 50), STEPS)
def test_no_stretch_of_time_gives_more_than_burst_and_rate(
    burst: float, per_second: float, steps: list[tuple[float, float]]
) -> None:
    bucket = TokenBucket(burst, per_second, 0.0)
    now = taken = 0.0
    for pause, tokens in steps:
        now += pause
        if bucket.take(now, tokens):
            taken += tokens
        assert taken <= burst + per_second * now + 1e-6


@given(st.floats(1, 20), st.lists(st.floats(-100, 100), max_size=30))
def test_a_clock_that_runs_backwards_gives_nothing(burst: float, steps: list[float]) -> None:
    bucket = TokenBucket(burst, 1.0, 0.0)
    taken = sum(bucket.take(now) for now in steps)
    assert taken <= burst + max(0.0, *steps, 0.0)


def test_a_full_bucket_gives_its_burst_then_its_rate() -> None:
    bucket = TokenBucket(3, 2, now=10.0)
    assert [bucket.take(10.0) for _ in range(4)] == [True, True, True, False]
    assert not bucket.take(10.4)
    assert bucket.take(10.5)
    assert not bucket.take(10.5)
    assert [bucket.take(1_000.0) for _ in range(4)] == [True, True, True, False]


def test_what_is_refused_takes_nothing() -> None:
    bucket = TokenBucket(3, 1, now=0.0)
    assert not bucket.take(0.0, 4)
    assert bucket.take(0.0, 3)
