"""Mixed work, as of a long session: scenes of a few seconds, and pauses in which the screen stands still."""

import random
import time
from collections.abc import Iterator
from typing import Final, Protocol

import psutil

from tests.bench.screen.scenes import Figures
from tests.bench.screen.seats import System

_SCENES: Final = ("type", "scroll", "window", "cad", "change", "menu")
_SCENE_S: Final = (2.0, 5.0)
_PAUSES_S: Final = (2.0, 4.0, 9.0)


class Plays(Protocol):
    """Programs that draw."""

    def play(self, scene: str) -> None:
        """Go on with another scene."""


class Mixed:
    """What is worked on, as chance will have it."""

    def __init__(self, work: Plays, seed: int) -> None:
        self._work = work
        self._chance = random.Random(seed)
        self._left: list[str] = []
        self._due = 0.0
        self.still_since: float | None = None
        """When the screen came to rest, while it does."""

    def seconds(self, count: float) -> Iterator[float]:
        """Work for so long; yield the moment each second."""
        began = time.monotonic()
        for number in range(int(count)):
            time.sleep(max(0.0, began + number - time.monotonic()))
            self._go_on(time.monotonic())
            yield time.monotonic()

    def _go_on(self, now: float) -> None:
        """Begin the next scene or pause if it is time."""
        if now < self._due:
            return
        if self.still_since is None and self._due:
            self._work.play("hold")
            self.still_since = now
            self._due = now + self._chance.choice(_PAUSES_S)
            return
        if not self._left:
            self._left = self._chance.sample(_SCENES, len(_SCENES))
        self._work.play(self._left.pop())
        self.still_since = None
        self._due = now + self._chance.uniform(*_SCENE_S)


def memory(mixed: Mixed, system: System, minutes: float) -> Figures:
    """Return the megabytes (10⁶ bytes) of each client with all its processes after so much mixed work."""
    for _ in mixed.seconds(60 * minutes):
        pass
    return {"customer_mb": _resident_mb(system.customer_pid), "engineer_mb": _resident_mb(system.engineer_pid)}


def _resident_mb(pid: int) -> float:
    """Return the resident memory of a process and all its children; what they share counts in each."""
    process = psutil.Process(pid)
    total = sum(each.memory_info().rss for each in (process, *process.children(recursive=True)))
    return float(total) / 1e6
