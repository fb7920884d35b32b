"""A token bucket: so many at once, so many per second after that."""


class TokenBucket:
    """Holds at most `burst` tokens and gains `per_second`; the caller brings the time."""

    __slots__ = ("_at", "_burst", "_per_second", "_tokens")

    def __init__(self, burst: float, per_second: float, now: float) -> None:
        """Start full at `now`, in seconds of any monotonic clock."""
        self._burst = burst
        self._per_second = per_second
        self._tokens = burst
        self._at = now

    def take(self, now: float, tokens: float = 1.0) -> bool:
        """Take `tokens` if they are there; False, and none taken, if not."""
        self._tokens = min(self._burst, self._tokens + max(0.0, now - self._at) * self._per_second)
        self._at = max(self._at, now)
        if self._tokens < tokens:
            return False
        self._tokens -= tokens
        return True
