"""Finds the controls of a client under Wine, which tells of them itself (`tests/windows/read_client.py`)."""

import json
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Final

from tests.support.accessibility import AccessibilityError, Extents, Reader, Shown

ANSWER_S: Final = 30.0
FIRST_ANSWER_S: Final = 100.0  # of a client whose code has never been compiled and lies on a disk that writes


@dataclass(frozen=True)
class Seen:
    """One control as it was a moment ago."""

    identifier: str
    name: str
    role: str
    text: str
    extents: Extents
    is_checked: bool
    is_enabled: bool
    is_focused: bool
    is_showing: bool = True

    @classmethod
    def of(cls, facts: dict[str, Any]) -> "Seen":
        """Return what a line of the client's says of one."""
        said = (facts[key] for key in ("identifier", "name", "role", "text"))
        states = (facts[key] for key in ("checked", "enabled", "focused"))
        return cls(*said, Extents(*facts["place"]), *states)


class Client(Reader):
    """A running client; what it logs goes to a file."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._patience_s = FIRST_ANSWER_S
        self._answers: Queue[bytes] = Queue()
        self._threads = [
            threading.Thread(target=self._hear, name="client's answers"),
            threading.Thread(target=self._keep, args=(log,), name="client's log"),
        ]
        for thread in self._threads:
            thread.start()

    def controls(self) -> Iterator[Shown]:
        """Yield every control that shows, from top to bottom; raises AccessibilityError when the client is silent."""
        yield from map(Seen.of, self._ask("controls"))

    def counts(self) -> dict[str, int]:
        """Return how much the client holds of Windows, by kind."""
        return dict(self._ask("counts"))

    def _ask(self, question: str) -> Any:
        assert self.process.stdin
        try:
            self.process.stdin.write(question.encode() + b"\n")
            self.process.stdin.flush()
            answer = self._answers.get(timeout=self._patience_s)
        except (OSError, Empty) as problem:
            raise AccessibilityError(f"the client has said nothing for {self._patience_s:.0f} s") from problem
        self._patience_s = ANSWER_S
        if not answer:
            raise AccessibilityError("the client has ended")
        return json.loads(answer)

    def close(self) -> None:
        """Wait for what it has said to be read; it has ended by now."""
        for thread in self._threads:
            thread.join()

    def _hear(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._answers.put(line)
        self._answers.put(b"")

    def _keep(self, log: Path) -> None:
        assert self.process.stderr
        with log.open("ab", buffering=0) as kept:
            for line in self.process.stderr:
                kept.write(line)


class Clients(Reader):
    """All clients of one display, in the order in which they were started; more may be added."""

    def __init__(self) -> None:
        self._clients: list[Client] = []

    def add(self, client: Client) -> None:
        """Read this one, too."""
        self._clients.append(client)

    @property
    def newest(self) -> Client:
        """Return the one started last."""
        return self._clients[-1]

    def controls(self) -> Iterator[Shown]:
        """Yield what those show that run."""
        for client in self._clients:
            if client.process.poll() is None:
                yield from client.controls()

    def close(self) -> None:
        """Wait for what ended clients have said."""
        for client in self._clients:
            client.close()
