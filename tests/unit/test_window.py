"""The sender's window fills links from 512 kbit/s to 100 Mbit/s, and their queues only a little."""

import pytest

from remotedesk.transport.contest import LEAST_WINDOW, MOST_WINDOW, PACKET
from remotedesk.transport.window import BASE_KEPT_S, FIRST_WINDOW, MOST_MESSAGE, DelayWindow
from tests.support.bottleneck import Bottleneck

each_link = pytest.mark.parametrize(
    ("rate_bps", "delay_s"),
    [(100e6, 0.001), (20e6, 0.010), (2e6, 0.030), (512e3, 0.050)],
    ids=["100M", "20M", "2M", "512k"],
)


def busy(rate_bps: float, delay_s: float, loss: float = 0.0) -> Bottleneck:
    link = Bottleneck(DelayWindow(), rate_bps, delay_s, loss)
    link.greedy = True
    return link


def p95(samples: list[float]) -> float:
    return sorted(samples)[int(0.95 * len(samples))]


def waits(link: Bottleneck, since: float) -> list[float]:
    return [wait for when, wait in link.queueing if when >= since]


def slowest(link: Bottleneck, since: float, until: float) -> float:
    return max(latency for sent, latency in link.latencies if since <= sent + latency < until)


def type_15_times_a_second(link: Bottleneck, since: float, until: float) -> None:
    for at in range(int((until - since) * 15)):
        link.at(since + at / 15, lambda: link.send(400))


@each_link
def test_a_busy_sender_fills_the_link_and_not_its_queue(rate_bps: float, delay_s: float) -> None:
    link = busy(rate_bps, delay_s)
    link.run(15)
    assert link.used(1, 5) >= 0.8
    assert link.used(5, 15) >= 0.9
    assert p95(waits(link, 5)) < 0.060
    assert link.window.rate_bps == pytest.approx(rate_bps, rel=0.1)
    assert 2 * delay_s < link.window.rtt_s < 2 * delay_s + 0.080


@each_link
def test_loss_holds_it_up_and_starves_it_not(rate_bps: float, delay_s: float) -> None:
    link = busy(rate_bps, delay_s, loss=0.02)
    link.run(20)
    assert link.used(5, 20) >= 0.6
    assert p95(waits(link, 5)) < 0.120
    assert all(link.used(second, second + 1) > 0.1 for second in range(1, 20))


@pytest.mark.parametrize(
    ("rate_bps", "delay_s", "most_in_window"),
    [(20e6, 0.001, 4), (20e6, 0.010, 9), (2e6, 0.030, 9), (512e3, 0.050, 9)],
    ids=["near", "20M", "2M", "512k"],
)
def test_a_message_is_small_beside_the_window_except_on_a_short_way(
    rate_bps: float, delay_s: float, most_in_window: int
) -> None:
    link = busy(rate_bps, delay_s)
    link.run(5)
    in_window = 2 * link.window.half_bytes / link.window.message_bytes
    assert most_in_window / 2 < in_window < most_in_window + 1


def test_it_follows_a_link_that_becomes_slow_and_faster_again() -> None:
    link = busy(20e6, 0.010)
    link.run(8)
    link.rate_bps = 500e3
    link.run(20)
    assert slowest(link, 11, 20) < 0.300
    assert link.used(11, 20) >= 0.8
    link.rate_bps = 2e6
    link.run(30)
    assert link.used(22, 25) >= 0.8
    assert slowest(link, 23, 30) < 0.300


def test_a_drop_in_the_moment_it_looks_for_the_shortest_round_trip_confuses_it_briefly() -> None:
    link = busy(20e6, 0.010)
    link.run(BASE_KEPT_S)
    link.rate_bps = 500e3
    link.run(20)
    assert slowest(link, 13, 20) < 0.300
    assert link.used(14, 20) >= 0.8


def test_a_way_that_became_longer_is_learnt() -> None:
    link = busy(2e6, 0.010)
    link.run(5)
    link.delay_s = 0.080
    link.run(30)
    assert link.used(25, 30) >= 0.8
    assert p95(waits(link, 25)) < 0.060


@each_link
@pytest.mark.parametrize("every_s", [0.25, 0.15, 0.1])
def test_bursts_that_leave_the_link_idle_between_them_do_not_make_it_seem_slower(
    rate_bps: float, delay_s: float, every_s: float
) -> None:
    link = busy(rate_bps, delay_s)
    link.run(5)
    link.greedy = False

    def burst() -> None:
        """Send what a picture of a part of the rate takes, at once as far as there is room."""
        for _ in range(1 + int(0.6 * every_s * rate_bps / 8 / link.window.message_bytes)):
            link.send(link.window.message_bytes)

    for number in range(int(10 / every_s)):
        link.at(6 + number * every_s, burst)
    link.run(16)
    assert link.window.rate_bps == pytest.approx(rate_bps, rel=0.15)


def test_a_drop_is_noticed_by_who_never_fills_the_window() -> None:
    link = busy(20e6, 0.010)
    link.run(6)
    link.greedy = False
    acknowledged = link.window.balance

    def picture() -> None:
        """Send what one takes, as soon as the one before has arrived."""
        if acknowledged() >= 2 * link.window.half_bytes:
            for _ in range(60):
                link.send(PACKET)

    for number in range(1_500):
        link.at(6.5 + number / 250, picture)
    link.run(8)
    assert link.window.rate_bps == pytest.approx(20e6, rel=0.1)
    link.rate_bps = 500e3
    link.run(12)
    assert link.window.rate_bps < 1e6
    assert slowest(link, 9.5, 12) < 0.300


@each_link
def test_typing_leaves_the_rate_alone(rate_bps: float, delay_s: float) -> None:
    link = busy(rate_bps, delay_s)
    link.run(5)
    link.greedy = False
    type_15_times_a_second(link, 6, 66)
    link.run(66)
    assert link.window.rate_bps == pytest.approx(rate_bps, rel=0.1)
    link.greedy = True
    link.run(68)
    assert link.used(67, 68) >= 0.8
    assert max(waits(link, 66)) < 0.150


@each_link
@pytest.mark.parametrize("loss", [0.0, 0.02])
def test_typing_from_the_start_teaches_no_wrong_rate(rate_bps: float, delay_s: float, loss: float) -> None:
    link = Bottleneck(DelayWindow(), rate_bps, delay_s, loss)
    type_15_times_a_second(link, 0, 20)
    link.run(20)
    assert link.window.rate_bps <= 1.1 * rate_bps
    assert len(link.latencies) == 20 * 15
    assert link.window.room() >= LEAST_WINDOW


def test_it_starts_low_and_lets_something_out_always() -> None:
    window = DelayWindow()
    assert (window.room(), window.rate_bps, window.rtt_s) == (FIRST_WINDOW, 0.0, 0.0)
    window.sent(1, FIRST_WINDOW, 0.0)
    assert window.room() == 0
    window.acked(1, 60.0)
    assert window.room() >= LEAST_WINDOW
    assert window.message_bytes == PACKET


def test_one_acknowledgement_stands_for_all_before_it() -> None:
    window = DelayWindow()
    for sequence in range(5):
        window.sent(sequence, 1_000, sequence / 1000)
    assert window.room() == FIRST_WINDOW - 5_000
    window.acked(3, 0.05)
    assert window.room() == FIRST_WINDOW - 1_000


@pytest.mark.parametrize("sequence", [-1, 2, 2**40])
def test_an_acknowledgement_of_nothing_changes_nothing(sequence: int) -> None:
    window = DelayWindow()
    window.acked(sequence, 1.0)
    window.sent(0, 500, 1.0)
    window.sent(1, 500, 1.0)
    window.acked(sequence, 1.01)
    assert (window.room(), window.rate_bps, window.rtt_s) == (FIRST_WINDOW - 1_000, 0.0, 0.0)


def test_however_fast_the_link_there_is_a_limit() -> None:
    link = busy(10e9, 0.020)
    link.run(1)
    assert link.window.message_bytes == MOST_MESSAGE
    assert max(link.window.room(), link.in_flight) <= MOST_WINDOW
    assert link.used(0.5, 1) * 10e9 / 8 * 0.04 > 0.8 * MOST_WINDOW


def test_what_waits_at_the_other_side_for_a_lost_packet_is_not_on_the_way() -> None:
    window = DelayWindow()
    window.sent(1, 2_000, 0.0)
    window.sent(2, 3_000, 0.0)
    assert window.balance() == FIRST_WINDOW - 5_000
    window.held(3_000)
    assert window.balance() == FIRST_WINDOW - 2_000
    window.held(10_000)  # never more than has been sent
    assert window.balance() == FIRST_WINDOW
    window.held(0)
    assert window.balance() == FIRST_WINDOW - 5_000
    window.sent(3, MOST_WINDOW - 8_000, 0.0)
    window.held(MOST_WINDOW)
    assert window.balance() == 3_000
    window.sent(4, 3_000, 0.0)
    assert window.room() == 0


def test_a_queue_that_never_runs_empty_is_noticed_until_it_does() -> None:
    window = DelayWindow()
    assert window.runs_empty
    now = 0.0
    for number in range(20):
        now += 0.1
        window.sent(number, FIRST_WINDOW, now)
        window.acked(number, now + (0.06 if number < 10 else 0.1))
    assert not window.runs_empty
    window.sent(20, FIRST_WINDOW, now + 0.1)
    window.acked(20, now + 0.165)
    assert window.runs_empty
