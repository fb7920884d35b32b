"""Shows the findings where the program has no console, as a packaged one has none on Windows."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from remotedesk.ui.shared.theme import SPACE_L, SPACE_M
from remotedesk.ui.shared.widgets import Role, button

_WIDTH, _HEIGHT = 760, 420


class FindingsWindow(QWidget):
    """The lines, to be read or copied."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(self.tr("remotedesk: what works on this machine"))
        self.resize(_WIDTH, _HEIGHT)
        self._lines = QPlainTextEdit(readOnly=True)
        self._lines.setObjectName("findings")
        self._lines.setAccessibleName(self.tr("Findings"))
        copy, close = button(self.tr("Copy"), "copy"), button(self.tr("Close"), "close", Role.PRIMARY)
        copy.clicked.connect(lambda: QApplication.clipboard().setText(self._lines.toPlainText()))
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_M)
        buttons.addStretch(1)
        buttons.addWidget(copy)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_L)
        layout.addWidget(self._lines, 1)
        layout.addLayout(buttons)

    def add(self, line: str) -> None:
        """Add one line."""
        self._lines.appendPlainText(line)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that it is closed."""
        super().closeEvent(event)
        self.closed.emit()
