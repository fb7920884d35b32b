"""The chat panel of both roles."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from remotedesk.ui.shared.chat_panel import ChatPanel
from tests.support.qt_wait import type_text, wait_for

Keep = Callable[[QWidget], QWidget]


def panel_with(keep: Keep) -> tuple[ChatPanel, list[str]]:
    sent: list[str] = []
    panel = ChatPanel(sent.append)
    keep(panel)
    panel.resize(360, 440)
    panel.show()
    return panel, sent


def test_what_is_written_is_sent_once_and_the_line_is_empty_again(keep: Keep) -> None:
    panel, sent = panel_with(keep)
    type_text(panel.input, " こんにちは ")
    QTest.keyClick(panel.input, Qt.Key.Key_Return)
    QTest.mouseClick(panel.send_button, Qt.MouseButton.LeftButton)
    assert sent == ["こんにちは"]
    assert panel.input.text() == ""
    assert panel.lines() == []


def test_lines_are_plain_text_without_hidden_characters(keep: Keep) -> None:
    panel, _ = panel_with(keep)
    panel.add("<b>x</b> &amp; \u202eabc\x1b[31m\nsecond", mine=False)
    panel.add("\u200b", mine=False)
    assert panel.lines() == ["<b>x</b> &amp; abc[31m\nsecond"]
    assert {label.textFormat() for label in panel.findChildren(QLabel)} == {Qt.TextFormat.PlainText}


def test_the_newest_line_is_in_sight_and_the_oldest_go(keep: Keep) -> None:
    panel, _ = panel_with(keep)
    for number in range(510):
        panel.add(f"line {number}", mine=number % 2 == 0)
    assert len(panel.lines()) == 500
    assert panel.lines()[0] == "line 10"
    newest = next(label for label in panel.findChildren(QLabel) if label.text() == "line 509")
    wait_for(lambda: newest.visibleRegion().boundingRect().height() == newest.height())


def test_a_bubble_is_as_wide_as_its_text_but_never_all_the_way(keep: Keep) -> None:
    panel, _ = panel_with(keep)
    panel.add("ok", mine=True)
    panel.add("長い文章です。" * 30, mine=False)
    short, long = (label for label in panel.findChildren(QLabel) if label.objectName() == "chat_line")
    wait_for(lambda: short.width() < 80)
    assert long.width() < panel.width() * 0.85
    wait_for(lambda: long.height() >= long.heightForWidth(long.width()))


def test_a_panel_switched_off_still_shows_what_was_written(keep: Keep) -> None:
    panel, sent = panel_with(keep)
    panel.add("hello", mine=False)
    panel.set_enabled(False)
    QTest.keyClicks(panel.input, "x")
    QTest.keyClick(panel.input, Qt.Key.Key_Return)
    assert sent == []
    assert panel.lines() == ["hello"]
    panel.set_enabled(True)
    panel.clear()
    assert panel.lines() == []
