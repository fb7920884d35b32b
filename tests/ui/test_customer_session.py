"""While somebody is connected: the bar, the frame, the chat, and the way out."""

import pytest
from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from remotedesk.core.consent import PROMPT_ARMS_AFTER_S, Feature, Suspension
from remotedesk.core.errors import ErrorCode
from remotedesk.core.session_state import State
from remotedesk.engine.events import BarWanted, ChatAdded, Failed, StateChanged
from remotedesk.ui.customer.screen_frame import FRAME_WIDTH
from remotedesk.ui.customer.session_bar import HOT_KEY
from remotedesk.ui.shared.theme import LIGHT
from tests.support.customer_stage import SESSION, Stage
from tests.support.qt_wait import click_made, wait_for
from tests.support.xserver import XServer

STANDS_STILL_MS = round(PROMPT_ARMS_AFTER_S * 1000) + 100
TOP_EDGE = (20, 1)
BELOW_EDGE = (20, FRAME_WIDTH + 2)


class ClickCounter(QWidget):
    """Stands for the CAD program's window behind everything."""

    def __init__(self) -> None:
        super().__init__(None, Qt.WindowType.FramelessWindowHint)
        self.clicks = 0

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicks += 1


def color_at(server: XServer, x: int, y: int) -> str:
    """Return what the display really shows at a pixel, as #rrggbb."""
    text = server.run("import", "-silent", "-window", "root", "-crop", f"1x1+{x}+{y}", "-depth", "8", "txt:-")
    return "#" + text.rsplit("#", 1)[1][:6].lower()


def test_the_bar_says_who_and_what(stage: Stage) -> None:
    stage.share({Feature.VIEW, Feature.CHAT})
    bar = stage.session.bar
    assert bar.name.accessibleName() == "Hanako Sato · Example CAD Support"
    assert {feature: bar.switches[feature].isChecked() for feature in SESSION} == {
        Feature.VIEW: True,
        Feature.CONTROL: False,
        Feature.CHAT: True,
    }
    assert bar.status.text() == "Your screen is seen"
    assert bar.hot_key.text() == HOT_KEY
    assert bar.hot_key.isVisible()
    assert bar.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
    assert bar.y() == 0
    assert abs(bar.geometry().center().x() - 640) <= 2


class Painted(QObject):
    """Counts how often a widget is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.times += event.type() is QEvent.Type.Paint
        return False


class LongSession(QElapsedTimer):
    """A clock that was started an hour and a bit ago."""

    def elapsed(self) -> int:
        return super().elapsed() + 61 * 60_000


def test_minutes_pass_and_between_them_the_bar_is_still(stage: Stage) -> None:
    """It lies on the screen that is shared: what moves on it travels."""
    stage.share({Feature.VIEW})
    bar = stage.session.bar
    bar._clock = LongSession()
    bar._clock.start()
    wait_for(lambda: bar.status.text() == "61 min · Your screen is seen")
    painted = Painted()
    bar.status.installEventFilter(painted)
    QTest.qWait(2_300)  # two ticks
    assert painted.times == 0


def test_the_end_button_ends_before_anything_else(stage: Stage) -> None:
    stage.share()
    seen: list[bool] = []
    end = stage.engines[-1].end

    def ends() -> None:
        seen.append(stage.session.bar.isVisible())
        end()

    stage.engines[-1].end = ends  # type: ignore[method-assign]
    QTest.mouseClick(stage.session.bar.end_button, Qt.MouseButton.LeftButton)
    assert stage.calls[-1] == ("end",)
    assert seen == [True]
    assert stage.flow.session is None
    assert stage.flow.window.end.isVisible()


@pytest.mark.parametrize("feature", sorted(SESSION))
def test_a_switch_acts_in_its_click_and_shows_only_what_is_true(stage: Stage, feature: Feature) -> None:
    stage.share()
    QTest.qWait(STANDS_STILL_MS)
    switch = stage.session.bar.switches[feature]
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert stage.calls[-1] == ("set_allowed", feature, False)
    stage.grant(SESSION - {feature})
    QTest.qWait(STANDS_STILL_MS)
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert stage.calls[-1] == ("set_allowed", feature, True)
    assert not switch.isChecked()
    stage.grant(SESSION)
    assert switch.isChecked()


def test_a_switch_under_a_bar_that_has_just_moved_allows_nothing(stage: Stage) -> None:
    stage.share()
    stage.grant(SESSION - {Feature.CONTROL})
    QTest.qWait(STANDS_STILL_MS)
    bar = stage.session.bar
    bar.move(bar.x() + 40, bar.y())
    wait_for(lambda: bar.pos() == bar.mapToGlobal(bar.rect().topLeft()))
    before = list(stage.calls)
    QTest.mouseClick(bar.switches[Feature.CONTROL], Qt.MouseButton.LeftButton)
    assert stage.calls == before
    assert not bar.switches[Feature.CONTROL].isChecked()


def test_a_press_that_arrives_late_allows_nothing(stage: Stage) -> None:
    stage.share()
    stage.grant(SESSION - {Feature.CONTROL})
    QTest.qWait(STANDS_STILL_MS)
    switch = stage.session.bar.switches[Feature.CONTROL]
    before = list(stage.calls)
    click_made(switch, ago_ms=1_000)
    assert stage.calls == before
    click_made(switch, ago_ms=0)
    assert stage.calls[-1] == ("set_allowed", Feature.CONTROL, True)


def test_a_switch_takes_no_yes_while_the_engineer_acts_but_a_no_at_any_time(stage: Stage) -> None:
    stage.share()
    stage.grant(SESSION - {Feature.CONTROL})
    QTest.qWait(STANDS_STILL_MS)
    stage.engines[-1].idle_s = 0.55
    before = list(stage.calls)
    switches = stage.session.bar.switches
    QTest.mouseClick(switches[Feature.CONTROL], Qt.MouseButton.LeftButton)
    assert stage.calls == before
    assert not switches[Feature.CONTROL].isChecked()
    QTest.mouseClick(switches[Feature.VIEW], Qt.MouseButton.LeftButton)
    assert stage.calls[-1] == ("set_allowed", Feature.VIEW, False)
    stage.engines[-1].idle_s = 0.65
    QTest.mouseClick(switches[Feature.CONTROL], Qt.MouseButton.LeftButton)
    assert stage.calls[-1] == ("set_allowed", Feature.CONTROL, True)


def test_the_bar_and_a_question_cannot_be_hidden_by_showing_the_desktop(stage: Stage, xserver: XServer) -> None:
    stage.share()
    bar = stage.session.bar
    xserver.xdotool("key", "super+d")
    QTest.qWait(300)
    assert bar.windowHandle().isExposed()
    stage.ask({Feature.CHAT}, number=2, first=False)
    prompt = stage.prompt
    xserver.xdotool("key", "super+d")
    wait_for(lambda: not prompt.windowHandle().isExposed())
    wait_for(lambda: prompt.windowHandle().isExposed())
    xserver.xdotool("key", "ctrl+alt+Right")  # openbox: the desktop to the right
    QTest.qWait(300)
    assert bar.windowHandle().isExposed()
    wait_for(lambda: prompt.windowHandle().isExposed())
    xserver.xdotool("key", "ctrl+alt+Left")


def test_the_hot_key_brings_the_keyboard_to_the_bar(stage: Stage, xserver: XServer) -> None:
    stage.share()
    bar = stage.session.bar
    assert not bar.isActiveWindow()
    stage.tell(BarWanted())
    wait_for(bar.isActiveWindow)
    assert QApplication.focusWidget() is bar.switches[Feature.VIEW]
    QTest.qWait(STANDS_STILL_MS)
    xserver.xdotool("key", "space")
    wait_for(lambda: stage.calls[-1] == ("set_allowed", Feature.VIEW, False))


def test_switches_follow_the_engine_without_calling_it(stage: Stage) -> None:
    stage.share()
    before = list(stage.calls)
    stage.grant({Feature.VIEW})
    stage.grant(SESSION)
    assert stage.calls == before


def test_the_bar_cannot_be_closed(stage: Stage) -> None:
    stage.share()
    bar = stage.session.bar
    assert not bar.close()
    QTest.keyClick(bar, Qt.Key.Key_Escape)
    QTest.keyClick(bar, Qt.Key.Key_F4, Qt.KeyboardModifier.AltModifier)
    assert bar.isVisible()


def test_a_stray_key_moves_no_switch(stage: Stage) -> None:
    stage.share()
    before = list(stage.calls)
    bar = stage.session.bar
    assert bar.focusWidget() in (None, bar)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return):
        QTest.keyClick(bar, key)
    assert stage.calls == before


def test_the_bar_is_dragged_but_stays_on_the_screen(stage: Stage) -> None:
    stage.share()
    bar = stage.session.bar
    at = QPoint(12, bar.height() // 2)
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(bar, at + QPoint(40, 300))
    QTest.mouseRelease(bar, Qt.MouseButton.LeftButton)
    wait_for(lambda: bar.y() == 300)
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(bar, at + QPoint(3000, 3000))
    QTest.mouseRelease(bar, Qt.MouseButton.LeftButton)
    wait_for(lambda: bar.y() > 300)
    assert QRect(0, 0, 1280, 800).contains(bar.geometry())


def test_a_pause_is_told_and_taken_back(stage: Stage) -> None:
    stage.share()
    bar = stage.session.bar
    stage.grant(SESSION, Suspension.LOCKED)
    assert bar.notice.isVisible()
    assert bar.notice.text == "Paused: your screen is locked. Nothing is shared."
    assert bar.status.text().endswith("Paused")
    assert stage.session.frames.windows == ()
    stage.grant(SESSION)
    assert not bar.notice.isVisible()
    assert len(stage.session.frames.windows) == 1


def test_a_lost_connection_is_told_and_taken_back(stage: Stage) -> None:
    stage.share()
    stage.tell(StateChanged(State.RECONNECTING, ErrorCode.PEER_LOST))
    assert stage.session.bar.notice.text.startswith("Reconnecting…")
    assert stage.session.frames.windows == ()
    stage.tell(StateChanged(State.VERIFYING), StateChanged(State.ACTIVE))
    stage.grant(SESSION)
    assert not stage.session.bar.notice.isVisible()


def test_a_lock_outlives_a_reconnection(stage: Stage) -> None:
    stage.share()
    stage.grant(SESSION, Suspension.LOCKED, Suspension.SILENCE)
    stage.tell(StateChanged(State.RECONNECTING), StateChanged(State.VERIFYING), StateChanged(State.ACTIVE))
    assert stage.session.bar.notice.text.startswith("Paused")
    assert stage.session.frames.windows == ()
    stage.grant(SESSION)
    assert not stage.session.bar.notice.isVisible()


def test_a_pause_is_told_again_after_something_else_was(stage: Stage) -> None:
    stage.share()
    stage.grant(SESSION, Suspension.LOCKED)
    stage.tell(Failed(ErrorCode.CAPTURE_FAILED))
    assert "RD-603" in stage.session.bar.notice.text
    stage.session.bar.findChild(QTimer).timeout.emit()
    assert stage.session.bar.notice.text.startswith("Paused")


def test_the_bar_cannot_be_minimised(stage: Stage) -> None:
    stage.share()
    bar = stage.session.bar
    wait_for(lambda: bar.windowHandle().isExposed())
    bar.showMinimized()
    wait_for(lambda: not bar.isMinimized() and bar.isVisible() and bar.windowHandle().isExposed())


def test_what_failed_is_told_with_its_code(stage: Stage) -> None:
    stage.share()
    stage.tell(Failed(ErrorCode.HOT_KEY_TAKEN))
    assert "RD-606" in stage.session.bar.notice.text
    assert not stage.session.bar.hot_key.isVisible()


def test_the_frame_is_on_the_display_in_its_colour(stage: Stage, xserver: XServer) -> None:
    stage.share({Feature.VIEW})
    wait_for(lambda: color_at(xserver, *TOP_EDGE) == LIGHT.view_frame)
    assert color_at(xserver, *BELOW_EDGE) != LIGHT.view_frame
    assert color_at(xserver, 1279, 799) == LIGHT.view_frame
    stage.grant({Feature.VIEW, Feature.CONTROL})
    wait_for(lambda: color_at(xserver, *TOP_EDGE) == LIGHT.control_frame)
    stage.grant({Feature.CHAT})
    wait_for(lambda: color_at(xserver, *TOP_EDGE) not in (LIGHT.control_frame, LIGHT.view_frame))
    assert stage.session.frames.windows == ()


def test_the_frame_lets_clicks_through_and_takes_no_focus(stage: Stage, xserver: XServer) -> None:
    behind = ClickCounter()
    behind.setGeometry(0, 0, 1280, 800)
    behind.show()
    stage.share({Feature.VIEW})
    wait_for(lambda: color_at(xserver, 1, 400) == LIGHT.view_frame)
    xserver.xdotool("mousemove", "1", "400", "click", "1")
    wait_for(lambda: behind.clicks == 1)
    behind.hide()
    behind.deleteLater()
    frame = stage.session.frames.windows[0]
    flags = frame.windowFlags()
    assert flags & Qt.WindowType.WindowTransparentForInput
    assert flags & Qt.WindowType.WindowDoesNotAcceptFocus
    assert QApplication.activeWindow() is not frame


def test_the_frame_is_only_an_edge(stage: Stage) -> None:
    stage.share({Feature.VIEW})
    mask = stage.session.frames.windows[0].mask()
    assert mask.contains(QPoint(0, 400))
    assert mask.contains(QPoint(1279, 400))
    assert not mask.contains(QPoint(FRAME_WIDTH, FRAME_WIDTH))
    assert not mask.contains(QPoint(640, 400))


def test_chat_goes_both_ways_and_counts_what_was_not_seen(stage: Stage) -> None:
    stage.share()
    session = stage.session
    stage.tell(ChatAdded("Hello", mine=False), ChatAdded("Are you there?", mine=False))
    assert session.bar.chat_button.text() == "Messages (2)"
    session.bar.chat_button.click()
    assert session.chat.isVisible()
    assert session.bar.chat_button.text() == "Messages"
    QTest.keyClicks(session.chat.panel.input, "Yes")
    QTest.keyClick(session.chat.panel.input, Qt.Key.Key_Return)
    assert stage.calls[-1] == ("send_chat", "Yes")
    stage.tell(ChatAdded("Yes", mine=True))
    assert session.chat.panel.lines() == ["Hello", "Are you there?", "Yes"]
    session.chat.close()
    assert stage.flow.session is session


def test_chat_is_closed_when_it_is_not_allowed(stage: Stage) -> None:
    stage.share({Feature.VIEW})
    panel = stage.session.chat.panel
    assert not panel.input.isEnabled()
    stage.grant(SESSION)
    assert panel.input.isEnabled()


def test_nothing_from_the_engineer_is_shown_as_html(stage: Stage) -> None:
    stage.share()
    stage.tell(ChatAdded("<a href='https://evil.example'>click</a>\u202e", mine=False))
    stage.session.bar.chat_button.click()
    windows = (stage.session.bar, stage.session.chat, stage.flow.window)
    labels = [label for window in windows for label in window.findChildren(QLabel)]
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}
    assert "<a href='https://evil.example'>click</a>" in [label.text() for label in labels]
