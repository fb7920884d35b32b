"""Run with QT_SCALE_FACTOR set: shows pictures in a view and prints, as JSON, what the display shows and clicks hit."""

import json
import subprocess
import sys

import mss
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from remotedesk.ui.engineer.placement import Mode, device_pixel
from tests.support.qt_wait import wait_for
from tests.ui.engineer_stage import HEADER_PX, Stage, located_picture

Pixels = NDArray[np.uint8]


def shown_by(stage: Stage) -> Pixels:
    """Return what the display shows where the view is, as rows of BGR; the window is at the display's corner."""
    top, size = device_pixel(HEADER_PX * stage.view.devicePixelRatioF()), stage.view.view_size
    with mss.MSS() as camera:
        shot = camera.grab({"left": 0, "top": top, "width": size.width, "height": size.height})
        return np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)[:, :, :3]


def compared(stage: Stage, width: int, height: int) -> tuple[int, int]:
    """Return how many pixels of the picture can be seen, and how many of them are not as they were sent."""
    viewport = stage.view.viewport()
    assert viewport is not None
    left, top = int(viewport.x), int(viewport.y)
    sent = np.frombuffer(located_picture(width, height).pixels, np.uint8).reshape(height, width, 4)[:, :, :3]
    seen = shown_by(stage)
    sent = sent[max(-top, 0) :, max(-left, 0) :]
    seen = seen[max(top, 0) :, max(left, 0) :]
    rows, columns = min(sent.shape[0], seen.shape[0]), min(sent.shape[1], seen.shape[1])
    wrong = (sent[:rows, :columns] != seen[:rows, :columns]).any(axis=2)
    return rows * columns, int(wrong.sum())


def clicked(stage: Stage, *pixels: tuple[int, int]) -> list[tuple[object, ...]]:
    """Click pixels of the picture with the display's own mouse and return those that reached the engine."""
    viewport = stage.view.viewport()
    assert viewport is not None
    top = device_pixel(HEADER_PX * stage.view.devicePixelRatioF())
    stage.engine.calls.clear()
    for x, y in pixels:
        at = (str(int(viewport.x) + x), str(top + int(viewport.y) + y))
        subprocess.run(["xdotool", "mousemove", *at, "click", "1"], check=True)
    wait_for(lambda: len(stage.calls("pointer_button")) == 2 * len(pixels))
    return [call[3:] for call in stage.calls("pointer_button") if call[2]]


def main() -> None:
    """Show, look, click, print."""
    app = QApplication(["probe"])
    ratio = app.primaryScreen().devicePixelRatio()
    stage = Stage(int(900 / ratio), int(600 / ratio))
    stage.window.setWindowFlag(Qt.WindowType.FramelessWindowHint)
    stage.window.move(QPoint(0, 0))
    stage.open()
    stage.allow()
    facts: dict[str, object] = {"ratio": ratio}
    stage.show(located_picture(501, 301))
    QTest.qWait(300)
    facts["whole"] = compared(stage, 501, 301)
    facts["whole_clicks"] = clicked(stage, (0, 0), (17, 33), (500, 300))
    stage.show(located_picture(2000, 1500))
    stage.view.set_mode(Mode.ACTUAL)
    stage.view.scroll_to(601, 99)
    QTest.qWait(300)
    facts["part"] = compared(stage, 2000, 1500)
    facts["part_clicks"] = clicked(stage, (603, 102), (700, 300))
    json.dump(facts, sys.stdout)
    stage.close()


if __name__ == "__main__":
    main()
