"""Another flow on the same link: a bulk transfer over TCP from the customer's host, as when a file is uploaded.

TCP with CUBIC and not a second session, because that is what our sessions will meet, and because it is the harder
neighbour: it fills the link's queue until packets are lost, while a session that keeps its own queue short gives way.
Two sessions would also have to share two cores here, and the figure would be that of the machine.
`share_min`: what the flow that gets less has of the link's rate, in bytes of IP packets and without the voice.
"""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from tests.bench.screen.network import ADDRESSES, LinkNetwork
from tests.bench.screen.scenes import Figures
from tests.bench.screen.seats import Seats
from tests.bench.screen.work import Work
from tests.bench.screen.workload import PAUSE_S

_PORT: Final = 5_001
_CHUNK: Final = 65_536
_WITH_HEADERS: Final = 1_500 / 1_448  # of a full segment with timestamps
_RUN_IN_S: Final = 3.0  # of both flows, before they are measured


class Bulk:
    """Sends from the customer's host to the engineer's as fast as TCP lets it, until closed."""

    def __init__(self, network: LinkNetwork) -> None:
        self._received = 0
        with network.make_in("engineer", _listen) as listening:
            self._sender = network.make_in("customer", _connect)
            self._receiver, _ = listening.accept()
        self._threads = [threading.Thread(target=work, name="bulk") for work in (self._send, self._receive)]
        for thread in self._threads:
            thread.start()

    def _send(self) -> None:
        with suppress(OSError):  # closed
            while True:
                self._sender.sendall(bytes(_CHUNK))

    def _receive(self) -> None:
        with suppress(OSError):
            while part := self._receiver.recv(_CHUNK):
                self._received += len(part)

    @property
    def received_bytes(self) -> float:
        """Return about how many bytes of IP packets have been received so far."""
        return self._received * _WITH_HEADERS

    def close(self) -> None:
        """Send no more."""
        for end in (self._sender, self._receiver):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._sender.close()
        self._receiver.close()


def share(work: Work, seats: Seats, scene: str, seconds: float, note: Callable[[str], None]) -> Figures:
    """Return the figures of a session that shares its link; `note` takes what is worth knowing besides them."""
    if not work.settle():
        note(f"{scene}: the picture before it was not exact")
    work.play(scene)
    work.watch(PAUSE_S + _RUN_IN_S)
    alone_kbps, _ = _rates(seats, None, _RUN_IN_S)
    bulk = Bulk(seats.network)
    try:
        time.sleep(_RUN_IN_S)
        session_kbps, bulk_kbps = _rates(seats, bulk, seconds)
    finally:
        bulk.close()
    rate = seats.link.kbps
    note(f"{scene}: alone {alone_kbps:.0f} kbit/s; together {session_kbps:.0f}, TCP {bulk_kbps:.0f}, link {rate}")
    return {"share_min": min(session_kbps, bulk_kbps) / rate}


def _rates(seats: Seats, bulk: Bulk | None, seconds: float) -> tuple[float, float]:
    """Return the kbit/s of the session and of the other flow."""

    def counts() -> tuple[float, float, float]:
        other = bulk.received_bytes if bulk else 0.0
        return time.monotonic(), seats.delivered_bytes("engineer") - other, other

    at, session, other = counts()
    time.sleep(seconds)
    later, session_later, other_later = counts()
    scale = 125 * (later - at)
    return (session_later - session) / scale, (other_later - other) / scale


def _listen() -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((ADDRESSES["engineer"], _PORT))
    listening.listen()
    return listening


def _connect() -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"cubic")
    made.settimeout(30)
    made.connect((ADDRESSES["engineer"], _PORT))
    made.settimeout(None)
    return made
