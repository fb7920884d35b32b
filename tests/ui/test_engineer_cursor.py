"""The customer's pointer in the engineer's view: his own takes its shape while he drives, else it is seen in place."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from remotedesk.core.consent import Feature
from remotedesk.core.session_state import State
from remotedesk.engine.api import Cursor
from remotedesk.engine.events import CursorChanged, GrantsChanged, StateChanged
from remotedesk.platform.ports import CapturedCursor
from remotedesk.platform.x11.cursor import X11Cursor
from remotedesk.ui.engineer import remote_cursor
from remotedesk.wire.cursor import Shape
from tests.support.grants import Allowed
from tests.support.qt_wait import wait_for
from tests.support.xserver import XServer
from tests.ui.engineer_stage import Stage, located_picture
from tests.ui.test_engineer_viewer import ALL, LOOK, NONE, Session

RED = b"\x00\x00\xff\xff"
BEAM = Shape(1, 6, 20, 3, 10, RED * 120)
BLANK = Shape(2, 16, 16, 0, 0, bytes(16 * 16 * 4))
ARROW = Qt.CursorShape.ArrowCursor


@pytest.fixture
def at(app: QApplication, xserver: XServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A view that shows a picture 1:1, in its middle; the engineer's hand rests when `rest` says so."""
    monkeypatch.setattr(remote_cursor, "HAND_RESTS_MS", 3_600_000)
    xserver.xdotool("mousemove", "1279", "799")
    made = Stage()
    made.open()
    made.show(located_picture(400, 300))
    yield made
    made.close()


@pytest.fixture
def shown(xserver: XServer) -> Iterator[Callable[[], CapturedCursor]]:
    """Return the engineer's own pointer as his X server shows it."""
    watch, allowed = X11Cursor(xserver.display), Allowed()
    yield lambda: watch.read(allowed.view)
    watch.close()


def overlay(stage: Stage) -> QWidget:
    found = stage.view.findChild(QWidget, "customer_pointer")
    assert isinstance(found, QWidget)
    return found


def hand(stage: Stage, xserver: XServer, x: int, y: int) -> None:
    """Move the engineer's pointer to a picture pixel."""
    viewport = stage.view.viewport()
    assert viewport is not None
    place = stage.view.mapToGlobal(QPoint(*map(int, viewport.to_view(x, y))))
    xserver.xdotool("mousemove", str(place.x()), str(place.y() - 1), "mousemove_relative", "0", "1")
    inside = viewport.to_frame(*viewport.to_view(x, y)) is not None

    def is_there() -> bool:
        pixel = stage.view.remote_cursor._hand
        return not inside if pixel is None else inside and max(abs(pixel[0] - x), abs(pixel[1] - y)) <= 1

    wait_for(is_there)


def rest(stage: Stage) -> None:
    """Let the time pass after which a hand is taken to rest."""
    pointer = stage.view.remote_cursor
    pointer._moved.stop()
    pointer.place()


def corner(stage: Stage, x: int, y: int) -> QPoint:
    viewport = stage.view.viewport()
    assert viewport is not None
    return QPoint(*map(int, viewport.to_view(x, y)))


def test_who_looks_sees_it_where_it_is(at: Stage) -> None:
    at.view.remote_cursor.take(Cursor(50, 60, BEAM))
    assert overlay(at).isVisible()
    assert overlay(at).geometry() == QRect(corner(at, 47, 50), overlay(at).size())
    assert overlay(at).size().toTuple() == (6, 20)
    QTest.qWait(50)
    image = at.view.grab().toImage()
    assert image.pixelColor(corner(at, 50, 60)).name() == "#ff0000"
    assert image.pixelColor(corner(at, 53, 60)).name() != "#ff0000"
    at.view.remote_cursor.take(Cursor(10, 290, None))  # no shape is known: an arrow stands for it
    assert overlay(at).pos() == corner(at, 10, 290)
    assert at.view.cursor().shape() is ARROW
    at.view.remote_cursor.take(Cursor(10, 290, BLANK))
    assert not overlay(at).isVisible()


class Painted(QObject):
    """Notes what of a widget is painted."""

    def __init__(self, watched: QWidget) -> None:
        super().__init__()
        self.areas: list[QRect] = []
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.areas.append(event.region().boundingRect())
        return False


def test_moving_it_paints_only_where_it_was_and_is(at: Stage) -> None:
    at.view.remote_cursor.take(Cursor(50, 60, BEAM))
    QTest.qWait(50)
    painted = Painted(at.view)
    at.view.remote_cursor.take(Cursor(60, 60, BEAM))
    wait_for(lambda: painted.areas)
    QTest.qWait(30)
    assert all(area.width() <= 16 and area.height() <= 20 for area in painted.areas)


def test_who_drives_has_the_shape_on_his_own_pointer_and_sees_no_second(
    at: Stage, xserver: XServer, shown: Callable[[], CapturedCursor]
) -> None:
    at.view.remote_cursor.take(Cursor(50, 60, BEAM))
    at.allow()
    hand(at, xserver, 100, 100)
    assert not overlay(at).isVisible(), "what is told is where the hand has been"
    at.view.remote_cursor.take(Cursor(100, 100, BEAM))
    rest(at)
    assert not overlay(at).isVisible()
    wait_for(lambda: (own := shown().shape) is not None and own.height == 20)
    own = shown().shape
    assert own is not None
    assert (own.width, own.hot_x, own.hot_y, own.pixels) == (6, 3, 10, BEAM.pixels)
    at.view.remote_cursor.take(Cursor(300, 200, BEAM))  # the customer moved it himself
    assert overlay(at).isVisible()
    assert at.view.cursor().shape() is ARROW
    hand(at, xserver, 110, 100)
    assert not overlay(at).isVisible()
    assert at.view.cursor().shape() is Qt.CursorShape.BitmapCursor
    hand(at, xserver, -30, 100)  # beside the picture
    assert at.view.cursor().shape() is ARROW
    rest(at)
    assert overlay(at).isVisible()
    hand(at, xserver, 110, 100)
    at.allow(False)
    assert at.view.cursor().shape() is ARROW
    assert overlay(at).isVisible()


def test_a_pointer_that_a_program_hides_leaves_the_engineer_a_dot(at: Stage, xserver: XServer) -> None:
    at.allow()
    hand(at, xserver, 100, 100)
    at.view.remote_cursor.take(Cursor(100, 100, BLANK))
    dot = at.view.cursor()
    assert dot.shape() is Qt.CursorShape.BitmapCursor
    assert dot.pixmap().width() == 7
    assert dot.hotSpot() == QPoint(3, 3)
    at.view.remote_cursor.take(Cursor(100, 100, None))
    assert at.view.cursor().shape() is ARROW


def test_a_smaller_picture_makes_it_no_smaller_than_a_pointer_is(at: Stage, xserver: XServer) -> None:
    at.show(located_picture(1280, 960))  # shown at half its size
    large = Shape(3, 80, 64, 79, 0, RED * 80 * 64)
    at.view.remote_cursor.take(Cursor(640, 480, BEAM))
    assert overlay(at).size().toTuple() == (6, 20)
    assert overlay(at).pos() == corner(at, 640, 480) - QPoint(3, 10)
    at.view.remote_cursor.take(Cursor(640, 480, large))
    assert overlay(at).size().toTuple() == (40, 32)
    at.allow()
    hand(at, xserver, 640, 480)
    assert at.view.cursor().hotSpot() == QPoint(39, 0)


def test_mouse_and_hints_pass_it(at: Stage, xserver: XServer) -> None:
    at.view.remote_cursor.take(Cursor(100, 100, BEAM))
    at.allow()
    hand(at, xserver, 100, 100)
    xserver.xdotool("click", "1")
    wait_for(lambda: at.calls("pointer_button"))


def test_it_follows_what_is_allowed(app: QApplication, xserver: XServer) -> None:
    xserver.xdotool("mousemove", "0", "799")
    session = Session()
    session.start(LOOK)
    view = session.viewer.screen_view
    session.engine.cursor = Cursor(5, 5, BEAM)
    session.tell(CursorChanged())
    pointer = session.find("customer_pointer")
    assert pointer.isVisible()
    session.tell(GrantsChanged(frozenset({Feature.CHAT}), NONE))
    assert not pointer.isVisible()
    session.engine.cursor = Cursor(6, 5, BEAM)
    session.tell(CursorChanged())  # it overtook the news that it may be shown
    assert not pointer.isVisible()
    session.tell(GrantsChanged(ALL, NONE))
    session.frame()
    assert pointer.isVisible()
    before = pointer.pos()
    view.set_mode(view.mode.ACTUAL)
    assert pointer.pos() == before
    session.tell(StateChanged(State.ENDED))
    assert not pointer.isVisible()
    session.viewer.hide()
    session.viewer.deleteLater()
