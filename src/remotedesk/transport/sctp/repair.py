"""How much may be under way while lost packets are repeated: as much as has arrived within a round trip.

A link that has just become forty times slower has dropped what it had no room for. Repeated at once, all of it would
be dropped again; repeated as others arrive (packet conservation, RFC 6937), it passes, and the queue drains as well,
since most of what it adds to the round trip does not count.
"""

from collections import deque
from typing import Final

LEAST: Final = 4_800  # bytes; four packets
QUEUE_S: Final = 0.025  # the queue aimed at, as that of DelayWindow
QUEUE_KEPT: Final = 1 / 4  # or so much of it, since somebody else may fill it, and would take the link
FIRST_S: Final = 0.5  # round trip before one is known
SHORTEST_KEPT_S: Final = 10.0  # the shortest round trip counts for this long, and at most twice


class RepairWindow:
    """All times are seconds of one clock, passed in."""

    def __init__(self) -> None:
        self._arrived: deque[tuple[float, int]] = deque()
        self._recent = 0  # bytes in it
        self._shortest = self._shortest_before = FIRST_S
        self._since = float("-inf")
        self._smoothed = 0.0

    def took(self, rtt: float, now: float, sure: bool = True) -> None:
        """Count a round trip; that of a packet that was sent again is not `sure`, and never the shortest."""
        self._smoothed += (rtt - self._smoothed) / 8
        if not sure:
            return
        if now - self._since >= SHORTEST_KEPT_S:
            self._shortest_before, self._shortest, self._since = self._shortest, rtt, now
        self._shortest = min(self._shortest, rtt)

    def arrived(self, nbytes: int, now: float) -> None:
        """Count bytes that an acknowledgement says to have arrived."""
        self._arrived.append((now, nbytes))
        self._recent += nbytes
        self._forget(now)

    def allows(self, now: float) -> int:
        """Return how many bytes may be under way."""
        self._forget(now)
        return max(LEAST, self._recent)

    @property
    def shortest_s(self) -> float:
        """The shortest round trip of late, in seconds; FIRST_S before the first."""
        return min(self._shortest, self._shortest_before)

    @property
    def span_s(self) -> float:
        """The round trip that is aimed at, with a little queue, in seconds."""
        return self.shortest_s + max(QUEUE_S, QUEUE_KEPT * (self._smoothed - self.shortest_s))

    def _forget(self, now: float) -> None:
        since = now - self.span_s
        while self._arrived and self._arrived[0][0] < since:
            self._recent -= self._arrived.popleft()[1]
