"""The link changes its rate under a busy scene: how long the picture stands still, and how soon all is well again.

`gap_ms`: the longest time without a newer stamp on the engineer's display, from the first rate to the end.
`used_s`: from a change of the rate to the end of the first second in which 80 % of the new rate reached the engineer,
as IP packets and with the voice; the longest of all changes.
`delay_s`: from a fall of the rate until the voice arrives within 300 ms and goes on to; it shares the link's queue with
the screen and is small, so it says how long that queue is, which no picture that takes its second to send can say.
"""

import itertools
import math
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from tests.bench.screen.figures import percentile
from tests.bench.screen.network import LinkNetwork
from tests.bench.screen.scenes import Figures
from tests.bench.screen.seats import Seats
from tests.bench.screen.work import Work
from tests.bench.screen.workload import PAUSE_S

_LOOK_EVERY_S: Final = 0.005
_COUNT_EVERY_S: Final = 0.05
_USED: Final = 0.8
_OVER_S: Final = 1.0  # how long a rate must be used to count
_SHORT_S: Final = 0.3  # the delay that is well
_RUN_IN_S: Final = 3.0  # of the scene, before it is measured
Moments = Sequence[tuple[float, float]]


class Counter:
    """Notes how many bytes have reached the engineer, in a thread of its own until `stop`."""

    def __init__(self, network: LinkNetwork) -> None:
        self._network = network
        self.counts: list[tuple[float, float]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._count, name="counter")
        self._thread.start()

    def _count(self) -> None:
        while not self._over.wait(_COUNT_EVERY_S):
            self.counts.append((time.monotonic(), self._network.delivered_bytes("engineer")))

    def stop(self) -> None:
        """Count no more."""
        self._over.set()
        self._thread.join()


class Steps:
    """One session over a link whose rate changes every `seconds`; `note` takes what is worth knowing besides."""

    def __init__(self, work: Work, seats: Seats, seconds: float, note: Callable[[str], None]) -> None:
        if seats.voice is None:
            raise ValueError("steps are measured by the voice")
        self._work, self._seats, self._seconds, self._note = work, seats, seconds, note
        self._voice = seats.voice
        self._seen: list[tuple[float, float]] = []  # when a newer stamp was seen, and how old it was

    def measure(self, scene: str) -> Figures:
        """Return the figures by their names."""
        link = self._seats.link
        if not self._work.settle():
            self._note(f"{scene}: the picture before it was not exact")
        self._work.play(scene)
        self._look(PAUSE_S + _RUN_IN_S)
        self._seen.clear()
        counter = Counter(self._seats.network)
        began = [time.monotonic()]
        try:
            self._look(self._seconds)
            for kbps in link.later_kbps:
                began.append(time.monotonic())
                self._seats.network.change_rate(kbps)
                self._look(self._seconds)
        finally:
            counter.stop()
        return self._judge([link.kbps, *link.later_kbps], [*began, time.monotonic()], counter.counts)

    def _look(self, seconds: float) -> None:
        until, before = time.monotonic() + seconds, -1
        while (now := time.monotonic()) < until:
            number = self._work.watcher.seen
            drawn = None if number is None or number == before else self._work.log[number]
            if number is not None and drawn is not None and drawn.at is not None:
                before = number
                self._seen.append((now, now - drawn.at))
            time.sleep(_LOOK_EVERY_S)

    def _judge(self, rates: list[int], moments: list[float], counts: Moments) -> Figures:
        gaps, used, delays = [], [], []
        voice = self._voice.delays()
        parts = zip(rates, [0, *rates], itertools.pairwise(moments), strict=False)
        for kbps, before, (start, end) in parts:
            gaps.append(1000 * longest_gap(self._seen, start, end))
            used.append(used_after(counts, kbps * 125.0, start, end))
            delays.append(well_after(voice, start, end) if before > kbps else 0.0)
            ages = [1000 * age for at, age in self._seen if start <= at < end]
            late = [1000 * delay for at, delay in voice if start <= at < end]
            self._note(
                f"{kbps} kbit/s: {mean_kbps(counts, start, end):.0f} kbit/s reached the engineer, 80 % of it after "
                f"{used[-1]:.1f} s; {len(ages)} pictures, {percentile(ages, 50):.0f} ms old, gap {gaps[-1]:.0f} ms; "
                f"voice {percentile(late, 50):.0f} ms late (p50), {percentile(late, 100):.0f} at most, well after "
                f"{well_after(voice, start, end):.1f} s"
            )
        overall = 1000 * longest_gap(self._seen, moments[0], moments[-1])
        return {"gap_ms": overall, "used_s": max(used[1:]), "delay_s": max(delays)}


def longest_gap(seen: Moments, start: float, end: float) -> float:
    """Return the longest time between two pictures, or a picture and either end, in seconds."""
    moments = [start, *(at for at, _ in seen if start <= at < end), end]
    return max(after - before for before, after in itertools.pairwise(moments))


def used_after(counts: Moments, bytes_per_s: float, start: float, end: float) -> float:
    """Return how many seconds after `start` a second ends in which 80 % of a rate came; infinite if none does."""
    inside = [(at, count) for at, count in counts if start <= at < end]
    first = 0
    for at, count in inside:
        while inside[first + 1 :] and inside[first + 1][0] <= at - _OVER_S:
            first += 1
        since, counted = inside[first]
        if at - since >= _OVER_S and (count - counted) / (at - since) >= _USED * bytes_per_s:
            return at - start
    return math.inf


def well_after(delays: Moments, start: float, end: float) -> float:
    """Return how many seconds after `start` the last delay above 300 ms came; infinite if none was short after it."""
    inside = [(at, delay) for at, delay in delays if start <= at < end]
    if not inside or inside[-1][1] > _SHORT_S:
        return math.inf
    return max((at - start for at, delay in inside if delay > _SHORT_S), default=0.0)


def mean_kbps(counts: Moments, start: float, end: float) -> float:
    """Return the mean rate between two moments, in kbit/s."""
    inside = [(at, count) for at, count in counts if start <= at < end]
    if len(inside) < 2:
        return math.nan
    return (inside[-1][1] - inside[0][1]) / 125 / (inside[-1][0] - inside[0][0])
