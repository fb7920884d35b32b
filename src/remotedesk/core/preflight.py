"""How good a line is: a rate from bytes as they come, and whether screen and voice will be comfortable over it."""

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final

# What a session is at ease with, and what it still works from: links of 2 Mbit/s and 512 kbit/s, of which TCP carries
# 94 to 97 %.
SCREEN_GOOD_BPS: Final = 1_800_000
SCREEN_FAIR_BPS: Final = 460_000
SCREEN_GOOD_RTT_S: Final = 0.150
SCREEN_FAIR_RTT_S: Final = 0.400
VOICE_BPS: Final = 64_000
VOICE_GOOD_RTT_S: Final = 0.300
VOICE_FAIR_RTT_S: Final = 0.600
VOICE_GOOD_LOSS: Final = 0.03
VOICE_FAIR_LOSS: Final = 0.10

_MARK_EVERY: Final = 8 * 1024  # bytes
_LEAST_S: Final = 0.001  # a shorter time says nothing


class Comfort(StrEnum):
    """How something will feel."""

    UNKNOWN = auto()  # not everything that it takes was measured
    GOOD = auto()
    FAIR = auto()  # it works, and is slower than it could be
    POOR = auto()


class Opened(StrEnum):
    """Whether something between opens TLS and reads along as far as the server's own end."""

    UNKNOWN = auto()
    NO = auto()
    YES = auto()


@dataclass(frozen=True)
class Line:
    """What was measured between here and the server; None is not known. `loss` is a share, 0 to 1, over UDP."""

    rtt_s: float | None = None
    down_bps: float | None = None
    up_bps: float | None = None
    loss: float | None = None


class Meter:
    """A rate from bytes as they come. Keeps a mark each 8 KiB, so that its memory is bounded by what is sent."""

    def __init__(self, started_s: float) -> None:
        """Times are seconds of any one clock."""
        self.total = 0
        self._marks: list[tuple[float, int]] = [(started_s, 0)]
        self._last = self._marks[0]

    def add(self, nbytes: int, at_s: float) -> None:
        """Count bytes that have come by now."""
        self.total += nbytes
        self._last = at_s, self.total
        if self.total >= self._marks[-1][1] + _MARK_EVERY:
            self._marks.append(self._last)

    @property
    def rate_bps(self) -> float | None:
        """Bits per second, without the first third of the time, in which TCP is still gathering speed."""
        end_s, total = self._last
        start_s = self._marks[0][0]
        from_s = start_s + (end_s - start_s) / 3
        begin_s, before = next((mark for mark in self._marks if mark[0] >= from_s), self._marks[0])
        if total == before:  # all of it came at once
            begin_s, before = self._marks[0]
        return 8 * (total - before) / max(end_s - begin_s, _LEAST_S) if total else None


def screen_comfort(line: Line) -> Comfort:
    """Say how working on a shared screen will feel."""
    if line.rtt_s is None or line.down_bps is None or line.up_bps is None:
        return Comfort.UNKNOWN
    slower = min(line.down_bps, line.up_bps)
    if slower >= SCREEN_GOOD_BPS and line.rtt_s <= SCREEN_GOOD_RTT_S:
        return Comfort.GOOD
    return Comfort.FAIR if slower >= SCREEN_FAIR_BPS and line.rtt_s <= SCREEN_FAIR_RTT_S else Comfort.POOR


def voice_comfort(line: Line) -> Comfort:
    """Say how speaking will feel. Without UDP nothing is lost, but what is late comes later still."""
    if line.rtt_s is None or line.down_bps is None or line.up_bps is None:
        return Comfort.UNKNOWN
    loss = line.loss or 0.0
    if min(line.down_bps, line.up_bps) < VOICE_BPS or line.rtt_s > VOICE_FAIR_RTT_S or loss > VOICE_FAIR_LOSS:
        return Comfort.POOR
    good = line.rtt_s <= VOICE_GOOD_RTT_S and loss <= VOICE_GOOD_LOSS
    return Comfort.GOOD if good else Comfort.FAIR
