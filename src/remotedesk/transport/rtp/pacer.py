"""When the next packet may leave, so that a large frame fills no queue on the way."""

from typing import Final

BURST_S: Final = 0.005  # what may leave at once, in seconds of the rate: timers are no finer


class Pacer:
    """Spreads packets in time. All times are seconds of one clock, passed in."""

    def __init__(self) -> None:
        self._free_at = 0.0

    def departure(self, nbytes: int, rate_bps: float, now: float) -> float:
        """Return when a packet of `nbytes` bytes may leave at the earliest; the next one comes after it."""
        starts_at = max(now - BURST_S, self._free_at)
        self._free_at = starts_at + 8 * nbytes / rate_bps
        return max(now, starts_at)

    def sent(self, nbytes: int, rate_bps: float, now: float) -> None:
        """Count a packet that did not wait."""
        self.departure(nbytes, rate_bps, now)
