"""The question to the customer: nothing but a deliberate answer of his counts."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from remotedesk.core.consent import PROMPT_ARMS_AFTER_S, Feature
from remotedesk.engine.events import Asked, CodeReady, PeerNamed
from tests.support.customer_stage import SESSION, Stage
from tests.support.qt_wait import click_made, wait_for

BUTTON_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Y, Qt.Key.Key_Escape)


def answers(stage: Stage) -> list[tuple[object, ...]]:
    return [call for call in stage.calls if call[0] == "answer"]


def ask_now(stage: Stage, *, first: bool = True) -> None:
    stage.tell(PeerNamed("Hanako Sato", "Example CAD Support"), CodeReady("0427"), Asked(1, SESSION, first))


def test_it_says_who_asks_and_shows_the_code(stage: Stage) -> None:
    stage.join()
    stage.ask()
    shown = {label.objectName(): label.text() for label in stage.prompt.findChildren(QLabel)}
    assert shown["engineer_name"] == "Hanako Sato"
    assert shown["engineer_company"] == "Example CAD Support"
    assert shown["comparison_code"] == "0427"
    assert stage.prompt.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
    assert not stage.flow.window.isVisible()


def test_view_and_chat_are_ticked_and_control_is_not(stage: Stage) -> None:
    stage.join()
    stage.ask()
    ticked = {feature: tick.isChecked() for feature, tick in stage.prompt.ticks.items()}
    assert ticked == {Feature.VIEW: True, Feature.CONTROL: False, Feature.CHAT: True}
    QTest.mouseClick(stage.prompt.accept_button, Qt.MouseButton.LeftButton)
    assert answers(stage) == [("answer", 1, frozenset({Feature.VIEW, Feature.CHAT}))]


def test_a_press_that_arrives_late_neither_ticks_nor_accepts(stage: Stage) -> None:
    stage.join()
    stage.ask()
    tick = stage.prompt.ticks[Feature.CONTROL]
    click_made(tick, ago_ms=1_000)
    assert not tick.isChecked()
    click_made(stage.prompt.accept_button, ago_ms=1_000)
    assert not answers(stage)
    click_made(tick, ago_ms=0)
    assert tick.isChecked()
    click_made(stage.prompt.accept_button, ago_ms=0)
    assert answers(stage) == [("answer", 1, SESSION)]


def test_only_what_is_asked_can_be_ticked(stage: Stage) -> None:
    stage.join()
    stage.ask({Feature.CHAT, Feature.VIEW})
    assert set(stage.prompt.ticks) == {Feature.VIEW, Feature.CHAT}


@pytest.mark.parametrize("first", [True, False])
def test_nothing_pressed_in_passing_answers(stage: Stage, first: bool) -> None:
    if first:
        stage.join()
    else:
        stage.share()
        stage.engines[-1].calls.clear()
    ask_now(stage, first=first)
    prompt = stage.prompt
    wait_for(lambda: QApplication.focusWidget() is prompt)
    for round_ in range(2):
        for key in BUTTON_KEYS:
            QTest.keyClick(prompt, key)
        if round_ == 0:
            wait_for(prompt.accept_button.isEnabled)
    assert answers(stage) == []
    assert prompt.isVisible()
    assert {feature for feature, tick in prompt.ticks.items() if tick.isChecked()} == {Feature.VIEW, Feature.CHAT}


def test_it_takes_no_answer_before_it_is_armed(stage: Stage) -> None:
    stage.join()
    ask_now(stage)
    prompt = stage.prompt
    for target in (prompt.accept_button, prompt.decline_button):
        assert not target.isEnabled()
        QTest.mouseClick(target, Qt.MouseButton.LeftButton)
    prompt.close()
    assert answers(stage) == []
    assert prompt.isVisible()


def test_the_whole_answer_by_keyboard(stage: Stage) -> None:
    stage.join()
    stage.ask()
    prompt = stage.prompt
    wait_for(lambda: QApplication.focusWidget() is prompt)
    QTest.qWait(round(PROMPT_ARMS_AFTER_S * 1000) + 100)  # keys just after the activation count for nothing
    order = []
    for _ in range(5):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        order.append(QApplication.focusWidget().objectName())
    assert order == ["ask_view", "ask_control", "ask_chat", "decline", "accept"]
    prompt.ticks[Feature.CONTROL].setFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    prompt.accept_button.setFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert answers(stage) == [("answer", 1, SESSION)]


def test_a_click_on_the_sentence_ticks_its_box(stage: Stage) -> None:
    stage.join()
    stage.ask()
    tick = stage.prompt.ticks[Feature.CONTROL]
    row = tick.parentWidget()
    QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(row.width() - 20, row.height() // 2))
    assert tick.isChecked()


def test_accepting_nothing_is_not_offered(stage: Stage) -> None:
    stage.join()
    stage.ask()
    for tick in stage.prompt.ticks.values():
        tick.setChecked(False)
    assert not stage.prompt.accept_button.isEnabled()
    assert stage.prompt.decline_button.isEnabled()


def test_a_no_is_an_end_with_nothing_shared(stage: Stage) -> None:
    stage.join()
    stage.ask()
    stage.prompt.decline_button.click()
    assert answers(stage) == [("answer", 1, frozenset())]
    assert stage.flow.session is None
    assert stage.flow.window.end.isVisible()
    assert "declined" in stage.flow.window.end.what.text()


def test_closing_the_window_is_a_no(stage: Stage) -> None:
    stage.join()
    stage.ask()
    stage.prompt.close()
    assert answers(stage) == [("answer", 1, frozenset())]


def test_a_question_in_the_middle_is_smaller_and_names_one_thing(stage: Stage) -> None:
    stage.share({Feature.VIEW, Feature.CHAT})
    stage.ask({Feature.CONTROL}, number=2, first=False)
    labels = {label.objectName() for label in stage.prompt.findChildren(QLabel)}
    assert "comparison_code" not in labels
    assert not stage.prompt.ticks[Feature.CONTROL].isVisible()
    stage.prompt.accept_button.click()
    assert answers(stage)[-1] == ("answer", 2, frozenset({Feature.CONTROL}))
    assert stage.flow.session is not None


def test_a_no_in_the_middle_leaves_the_session(stage: Stage) -> None:
    stage.share({Feature.VIEW})
    stage.ask({Feature.CONTROL}, number=2, first=False)
    stage.prompt.decline_button.click()
    assert answers(stage)[-1] == ("answer", 2, frozenset())
    assert stage.session.bar.isVisible()


def test_a_newer_question_takes_the_place_of_the_older(stage: Stage) -> None:
    stage.share({Feature.VIEW})
    stage.ask({Feature.CONTROL}, number=2, first=False)
    stage.ask({Feature.CHAT}, number=3, first=False)
    assert stage.prompt.number == 3
    assert [w.isVisible() for w in QApplication.topLevelWidgets() if w.objectName() == "accept_prompt"].count(True) == 1


@pytest.mark.parametrize("at", [(640, 400), (10, 10), (1270, 790), (200, 400), (640, 100), (900, 700)])
@pytest.mark.parametrize("first", [True, False])
def test_it_never_opens_under_the_pointer(stage: Stage, at: tuple[int, int], first: bool) -> None:
    stage.join()
    QCursor.setPos(*at)
    wait_for(lambda: QCursor.pos() == QPoint(*at))
    ask_now(stage, first=first)
    wait_for(stage.prompt.accept_button.isEnabled)
    assert QCursor.pos() == QPoint(*at)
    assert not stage.prompt.frameGeometry().contains(QCursor.pos())
    assert QRect(0, 0, 1280, 800).contains(stage.prompt.geometry())


def test_a_name_from_elsewhere_is_only_text(stage: Stage) -> None:
    stage.join()
    stage.tell(PeerNamed("<b>Bank</b>\n\u202eevil", "<img src=x>"), CodeReady("0427"), Asked(1, SESSION, True))
    labels = {label.objectName(): label for label in stage.prompt.findChildren(QLabel)}
    assert labels["engineer_name"].text() == "<b>Bank</b> evil"
    assert labels["engineer_company"].text() == "<img src=x>"
    assert {label.textFormat() for label in labels.values()} == {Qt.TextFormat.PlainText}
