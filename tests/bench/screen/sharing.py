"""Another flow on the same link, from the customer's host to the engineer's, measured beside the session.

`tcp`: a bulk transfer with CUBIC, as when a file is uploaded. It fills the link's queue until packets are lost, while a
session that keeps its own queue short would give way. `self`: a flow like the session's own, over a second connection
of ours that always has something to send; a second pair of clients would measure how two cores are shared as well.
`share_min`: what the flow that gets less has of the link's rate, in bytes of IP packets and without the voice.
"""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol

from tests.bench.screen.network import ADDRESSES, LinkNetwork, end
from tests.bench.screen.scenes import Figures
from tests.bench.screen.seats import Seats
from tests.bench.screen.work import Work
from tests.bench.screen.workload import PAUSE_S

_PORT: Final = 5_001
_CHUNK: Final = 65_536
_WITH_HEADERS: Final = 1_500 / 1_448  # of a full segment with timestamps
_OURS_WITH_HEADERS: Final = 1_253 / 1_160  # of a full packet of SCTP in DTLS in UDP
_RUN_IN_S: Final = 3.0  # of both flows, before they are measured


class Flow(Protocol):
    """What the session shares its link with, from when it is made until `close`."""

    @property
    def received_bytes(self) -> float:
        """About how many bytes of IP packets have been received so far."""

    def close(self) -> None:
        """Send no more."""


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
        for each in (self._sender, self._receiver):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._sender.close()
        self._receiver.close()


class Neighbour:
    """A flow like the session's own, with an end at each host, until closed."""

    def __init__(self, network: LinkNetwork) -> None:
        self._received = 0
        self._ends = []
        for role, part in (("customer", "offer"), ("engineer", "answer")):
            command = [*network.inside(role), sys.executable, "-m", "tests.bench.screen.neighbour", part]
            self._ends.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        sender, receiver = self._ends
        _hand_over(sender, receiver)
        _hand_over(receiver, sender)
        self._thread = threading.Thread(target=self._count, name="neighbour")
        self._thread.start()

    def _count(self) -> None:
        assert self._ends[1].stdout is not None
        for line in self._ends[1].stdout:
            self._received = json.loads(line)

    @property
    def received_bytes(self) -> float:
        """Return about how many bytes of IP packets have been received so far."""
        return self._received * _OURS_WITH_HEADERS

    def close(self) -> None:
        """Send no more."""
        for process in self._ends:
            end(process)
        self._thread.join()
        for process in self._ends:
            assert process.stdout is not None
            process.stdout.close()


FLOWS: Final[dict[str, Callable[[LinkNetwork], Flow]]] = {"self": Neighbour, "tcp": Bulk}


def share(work: Work, seats: Seats, scene: str, seconds: float, other: str, note: Callable[[str], None]) -> Figures:
    """Return the figures of a session that shares its link with one of FLOWS; `note` takes what else is worth it."""
    if not work.settle():
        note(f"{scene}: the picture before it was not exact")
    work.play(scene)
    work.watch(PAUSE_S + _RUN_IN_S)
    alone_kbps, _ = _rates(seats, None, _RUN_IN_S)
    flow = FLOWS[other](seats.network)
    try:
        time.sleep(_RUN_IN_S)
        session_kbps, flow_kbps = _rates(seats, flow, seconds)
    finally:
        flow.close()
    rate = seats.link.kbps
    note(f"{scene}: alone {alone_kbps:.0f} kbit/s; together {session_kbps:.0f}, other {flow_kbps:.0f}, link {rate}")
    return {"share_min": min(session_kbps, flow_kbps) / rate}


def _hand_over(one: subprocess.Popen[str], other: subprocess.Popen[str]) -> None:
    """Pass on a line, which is a description of a connection."""
    assert one.stdout is not None
    assert other.stdin is not None
    other.stdin.write(one.stdout.readline())
    other.stdin.flush()


def _rates(seats: Seats, flow: Flow | None, seconds: float) -> tuple[float, float]:
    """Return the kbit/s of the session and of the other flow."""

    def counts() -> tuple[float, float, float]:
        other = flow.received_bytes if flow else 0.0
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
