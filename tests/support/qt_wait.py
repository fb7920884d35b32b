"""Waiting in a test while Qt's events run, and typing what no key of an English keyboard gives."""

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget


def wait_for(true: Callable[[], object], timeout_s: float = 15.0) -> None:
    """Run Qt's events until `true()` is, or fail."""
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline, f"waited {timeout_s} s"
        QTest.qWait(5)


def type_text(widget: QWidget, text: str) -> None:
    """Send `text` to a widget as key presses, character by character, in any script."""
    for character in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, character))


def click_made(widget: QWidget, *, ago_ms: int) -> None:
    """Click in the middle of `widget` with events that the display stamped so long ago."""
    made_ms = time.monotonic_ns() // 1_000_000 - ago_ms
    middle = QPointF(widget.rect().center())
    button = Qt.MouseButton.LeftButton
    for kind, held in (
        (QEvent.Type.MouseButtonPress, button),
        (QEvent.Type.MouseButtonRelease, Qt.MouseButton.NoButton),
    ):
        event = QMouseEvent(kind, middle, widget.mapToGlobal(middle), button, held, Qt.KeyboardModifier.NoModifier)
        event.setTimestamp(made_ms)
        QApplication.sendEvent(widget, event)
