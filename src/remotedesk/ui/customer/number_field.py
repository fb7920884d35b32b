"""The field for the session number: takes digits as any keyboard gives them and groups them 4-4-4 while typed."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit

from remotedesk.core.errors import ErrorCode, NumberError
from remotedesk.core.session_number import TOTAL_DIGITS, SessionNumber, digits_of
from remotedesk.ui.shared.icons import Icon, icon_of
from remotedesk.ui.shared.theme import colors, digits_font

_GROUP: Final = 4
_LONGEST_TEXT: Final = 40


class NumberField(QLineEdit):
    """Shows digits grouped; any other character is told by `problem_found` and left out."""

    problem_found = Signal(ErrorCode)
    problem_gone = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("number")
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFont(digits_font(26))
        self.setStyleSheet("font-size: 26px; font-weight: 600;")
        self.setPlaceholderText("0000-0000-0000")
        self.setMaxLength(_LONGEST_TEXT)
        self._good = self.addAction(
            icon_of(Icon.CHECK_CIRCLE, colors().good, 22), QLineEdit.ActionPosition.TrailingPosition
        )
        self._good.setVisible(False)
        self.textEdited.connect(self._regroup)
        self.textChanged.connect(lambda: self._good.setVisible(self.complete()))

    def set_number(self, text: str) -> None:
        """Fill in a number from elsewhere, as far as it has digits."""
        self.setText(_grouped(_kept_digits(text)[0]))

    def number(self) -> SessionNumber:
        """Return the number; raises NumberError as `SessionNumber.parse` does."""
        return SessionNumber.parse(self.text())

    def complete(self) -> bool:
        """True when a right number has been typed."""
        try:
            self.number()
        except NumberError:
            return False
        return True

    def _regroup(self, text: str) -> None:
        before, _ = _kept_digits(text[: self.cursorPosition()])
        digits, all_digits = _kept_digits(text)
        self.setText(_grouped(digits))
        self.setCursorPosition(len(_grouped(before)))
        wrong = not all_digits or len(digits) > TOTAL_DIGITS or (len(digits) == TOTAL_DIGITS and not self.complete())
        if wrong:
            self.problem_found.emit(ErrorCode.NUMBER_MISTYPED)
        else:
            self.problem_gone.emit()


def _kept_digits(text: str) -> tuple[str, bool]:
    digits, only_digits = [], True
    for char in text:
        try:
            digits.append(digits_of(char))
        except NumberError:
            only_digits = False
    return "".join(digits), only_digits


def _grouped(digits: str) -> str:
    return "-".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))
