"""Keeps time and pictures of what happens, step by step."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.stage import Stage


class StepError(Exception):
    """A step did not happen; what is missing has been told."""


class Steps:
    """Prints a line per step and saves what both displays show after it."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self._stage = stage
        self._folder = folder
        self._number = 0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Do one step; raises StepError when it does not happen."""
        self._number += 1
        started_s = time.monotonic()
        try:
            yield
        except Exception as error:
            taken_ms = (time.monotonic() - started_s) * 1000
            print(f"step {name} FAILED after {taken_ms:.0f} ms", flush=True)
            print(f"  {error}", file=sys.stderr, flush=True)
            raise StepError(name) from error
        else:
            print(f"step {name} {(time.monotonic() - started_s) * 1000:.0f} ms", flush=True)
        finally:
            self.picture_of("customer", name)
            self.picture_of("engineer", name)

    def picture_of(self, role: str, name: str) -> Path:
        """Save what one display shows now."""
        person = self._stage.customer if role == "customer" else self._stage.engineer
        return person.screen.screenshot(self._folder / f"{self._number:02}-{name}-{role}.png")
