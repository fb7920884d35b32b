"""Whether a queue grows on the way, told from when packets left and when they arrived.

draft-ietf-rmcat-gcc-02, sections 5.1 to 5.4: packets in groups, a filter over the differences of their delays, a
threshold that adapts to the link's own noise. The filter is the trend line that the draft's authors use since (Carlucci
et al., "Congestion Control for Web Real-Time Communication", 2017), with their constants.
"""

from collections import deque
from enum import Enum
from typing import Final

GROUP_S: Final = 0.005  # packets that left within this are one group
FORGET_S: Final = 2.0  # a pause so long begins a new line
SHORTEST_KEPT_S: Final = 10.0
STANDING_S: Final = 0.2  # a queue that never empties for so long is more than a burst or a pause of some processor
_POINTS: Final = 20
_SMOOTHING: Final = 0.9
_GAIN: Final = 4.0
_MOST_DELTAS: Final = 60
_THRESHOLD_MS: Final = 12.5
_LEAST_THRESHOLD_MS: Final = 6.0
_MOST_THRESHOLD_MS: Final = 600.0
_K_UP: Final = 0.0087
_K_DOWN: Final = 0.039
_OUTLIER_MS: Final = 15.0  # beyond the threshold: not the link's noise, so nothing to adapt to
_LONGEST_STEP_MS: Final = 100.0
_OVERUSE_MS: Final = 10.0  # so long must the trend be above the threshold


class Usage(Enum):
    """What the delays say of the way."""

    UNDER = "a queue empties"
    NORMAL = "no queue grows"
    OVER = "a queue grows"


class _Least:
    """The least of what was added in the last seconds."""

    def __init__(self, kept_s: float) -> None:
        self._kept_s = kept_s
        self._rising: deque[tuple[float, float]] = deque()  # when, and what; the first is the least

    def add(self, at: float, value: float) -> None:
        while self._rising and self._rising[-1][1] >= value:
            self._rising.pop()
        self._rising.append((at, value))
        while self._rising[0][0] < at - self._kept_s:
            self._rising.popleft()

    @property
    def value(self) -> float:
        return self._rising[0][1] if self._rising else 0.0


class DelayTrend:
    """The trend of the one-way delay. Seconds in, each of one clock per end; the clocks' offset cancels out."""

    def __init__(self) -> None:
        self.usage = Usage.NORMAL
        self._threshold = _THRESHOLD_MS
        self._shortest, self._lately = _Least(SHORTEST_KEPT_S), _Least(STANDING_S)
        self._restart()

    @property
    def queue_s(self) -> float:
        """How much longer the way takes now than at best: no packet of late came sooner."""
        return self._lately.value - self._shortest.value

    def _restart(self) -> None:
        self._group: tuple[float, float, float] | None = None  # first sent, last sent, last arrived
        self._before: tuple[float, float] | None = None  # last sent and last arrived of the group before
        self._first_arrival = 0.0
        self._delay = self._smoothed = self._trend = self._above_ms = 0.0
        self._deltas = 0
        self._points: deque[tuple[float, float]] = deque(maxlen=_POINTS)

    def add(self, sent_at: float, arrived_at: float) -> None:
        """Take one packet, in the order in which they left."""
        for least in (self._shortest, self._lately):
            least.add(sent_at, arrived_at - sent_at)
        if self._group is None or sent_at - self._group[1] > FORGET_S:
            self._restart()
            self._group = sent_at, sent_at, arrived_at
            return
        first_sent, last_sent, last_arrived = self._group
        if sent_at - first_sent <= GROUP_S:
            self._group = first_sent, sent_at, max(last_arrived, arrived_at)
            return
        if self._before is not None:
            sent_delta, arrival_delta = last_sent - self._before[0], last_arrived - self._before[1]
            self._note(1000 * (arrival_delta - sent_delta), 1000 * arrival_delta, last_arrived)
        self._before = last_sent, last_arrived
        self._group = sent_at, sent_at, arrived_at

    def _note(self, delta_ms: float, passed_ms: float, now: float) -> None:
        if not self._points:
            self._first_arrival = now
        self._deltas = min(self._deltas + 1, _MOST_DELTAS)
        self._delay += delta_ms
        self._smoothed = _SMOOTHING * self._smoothed + (1 - _SMOOTHING) * self._delay
        self._points.append((1000 * (now - self._first_arrival), self._smoothed))
        before = self._trend
        if len(self._points) == _POINTS:
            self._trend = _slope(self._points)
        self._judge(before, passed_ms)

    def _judge(self, before: float, passed_ms: float) -> None:
        grown = self._deltas * self._trend * _GAIN
        if grown > self._threshold:
            self._above_ms += max(0.0, passed_ms)
            if self._above_ms > _OVERUSE_MS and self._trend >= before:
                self.usage, self._above_ms = Usage.OVER, 0.0
        else:
            self._above_ms = 0.0
            self.usage = Usage.UNDER if grown < -self._threshold else Usage.NORMAL
        beyond = abs(grown) - self._threshold
        if beyond <= _OUTLIER_MS:
            gain = _K_DOWN if beyond < 0 else _K_UP
            adapted = self._threshold + gain * beyond * min(max(passed_ms, 0.0), _LONGEST_STEP_MS)
            self._threshold = min(_MOST_THRESHOLD_MS, max(_LEAST_THRESHOLD_MS, adapted))


def _slope(points: deque[tuple[float, float]]) -> float:
    """Return the slope of the least-squares line."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0
