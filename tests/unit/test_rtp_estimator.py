"""The budget of a connection on simulated links: it fills them, leaves them when they shrink, and shares them."""

import random

import pytest

from remotedesk.transport.rtp.budget import MOST_UNDER_WAY, PACE, Kind, SendBudget
from remotedesk.transport.rtp.estimator import LEAST_BPS, START_BPS
from remotedesk.transport.rtp.feedback import ArrivalLog
from remotedesk.transport.rtp.pacer import BURST_S, Pacer
from tests.support.media_link import Bottleneck, Clockwork, Sending


def link(rate_bps: float, delay_s: float = 0.03, loss: float = 0.0) -> Sending:
    return Sending(Bottleneck(Clockwork(), rate_bps, delay_s, loss))


@pytest.mark.parametrize(("rate_bps", "delay_s"), [(20e6, 0.01), (2e6, 0.03), (512e3, 0.05)])
def test_a_link_is_filled_and_its_queue_is_not(rate_bps: float, delay_s: float) -> None:
    sending = link(rate_bps, delay_s)
    sending.clock.run(30)
    assert sending.used_bps(15, 30) > 0.75 * rate_bps
    waits = sorted(wait for at, wait in sending.link.waits if at > 15)
    assert waits[len(waits) // 2] < 0.03
    assert waits[-len(waits) // 20] < 0.15


def test_the_start_is_quick() -> None:
    sending = link(4e6)
    sending.clock.run(6)
    assert sending.used_bps(5, 6) > 0.6 * 4e6


@pytest.mark.parametrize("loss", [0.0, 0.02])
def test_a_link_that_shrinks_and_grows_is_followed(loss: float) -> None:
    sending = link(4e6, loss=loss)
    sending.clock.run(15)
    sending.link.change(6e5)
    sending.clock.run(18)
    assert sending.link.longest_wait(17.5, 18) < 0.25
    sending.clock.run(30)
    assert 0.6 * 6e5 < sending.used_bps(22, 30) <= 6e5
    sending.link.change(4e6)
    sending.clock.run(38)
    assert sending.used_bps(37, 38) > 0.6 * 4e6


def test_losses_that_are_not_the_link_s_fault_cost_little() -> None:
    sending = link(2e6, loss=0.02)
    sending.clock.run(30)
    assert sending.used_bps(15, 30) > 0.65 * 2e6


def test_many_losses_lower_the_rate() -> None:
    sending = link(4e6, loss=0.3)
    sending.clock.run(20)
    assert sending.used_bps(15, 20) < 1e6


def test_two_share_a_link() -> None:
    clock = Clockwork()
    bottleneck = Bottleneck(clock, 2e6, 0.03)
    first, second = Sending(bottleneck, 1), Sending(bottleneck, 2)
    clock.run(60)
    shares = [sending.used_bps(20, 60) / 2e6 for sending in (first, second)]
    assert sum(shares) > 0.75
    assert min(shares) > sum(shares) / 3


def test_somebody_who_sends_little_is_promised_no_more_than_half_as_much_again() -> None:
    sending = link(4e6)
    sending.most_bps = 200e3
    sending.clock.run(20)
    assert START_BPS <= sending.budget.target_bps < 600e3


def test_pauses_of_a_processor_are_no_queue() -> None:
    """Now and then everything waits 40 ms, as on a machine with much to do."""
    sending = link(4e6)
    chance = random.Random(3)
    plain = sending.log.add
    pause_until = 0.0

    def add(number: int, now: float) -> None:
        nonlocal pause_until
        if chance.random() < 0.02:
            pause_until = now + 0.04
        plain(number, max(now, pause_until))

    sending.log.add = add  # type: ignore[method-assign]
    sending.clock.run(20)
    assert sending.used_bps(10, 20) > 0.5 * 4e6


def test_silence_halves_the_rate_each_second() -> None:
    budget = SendBudget()
    told: list[float] = []
    budget.on_target = told.append
    for step in range(1_000):
        budget.sent(Kind.PICTURE, 1_000, step / 100)
    assert told[0] == START_BPS / 2
    assert budget.target_bps == LEAST_BPS
    assert len(budget._under_way) <= MOST_UNDER_WAY


def test_voice_goes_first_and_pictures_get_the_rest() -> None:
    budget = SendBudget()
    budget.sent(Kind.VOICE, 4_000, 0.0)
    budget.sent(Kind.REPEAT, 5_000, 0.0)
    assert budget.pictures_bps == START_BPS - 32_000 - 40_000
    budget.sent(Kind.REPEAT, 500_000, 0.1)
    assert budget.pictures_bps == (START_BPS - 32_000) / 2  # repeats take no more
    for _ in range(50):
        budget.departure(Kind.PICTURE, 1_200, 0.2)
    assert budget.departure(Kind.PICTURE, 1_200, 0.2) > 0.5
    assert budget.departure(Kind.VOICE, 100, 0.2) == 0.2


def test_packets_are_spread_in_time() -> None:
    pacer = Pacer()
    departures = [pacer.departure(1_000, 80_000, 10.0) for _ in range(5)]
    assert departures == pytest.approx([10.0, 10.1 - BURST_S, 10.2 - BURST_S, 10.3 - BURST_S, 10.4 - BURST_S])
    assert pacer.departure(1_000, 80_000, 20.0) == 20.0  # what was not used is not saved up


def test_what_was_told_of_a_packet_counts_once_whatever_is_said_later() -> None:
    budget, log = SendBudget(), ArrivalLog()
    numbers = [budget.sent(Kind.PICTURE, 1_000, at / 100) for at in range(60)]
    for number in numbers:
        log.add(number, 5 + number / 100)
    (message,) = log.take()
    for _ in range(3):
        budget.feedback(message, 0.7)
    assert budget.estimator.loss == 0.0
    assert not budget._under_way
    assert PACE * budget.target_bps > 0
