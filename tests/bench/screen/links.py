"""The links that are measured, and what one direction of such a link does to a packet."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

_QUEUE_S: Final = 0.25
_LEAST_QUEUE_BYTES: Final = 30_000
_LOSS: Final = 0.02


@dataclass(frozen=True)
class Link:
    """Each direction alike. A rate of 0 is not limited."""

    name: str
    kbps: int = 0
    delay_s: float = 0.0
    loss: float = 0.0
    later_kbps: tuple[int, ...] = ()
    """The rates that it changes to while it is there."""

    @property
    def is_shaped(self) -> bool:
        """True unless packets pass just as the kernel passes them."""
        return self.kbps > 0

    @property
    def is_thin(self) -> bool:
        """True where the voice takes a share that matters, now or later."""
        return 0 < min((self.kbps, *self.later_kbps)) <= 2_000

    @property
    def bytes_per_s(self) -> float:
        """Return the rate, counted in bytes of IP packets."""
        return self.kbps * 125.0

    @property
    def queue_bytes(self) -> float:
        """Return how much may wait for the transmitter; what comes then is dropped."""
        return max(_LEAST_QUEUE_BYTES, self.bytes_per_s * _QUEUE_S)


_CLEAN: Final = (Link("20m", 20_000, 0.010), Link("2m", 2_000, 0.030), Link("512k", 512, 0.050))
LINKS: Final = {
    link.name: link
    for link in (
        Link("lan"),
        *_CLEAN,
        *(replace(link, name=f"{link.name}-loss2", loss=_LOSS) for link in _CLEAN),
    )
}
STEPS: Final = Link("steps", 20_000, 0.030, later_kbps=(500, 2_000))
STEP_LINKS: Final = (STEPS, replace(STEPS, name="steps-loss2", loss=_LOSS))


class Direction:
    """One direction: a drop-tail queue before a transmitter, random loss, then the delay."""

    def __init__(self, link: Link, chance: random.Random) -> None:
        self._link = link
        self._chance = chance
        self._free_at = 0.0

    def arrival(self, now: float, size: int) -> float | None:
        """Return when a packet of `size` bytes sent now arrives, in the seconds of `now`; None if it is lost."""
        start = max(now, self._free_at)
        if (start - now) * self._link.bytes_per_s + size > self._link.queue_bytes:
            return None
        self._free_at = start + size / self._link.bytes_per_s
        if self._chance.random() < self._link.loss:
            return None
        return self._free_at + self._link.delay_s

    def change_rate(self, kbps: int, now: float, arrivals: Iterable[float]) -> list[float | None]:
        """Go on at another rate; return when the packets that were to arrive at `arrivals` do so now.

        What waits for the transmitter leaves at the new rate. What the queue, which is one of the new rate's then, has
        no room for is lost (None): the bytes of a fast link would take a thin one many seconds, whoever sends.
        """
        before, self._link = self._link, replace(self._link, kbps=kbps)

        def left_at(planned: float) -> float:
            return now + (planned - now) * before.bytes_per_s / self._link.bytes_per_s

        longest = self._link.queue_bytes / self._link.bytes_per_s
        delay_s, changed = self._link.delay_s, list[float | None]()
        for arrival in arrivals:
            leaves_at = arrival - delay_s
            if leaves_at > now:
                leaves_at = left_at(leaves_at)
            changed.append(leaves_at + delay_s if leaves_at <= now + longest else None)
        self._free_at = min(left_at(max(self._free_at, now)), now + longest)
        return changed
