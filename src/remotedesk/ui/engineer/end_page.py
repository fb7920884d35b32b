"""What happened, the code of the record, and the next number at once."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from remotedesk.core.errors import ErrorCode
from remotedesk.ui.engineer.page import PAGE_MARGIN, show_elided
from remotedesk.ui.i18n.sentences import sentence_with_code
from remotedesk.ui.shared.icons import Icon, IconView
from remotedesk.ui.shared.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, colors, digits_font
from remotedesk.ui.shared.widgets import Kind, Label, Role, Size, Surface, button, panel

SHORT_CODE_PX = 28
WITH_WIDTH = 460  # logical pixels


class EndPage(QWidget):
    """The session is over."""

    new_number = Signal()
    record_wanted = Signal(str, str)  # path, short code

    def __init__(self) -> None:
        super().__init__()
        self._path = ""
        self._outcome = Label(kind=Kind.MUTED, name="outcome", wrap=True)
        self._with = Label(kind=Kind.MUTED, name="ended_with")
        self._short_code = Label(name="short_code")
        self._short_code.setFont(digits_font(SHORT_CODE_PX))
        self._short_code.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._meaning = Label(kind=Kind.MUTED, name="short_code_meaning", wrap=True)
        self._new = button(self.tr("&New number"), "next_number", Role.PRIMARY, size=Size.LARGE)
        self._record = button(self.tr("&View the record"), "view_record", size=Size.LARGE, icon=Icon.RECORD)
        column = QVBoxLayout(self)
        column.setContentsMargins(PAGE_MARGIN, SPACE_L, PAGE_MARGIN, PAGE_MARGIN)
        column.setSpacing(SPACE_M)
        column.addLayout(self._make_head())
        column.addWidget(self._make_card())
        actions = QHBoxLayout()
        actions.setSpacing(SPACE_S)
        actions.addWidget(self._new)
        actions.addWidget(self._record)
        actions.addStretch(1)
        column.addLayout(actions)
        column.addStretch(1)
        self._new.clicked.connect(self.new_number)
        self._record.clicked.connect(lambda: self.record_wanted.emit(self._path, self._short_code.text()))

    def _make_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE_S + SPACE_XS)
        row.addWidget(IconView(Icon.CHECK_CIRCLE, 32, colors().accent), 0, Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(SPACE_XS)
        for label in (Label(self.tr("The session is over"), Kind.TITLE), self._outcome, self._with):
            texts.addWidget(label)
        row.addLayout(texts, 1)
        return row

    def _make_card(self) -> QFrame:
        card = panel(Surface.CARD)
        column = QVBoxLayout(card)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_XS)
        column.addWidget(Label(self.tr("Code of the record"), Kind.HEADING))
        column.addWidget(self._short_code)
        column.addWidget(self._meaning)
        return card

    def start(self, customer: str, code: ErrorCode | None, elapsed_s: int | None) -> None:
        """Say why it ended, with whom it was and how long it lived; the record follows."""
        self._outcome.setText(
            sentence_with_code(code, for_engineer=True) if code else self.tr("You have ended the session.")
        )
        parts = [customer] if customer else []
        if elapsed_s is not None:
            parts.append(self.tr("Length %1").replace("%1", f"{elapsed_s // 60}:{elapsed_s % 60:02}"))
        show_elided(self._with, " · ".join(parts), WITH_WIDTH)
        self._with.setVisible(bool(parts))
        self._new.setFocus()

    def await_record(self) -> None:
        """The record is still being closed."""
        self._path = ""
        self._record.hide()
        self._short_code.hide()
        self._meaning.setText(self.tr("Comparing records with the customer's side…"))

    def show_record(self, path: str, short_code: str) -> None:
        """Show the code both sides have, or say that there is none."""
        self._path = path
        self._record.setVisible(bool(path))
        self._short_code.setVisible(bool(short_code))
        self._short_code.setText(short_code)
        self._meaning.setText(
            self.tr("The customer sees the same code. It shows that both records are of this session.")
            if short_code
            else self.tr("The customer's side could not be reached to compare records. Yours is kept here.")
        )
