"""A simulated link with one bottleneck for packets of pictures: rate, delay, drop-tail queue and loss, in no time."""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from remotedesk.transport.rtp.budget import Kind, SendBudget
from remotedesk.transport.rtp.feedback import ArrivalLog

PACKET: Final = 1_200
FRAME_S: Final = 1 / 30
TOLD_S: Final = 0.05  # between messages of the receiver
VOICE_S: Final = 0.02
VOICE_BYTES: Final = 80
CLOCK_OFFSET_S: Final = 1_234.567  # of the receiver's clock


class Clockwork:
    """What happens when, in order."""

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def at(self, when: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when, next(self._order), act))

    def every(self, seconds: float, act: Callable[[], None]) -> None:
        act()
        self.at(self.now + seconds, lambda: self.every(seconds, act))

    def run(self, until: float) -> None:
        while self._events and self._events[0][0] <= until:
            self.now, _, act = heapq.heappop(self._events)
            act()
        self.now = until


@dataclass
class Bottleneck:
    """One direction; the other, for what the receiver tells, has the same delay and no limit."""

    clock: Clockwork
    rate_bps: float
    delay_s: float
    loss: float = 0.0
    queue_s: float = 0.25
    queued: float = 0.0
    free_at: float = 0.0
    waits: list[tuple[float, float]] = field(default_factory=list)  # when, seconds in the queue

    def __post_init__(self) -> None:
        self.chance = random.Random(1)

    def carry(self, nbytes: int, deliver: Callable[[], None]) -> None:
        now = self.clock.now
        wait = max(0.0, self.free_at - now)
        if wait > max(self.queue_s, 8 * 30_000 / self.rate_bps) or self.chance.random() < self.loss:
            return
        self.free_at = now + wait + 8 * nbytes / self.rate_bps
        self.waits.append((now, wait))
        self.clock.at(self.free_at + self.delay_s, deliver)

    def change(self, rate_bps: float) -> None:
        """Go on at another rate; what a full queue of the new link would not hold is gone."""
        left = max(0.0, self.free_at - self.clock.now) * self.rate_bps / rate_bps
        self.rate_bps, self.free_at = rate_bps, self.clock.now + min(left, self.queue_s)

    def longest_wait(self, since: float, until: float) -> float:
        return max((wait for at, wait in self.waits if since <= at < until), default=0.0)


class Sending:
    """A camera and a voice with a SendBudget, and their receiver, on one link."""

    def __init__(self, link: Bottleneck, seed: int = 1) -> None:
        self.link, self.clock, self.budget, self.log = link, link.clock, SendBudget(), ArrivalLog()
        self.chance = random.Random(seed)
        self.arrived: list[tuple[float, int]] = []
        self.most_bps = 50e6  # what the encoder would use at most
        self._backlog = 0
        self.clock.every(FRAME_S, self._frame)
        self.clock.every(VOICE_S, lambda: self._send(Kind.VOICE, VOICE_BYTES))
        self.clock.every(TOLD_S, self._tell)

    def _frame(self) -> None:
        if self._backlog:
            return  # as aiortc: the next frame is taken when this one has left
        rate = min(self.most_bps, self.budget.pictures_bps)
        nbytes = max(50, int(rate / 8 * FRAME_S * self.chance.uniform(0.6, 1.4)))
        sizes = [min(PACKET, nbytes - at) for at in range(0, nbytes, PACKET)]
        self._backlog = len(sizes)
        self._next(sizes)

    def _next(self, sizes: list[int]) -> None:
        self._backlog = len(sizes)
        if sizes:
            at = self.budget.departure(Kind.PICTURE, sizes[0], self.clock.now)

            def leave() -> None:
                self._send(Kind.PICTURE, sizes[0])
                self._next(sizes[1:])

            self.clock.at(at, leave)

    def _send(self, kind: Kind, nbytes: int) -> None:
        number = self.budget.sent(kind, nbytes, self.clock.now)

        def arrive() -> None:
            self.arrived.append((self.clock.now, nbytes))
            self.log.add(number, self.clock.now + CLOCK_OFFSET_S)

        self.link.carry(nbytes, arrive)

    def _tell(self) -> None:
        for message in self.log.take():
            self.clock.at(
                self.clock.now + self.link.delay_s,
                lambda message=message: self.budget.feedback(message, self.clock.now),  # type: ignore[misc]
            )

    def used_bps(self, since: float, until: float) -> float:
        return 8 * sum(nbytes for at, nbytes in self.arrived if since <= at < until) / (until - since)
