"""Our windows know who pressed: the person at the machine, a program, or the engineer by way of our injector."""

import subprocess
from collections.abc import Iterator
from typing import Final

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget

from remotedesk.platform.windows import injector, win32
from remotedesk.platform.windows.platform import WindowsPlatform
from remotedesk.ui.customer.input_guard import InputGuard
from tests.windows.program import until

X, Y = 750, 150  # in the middle of the button
XDOTOOL: Final = ("start.exe", "/wait", "/unix", "/usr/bin/xdotool")


class Window(QWidget):
    """A window with a button and a field, which has the keyboard."""

    def __init__(self) -> None:
        super().__init__(None, Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
        self.clicks = 0
        self.button, self.field = QPushButton("press"), QLineEdit()
        self.button.setFixedHeight(100)
        self.button.clicked.connect(self._count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.button)
        layout.addWidget(self.field)
        self.setGeometry(X - 50, Y - 50, 200, 150)

    def _count(self) -> None:
        self.clicks += 1

    def settle(self) -> tuple[int, str]:
        """Return how often the button was pressed, and what was typed, once nothing more comes."""
        QTest.qWait(400)
        return self.clicks, self.field.text()


@pytest.fixture
def guard() -> Iterator[InputGuard]:
    app = QApplication.instance() or QApplication([])
    made = InputGuard(WindowsPlatform().input_judge())
    app.installNativeEventFilter(made)
    yield made
    app.removeNativeEventFilter(made)


@pytest.fixture
def window(guard: InputGuard) -> Iterator[Window]:
    made = Window()
    made.show()
    made.raise_()
    made.activateWindow()
    made.field.setFocus()
    until(lambda: (QApplication.processEvents(), win32.GetForegroundWindow() == int(made.winId()))[1])
    yield made
    made.close()
    made.deleteLater()
    QApplication.processEvents()


def click_and_type() -> None:
    """Send past the injector's own look, with its mark."""
    injector._send([injector._move(X, Y), injector._mouse(0x2), injector._mouse(0x4)])
    injector._send([injector._key(0x1E, True), injector._key(0x1E, False)])
    injector._send(injector._character("字"))


def test_a_person_presses_and_types(guard: InputGuard, window: Window) -> None:
    subprocess.run([*XDOTOOL, "mousemove", str(X), str(Y), "click", "1"], check=True, stdin=subprocess.DEVNULL)
    assert window.settle() == (1, "")
    window.field.setFocus()
    subprocess.run([*XDOTOOL, "key", "a"], check=True, stdin=subprocess.DEVNULL)
    assert window.settle() == (1, "a")
    assert guard.program_idle_s() > 1e6


def test_what_the_engineer_injects_reaches_no_window_of_ours(guard: InputGuard, window: Window) -> None:
    click_and_type()
    assert window.settle() == (0, "")
    assert guard.program_idle_s() > 1e6


def test_what_a_program_injects_is_remembered(
    guard: InputGuard, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(injector, "SIGNATURE", 0)
    click_and_type()
    assert window.settle()[0] == 1
    assert guard.program_idle_s() < 5


def test_what_a_program_posts_is_remembered(guard: InputGuard, window: Window) -> None:
    for message in (0x201, 0x202):  # WM_LBUTTONDOWN, WM_LBUTTONUP, which nothing has pressed
        win32.PostMessageW(int(window.winId()), message, 1, 50 << 16 | 50)
    assert window.settle()[0] == 1
    assert guard.program_idle_s() < 5
