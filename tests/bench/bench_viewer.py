"""What showing a 1920 × 1080 picture costs the engineer's client, on a real X display.

`take` says what is to be painted, `paint` draws it into the window's buffer and copies that to the X server; scaled
down, it averages areas before. A new picture is `whole`, and after a `typed` character 20 × 30 pixels are others.
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

from remotedesk.core.geometry import Rect
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
    pixels = bytearray(os.urandom(WIDTH * HEIGHT * 4))
    changes = {"whole": Rect(0, 0, WIDTH, HEIGHT), "typed": Rect(701, 403, 20, 30)}
    for name, width, height in (("1_to_1", WIDTH, HEIGHT), ("scaled_down", 1280, 720)):
        stage = Stage(width, height)
        stage.open()
        stage.show(Picture(pixels, WIDTH, HEIGHT, WIDTH * 4, 0))
        QTest.qWait(300)
        for change, dirty in changes.items():
            takes, paints = [], []
            for number in range(1, PICTURES):
                stage.engine.picture = Picture(pixels, WIDTH, HEIGHT, WIDTH * 4, number, dirty=(dirty,))
                takes.append(timed_ms(stage.view.take_frame))
                paints.append(timed_ms(app.processEvents))
            print(f"viewer.take_{name}_{change}_ms {statistics.median(takes):.3f} ms")
            print(f"viewer.paint_{name}_{change}_ms {statistics.median(paints):.3f} ms")
        stage.close()


def timed_ms(act: Callable[[], object]) -> float:
    """Return how long `act` takes."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
