"""What showing a 1920 × 1080 picture costs the engineer's client, on a real X display.

`take` makes the picture paintable, `paint` draws it into the window's buffer (repaint, synchronous, with the copy to
the X server); scaled down, the first paint of a picture also averages its areas.
Run: python -m tests.bench.bench_viewer
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from remotedesk.engine.api import Picture
from tests.support.xserver import XServer
from tests.ui.engineer_stage import Stage

WIDTH, HEIGHT, PICTURES = 1920, 1080, 60


def main() -> None:
    """Start a display and measure on it."""
    if sys.argv[1:] == ["--here"]:
        measure()
        return
    with XServer(2200, 1300) as display:
        command = [sys.executable, "-m", "tests.bench.bench_viewer", "--here"]
        subprocess.run(command, env=display.environment(QT_QPA_PLATFORM="xcb"), check=True)


def measure() -> None:
    """Print one line per figure."""
    app = QApplication(["bench"])
    pictures = [Picture(os.urandom(WIDTH * HEIGHT * 4), WIDTH, HEIGHT, WIDTH * 4, number) for number in (1, 2)]
    for name, width, height in (("1_to_1", WIDTH, HEIGHT), ("scaled_down", 1280, 720)):
        stage = Stage(width, height)
        stage.open()
        QTest.qWait(300)
        takes, paints = [], []
        for number in range(PICTURES):
            stage.engine.picture = pictures[number % 2]
            takes.append(timed_ms(stage.view.take_frame))
            paints.append(timed_ms(stage.view.repaint))
            app.processEvents()
        print(f"viewer.take_{name}_ms {statistics.median(takes):.3f} ms")
        print(f"viewer.paint_{name}_ms {statistics.median(paints):.2f} ms")
        stage.close()


def timed_ms(act: Callable[[], object]) -> float:
    """Return how long `act` takes."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
