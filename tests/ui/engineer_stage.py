"""What tests of the engineer's view share: a picture whose pixels say where they are, and a view on a display."""

from collections.abc import Callable

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from remotedesk.engine.api import Picture
from remotedesk.platform.x11.keycodes import code_for
from remotedesk.ui.engineer.screen_view import ScreenView
from tests.fakes.engines import ScriptedEngineer

HEADER_PX = 49  # odd, so that a fractional scale factor puts the view between two device pixels


def located_picture(width: int, height: int, number: int = 1) -> Picture:
    """Return a picture whose pixel (x, y) has blue x % 256, green y % 256 and red x // 256 * 16 + y // 256."""
    rows = bytearray()
    for y in range(height):
        for x in range(width):
            rows += bytes((x & 255, y & 255, (x >> 8) << 4 | y >> 8, 0xFF))
    return Picture(bytes(rows), width, height, width * 4, number)


class Stage:
    """A view under a header in an active window, on an engine that writes everything down."""

    def __init__(
        self, width: int = 640, height: int = 480, code_for_native_key: Callable[[int], str | None] = code_for
    ) -> None:
        self.engine = ScriptedEngineer(lambda event: None)
        self.view = ScreenView(self.engine, code_for_native_key)
        self.window = QWidget()
        header = QWidget()
        header.setFixedHeight(HEADER_PX)
        column = QVBoxLayout(self.window)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header)
        column.addWidget(self.view, 1)
        self.window.resize(width, height + HEADER_PX)

    def open(self) -> None:
        """Show the window and give the view the focus."""
        self.window.show()
        self.window.activateWindow()
        assert QTest.qWaitForWindowActive(self.window)
        self.view.setFocus()

    def show(self, picture: Picture) -> None:
        """Let the engine have a picture and the view take it."""
        self.engine.picture = picture
        self.view.take_frame()
        QTest.qWait(1)

    def allow(self, allowed: bool = True) -> None:
        """Give or take the control grant, and forget what was called so far."""
        self.view.set_allowed(allowed)
        self.engine.calls.clear()

    def calls(self, *names: str) -> list[tuple[object, ...]]:
        """Return the calls with these names, all without names."""
        return [call for call in self.engine.calls if not names or call[0] in names]

    def close(self) -> None:
        """Put the window away."""
        self.window.hide()
        self.window.deleteLater()
