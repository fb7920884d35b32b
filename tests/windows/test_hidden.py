"""A window is called hidden only if our own picture proves it; Wine hides none, so what Windows does is played here."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from remotedesk.core.consent import Feature
from remotedesk.core.errors import ConsentError
from remotedesk.core.geometry import Rect
from remotedesk.platform.windows import hidden, win32
from remotedesk.platform.windows.platform import WindowsPlatform
from remotedesk.platform.windows.screen_copy import ScreenCopy
from tests.support.grants import Allowed
from tests.windows.program import Program, until

PLACE = Rect(150, 140, 120, 60)  # over the program's one-coloured field
COLOUR = b"\x12\xab\x56"


def seen() -> bool:
    """True if the window is in our own picture."""
    copy = ScreenCopy()
    pixels = bytes(copy.look(PLACE))
    copy.close()
    return pixels.count(COLOUR) > PLACE.area // 2


@pytest.fixture
def window(program: Program) -> Iterator[QWidget]:
    app = QApplication.instance() or QApplication([])
    program.tell("colour #884411")
    program.wait_for("colour")
    made = QWidget(None, Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
    made.setStyleSheet("background: #56ab12")
    made.setGeometry(PLACE.x, PLACE.y, PLACE.width, PLACE.height)
    made.show()
    until(lambda: (app.processEvents(), seen())[1])
    yield made
    made.close()
    made.deleteLater()
    app.processEvents()


def obeying(window: QWidget) -> Callable[[int, int], bool]:
    """Return a Windows that takes the window out of the picture, here by hiding it."""

    def set_affinity(_: int, affinity: int) -> bool:
        window.setVisible(affinity == win32.WDA_NONE)
        until(lambda: (QApplication.processEvents(), seen() == (affinity == win32.WDA_NONE))[1])
        return True

    return set_affinity


def test_where_windows_does_not_hide_it_the_window_stays_as_it_was(window: QWidget, allowed: Allowed) -> None:
    assert not WindowsPlatform().hide_from_picture(allowed.view, int(window.winId()))  # Wine: error 8
    assert seen()


def test_what_is_absent_from_our_own_picture_is_hidden(
    window: QWidget, allowed: Allowed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(win32, "SetWindowDisplayAffinity", obeying(window))
    assert hidden.hide_from_picture(allowed.view, int(window.winId()))
    assert not seen()


def test_a_windows_that_only_says_so_is_not_believed(
    window: QWidget, allowed: Allowed, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders: list[int] = []
    monkeypatch.setattr(win32, "SetWindowDisplayAffinity", lambda _, affinity: orders.append(affinity) or True)
    assert not hidden.hide_from_picture(allowed.view, int(window.winId()))
    assert orders[-1] == win32.WDA_NONE
    assert seen()


def test_a_black_hole_is_not_taken_for_nothing(
    window: QWidget, program: Program, allowed: Allowed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows before version 2004 has it."""
    program.tell("colour #000000")
    program.wait_for("colour")
    monkeypatch.setattr(win32, "SetWindowDisplayAffinity", obeying(window))
    assert not hidden.hide_from_picture(allowed.view, int(window.winId()))
    assert seen()


def test_where_something_moves_nothing_is_proven(
    window: QWidget, program: Program, allowed: Allowed, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, colours = obeying(window), iter(("#101010", "#202020", "#303030", "#404040", "#505050"))

    def set_affinity(handle: int, affinity: int) -> bool:
        program.tell(f"colour {next(colours)}")
        program.wait_for("colour")
        return order(handle, affinity)

    monkeypatch.setattr(win32, "SetWindowDisplayAffinity", set_affinity)
    assert not hidden.hide_from_picture(allowed.view, int(window.winId()))
    assert seen()


def test_a_window_that_is_not_shown_is_not_looked_at(window: QWidget, allowed: Allowed) -> None:
    window.hide()
    assert not hidden.hide_from_picture(allowed.view, int(window.winId()))


def test_without_a_grant_nothing_is_looked_at(window: QWidget, allowed: Allowed) -> None:
    allowed.gate.revoke(Feature.VIEW)
    with pytest.raises(ConsentError):
        WindowsPlatform().hide_from_picture(allowed.view, int(window.winId()))
