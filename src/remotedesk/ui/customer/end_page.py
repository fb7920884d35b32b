"""What a customer sees at the end: what happened, and the record of it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from remotedesk.ui.shared.icons import Icon, IconView
from remotedesk.ui.shared.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, colors, digits_font
from remotedesk.ui.shared.widgets import Kind, Label, Role, Surface, button, panel


class EndPage(QWidget):
    """Emits what the customer wants next."""

    open_wanted = Signal()
    save_wanted = Signal()
    close_wanted = Signal()
    restart_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._icon = IconView(Icon.CHECK_CIRCLE, 44, colors().good)
        self.what = Label(name="what_happened", wrap=True)
        self.code = Label(name="short_code")
        self.code.setFont(digits_font(30))
        self.code.setStyleSheet("font-size: 30px; font-weight: 600;")
        self._code_text = Label(kind=Kind.MUTED, name="short_code_text", wrap=True)
        self.open_button = button(self.tr("Open the record"), "record_open", icon=Icon.RECORD)
        self.save_button = button(self.tr("Save the record…"), "record_save", icon=Icon.SAVE)
        self.restart_button = button(self.tr("Type another number"), "restart", Role.QUIET)
        self.close_button = button(self.tr("Close"), "close", Role.PRIMARY)
        for pressed, wanted in (
            (self.open_button, self.open_wanted),
            (self.save_button, self.save_wanted),
            (self.restart_button, self.restart_wanted),
            (self.close_button, self.close_wanted),
        ):
            pressed.clicked.connect(wanted)
        self._record = self._record_card()
        self._lay_out()

    def tell(self, what: str, *, calm: bool) -> None:
        """Say what happened; the record follows. `calm` when somebody wanted the end."""
        self.what.setText(what)
        scheme = colors()
        if calm:
            self._icon.show_icon(Icon.CHECK_CIRCLE, scheme.good)
        else:
            self._icon.show_icon(Icon.WARNING, scheme.warn)
        self._record.hide()
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_record(self, short_code: str) -> None:
        """The record can be read now; `short_code` is empty when the two records were not compared."""
        self.code.setText(short_code)
        self.code.setVisible(bool(short_code))
        self._code_text.setText(
            self.tr("Your engineer should see the same code. Then both records agree.")
            if short_code
            else self.tr("The connection broke before both records could be compared. Yours is complete.")
        )
        self._record.show()

    def _record_card(self) -> QFrame:
        card = panel(Surface.CARD)
        column = QVBoxLayout(card)
        column.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addWidget(Label(self.tr("Record of this session"), Kind.FIELD))
        column.addWidget(self.code)
        column.addWidget(self._code_text)
        column.addSpacing(SPACE_XS)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.open_button, 1)
        row.addWidget(self.save_button, 1)
        column.addLayout(row)
        return card

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L + SPACE_S, SPACE_L, SPACE_L + SPACE_S, SPACE_L)
        layout.setSpacing(SPACE_M)
        head = QHBoxLayout()
        head.setSpacing(SPACE_M)
        head.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(SPACE_XS)
        column.addWidget(Label(self.tr("The session is over"), Kind.TITLE))
        column.addWidget(self.what)
        head.addLayout(column, 1)
        layout.addLayout(head)
        layout.addWidget(self._record)
        layout.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(self.restart_button)
        row.addStretch(1)
        row.addWidget(self.close_button)
        layout.addLayout(row)
