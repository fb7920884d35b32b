"""The viewer: opens with the session, shows what is allowed, asks, covers what is not live, full screen, chat, end."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPaintEvent, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QScrollBar, QWidget

from remotedesk.core.consent import Feature, Suspension
from remotedesk.core.errors import ErrorCode
from remotedesk.core.geometry import Rect
from remotedesk.core.session_state import State
from remotedesk.engine.api import EngineerApi, Listener
from remotedesk.engine.events import (
    Answered,
    ChatAdded,
    EngineEvent,
    FrameReady,
    GrantsChanged,
    InputRefused,
    PeerNamed,
    StateChanged,
)
from remotedesk.platform.x11.keycodes import code_for
from remotedesk.ui.engineer.app import EngineerWindows
from remotedesk.ui.engineer.viewer import Viewer
from remotedesk.ui.shared.options import UiOptions
from tests.fakes.engines import ScriptedEngineer
from tests.support.qt_wait import wait_for
from tests.support.xserver import XServer
from tests.ui.engineer_stage import located_picture

LOOK = frozenset({Feature.VIEW})
ALL = frozenset({Feature.VIEW, Feature.CONTROL, Feature.CHAT})
NONE: frozenset[Suspension] = frozenset()


class Heard(QObject):
    """Notes the region of each paint event of a widget, and how often its style is set."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.painted: list[QRegion] = []
        self.styled = 0
        widget.installEventFilter(self)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.painted.append(event.region())
        self.styled += event.type() == QEvent.Type.StyleChange
        return False


class Session:
    """A viewer in a live session on a scripted engine."""

    def __init__(self) -> None:
        self.engine = ScriptedEngineer(lambda event: None)
        self.viewer = Viewer(self.engine, code_for)

    def start(self, features: frozenset[Feature]) -> None:
        self.tell(StateChanged(State.ASKING), PeerNamed("Taro Yamada", ""), StateChanged(State.CONNECTING))
        self.tell(StateChanged(State.VERIFYING), StateChanged(State.ACTIVE), GrantsChanged(features, NONE))
        assert QTest.qWaitForWindowActive(self.viewer)
        self.frame()

    def tell(self, *events: EngineEvent) -> None:
        for event in events:
            self.viewer.on_event(event)

    def frame(self, width: int = 640, height: int = 400) -> None:
        self.engine.picture = located_picture(width, height)
        self.tell(FrameReady())

    def find(self, name: str) -> QWidget:
        found = self.viewer.findChild(QWidget, name)
        assert isinstance(found, QWidget), name
        return found

    def text(self, name: str) -> str:
        label = self.find(name)
        assert isinstance(label, QLabel)
        return label.text() if label.isVisible() else ""

    def click(self, name: str) -> None:
        button = self.find(name)
        assert isinstance(button, QAbstractButton)
        assert button.isVisible(), name
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def session(app: QApplication) -> Iterator[Session]:
    made = Session()
    yield made
    made.tell(StateChanged(State.ENDED))
    made.viewer.deleteLater()
    app.processEvents()


def test_it_opens_with_the_session_and_goes_with_it(session: Session) -> None:
    assert not session.viewer.isVisible()
    session.start(ALL)
    assert session.viewer.isVisible()
    assert session.find("screen").hasFocus()
    assert session.text("viewer_customer") == "Taro Yamada"
    session.tell(StateChanged(State.ENDED, ErrorCode.PEER_ENDED))
    assert not session.viewer.isVisible()
    assert session.viewer.screen_view.frame_size is None


def test_closing_the_window_and_end_both_end_the_session(session: Session) -> None:
    session.start(ALL)
    session.viewer.close()
    assert session.viewer.isVisible()
    session.click("end")
    assert session.engine.calls.count(("end",)) == 2


def test_the_newest_picture_is_taken_once_and_painted_from_its_own_bytes(session: Session) -> None:
    session.start(ALL)
    assert session.engine.picture is None
    session.tell(FrameReady())
    wait_for(lambda: session.find("notice").isHidden())
    shown = session.viewer.screen_view.grab().toImage()
    lies = session.viewer.screen_view.viewport()
    assert lies is not None
    for x, y in ((0, 0), (300, 200), (639, 399)):
        color = shown.pixelColor(int(lies.x) + x, int(lies.y) + y)
        assert (color.blue(), color.green(), color.red()) == (x & 255, y & 255, (x >> 8) << 4 | y >> 8)


def test_the_bar_says_whether_the_picture_is_exact(session: Session) -> None:
    session.start(LOOK)
    mark = session.viewer.findChild(QLabel, "exact")
    assert mark is not None
    assert mark.text() == "Updating…"
    session.engine.picture = replace(located_picture(640, 400), exact=True)
    session.tell(FrameReady())
    assert mark.text() == "Exact"
    session.tell(GrantsChanged(frozenset(), NONE))
    assert mark.text() == ""


def test_the_mark_is_styled_only_when_it_changes(session: Session) -> None:
    session.start(LOOK)
    heard = Heard(session.find("exact"))
    for exact in (False, False, True, True, True, False):
        session.engine.picture = replace(located_picture(64, 40), exact=exact)
        session.tell(FrameReady())
    assert heard.styled == 2


@pytest.mark.parametrize(("width", "height"), [(640, 400), (2400, 1500)])
def test_only_what_changed_is_painted(session: Session, width: int, height: int) -> None:
    session.start(LOOK)
    picture = replace(located_picture(width, height), pixels=bytearray(width * height * 4))
    session.engine.picture = picture
    session.tell(FrameReady())
    view = session.viewer.screen_view
    QTest.qWait(100)
    heard = Heard(view)
    assert isinstance(picture.pixels, bytearray)
    picture.pixels[: width * 4] = b"\xff" * (width * 4)  # the first row; told of are two pixels of it
    session.engine.picture = replace(picture, number=2, dirty=(Rect(3, 0, 1, 1), Rect(width - 2, 0, 1, 1)))
    session.tell(FrameReady())
    wait_for(lambda: heard.painted)
    lies = view.viewport()
    assert lies is not None
    area = sum(rect.width() * rect.height() for rect in heard.painted[0])  # type: ignore[attr-defined]
    assert area <= (2 if lies.scale == 1.0 else view.width() * view.height() / 8)
    for x in (3, width - 2):
        at = QPoint(int(lies.x + x * lies.scale), int(lies.y))
        assert heard.painted[0].contains(at)
        assert view.grab(QRect(at, QSize(1, 1))).toImage().pixelColor(0, 0).red() > 50
    heard.painted.clear()
    session.engine.picture = replace(picture, number=3)
    session.tell(FrameReady())
    QTest.qWait(50)
    assert not heard.painted, "nothing was dirty"
    session.tell(GrantsChanged(frozenset(), NONE), GrantsChanged(LOOK, NONE))
    session.engine.picture = replace(picture, number=4)
    session.tell(FrameReady())
    wait_for(lambda: any(region.boundingRect().size() == view.size() for region in heard.painted))


def test_chips_say_in_words_what_is_allowed(session: Session) -> None:
    session.start(LOOK)
    assert session.find("chip_view").accessibleName() == "View: allowed"
    assert session.find("chip_control").accessibleName() == "Control: not allowed"
    session.tell(GrantsChanged(ALL, frozenset({Suspension.LOCKED})))
    assert session.find("chip_control").accessibleName() == "Control: paused"


def test_input_goes_out_only_while_control_is_live(session: Session, xserver: XServer) -> None:
    session.start(LOOK)

    def allowed() -> bool:
        return session.viewer.screen_view.input.allowed

    assert not allowed()
    session.tell(GrantsChanged(ALL, NONE))
    assert allowed()
    session.tell(GrantsChanged(ALL, frozenset({Suspension.LOCKED})))
    assert not allowed()
    session.tell(GrantsChanged(ALL, NONE), StateChanged(State.RECONNECTING))
    assert not allowed()
    session.tell(StateChanged(State.VERIFYING))
    assert not allowed()
    session.tell(StateChanged(State.ACTIVE))
    assert allowed()
    session.tell(GrantsChanged(LOOK, NONE))
    xserver.xdotool("key", "a")
    wait_for(lambda: "You may only look" in session.text("hint"))
    assert [call for call in session.engine.calls if call[0] in ("key", "text")] == []


def test_control_is_asked_for_once_until_it_is_answered(session: Session) -> None:
    session.start(LOOK)
    session.click("ask_control")
    assert session.engine.calls[-1] == ("ask", frozenset({Feature.CONTROL}))
    assert not session.find("ask_control").isEnabled()
    session.tell(Answered(frozenset()))
    assert "said no" in session.text("hint")
    assert session.find("ask_control").isEnabled()
    session.click("ask_control")
    session.tell(Answered(frozenset({Feature.CONTROL})), GrantsChanged(ALL, NONE))
    assert not session.find("ask_control").isVisible()
    assert session.find("screen").hasFocus()


@pytest.mark.parametrize(
    ("events", "title"),
    [
        ([GrantsChanged(ALL, frozenset({Suspension.LOCKED}))], "Paused: the customer's screen is locked"),
        ([GrantsChanged(ALL, frozenset({Suspension.SILENCE}))], "Reconnecting…"),
        ([StateChanged(State.RECONNECTING)], "Reconnecting…"),
        ([GrantsChanged(frozenset(), NONE)], "The customer does not show the screen"),
    ],
)
def test_what_is_not_live_is_covered_and_says_why(session: Session, events: list[EngineEvent], title: str) -> None:
    session.start(ALL)
    assert not session.find("notice").isVisible()
    session.tell(*events)
    assert session.text("notice_title") == title
    session.tell(StateChanged(State.ACTIVE), GrantsChanged(ALL, NONE))
    session.frame()
    assert not session.find("notice").isVisible()


def test_a_picture_no_longer_allowed_is_forgotten_and_can_be_asked_for(session: Session) -> None:
    session.start(ALL)
    session.tell(GrantsChanged(frozenset({Feature.CHAT}), NONE))
    assert session.viewer.screen_view.frame_size is None
    session.click("ask_view")
    assert session.engine.calls[-1] == ("ask", LOOK)
    assert not session.find("ask_view").isEnabled()


def test_a_late_picture_is_not_shown_without_the_grant(session: Session) -> None:
    session.start(ALL)
    session.tell(GrantsChanged(frozenset(), NONE))
    session.frame()
    assert session.viewer.screen_view.frame_size is None


def test_refused_input_is_explained(session: Session) -> None:
    session.start(ALL)
    session.tell(InputRefused(ErrorCode.INPUT_BLOCKED_OWN_WINDOW))
    assert "RD-605" in session.text("hint")


def test_one_to_one_scrolls_and_fit_shows_everything(session: Session) -> None:
    session.start(ALL)
    session.frame(2400, 1500)
    session.click("actual")
    bar = session.find("scroll_across")
    assert isinstance(bar, QScrollBar)
    wait_for(bar.isVisible)
    bar.setValue(300)
    lies = session.viewer.screen_view.viewport()
    assert lies is not None
    assert (lies.scale, lies.x) == (1.0, -300.0)
    session.click("fit")
    lies = session.viewer.screen_view.viewport()
    assert lies is not None
    assert lies.scale < 1.0
    wait_for(bar.isHidden)


def test_clicking_the_toolbar_leaves_the_keys_with_the_customer(session: Session) -> None:
    session.start(ALL)
    for name in ("actual", "fit"):
        session.click(name)
        assert session.find("screen").hasFocus()


def test_full_screen_is_left_by_the_bar_that_the_mouse_brings_back(session: Session, xserver: XServer) -> None:
    session.start(ALL)
    xserver.xdotool("mousemove", "600", "400")
    session.click("full_screen")
    wait_for(session.viewer.isFullScreen)
    bar, strip = session.find("toolbar"), session.find("show_bar")
    xserver.xdotool("mousemove", "600", "500")
    wait_for(lambda: bar.isHidden() and strip.isVisible())
    assert session.find("screen").hasFocus()
    at = strip.mapToGlobal(QPoint(strip.width() // 2, 3))
    xserver.xdotool("mousemove", str(at.x()), str(at.y()))
    wait_for(bar.isVisible)
    session.click("full_screen")
    wait_for(lambda: not session.viewer.isFullScreen())
    assert bar.isVisible()
    assert not strip.isVisible()


def test_chat_counts_what_nobody_looked_at_and_goes_to_the_engine(session: Session) -> None:
    session.start(ALL)
    session.tell(ChatAdded("<b>hello</b>", False))
    button = session.find("toggle_chat")
    assert isinstance(button, QAbstractButton)
    assert button.text() == "Chat (1)"
    session.click("toggle_chat")
    assert button.text() == "Chat"
    field = session.find("chat_input")
    assert isinstance(field, QLineEdit)
    wait_for(field.hasFocus)
    QTest.keyClicks(field, "hi")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert ("send_chat", "hi") in session.engine.calls
    session.click("toggle_chat")
    wait_for(session.find("screen").hasFocus)


def test_chat_not_allowed_can_be_asked_for(session: Session) -> None:
    session.start(LOOK)
    session.click("toggle_chat")
    assert not session.find("chat_input").isEnabled()
    session.click("ask_chat")
    assert session.engine.calls[-1] == ("ask", frozenset({Feature.CHAT}))
    session.tell(Answered(frozenset({Feature.CHAT})), GrantsChanged(LOOK | {Feature.CHAT}, NONE))
    assert session.find("chat_input").isEnabled()
    assert not session.find("ask_chat").isVisible()


def test_going_to_the_chat_releases_what_is_pressed_on_the_other_side(session: Session, xserver: XServer) -> None:
    session.start(ALL)
    xserver.xdotool("keydown", "shift")
    wait_for(lambda: ("key", "ShiftLeft", True) in session.engine.calls)
    session.click("toggle_chat")
    wait_for(lambda: ("release_all",) in session.engine.calls)
    xserver.xdotool("keyup", "shift")


def test_every_control_has_a_name_for_screen_readers(session: Session) -> None:
    session.start(ALL)
    for widget in session.viewer.findChildren(QAbstractButton):
        assert widget.objectName(), widget
        assert widget.accessibleName(), widget.objectName()


def test_the_next_session_starts_clean(session: Session) -> None:
    session.start(ALL)
    session.tell(ChatAdded("old", False))
    session.click("toggle_chat")
    session.tell(StateChanged(State.ENDED), StateChanged(State.IDLE), StateChanged(State.WAITING))
    session.start(LOOK)
    assert not session.find("chat_side").isVisible()
    assert session.find("chip_chat").accessibleName() == "Chat: not allowed"
    assert session.text("elapsed") == "0:00"


def test_both_windows_work_on_one_engine_through_the_bridge(app: QApplication) -> None:
    made: list[ScriptedEngineer] = []

    def make(listener: Listener) -> EngineerApi:
        made.append(ScriptedEngineer(listener))
        return made[-1]

    windows = EngineerWindows(make, UiOptions(server_name="support.example.com"), code_for)
    tell: Callable[[EngineEvent], None] = made[0].tell
    for state in (State.WAITING, State.PAIRING, State.ASKING, State.CONNECTING, State.VERIFYING, State.ACTIVE):
        tell(StateChanged(state))
    wait_for(windows.viewer.isVisible)
    assert not windows.console.isVisible()
    tell(StateChanged(State.ENDED, ErrorCode.PEER_LOST))
    wait_for(windows.console.isVisible)
    assert not windows.viewer.isVisible()
    windows.close()
    assert made[0].calls[-1] == ("close",)
