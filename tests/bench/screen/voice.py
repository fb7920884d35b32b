"""Stands in for the voice: 32 kbit/s of IP packets each way, fifty a second."""

import socket
import struct
import threading
import time
from collections import deque
from contextlib import suppress
from typing import Final

from tests.bench.screen.network import ADDRESSES, LinkNetwork

PACKETS_PER_S: Final = 50
PACKET_BYTES: Final = 80  # with the IP and UDP headers: 32 kbit/s
_HEADERS: Final = 28
_PORT: Final = 4_000
_SENT_AT: Final = struct.Struct("<d")
_MOST_DELAYS: Final = 300 * PACKETS_PER_S


class Voice:
    """Talks both ways from a thread of its own until closed, and counts what arrives."""

    def __init__(self, network: LinkNetwork) -> None:
        self._received = dict.fromkeys(ADDRESSES, 0)
        self._delays: deque[tuple[float, float]] = deque(maxlen=_MOST_DELAYS)
        self._sockets = {role: network.make_in(role, lambda at=at: _socket_at(at)) for role, at in ADDRESSES.items()}  # type: ignore[misc]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._talk, name="voice")
        self._thread.start()

    def _talk(self) -> None:
        due = time.monotonic()
        while not self._over.wait(max(0.0, due - time.monotonic())):
            due += 1 / PACKETS_PER_S
            for own, far in (("customer", "engineer"), ("engineer", "customer")):
                with suppress(BlockingIOError):  # lost on the way out
                    word = _SENT_AT.pack(time.monotonic()).ljust(PACKET_BYTES - _HEADERS, b"\0")
                    self._sockets[own].sendto(word, (ADDRESSES[far], _PORT))
                self._listen(own)

    def _listen(self, role: str) -> None:
        while True:
            try:
                word = self._sockets[role].recv(PACKET_BYTES)
            except BlockingIOError:
                return
            self._received[role] += PACKET_BYTES
            if role == "engineer":
                now = time.monotonic()
                self._delays.append((now, now - _SENT_AT.unpack_from(word)[0]))

    def received_bytes(self, role: str) -> int:
        """Return how many bytes of IP packets of the voice have reached this host."""
        return self._received[role]

    def delays(self) -> list[tuple[float, float]]:
        """Return when words reached the engineer, and how many seconds each took, read up to 0.02 later."""
        return list(self._delays)

    def close(self) -> None:
        """Be silent."""
        self._over.set()
        self._thread.join()
        for each in self._sockets.values():
            each.close()


def _socket_at(address: str) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((address, _PORT))
    made.setblocking(False)
    return made
