"""What the Windows client's screen costs, in the lab's Windows under Wine: 1920 × 1080 pixels, drawn on by X programs.

* `capture_change_ms`: one picture, from the call to the rectangles that differ; half of them take at most so long,
  `_p95_` 19 of 20. They come from a still screen, typing, a dragged window and a turning part; the painter and Wine's
  X server share the processors.
* `idle_cores`: of the thread that captures, with a viewer who has everything and a screen on which nothing happens.
* `memory_growth_mb`: of the whole process, sharing mixed work with a viewer in it: 10⁶ bytes more in the last tenth of
  the time than in the second, and what each tenth of the time had in the middle: with an
  encoder at work some 50 more.

Run: python -m tests.bench.bench_windows [--minutes 30]
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import Any, Final, Self

import psutil

from tests.bench.screen import layout
from tests.bench.screen.mixed import Mixed
from tests.bench.screen.network import end
from tests.winlab.build import build
from tests.winlab.lab import Lab
from tests.winlab.wine_python import WinePython

SCENES: Final = ("rest", "type", "window", "cad")
SCENE_S: Final = 6.0
IDLE_S: Final = 60.0
PREPARED_S: Final = 2.0  # a scene shows what it begins with and waits


class Programs:
    """The customer's programs, drawing on an X display until they are closed."""

    def __init__(self, display: str) -> None:
        stamp_at = layout.random_stamp(random.Random(1))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.screen.workload", "1", str(stamp_at.x), str(stamp_at.y)],
            env={**os.environ, "DISPLAY": display}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip
        assert self._process.stdout is not None
        self._process.stdout.readline()
        self._reader = threading.Thread(target=self._process.stdout.read, name="what they say")
        self._reader.start()

    def play(self, scene: str) -> None:
        """Go on with another scene."""
        assert self._process.stdin is not None
        self._process.stdin.write(scene + "\n")

    def close(self) -> None:
        """Draw no more."""
        assert self._process.stdout is not None
        end(self._process)
        self._reader.join()
        self._process.stdout.close()


class Side:
    """The Windows process that is measured: a line says what to do, a line of JSON answers."""

    def __init__(self, windows: WinePython) -> None:
        self._process = windows.start("-m", "tests.bench.windows_side")
        assert self._process.stderr is not None
        self._complaints: list[bytes] = []
        self._reader = threading.Thread(
            target=lambda stream: self._complaints.extend(stream), args=(self._process.stderr,), name="complaints"
        )
        self._reader.start()
        self.client = psutil.Process(self._process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._reader.join()

    def ask(self, *words: object) -> Any:
        """Have it do something and return what it answers."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(" ".join(map(str, words)).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self._reader.join()
            raise AssertionError(b"".join(self._complaints).decode(errors="replace"))
        return json.loads(line)

    @property
    def resident_mb(self) -> float:
        """What of its memory is in use now, in 10⁶ bytes."""
        return self.client.memory_info().rss / 1e6


def say(name: str, value: float, unit: str) -> None:
    """Print one figure."""
    print(f"windows.{name} {value:.4g} {unit}", flush=True)


def capture_change(side: Side, programs: Programs) -> None:
    """Measure pictures of every scene."""
    times: list[float] = []
    for scene in SCENES:
        programs.play(scene)
        time.sleep(PREPARED_S)
        taken = side.ask("frames", SCENE_S)
        times += taken
        say(f"capture_change_{scene}_ms", statistics.median(taken) * 1000, "ms")
    say("capture_change_ms", statistics.median(times) * 1000, "ms")
    say("capture_change_p95_ms", statistics.quantiles(times, n=20)[-1] * 1000, "ms")


def memory_growth(side: Side, programs: Programs, minutes: float) -> None:
    """Share mixed work for so long."""
    sizes = [side.resident_mb for _ in Mixed(programs, seed=1).seconds(60 * minutes)]
    tenth = len(sizes) // 10
    tenths = [statistics.median(sizes[at * tenth : (at + 1) * tenth]) for at in range(10)]
    for number, size in enumerate(tenths, 1):
        say(f"memory_tenth_{number}_mb", size, "MB")
    say("memory_growth_mb", tenths[-1] - tenths[1], "MB")
    say("memory_mb", max(sizes), "MB")


def main() -> None:
    """Build the lab if need be, then measure."""
    parser = argparse.ArgumentParser(description="Figures of the Windows client under Wine.")
    parser.add_argument("--minutes", type=float, default=30.0, help="of mixed work, for the memory; 0: none")
    options = parser.parse_args()
    build(Lab())
    with WinePython() as windows:
        programs = Programs(windows.display)
        try:
            with Side(windows) as side:
                capture_change(side, programs)
                programs.play("rest")
                side.ask("share")
                time.sleep(PREPARED_S)
                say("idle_cores", side.ask("idle", IDLE_S), "cores")
                if options.minutes:
                    memory_growth(side, programs, options.minutes)
                say("pictures", side.ask("stop"), "")
        finally:
            programs.close()


if __name__ == "__main__":
    main()
