"""What is worked on at the customer's display, scene by scene, and how it is looked at there and at the engineer's."""

import random
import subprocess
import sys
import time
from typing import Final

from tests.bench.screen import layout
from tests.bench.screen.network import end
from tests.bench.screen.seats import Seats
from tests.bench.screen.watching import DrawingLog, Sighting, Watcher

_SETTLES_S: Final = 4.0  # what a picture gets on a good link to become exact before the next scene
_SETTLES_THIN_S: Final = 12.0


class Work:
    """The customer's programs, drawing until they are closed."""

    def __init__(self, seats: Seats, seed: int) -> None:
        """`seed` is what the pictures are made from; the stamp's place never is."""
        self._seats = seats
        stamp_at = layout.random_stamp(random.Random())
        command = [sys.executable, "-m", "tests.bench.screen.workload", str(seed), str(stamp_at.x), str(stamp_at.y)]
        self._programs = subprocess.Popen(
            command,
            env=seats.customer.server.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        assert self._programs.stdout is not None
        self._programs.stdout.readline()
        self.log = DrawingLog(self._programs.stdout)
        self.watcher = Watcher(seats.customer.screen, seats.engineer.screen, stamp_at, self.log)

    def close(self) -> None:
        """Draw no more."""
        assert self._programs.stdout is not None
        end(self._programs)
        self.log.join()
        self._programs.stdout.close()

    def play(self, scene: str) -> None:
        """Go on with another scene."""
        assert self._programs.stdin is not None
        self._programs.stdin.write(scene + "\n")

    def await_picture(self, timeout_s: float) -> bool:
        """Wait until the engineer sees the customer's programs; returns whether he does."""
        self.play("rest")
        deadline = time.monotonic() + timeout_s
        while not self.watcher.is_current and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.watcher.is_current

    def settle(self) -> bool:
        """Show what scenes begin with and wait until it has arrived; returns whether it has, to the pixel."""
        drawn_before = self.log.newest
        self.play("rest")
        deadline = time.monotonic() + (_SETTLES_THIN_S if self._seats.link.is_thin else _SETTLES_S)
        while self.log.newest == drawn_before or not self.watcher.is_exact():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def watch(self, seconds: float) -> list[Sighting]:
        """Return all frames whose stamps are seen."""
        seen: list[Sighting] = []
        for sighting in self.watcher.sightings(time.monotonic() + seconds):
            if sighting is not None and (not seen or seen[-1] is not sighting):
                seen.append(sighting)
        return seen
