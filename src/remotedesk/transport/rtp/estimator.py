"""How many bits per second one connection may send, from what the other side says arrived when.

draft-ietf-rmcat-gcc-02: section 5.5 for what follows from the delays (delay.py), section 6 for losses. Deliberate
differences, since a support session begins with a whole screen and cannot wait: the rate doubles each second until a
limit was first felt, and grows faster than the draft's 8 % once nothing was felt for a while. A queue counts from 15 ms
on, and a long one is let drain before the rate grows again.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt
from typing import Final

from remotedesk.transport.rtp.delay import DelayTrend, Usage

START_BPS: Final = 300_000.0
LEAST_BPS: Final = 64_000.0  # voice and a sign of life
MOST_BPS: Final = 20_000_000.0
_BETA: Final = 0.85  # of what arrives, after a queue grew
_HEADROOM: Final = 1.5  # the target stays below this many times what arrives
_SLACK_BPS: Final = 10_000.0
_DOUBLING: Final = 2.0  # growth per second until a limit was felt
_CALM: Final = 1.08
_BOLD: Final = 1.5
_NEAR_GROWTH: Final = 0.05  # per second, where a limit was felt
_CALM_S: Final = 1.5  # so long after a limit was felt growth is calm
_RESPONSE_S: Final = 0.1  # besides the round trip
_PACKET_BITS: Final = 8 * 1_200.0
_RATE_S: Final = 0.5
_LEAST_SPAN_S: Final = 0.1
_NEAR: Final = 3.0  # standard deviations around the rate at which the limit was felt
_LOSS_S: Final = 0.5  # losses are counted over this long
_LOSS_PACKETS: Final = 20  # and over so many
_HIGH_LOSS: Final = 0.10
_LOW_LOSS: Final = 0.02
_QUEUE_FELT_S: Final = 0.015  # less than this is the link's own noise
_QUEUE_NONE_S: Final = 0.003
_QUEUE_LONG_S: Final = 0.1
_MOST_DRAIN: Final = 0.25  # of what arrives, left free for a long queue to drain
_SILENCE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """A packet that arrived: when it left and arrived, each in seconds of that side's clock, and its bytes."""

    sent_at: float
    arrived_at: float
    nbytes: int


class BandwidthEstimator:
    """One per connection. All times are seconds passed in; arrivals in the other side's clock, the rest in ours."""

    def __init__(self) -> None:
        self.target_bps = START_BPS
        self.loss = 0.0  # share of the packets, lately
        self.rtt_s = 0.0  # smoothed, with what the other side waits before it tells; 0.0 before the first
        self._trend = DelayTrend()
        self._arrived: deque[tuple[float, int]] = deque()
        self._limit: tuple[float, float] | None = None  # mean and variance of the rate where a queue grew, relative
        self._felt_at = -inf  # when a limit was felt
        self._fed_back_at: float | None = None
        self._loss_cap = inf
        self._counted_from = -inf
        self._counted, self._lost = 0, 0

    @property
    def arriving_bps(self) -> float:
        """Bits per second that arrived lately; 0.0 when next to nothing did."""
        if len(self._arrived) < 2:
            return 0.0
        span = max(self._arrived[-1][0] - self._arrived[0][0], _LEAST_SPAN_S)
        return 8 * (sum(nbytes for _, nbytes in self._arrived) - self._arrived[0][1]) / span

    def feedback(self, arrivals: Sequence[Arrival], lost: int, now: float) -> None:
        """Take one message of the other side: what arrived, in the order it left, and how many did not."""
        passed = min(1.0, now - self._fed_back_at) if self._fed_back_at is not None else 0.0
        self._fed_back_at = now
        if arrivals:
            rtt = min(now - arrival.sent_at for arrival in arrivals)
            self.rtt_s = rtt if not self.rtt_s else self.rtt_s + (rtt - self.rtt_s) / 8
        over = False
        for arrival in arrivals:
            self._trend.add(arrival.sent_at, arrival.arrived_at)
            over = over or (self._trend.usage is Usage.OVER and self._trend.queue_s > _QUEUE_FELT_S)
            self._arrived.append((arrival.arrived_at, arrival.nbytes))
        while self._arrived and self._arrived[0][0] < self._arrived[-1][0] - _RATE_S:
            self._arrived.popleft()
        if over:
            self._decrease(now)
        elif self._trend.usage is Usage.NORMAL and self._trend.queue_s < _QUEUE_LONG_S:
            self._increase(passed, now)
        self._count(len(arrivals), lost, now)
        self._grow_loss_cap(passed)
        self.target_bps = min(MOST_BPS, max(LEAST_BPS, min(self.target_bps, self._loss_cap)))

    def silence(self, since: float, now: float) -> None:
        """Halve the rate for each second without a word although something was sent at `since`."""
        heard_at = max(since, self._fed_back_at or since)
        if now - heard_at > _SILENCE_S:
            self._fed_back_at = now
            self._felt_at = now
            self.target_bps = max(LEAST_BPS, self.target_bps / 2)

    def _decrease(self, now: float) -> None:
        arriving = self.arriving_bps
        if self._felt_at > now - max(self.rtt_s, _RESPONSE_S) or not arriving:
            return
        self._felt_at = now
        self._note_limit(arriving)
        drain = min(_MOST_DRAIN, max(0.0, self._trend.queue_s - _QUEUE_LONG_S))
        self.target_bps = min(self.target_bps, (_BETA - drain) * arriving)

    def _increase(self, passed: float, now: float) -> None:
        arriving = self.arriving_bps
        if self._is_near_limit(arriving):
            step = max(_PACKET_BITS / 2 / (self.rtt_s + _RESPONSE_S), _NEAR_GROWTH * self.target_bps)
            grown = self.target_bps + step * passed
        elif self._felt_at == -inf:
            grown = self.target_bps * _DOUBLING**passed
        else:
            grown = self.target_bps * (_CALM if now - self._felt_at < _CALM_S else _BOLD) ** passed
        self.target_bps = max(self.target_bps, min(grown, _HEADROOM * arriving + _SLACK_BPS))

    def _is_near_limit(self, arriving: float) -> bool:
        """Tell whether a queue grew at about this rate; forget it when the link carries more than it did."""
        if self._limit is None:
            return False
        mean, deviation = self._limit[0], sqrt(self._limit[1] * self._limit[0])
        empty = arriving > mean - deviation and self._trend.queue_s < _QUEUE_NONE_S
        if empty or arriving > mean + _NEAR * deviation:
            self._limit = None
            return False
        return max(arriving, self.target_bps) > mean - _NEAR * deviation

    def _note_limit(self, rate: float) -> None:
        """Keep mean and variance of the rates at which a queue grew; the variance is relative to the mean."""
        if self._limit is None or rate < self._limit[0] - _NEAR * sqrt(self._limit[1] * self._limit[0]):
            self._limit = rate, 400.0
            return
        mean = self._limit[0] + 0.05 * (rate - self._limit[0])
        variance = 0.95 * self._limit[1] + 0.05 * (rate - mean) ** 2 / mean
        self._limit = mean, min(2_500.0, max(400.0, variance))

    def _count(self, arrived: int, lost: int, now: float) -> None:
        self._counted += arrived + lost
        self._lost += lost
        if self._counted < _LOSS_PACKETS or now - self._counted_from < _LOSS_S:
            return
        self.loss = self._lost / self._counted
        self._counted, self._lost, self._counted_from = 0, 0, now
        if self.loss > _HIGH_LOSS and now - self._felt_at > _LOSS_S:
            self._felt_at = now
            self._loss_cap = self.target_bps * (1 - 0.5 * self.loss)

    def _grow_loss_cap(self, passed: float) -> None:
        if self.loss < _LOW_LOSS:
            self._loss_cap *= _BOLD**passed
