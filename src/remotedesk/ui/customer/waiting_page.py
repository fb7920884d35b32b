"""What a customer sees between the button and the question: one line of status, and a way out."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from remotedesk.ui.shared.icons import Icon, IconView
from remotedesk.ui.shared.spinner import Spinner
from remotedesk.ui.shared.theme import SPACE_L, SPACE_M, SPACE_S, colors
from remotedesk.ui.shared.widgets import Kind, Label, button


class WaitingPage(QWidget):
    """Emits `cancelled`."""

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._spinner = Spinner(48)
        self._halt = IconView(Icon.WARNING, 48, colors().warn)
        self._halt.hide()
        self.status = Label(kind=Kind.HEADING, name="status", wrap=True)
        self.hint = Label(kind=Kind.MUTED, name="hint", wrap=True)
        self.cancel_button = button(self.tr("Cancel"), "cancel")
        self.cancel_button.clicked.connect(self.cancelled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_S)
        layout.addStretch(2)
        layout.addWidget(self._spinner, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._halt, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(SPACE_M)
        for label in (self.status, self.hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(label)
        layout.addStretch(3)
        layout.addWidget(self.cancel_button, 0, Qt.AlignmentFlag.AlignHCenter)

    def tell(self, status: str, hint: str = "", *, busy: bool = True) -> None:
        """Say what is going on; `busy` False when it is somebody's turn."""
        self.status.setText(status)
        self.hint.setText(hint)
        self._spinner.setVisible(busy)
        self._halt.setVisible(not busy)
