"""Every control of the customer's windows can be found, named and reached without a mouse."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from remotedesk.core.audit import Act, AuditChain
from remotedesk.core.consent import Feature
from remotedesk.core.session_state import State
from remotedesk.engine.events import RecordClosed, StateChanged
from tests.support.customer_stage import Stage
from tests.support.qt_wait import wait_for


def shown_windows() -> list[QWidget]:
    return [window for window in QApplication.topLevelWidgets() if window.isVisible()]


def focusable(window: QWidget) -> list[QWidget]:
    widgets = [window, *window.findChildren(QWidget)]
    return [widget for widget in widgets if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus]


def unnamed() -> list[str]:
    """Return what a screen reader would find without a name, or a test without a stable one."""
    found = []
    for window in shown_windows():
        for widget in focusable(window):
            interface = QAccessible.queryAccessibleInterface(widget)
            name = interface.text(QAccessible.Text.Name) if interface is not None else ""
            if not name or not widget.objectName() or not widget.objectName().isascii():
                found.append(f"{window.objectName()}/{type(widget).__name__} {widget.objectName()!r} {name!r}")
    return found


def rich_texts() -> list[str]:
    return [
        label.text()
        for window in shown_windows()
        for label in window.findChildren(QLabel)
        if label.textFormat() is not Qt.TextFormat.PlainText
    ]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_control_has_a_name_on_every_screen(
    app: QApplication, language: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if language == "ja":
        request.getfixturevalue("japanese")
    stage = Stage()
    bad = unnamed() + rich_texts()
    stage.join()
    bad += unnamed() + rich_texts()
    stage.ask()
    bad += unnamed() + rich_texts()
    stage.prompt.accept_button.click()
    stage.tell(StateChanged(State.ACTIVE))
    stage.grant(Feature)
    stage.session.bar.chat_button.click()
    bad += unnamed() + rich_texts()
    stage.session.bar.end_button.click()
    path = tmp_path / "record.jsonl"
    path.write_text(AuditChain().append("2026-11-23T05:00:10.000+00:00", Act.CONNECTED).to_line() + "\n")
    stage.tell(RecordClosed(str(path), "3F9A-07C2"))
    stage.flow.window.end.open_button.click()
    bad += unnamed() + rich_texts()
    stage.close()
    assert bad == []


def test_the_bar_is_reached_by_tab(stage: Stage) -> None:
    stage.share()
    bar = stage.session.bar
    bar.activateWindow()
    wait_for(bar.isActiveWindow)
    order = []
    for _ in range(5):
        QTest.keyClick(QApplication.focusWidget() or bar, Qt.Key.Key_Tab)
        order.append(QApplication.focusWidget().objectName())
    assert order == ["allow_view", "allow_control", "allow_chat", "chat", "end"]
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert stage.calls[-1] == ("end",)


@pytest.mark.parametrize("name", ["connect", "number", "name"])
def test_the_focus_is_visible(stage: Stage, name: str) -> None:
    start = stage.flow.window.start
    widget = start.findChild(QWidget, name)
    other = start.number if name != "number" else start.name
    other.setFocus()
    wait_for(other.hasFocus)
    without = widget.grab().toImage()
    widget.setFocus()
    wait_for(widget.hasFocus)
    assert widget.grab().toImage() != without


def test_switches_and_ticks_show_the_focus(stage: Stage) -> None:
    stage.join()
    stage.ask()
    tick = stage.prompt.ticks[Feature.CONTROL]
    without = tick.grab().toImage()
    tick.setFocus()
    wait_for(tick.hasFocus)
    assert tick.grab().toImage() != without
