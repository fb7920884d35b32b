"""Which encoder, how hard it tries, and how many pictures a second: what this machine keeps up with at any time.

Every picture is encoded within its own interval; nothing waits. When the CPU cannot keep up, pictures a second give way
as far as is good, then effort, then more pictures, then the codec. Whatever it does is decided by what it is told: it
reads no clock and measures nothing itself.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from remotedesk.transport.video.port import Effort, VideoCodec

RATES: Final = (30.0, 20.0, 15.0, 10.0)  # pictures a second
GOOD_RATE: Final = 20.0  # of them, for a drawing in motion
# Parts of the time from one picture to the next that encoding may take:
MOST_LOAD: Final = 0.9  # above this it is given way
GOAL_LOAD: Final = 0.75  # at most this is expected of what it gives way to
RAISE_LOAD: Final = 0.7  # at most this is expected of something better before that is tried
# Parts of all cores in use, by whatever program:
MOST_CPU: Final = 0.95
CALM_CPU: Final = 0.75
_LESS: Final = 0.75  # of the present load, when others need the CPU
DOWN_AFTER_S: Final = 0.5
UP_AFTER_S: Final = 5.0  # twice that after each try that did not hold
MOST_UP_AFTER_S: Final = 640.0
_HELD_S: Final = 30.0  # a try that lasted so long has held
_SMOOTHING: Final = 0.2  # weight of the newest picture
REFERENCE_PIXELS: Final = 830 * 800


@dataclass(frozen=True, slots=True)
class Option:
    """An encoder that works here, and what each effort costs: seconds for a picture of `REFERENCE_PIXELS`."""

    codec: VideoCodec
    name: str
    costs: Mapping[Effort, float]


@dataclass(frozen=True, slots=True)
class Rung:
    """What to encode with from now on, and the most pictures a second to encode."""

    codec: VideoCodec
    name: str
    effort: Effort
    frames_per_second: float


def _costs(full: float, less: float, least: float) -> Mapping[Effort, float]:
    return MappingProxyType({Effort.FULL: full, Effort.LESS: less, Effort.LEAST: least})


# Wall time on two cores of a machine of 2024, on a turning wireframe (tests/bench/bench_video.py).
SOFTWARE_OPTIONS: Final = (
    Option(VideoCodec.AV1, "libsvtav1", _costs(0.070, 0.034, 0.019)),
    Option(VideoCodec.H264, "libx264", _costs(0.048, 0.019, 0.010)),
    Option(VideoCodec.VP8, "libvpx", _costs(0.010, 0.0045, 0.0035)),
)


class Ladder:
    """All rungs from the best to the cheapest, and the one to stand on. Times are seconds of one monotonic clock."""

    def __init__(
        self,
        options: Sequence[Option],
        decodable: Collection[VideoCodec],
        pixels: int,
        rates: Sequence[float] = RATES,
        good_rate: float = GOOD_RATE,
    ) -> None:
        """`options` and `rates` come in the order of preference; pictures will have about so many `pixels`.

        As much effort is made as allows the `good_rate`.
        """
        self._cost = {(one.name, effort): cost for one in options for effort, cost in one.costs.items()}
        self._rungs = [
            Rung(one.codec, one.name, effort, rate)
            for one in options
            if one.codec in decodable
            for is_good in (True, False)
            for effort in (sorted(one.costs) if is_good else [max(one.costs)])
            for rate in rates
            if (rate >= good_rate) is is_good
        ]
        self._factor = 1.0
        self._pixels = pixels
        self._slowness = 1.0  # times the reference machine
        self._place = self._first()
        self._over_since: float | None = None
        self._calm_since: float | None = None
        self._up_after_s: dict[int, float] = {}  # by rung, where a try did not hold
        self._raised_at: float | None = None

    @property
    def rung(self) -> Rung | None:
        """What to use now; None when there is no encoder here for what the other side decodes."""
        if not self._rungs:
            return None
        rung = self._rungs[self._place]
        return replace(rung, frames_per_second=rung.frames_per_second * self._factor)

    def aim(self, factor: float) -> None:
        """Have so many times the rates it was made with from now on: what fewer pictures leave, more effort may use."""
        self._factor = factor

    def measured(self, now: float, encode_s: float, pixels: int, cpu_load: float) -> Rung | None:
        """Tell how long the newest picture took, its size, and what part of all cores is in use; return the rung.

        A picture that was encoded with another rung than the present one must not be told.
        """
        if not self._rungs:
            return None
        rung = self._rungs[self._place]
        self._pixels = max(1, pixels)
        sample = encode_s * REFERENCE_PIXELS / self._pixels / self._cost[rung.name, rung.effort]
        self._slowness += (sample - self._slowness) * _SMOOTHING
        load = self._load(rung)
        if load > MOST_LOAD or cpu_load > MOST_CPU:
            self._busy(now, GOAL_LOAD if load > MOST_LOAD else load * _LESS)
        else:
            self._calm(now, cpu_load <= CALM_CPU)
        return self.rung

    def _first(self) -> int:
        """Return the first rung that should do; else the cheapest."""
        places = range(len(self._rungs))
        return next((place for place in places if self._load(self._rungs[place]) <= GOAL_LOAD), self._cheapest())

    def _cheapest(self) -> int:
        return min(range(len(self._rungs)), key=lambda place: self._load(self._rungs[place]), default=0)

    def _load(self, rung: Rung) -> float:
        """Return the part of the time that this rung is expected to take here."""
        seconds = self._cost[rung.name, rung.effort] * self._slowness * self._pixels / REFERENCE_PIXELS
        return seconds * rung.frames_per_second * self._factor

    def _busy(self, now: float, goal: float) -> None:
        self._calm_since = None
        if self._over_since is None:
            self._over_since = now
        if now - self._over_since < DOWN_AFTER_S:
            return
        below = range(self._place + 1, len(self._rungs))
        place = next((place for place in below if self._load(self._rungs[place]) <= goal), self._cheapest())
        if self._raised_at is not None and now - self._raised_at < _HELD_S:
            self._up_after_s[self._place] = min(MOST_UP_AFTER_S, 2 * self._patience(self._place))
        self._raised_at = None
        self._stand_on(max(place, self._place))

    def _calm(self, now: float, is_idle: bool) -> None:
        self._over_since = None
        if self._raised_at is not None and now - self._raised_at >= _HELD_S:
            self._raised_at = None
            self._up_after_s.pop(self._place, None)
        if not is_idle:
            self._calm_since = None
        elif self._calm_since is None:
            self._calm_since = now
        else:
            self._raise(now, now - self._calm_since)

    def _raise(self, now: float, calm_s: float) -> None:
        """Stand on the next better rung that should do, is as fast, and has not just failed."""
        rate = self._rungs[self._place].frames_per_second
        for place in range(self._place - 1, -1, -1):
            better = self._rungs[place]
            will_do = better.frames_per_second >= rate and self._load(better) <= RAISE_LOAD
            if will_do and calm_s >= self._patience(place):
                self._raised_at = now
                self._stand_on(place)
                return

    def _patience(self, place: int) -> float:
        return self._up_after_s.get(place, UP_AFTER_S)

    def _stand_on(self, place: int) -> None:
        self._place = place
        self._over_since = self._calm_since = None
