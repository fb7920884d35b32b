"""What one connection may send, in one place: voice first, then what was lost and asked for again, then pictures."""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from itertools import takewhile
from typing import Final

from remotedesk.transport.rtp.estimator import Arrival, BandwidthEstimator
from remotedesk.transport.rtp.feedback import decode, unwrapped
from remotedesk.transport.rtp.pacer import Pacer

PACE: Final = 1.5  # times the rate: a frame larger than the others leaves in less than two frames' time
LEAST_PICTURES_BPS: Final = 30_000.0
MOST_UNDER_WAY: Final = 8_192  # packets of which nobody told whether they arrived
REORDERED: Final = 3  # numbers: a packet missing among the last ones may still be on its way
_COUNTED_S: Final = 1.0


class Kind(Enum):
    """What a packet carries."""

    VOICE = "voice"
    REPEAT = "repeat"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class _Sent:
    at: float
    nbytes: int


class _LastSecond:
    """Bytes of the last second."""

    def __init__(self) -> None:
        self._sent: deque[tuple[float, int]] = deque()
        self._bytes = 0

    def add(self, nbytes: int, now: float) -> None:
        self._sent.append((now, nbytes))
        self._bytes += nbytes
        self.bps(now)

    def bps(self, now: float) -> float:
        while self._sent and self._sent[0][0] < now - _COUNTED_S:
            self._bytes -= self._sent.popleft()[1]
        return 8 * self._bytes / _COUNTED_S


class SendBudget:
    """The one budget of a connection. All times are seconds of one monotonic clock, passed in."""

    def __init__(self) -> None:
        self.estimator = BandwidthEstimator()
        self.on_target: Callable[[float], None] = _ignore  # told the new rate in bits per second
        self.pictures_bps = LEAST_PICTURES_BPS  # what is left for pictures; may be read in any thread
        self._pacer = Pacer()
        self._under_way: OrderedDict[int, _Sent] = OrderedDict()
        self._last = 0
        self._recent = {kind: _LastSecond() for kind in Kind}
        self._share(0.0)

    @property
    def target_bps(self) -> float:
        """Bits per second that all RTP packets together may take."""
        return self.estimator.target_bps

    def sent_bps(self, kind: Kind, now: float) -> float:
        """Return what left in the last second, in bits per second."""
        return self._recent[kind].bps(now)

    def departure(self, kind: Kind, nbytes: int, now: float) -> float:
        """Return when a packet may leave at the earliest; voice never waits, but takes its share of the pace."""
        at = self._pacer.departure(nbytes, PACE * self.target_bps, now)
        return now if kind is Kind.VOICE else at

    def sent(self, kind: Kind, nbytes: int, now: float) -> int:
        """Count a packet that leaves now and return its transport-wide number (modulo 2¹⁶)."""
        self._last += 1
        self._under_way[self._last] = _Sent(now, nbytes)
        oldest = next(iter(self._under_way.values()))
        self._tell(lambda: self.estimator.silence(oldest.at, now))
        if len(self._under_way) > MOST_UNDER_WAY:
            self._under_way.popitem(last=False)
        self._recent[kind].add(nbytes, now)
        self._share(now)
        return self._last & 0xFFFF

    def feedback(self, message: bytes, now: float) -> None:
        """Take a transport-wide feedback message. Raises ProtocolError."""
        told = decode(message)
        arrived = {unwrapped(number, self._last): at for number, at in told.arrivals}
        end = unwrapped(told.base, self._last) + told.count
        arrivals, lost = [], 0
        for number in list(takewhile(lambda number: number < end, self._under_way)):
            if (at := arrived.get(number)) is not None:
                sent = self._under_way.pop(number)
                arrivals.append(Arrival(sent.at, at, sent.nbytes))
            elif number < end - REORDERED:
                del self._under_way[number]
                lost += 1
        self._tell(lambda: self.estimator.feedback(arrivals, lost, now))
        self._share(now)

    def _share(self, now: float) -> None:
        """Leave to pictures what voice and repeats do not take; repeats take at most half."""
        left = self.target_bps - self.sent_bps(Kind.VOICE, now)
        left -= min(left / 2, self.sent_bps(Kind.REPEAT, now))
        self.pictures_bps = max(LEAST_PICTURES_BPS, left)

    def _tell(self, act: Callable[[], None]) -> None:
        before = self.target_bps
        act()
        if self.target_bps != before:
            self.on_target(self.target_bps)


def _ignore(_: float) -> None:
    pass
