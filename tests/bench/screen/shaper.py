"""Carries IP packets between two TUN devices as a link of the benchmark would, until its standard input ends.

A line of the standard input is another rate, in kbit/s. This kernel, as many, has no netem.
Run by the benchmark: python -m tests.bench.screen.shaper KBPS DELAY_S LOSS SEED FD FD
"""

import os
import random
import select
import signal
import sys
import time
from collections import deque
from contextlib import suppress
from typing import Final

from tests.bench.screen.links import Direction, Link

_LONGEST_PACKET: Final = 65_536
_LONGEST_LINE: Final = 64
_AT_ONCE: Final = 64  # packets read before others are sent on


class Shaper:
    """Both directions: what is read from one device is written to the other."""

    def __init__(self, link: Link, seed: int, devices: tuple[int, int]) -> None:
        self._devices = devices
        self._directions = [Direction(link, random.Random(seed + number)) for number in (0, 1)]
        self._waiting: list[deque[tuple[float, bytes]]] = [deque(), deque()]

    def run(self) -> None:
        """Carry packets until the standard input ends."""
        while True:
            first = min((queue[0][0] for queue in self._waiting if queue), default=None)
            patience_s = None if first is None else max(0.0, first - time.monotonic())
            readable, _, _ = select.select([*self._devices, sys.stdin], [], [], patience_s)
            if sys.stdin in readable and not self._obey(os.read(sys.stdin.fileno(), _LONGEST_LINE)):
                return
            for number, device in enumerate(self._devices):
                if device in readable:
                    self._take(number)
            for number in (0, 1):
                self._deliver(number)

    def _obey(self, lines: bytes) -> bool:
        """Change the rate to that of the last line; False if there are no more lines."""
        if lines:
            kbps, now = int(lines.split()[-1]), time.monotonic()
            for number, direction in enumerate(self._directions):
                waiting = self._waiting[number]
                arrivals = direction.change_rate(kbps, now, [arrives_at for arrives_at, _ in waiting])
                packets = [packet for _, packet in waiting]
                self._waiting[number] = deque(
                    (at, packet) for at, packet in zip(arrivals, packets, strict=True) if at is not None
                )
        return bool(lines)

    def _take(self, number: int) -> None:
        for _ in range(_AT_ONCE):
            try:
                packet = os.read(self._devices[number], _LONGEST_PACKET)
            except BlockingIOError:
                return
            arrives_at = self._directions[number].arrival(time.monotonic(), len(packet))
            if arrives_at is not None:
                self._waiting[number].append((arrives_at, packet))

    def _deliver(self, number: int) -> None:
        queue = self._waiting[number]
        while queue and queue[0][0] <= time.monotonic():
            with suppress(OSError):  # the device's own queue is full
                os.write(self._devices[1 - number], queue.popleft()[1])


def main() -> None:
    """Shape until nobody needs it any more."""
    kbps, delay_s, loss, seed, one, other = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this ends it
    with suppress(PermissionError):
        os.nice(-10)  # a shaper that has to wait is a longer delay
    Shaper(Link("", int(kbps), float(delay_s), float(loss)), int(seed), (int(one), int(other))).run()


if __name__ == "__main__":
    main()
