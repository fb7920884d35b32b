"""A simulated link with one bottleneck: a rate that may change, a delay, a drop-tail queue and loss, in no time."""

import heapq
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from remotedesk.transport.window import DelayWindow

PACKET: Final = 1_160
QUEUE_S: Final = 0.250  # what the queue holds, in seconds of the link's first rate


@dataclass
class _Packet:
    message: int
    nbytes: int


@dataclass
class Bottleneck:
    """One direction carrying one sender's messages in order, lost packets again; acknowledgements come back alone.

    The sender asks a DelayWindow, and with `greedy` always has something to send. `rate_bps` may be set between runs.
    """

    window: DelayWindow
    rate_bps: float
    delay_s: float
    loss: float = 0.0
    now: float = 0.0
    queueing: list[tuple[float, float]] = field(default_factory=list)  # when a packet came, seconds it will wait
    latencies: list[tuple[float, float]] = field(default_factory=list)  # when a message was sent, seconds to arrival
    arrived_bytes: list[tuple[float, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(1)
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._queue: deque[_Packet] = deque()
        self._queued = 0
        self._most_queued = QUEUE_S * self.rate_bps / 8
        self._serving = False
        self._missing: dict[int, int] = {}  # packets of a message still to arrive
        self._sent_at: dict[int, tuple[float, int]] = {}
        self._next_sent, self._next_arrived = 0, 0
        self.greedy = False

    def at(self, when: float, act: Callable[[], None]) -> None:
        """Do `act` at `when`."""
        heapq.heappush(self._events, (when, next(self._order), act))

    def run(self, until: float) -> None:
        """Let time pass, to that second."""
        self._fill()
        while self._events and self._events[0][0] <= until:
            self.now, _, act = heapq.heappop(self._events)
            act()
            self._fill()
        self.now = until

    def send(self, nbytes: int) -> None:
        """Send one message if there is room for it."""
        if self.window.room() < nbytes:
            return
        number = self._next_sent
        self._next_sent += 1
        self.window.sent(number, nbytes, self.now)
        self._sent_at[number] = self.now, nbytes
        sizes = [min(PACKET, nbytes - at) for at in range(0, nbytes, PACKET)]
        self._missing[number] = len(sizes)
        for size in sizes:
            self._enter(_Packet(number, size))

    def _fill(self) -> None:
        while self.greedy and self.window.room() >= min(PACKET, self.window.message_bytes):
            self.send(min(self.window.room(), self.window.message_bytes))

    def _enter(self, packet: _Packet) -> None:
        waits = 8 * self._queued / self.rate_bps
        if self._queued + packet.nbytes > self._most_queued or self._random.random() < self.loss:
            noticed = self.now + 2 * self.delay_s + min(waits, QUEUE_S) + 4 * 8 * PACKET / self.rate_bps + 0.005
            self.at(noticed, lambda: self._enter(packet))
            return
        self.queueing.append((self.now, waits))
        self._queue.append(packet)
        self._queued += packet.nbytes
        if not self._serving:
            self._serve()

    def _serve(self) -> None:
        self._serving = bool(self._queue)
        if self._queue:
            self.at(self.now + 8 * self._queue[0].nbytes / self.rate_bps, self._served)

    def _served(self) -> None:
        packet = self._queue.popleft()
        self._queued -= packet.nbytes
        self.at(self.now + self.delay_s, lambda: self._arrive(packet))
        self._serve()

    def _arrive(self, packet: _Packet) -> None:
        self._missing[packet.message] -= 1
        while self._missing.get(self._next_arrived) == 0:
            number = self._next_arrived
            self._next_arrived += 1
            del self._missing[number]
            sent_at, nbytes = self._sent_at.pop(number)
            self.latencies.append((sent_at, self.now - sent_at))
            self.arrived_bytes.append((self.now, nbytes))
            self.at(self.now + self.delay_s, lambda number=number: self.window.acked(number, self.now))  # type: ignore[misc]

    @property
    def in_flight(self) -> int:
        """Bytes sent that have not arrived."""
        return sum(nbytes for _, nbytes in self._sent_at.values())

    def used(self, since: float, until: float) -> float:
        """Return the share of the link used between two times, at its rate now."""
        carried = sum(nbytes for when, nbytes in self.arrived_bytes if since <= when < until)
        return 8 * carried / (until - since) / self.rate_bps
