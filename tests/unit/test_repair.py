"""While lost packets are repeated no more is under way than has arrived within a round trip."""

from hypothesis import given
from hypothesis import strategies as st

from remotedesk.transport.sctp.repair import LEAST, QUEUE_S, SHORTEST_KEPT_S, RepairWindow


def after_arrivals(every_s: float, nbytes: int, seconds: float, rtt: float) -> tuple[RepairWindow, float]:
    window, now = RepairWindow(), 0.0
    while now < seconds:
        window.took(rtt, now)
        window.arrived(nbytes, now)
        now += every_s
    return window, now


def test_as_much_as_arrives_within_a_round_trip_and_a_little_queue() -> None:
    window, now = after_arrivals(0.001, 1_000, 2.0, 0.060)
    assert window.shortest_s == 0.060
    assert 80_000 <= window.allows(now) <= 90_000


def test_a_queue_is_drained_for_the_most_part() -> None:
    window, now = after_arrivals(0.001, 1_000, 2.0, 0.060)
    for _ in range(200):
        window.took(0.260, now)
    assert window.span_s < 0.060 + 0.2 / 2
    assert window.span_s > 0.060 + QUEUE_S


def test_an_unsure_round_trip_is_never_the_shortest() -> None:
    window, now = after_arrivals(0.01, 1_000, 1.0, 0.060)
    window.took(0.001, now, sure=False)
    assert window.shortest_s == 0.060


def test_a_longer_way_is_learnt() -> None:
    window, _ = after_arrivals(0.1, 1_000, 1.0, 0.010)
    for now in range(5, 40):
        window.took(0.200, float(now))
    assert window.shortest_s == 0.200
    assert 5 + 3 * SHORTEST_KEPT_S < 40


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(0, 2_000), st.floats(0.0001, 3)), max_size=60))
def test_it_always_lets_something_leave_and_never_more_than_arrived(steps: list[tuple[float, int, float]]) -> None:
    window, now, total = RepairWindow(), 0.0, 0
    for pause, nbytes, rtt in steps:
        now, total = now + pause, total + nbytes
        window.took(rtt, now)
        window.arrived(nbytes, now)
        assert LEAST <= window.allows(now) <= max(LEAST, total)
    assert window.allows(now + 100) == LEAST
