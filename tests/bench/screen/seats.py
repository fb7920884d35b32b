"""The two displays, the link between them, and what sits at both ends of it: the product, or a peer of it."""

import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import psutil

from tests.bench.screen.framebuffer import SeenDisplay
from tests.bench.screen.links import Link
from tests.bench.screen.network import LinkNetwork, end
from tests.bench.screen.voice import Voice


class Seats:
    """Everything that is there before a program starts; nothing outlives it."""

    def __init__(self, link: Link) -> None:
        self.link = link
        with ExitStack() as opening:
            self.folder = Path(opening.enter_context(tempfile.TemporaryDirectory(prefix="screen")))
            self.network = opening.enter_context(LinkNetwork(link))
            self.customer = SeenDisplay(self.folder / "customer-pixels")
            opening.callback(self.customer.close)
            self.engineer = SeenDisplay(self.folder / "engineer-pixels")
            opening.callback(self.engineer.close)
            self._voice = Voice(self.network) if link.is_thin else None
            if self._voice:
                opening.callback(self._voice.close)
            self._open = opening.pop_all()

    def delivered_bytes(self, role: str) -> int:
        """Return how many bytes of IP packets have reached a host so far, without the voice."""
        voice = self._voice.received_bytes(role) if self._voice else 0
        return self.network.delivered_bytes(role) - voice

    def close(self) -> None:
        """End all of it."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class System(Protocol):
    """Something that shows the customer's screen on the engineer's, over the whole of it, pixel on pixel."""

    name: str
    """What stands behind the figures' names; nothing for the product."""
    takes_clicks: bool
    customer_pid: int
    engineer_pid: int

    def close(self) -> None:
        """End it."""


def run_at(seats: Seats, opening: ExitStack, role: str, *command: str, **environment: str) -> int:
    """Start a program on a host and its display, with its output in ROLE.log; return its process id."""
    home = seats.folder / role
    home.mkdir()
    own = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    display = seats.customer.server if role == "customer" else seats.engineer.server
    with (seats.folder / f"{role}.log").open("wb") as log:
        process = subprocess.Popen(
            [*seats.network.inside(role), *command],
            env=display.environment(**own, **environment),
            stdout=log,
            stderr=log,
        )
    opening.callback(end, process)
    return process.pid


def cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process and all its children so far."""
    process = psutil.Process(pid)
    own = process.cpu_times()
    total: float = own.user + own.system + own.children_user + own.children_system
    for child in process.children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue  # it has just ended and is among its parent's children now
        total += times.user + times.system + times.children_user + times.children_system
    return total
