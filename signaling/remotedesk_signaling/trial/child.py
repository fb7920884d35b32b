"""One child process of a trial: started, waited for until it listens, ended."""

import subprocess
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

STARTS_WITHIN_S: Final = 20.0
ENDS_WITHIN_S: Final = 5.0
_POLL_S: Final = 0.05
_TCP_LISTEN: Final = "0A"  # include/net/tcp_states.h


class TrialError(Exception):
    """A part of the server side did not come up; the text is for whoever tries it out."""


class Child:
    """A program with a log file of its own."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        """Start it. Raises TrialError when there is no such program."""
        self._name = log.stem
        self._log = log
        with log.open("ab") as out:
            try:
                # A session of its own: Ctrl+C at the terminal is for the parent, which ends its children in order.
                self._process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
                )
            except OSError as error:
                raise TrialError(f"{self._name} cannot be started: {error.strerror}") from None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def wait_until_listening(self, tcp: Collection[int], udp: Collection[int] = ()) -> None:
        """Return once all these ports are open where it runs, in whatever network namespace. Raises TrialError."""
        deadline = time.monotonic() + STARTS_WITHIN_S
        while not self._listens(tcp, udp):
            if not self.running or time.monotonic() > deadline:
                raise TrialError(f"{self._name} did not start:\n{self._last_lines()}")
            time.sleep(_POLL_S)

    def end(self) -> None:
        """End it, by force if it does not listen."""
        self._process.terminate()
        try:
            self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def kill(self) -> None:
        """End it as a crash does."""
        self._process.kill()
        self._process.wait()

    def _listens(self, tcp: Collection[int], udp: Collection[int]) -> bool:
        return set(tcp) <= self._ports("tcp", _TCP_LISTEN) and set(udp) <= self._ports("udp", None)

    def _ports(self, kind: str, state: str | None) -> set[int]:
        """Return the local ports in /proc/PID/net (proc(5)): those of the namespace that the process is in."""
        try:
            rows = [line.split() for line in Path(f"/proc/{self.pid}/net/{kind}").read_text("ascii").splitlines()[1:]]
        except OSError:  # it has just ended
            return set()
        return {int(row[1].rpartition(":")[2], 16) for row in rows if state is None or row[3] == state}

    def _last_lines(self) -> str:
        return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
