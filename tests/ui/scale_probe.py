"""Run with QT_SCALE_FACTOR set: shows pictures in a view and prints, as JSON, what the display shows and clicks hit."""

import json
import subprocess
import sys
from dataclasses import replace

import mss
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from remotedesk.core.geometry import Rect
from remotedesk.engine.api import Picture
from remotedesk.ui.engineer.placement import Mode, device_pixel
from tests.support.qt_wait import wait_for
from tests.ui.engineer_stage import HEADER_PX, Stage, located_picture

Pixels = NDArray[np.uint8]


def writable_picture(width: int, height: int) -> Picture:
    """Return a picture in a buffer that lives on, as the engine's does."""
    picture = located_picture(width, height)
    return replace(picture, pixels=bytearray(picture.pixels))


def shown_by(stage: Stage) -> Pixels:
    """Return what the display shows where the view is, as rows of BGR; the window is at the display's corner."""
    top, size = device_pixel(HEADER_PX * stage.view.devicePixelRatioF()), stage.view.view_size
    with mss.MSS() as camera:
        shot = camera.grab({"left": 0, "top": top, "width": size.width, "height": size.height})
        return np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)[:, :, :3]


def compared(stage: Stage, picture: Picture) -> tuple[int, int]:
    """Return how many pixels of the picture can be seen, and how many of them are not as they were sent."""
    viewport = stage.view.viewport()
    assert viewport is not None
    left, top = int(viewport.x), int(viewport.y)
    sent = np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width, 4)[:, :, :3]
    seen = shown_by(stage)
    sent = sent[max(-top, 0) :, max(-left, 0) :]
    seen = seen[max(top, 0) :, max(left, 0) :]
    rows, columns = min(sent.shape[0], seen.shape[0]), min(sent.shape[1], seen.shape[1])
    wrong = (sent[:rows, :columns] != seen[:rows, :columns]).any(axis=2)
    return rows * columns, int(wrong.sum())


def change(stage: Stage, picture: Picture) -> None:
    """Change pixels of a picture here and there, some of them alone, and tell the view of those only."""
    pixels = np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width, 4)
    for step in range(12):
        x, y, side = picture.width * step // 13 + step, picture.height * (step * 5 % 12) // 13, 1 + step * 3 % 8
        pixels[y : y + side, x : x + side, :3] ^= 0xFF
        stage.show(replace(picture, number=picture.number + 1 + step, dirty=(Rect(x, y, side, side),)))
    QTest.qWait(300)


def stale(stage: Stage, picture: Picture) -> int:
    """Return how many pixels of the display are others than after scaling and painting everything anew."""
    seen = shown_by(stage)
    stage.show(replace(picture, pixels=bytes(picture.pixels)))
    QTest.qWait(300)
    return int((seen != shown_by(stage)).any(axis=2).sum())


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
    small, large = writable_picture(501, 301), writable_picture(2000, 1500)
    stage.show(small)
    QTest.qWait(300)
    facts["whole"] = compared(stage, small)
    facts["whole_clicks"] = clicked(stage, (0, 0), (17, 33), (500, 300))
    change(stage, small)
    facts["whole_changed"] = compared(stage, small)
    stage.show(large)
    QTest.qWait(300)
    change(stage, large)
    facts["fitted_stale"] = stale(stage, large)
    stage.show(large)
    stage.view.set_mode(Mode.ACTUAL)
    stage.view.scroll_to(601, 99)
    QTest.qWait(300)
    facts["part"] = compared(stage, large)
    facts["part_clicks"] = clicked(stage, (603, 102), (700, 300))
    change(stage, large)
    facts["part_changed"] = compared(stage, large)
    json.dump(facts, sys.stdout)
    stage.close()


if __name__ == "__main__":
    main()
