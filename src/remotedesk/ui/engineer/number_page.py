"""The number the engineer reads out on the phone, and how it stands with it."""

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from remotedesk.core.errors import ErrorCode
from remotedesk.ui.engineer.page import PAGE_MARGIN
from remotedesk.ui.i18n.sentences import sentence_with_code
from remotedesk.ui.shared.icons import Icon
from remotedesk.ui.shared.notice import Notice
from remotedesk.ui.shared.theme import SPACE_L, SPACE_M, SPACE_S, digits_font
from remotedesk.ui.shared.widgets import Kind, Label, Role, Size, Surface, button, panel, restyle

NUMBER_PX = 46
COPIED_FOR_MS = 2_000


class NumberPage(QWidget):
    """Before a customer has come: make a number, read it out, decide about a wrong one."""

    new_number = Signal()
    allow_retry = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._expires_in_ms = 0
        self._since = QElapsedTimer()
        self._tick = QTimer(self)
        self._tick.setInterval(200)
        self._tick.timeout.connect(self._show_remaining)
        self._number = Label(name="number")
        self._number.setFont(digits_font(NUMBER_PX))
        self._number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._number.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._countdown = Label(kind=Kind.MUTED, name="countdown")
        self._copy = button(self.tr("&Copy"), "copy_number", Role.QUIET, icon=Icon.COPY)
        self._intro = Label(
            self.tr("With the customer on the phone, make a number and read it out. It works once, for 10 minutes."),
            Kind.MUTED,
            wrap=True,
        )
        self._status = Notice("number_status")
        self._retry = button(self.tr("&Allow another try"), "allow_retry", Role.PRIMARY)
        self._new = button(self.tr("&New number"), "new_number", Role.PRIMARY, size=Size.LARGE)
        self._card = self._make_card()
        self._lay_out()
        self._copy.clicked.connect(self._copy_number)
        self._retry.clicked.connect(self._on_retry)
        self._new.clicked.connect(self._on_new)
        self.show_none()

    def _make_card(self) -> QFrame:
        card = panel(Surface.CARD)
        column = QVBoxLayout(card)
        column.setContentsMargins(SPACE_M, SPACE_L, SPACE_M, SPACE_M)
        column.setSpacing(SPACE_S)
        caption = Label(self.tr("Read these digits to the customer"), Kind.MUTED)
        caption.setAlignment(Qt.AlignmentFlag.AlignCenter)
        below = QHBoxLayout()
        below.addStretch(1)
        below.addWidget(self._countdown)
        below.addSpacing(SPACE_M)
        below.addWidget(self._copy)
        below.addStretch(1)
        column.addWidget(caption)
        column.addWidget(self._number)
        column.addLayout(below)
        return card

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(PAGE_MARGIN, SPACE_L, PAGE_MARGIN, PAGE_MARGIN)
        column.setSpacing(SPACE_M)
        column.addWidget(Label(self.tr("Session number"), Kind.TITLE))
        column.addWidget(self._intro)
        column.addWidget(self._card)
        column.addWidget(self._status)
        actions = QHBoxLayout()
        actions.setSpacing(SPACE_S)
        actions.addWidget(self._retry)
        actions.addWidget(self._new)
        actions.addStretch(1)
        column.addLayout(actions)
        column.addStretch(1)

    # -- what the console tells -----------------------------------------------------------------------------

    def show_none(self, code: ErrorCode | None = None) -> None:
        """No number is out; `code` says why, if one was."""
        self._tick.stop()
        self._number.clear()
        self._card.hide()
        self._intro.show()
        self._offer(retry=False, new=True, first=True)
        self._status.tell(sentence_with_code(code, for_engineer=True) if code else "", Surface.PROBLEM)
        self._new.setFocus()

    def show_number(self, number: str, expires_in_s: int) -> None:
        """Show a number, 4-4-4, and count down."""
        self._number.setText(number)
        self._expires_in_ms = expires_in_s * 1_000
        self._since.start()
        self._show_remaining()
        self._intro.hide()
        self._card.show()
        self._copy.setText(self.tr("&Copy"))
        self._retry.hide()
        self.show_waiting()
        self._copy.setFocus()

    def show_waiting(self) -> None:
        """The customer has yet to type the number; a decision about a wrong one stays open."""
        if self._card.isHidden() or not self._retry.isHidden():
            return
        self._tick.start()
        self._offer(retry=False, new=True)
        self._status.tell(self.tr("Waiting for the customer to type the number."))

    def show_pairing(self) -> None:
        """Somebody has typed it in time; both clients prove it to each other."""
        self._tick.stop()
        self._offer(retry=False, new=True)
        self._status.tell(self.tr("The customer has typed the number. Checking it…"))

    def show_guess_failed(self, code: ErrorCode, guesses_left: int) -> None:
        """A wrong number was typed: is it the person on the phone?"""
        said = sentence_with_code(code, for_engineer=True)
        if guesses_left > 0:
            said += "\n" + self.tr("Tries left: %1").replace("%1", str(guesses_left))
            self._tick.start()
            self._offer(retry=True, new=True)
            self._retry.setFocus()
        else:
            self._tick.stop()
            self._card.hide()
            self._offer(retry=False, new=True, first=True)
        self._status.tell(said, Surface.NOTICE, Icon.WARNING)

    def fail(self, code: ErrorCode) -> None:
        """Say what went wrong; what was out stays out."""
        self._new.setEnabled(True)
        self._status.tell(sentence_with_code(code, for_engineer=True), Surface.PROBLEM)

    def set_busy(self, text: str) -> None:
        """Wait for the server."""
        self._new.setEnabled(False)
        self._status.tell(text)

    # -- own ------------------------------------------------------------------------------------------------

    def _offer(self, *, retry: bool, new: bool, first: bool = False) -> None:
        self._retry.setVisible(retry)
        self._new.setEnabled(new)
        restyle(self._new, "role", Role.PRIMARY if first else Role.NORMAL)
        restyle(self._new, "size", Size.LARGE if first else Size.MEDIUM)

    def _on_new(self) -> None:
        self.set_busy(self.tr("Making a number…"))
        self.new_number.emit()

    def _on_retry(self) -> None:
        self._offer(retry=False, new=True)
        self._status.tell(self.tr("Waiting for the customer to type the number again."))
        self._copy.setFocus()
        self.allow_retry.emit()

    def _copy_number(self) -> None:
        QGuiApplication.clipboard().setText(self._number.text())
        self._copy.setText(self.tr("Copied"))
        QTimer.singleShot(COPIED_FOR_MS, self, lambda: self._copy.setText(self.tr("&Copy")))

    def _show_remaining(self) -> None:
        left_s = max(0, -(-(self._expires_in_ms - self._since.elapsed()) // 1_000))
        self._countdown.setText(self.tr("Good for %1").replace("%1", f"{left_s // 60}:{left_s % 60:02}"))
        if left_s == 0:
            self.show_none(ErrorCode.NUMBER_EXPIRED)
