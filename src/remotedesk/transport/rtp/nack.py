"""Which packets of one stream are missing, when to ask for each again, and when to give up (RFC 4585, 6.2.1)."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from remotedesk.transport.rtp.feedback import unwrapped

REORDER_S: Final = 0.01  # a packet may have been overtaken
FIRST_ROUND_S: Final = 0.1  # taken for a round trip before one was measured
LEAST_WAIT_S: Final = 0.02  # between two requests for one packet
MOST_TRIES: Final = 10
GIVEN_UP_S: Final = 1.0  # a picture so old helps nobody
MOST_MISSING: Final = 512  # more at once is no loss but a pause: a key frame is cheaper
MOST_ASKED: Final = 200  # in one message


@dataclass(slots=True)
class _Missing:
    since: float
    ask_at: float
    asked_at: float = 0.0
    tries: int = 0


class MissingPackets:
    """What is missing of one stream. All times are seconds of one monotonic clock, passed in."""

    def __init__(self) -> None:
        self.round_s = FIRST_ROUND_S  # from asking for a packet to its arrival, smoothed
        self._newest: int | None = None
        self._missing: OrderedDict[int, _Missing] = OrderedDict()

    @property
    def count(self) -> int:
        """How many packets are missing and still hoped for."""
        return len(self._missing)

    def add(self, number: int, now: float) -> bool:
        """Note the arrival of packet `number` (modulo 2¹⁶); True if so much is missing that no asking helps."""
        if self._newest is None:
            self._newest = number + (1 << 16)
            return False
        whole = unwrapped(number, self._newest)
        if whole <= self._newest:
            self._found(whole, now)
            return False
        gap = range(self._newest + 1, whole)
        self._newest = whole
        if len(self._missing) + len(gap) > MOST_MISSING:
            self._missing.clear()
            return True
        for missing in gap:
            self._missing[missing] = _Missing(now, now + REORDER_S)
        return False

    def due(self, now: float) -> list[int]:
        """Return the numbers (modulo 2¹⁶) to ask for now, at most MOST_ASKED."""
        asked: list[int] = []
        for number, missing in self._missing.items():
            if missing.ask_at <= now and missing.tries < MOST_TRIES and len(asked) < MOST_ASKED:
                missing.tries += 1
                missing.asked_at = now
                missing.ask_at = now + max(LEAST_WAIT_S, 1.25 * self.round_s) * min(missing.tries, 4)
                asked.append(number & 0xFFFF)
        return asked

    def given_up(self, now: float) -> bool:
        """Forget what will not come any more; True if there was any."""
        lost = [
            number
            for number, missing in self._missing.items()
            if now - missing.since > GIVEN_UP_S or (missing.tries >= MOST_TRIES and missing.ask_at <= now)
        ]
        for number in lost:
            del self._missing[number]
        return bool(lost)

    def forget_before(self, number: int) -> None:
        """Hope no more for packets before `number` (modulo 2¹⁶): nobody needs them."""
        if self._newest is not None:
            first = unwrapped(number, self._newest)
            for missing in [missing for missing in self._missing if missing < first]:
                del self._missing[missing]

    def next_due(self) -> float | None:
        """Return when to call `due` again, or None if nothing is missing."""
        return min((missing.ask_at for missing in self._missing.values()), default=None)

    def _found(self, whole: int, now: float) -> None:
        missing = self._missing.pop(whole, None)
        if missing is not None and missing.tries == 1:  # of several requests nobody knows which was answered
            self.round_s += (now - missing.asked_at - self.round_s) / 4
