"""The chat in a window of its own beside the session bar."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from remotedesk.ui.shared.chat_panel import ChatPanel
from remotedesk.ui.shared.placement import primary_area
from remotedesk.ui.shared.theme import SPACE_M


class ChatWindow(QWidget):
    """Counts what came while it was hidden: `unread_changed`. Closing it hides it."""

    unread_changed = Signal(int)

    def __init__(self, send: Callable[[str], None]) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.WindowStaysOnTopHint)
        self.setObjectName("chat_window")
        self.setWindowTitle(self.tr("Chat with your engineer"))
        self.panel = ChatPanel(send)
        self._unread = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.panel)
        self.resize(360, 440)

    def add(self, text: str, *, mine: bool) -> None:
        """Show a line, and count it if nobody can see it."""
        self.panel.add(text, mine=mine)
        if not mine and not self.isVisible():
            self._count(self._unread + 1)

    def toggle_beside(self, bar: QWidget) -> None:
        """Open it under the right end of `bar`, or close it."""
        if self.isVisible():
            self.hide()
            return
        area, below = primary_area(), bar.geometry()
        x = min(below.right() - self.width(), area.right() - self.width())
        self.move(max(area.left(), x), below.bottom() + 2 * SPACE_M)
        self.show()
        self.activateWindow()
        self.panel.input.setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        """All of it is read now."""
        self._count(0)

    def hideEvent(self, event: QHideEvent) -> None:
        """From here on lines are unread."""
        self._count(0)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Hide; the session goes on."""
        event.ignore()
        self.hide()

    def _count(self, unread: int) -> None:
        self._unread = unread
        self.unread_changed.emit(unread)
