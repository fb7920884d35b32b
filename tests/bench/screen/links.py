"""The links that are measured, and what one direction of such a link does to a packet."""

import random
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

    @property
    def is_shaped(self) -> bool:
        """True unless packets pass just as the kernel passes them."""
        return self.kbps > 0

    @property
    def is_thin(self) -> bool:
        """True where the voice takes a share that matters."""
        return 0 < self.kbps <= 2_000

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
