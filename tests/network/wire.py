"""Carries packets between two interfaces after a delay, and loses some; this kernel, as many, has no netem.

What a line of standard input says holds from then on: DELAY_S LOSS. Ends with its standard input.
Run by the lab in the namespace of both: python -m tests.network.wire INTERFACE INTERFACE SEED
"""

import os
import random
import select
import signal
import socket
import sys
import time
from collections import deque
from contextlib import suppress
from typing import Final

_EVERYTHING: Final = 0x0003  # ETH_P_ALL, linux/if_ether.h
_LONGEST_FRAME: Final = 65_536
_LONGEST_LINE: Final = 64
_AT_ONCE: Final = 64  # frames read before others are sent on
_MOST_WAITING: Final = 8_192  # frames a direction; what comes then is dropped
_RECEIVE_BUFFER: Final = 4 << 20


class Wire:
    """Both directions alike, each in order."""

    def __init__(self, interfaces: tuple[str, str], seed: int) -> None:
        self._ends = [_open(interface) for interface in interfaces]
        self._waiting: list[deque[tuple[float, bytes]]] = [deque(), deque()]
        self._chance = random.Random(seed)
        self._delay_s = self._loss = 0.0

    def run(self) -> None:
        """Carry packets until the standard input ends."""
        while True:
            first = min((queue[0][0] for queue in self._waiting if queue), default=None)
            patience_s = None if first is None else max(0.0, first - time.monotonic())
            readable, _, _ = select.select([*self._ends, sys.stdin], [], [], patience_s)
            if sys.stdin in readable and not self._obey(os.read(sys.stdin.fileno(), _LONGEST_LINE)):
                return
            for number, end in enumerate(self._ends):
                if end in readable:
                    self._take(number)
                self._deliver(number)

    def _obey(self, lines: bytes) -> bool:
        """Take what the last line says; False if there are no more lines."""
        if lines:
            self._delay_s, self._loss = map(float, lines.split()[-2:])
            print("ready", flush=True)
        return bool(lines)

    def _take(self, number: int) -> None:
        waiting = self._waiting[number]
        for _ in range(_AT_ONCE):
            try:
                frame, (_, _, kind, *_) = self._ends[number].recvfrom(_LONGEST_FRAME)
            except OSError:  # nothing more, or the interface is down
                return
            # What this process itself has sent out there is seen as well.
            if kind == socket.PACKET_OUTGOING or len(waiting) >= _MOST_WAITING or self._chance.random() < self._loss:
                continue
            waiting.append((time.monotonic() + self._delay_s, frame))

    def _deliver(self, number: int) -> None:
        queue = self._waiting[number]
        while queue and queue[0][0] <= time.monotonic():
            with suppress(OSError):  # the interface is down, or its queue full
                self._ends[1 - number].send(queue.popleft()[1])


def _open(interface: str) -> socket.socket:
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERYTHING))
    end.bind((interface, 0))
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    end.setblocking(False)
    return end


def main() -> None:
    """Be a wire until nobody needs it any more."""
    one, other, seed = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this ends it
    with suppress(PermissionError):
        os.nice(-10)  # a wire that has to wait is a longer delay
    Wire((one, other), int(seed)).run()


if __name__ == "__main__":
    main()
