"""The two displays, the link between them, and what sits at both ends of it: the product, or a peer of it."""

import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

import psutil

from tests.bench.screen.framebuffer import SeenDisplay
from tests.bench.screen.links import Link
from tests.bench.screen.network import LinkNetwork, end
from tests.bench.screen.voice import Voice

_MOST_COMPLAINTS: Final = 5


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
            self.voice = Voice(self.network) if link.is_thin else None
            if self.voice:
                opening.callback(self.voice.close)
            self._open = opening.pop_all()

    def delivered_bytes(self, role: str) -> int:
        """Return how many bytes of IP packets have reached a host so far, without the voice."""
        voice = self.voice.received_bytes(role) if self.voice else 0
        return self.network.delivered_bytes(role) - voice

    def complaints(self) -> list[str]:
        """Return the last lines that the programs at both ends have written to their logs."""
        logs = [self.folder / f"{role}.log" for role in ("customer", "engineer")]
        return [
            f"{log.stem} logged: {line}"
            for log in logs
            for line in log.read_text(encoding="utf-8", errors="replace").splitlines()[-_MOST_COMPLAINTS:]
        ]

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


class Costs:
    """What a system spends from when this is made until `stop`."""

    def __init__(self, seats: Seats, system: System) -> None:
        self._seats = seats
        self._pids = {"customer": system.customer_pid, "engineer": system.engineer_pid}
        self._before = self._spent()
        self._machine = psutil.cpu_times()
        self._began = time.monotonic()
        self._busy = 0.0
        self.cores: dict[str, float] = {}
        """CPU cores that each side's programs kept busy."""
        self.kbps: dict[str, float] = {}
        """Kbit/s that reached each side's host, without the voice."""

    def _spent(self) -> tuple[dict[str, float], dict[str, int]]:
        sides = {role: _cpu_s(pid) for role, pid in self._pids.items()}
        return sides, {role: self._seats.delivered_bytes(role) for role in self._pids}

    def stop(self) -> None:
        """Take the figures."""
        lasted_s = time.monotonic() - self._began
        cpu_s, size = self._spent()
        cpu_s_before, size_before = self._before
        self.cores = {role: (cpu_s[role] - cpu_s_before[role]) / lasted_s for role in cpu_s}
        self.kbps = {role: (size[role] - size_before[role]) / 125 / lasted_s for role in size}
        machine = psutil.cpu_times()
        idle_s = (machine.idle - self._machine.idle) / (psutil.cpu_count() or 1)
        self._busy = 1 - min(1.0, idle_s / lasted_s)

    def __str__(self) -> str:
        return (
            f"back {self.kbps['customer']:.1f} kbit/s, engineer's side {self.cores['engineer']:.3f} cores, "
            f"machine {100 * self._busy:.0f} % busy"
        )


def _cpu_s(pid: int) -> float:
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
