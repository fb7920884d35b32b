"""The first page: what a person types, and that nothing leaves before it is right."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from remotedesk.core.errors import ErrorCode
from remotedesk.ui.customer.start_page import StartPage
from remotedesk.ui.i18n.sentences import sentence
from tests.support.customer_stage import DIGITS, NUMBER, Stage
from tests.support.qt_wait import type_text, wait_for

FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")


@pytest.mark.parametrize(
    "typed",
    [
        DIGITS,
        NUMBER,
        f"{DIGITS[:4]} {DIGITS[4:8]} {DIGITS[8:]}",
        DIGITS.translate(FULL_WIDTH),
        NUMBER.translate(FULL_WIDTH),
        NUMBER.replace("-", "ー"),
        f"{DIGITS[:4]}　{DIGITS[4:8]}　{DIGITS[8:]}",
    ],
)
def test_the_number_is_taken_as_any_keyboard_gives_it(stage: Stage, typed: str) -> None:
    start = stage.flow.window.start
    type_text(start.number, typed)
    type_text(start.name, "山田 太郎")
    QTest.keyClick(start.name, Qt.Key.Key_Return)
    assert start.number.text() == NUMBER
    assert stage.calls == [("join", NUMBER, "山田 太郎")]


def test_a_pasted_number_is_taken(stage: Stage) -> None:
    start = stage.flow.window.start
    QGuiApplication.clipboard().setText(NUMBER.translate(FULL_WIDTH))
    start.number.setFocus()
    QTest.keyClick(start.number, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert start.number.text() == NUMBER


def test_digits_are_grouped_while_they_are_typed(stage: Stage) -> None:
    number = stage.flow.window.start.number
    shown = []
    for digit in DIGITS[:9]:
        type_text(number, digit)
        shown.append(number.text())
    assert shown[3:6] == ["1234", "1234-5", "1234-56"]
    assert shown[-1] == "1234-5678-9"


def test_a_digit_in_the_middle_can_be_mended(stage: Stage) -> None:
    number = stage.flow.window.start.number
    type_text(number, "124567")
    number.setCursorPosition(2)
    type_text(number, "3")
    assert (number.text(), number.cursorPosition()) == ("1234-567", 3)
    QTest.keyClick(number, Qt.Key.Key_Backspace)
    assert (number.text(), number.cursorPosition()) == ("1245-67", 2)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", ErrorCode.NUMBER_INCOMPLETE),
        (DIGITS[:-1], ErrorCode.NUMBER_INCOMPLETE),
        (DIGITS[:-1] + str((int(DIGITS[-1]) + 1) % 10), ErrorCode.NUMBER_MISTYPED),
        (DIGITS[1] + DIGITS[0] + DIGITS[2:], ErrorCode.NUMBER_MISTYPED),
        (DIGITS + "5", ErrorCode.NUMBER_MISTYPED),
    ],
)
def test_a_mistyped_number_is_told_at_the_field_and_nothing_is_sent(stage: Stage, typed: str, code: ErrorCode) -> None:
    start = stage.flow.window.start
    type_text(start.number, typed)
    type_text(start.name, "Taro Yamada")
    start.connect_button.click()
    assert stage.engines == []
    assert start.number_problem.isVisible()
    assert start.number_problem.text() == sentence(code) == start.number.accessibleDescription()
    assert QApplication.focusWidget() is start.number


def test_a_letter_is_told_and_left_out(stage: Stage) -> None:
    start = stage.flow.window.start
    type_text(start.number, "12a")
    assert start.number.text() == "12"
    assert start.number_problem.text() == sentence(ErrorCode.NUMBER_MISTYPED)
    type_text(start.number, "3")
    assert not start.number_problem.isVisible()


def test_a_name_is_needed(stage: Stage) -> None:
    start = stage.flow.window.start
    type_text(start.number, DIGITS)
    type_text(start.name, "   ")
    start.connect_button.click()
    assert stage.engines == []
    assert start.name_problem.isVisible()
    assert QApplication.focusWidget() is start.name
    type_text(start.name, "T")
    assert not start.name_problem.isVisible()


def test_the_input_method_is_off_for_the_number_and_on_for_the_name(stage: Stage) -> None:
    start = stage.flow.window.start
    assert not start.number.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    assert start.number.inputMethodHints() & Qt.InputMethodHint.ImhDigitsOnly
    assert start.name.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def test_keyboard_only_in_order(stage: Stage) -> None:
    start = stage.flow.window.start
    wait_for(lambda: QApplication.focusWidget() is start.number)
    order = []
    for _ in range(3):
        order.append(QApplication.focusWidget())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert order == [start.number, start.name, start.connect_button]
    assert QApplication.focusWidget() is start.number


def test_a_prefilled_number_leaves_only_the_name(app: QApplication) -> None:
    stage = Stage(prefilled=f"remotedesk:{DIGITS}")
    start = stage.flow.window.start
    wait_for(lambda: QApplication.focusWidget() is start.name)
    assert start.number.text() == NUMBER
    assert stage.engines == []
    stage.close()


def test_the_button_answers_to_space_and_return(stage: Stage) -> None:
    start: StartPage = stage.flow.window.start
    type_text(start.number, DIGITS)
    type_text(start.name, "Taro Yamada")
    start.connect_button.setFocus()
    QTest.keyClick(start.connect_button, Qt.Key.Key_Return)
    assert stage.calls == [("join", NUMBER, "Taro Yamada")]


def test_a_customer_who_starts_the_program_again_finds_his_number_in_it(stage: Stage) -> None:
    start: StartPage = stage.flow.window.start
    stage.flow.come_forward("")
    assert start.number.text() == ""
    stage.flow.window.showMinimized()
    stage.flow.come_forward(DIGITS)
    assert start.number.text() == NUMBER
    wait_for(lambda: not stage.flow.window.isMinimized())


def test_starting_again_changes_nothing_while_one_is_waiting_or_in_a_session(stage: Stage) -> None:
    stage.join()
    page = stage.flow.window.page
    stage.flow.come_forward("999999999999")
    assert stage.flow.window.page is page
    assert stage.flow.window.start.number.text() == NUMBER
