"""The chat beside the customer's screen, with the way to ask for it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from remotedesk.engine.api import EngineerApi
from remotedesk.ui.shared.chat_panel import ChatPanel
from remotedesk.ui.shared.theme import SPACE_M, colors
from remotedesk.ui.shared.widgets import Kind, Label, Role, button

WIDTH = 320


class ChatSide(QFrame):
    """Hidden at first; counts what arrives while it is."""

    ask_chat = Signal()
    unread_changed = Signal(int)

    def __init__(self, api: EngineerApi) -> None:
        super().__init__()
        self._unread = 0
        self._panel = ChatPanel(api.send_chat)
        self._forbidden = QWidget()
        self._ask = button(self.tr("Ask for chat"), "ask_chat", Role.NORMAL)
        self.setObjectName("chat_side")
        self.setFixedWidth(WIDTH)
        self.setStyleSheet(
            f"QFrame#chat_side {{ background: {colors().surface}; border: none;"
            f" border-left: 1px solid {colors().line}; }}"
        )
        above = QVBoxLayout(self._forbidden)
        above.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, 0)
        above.addWidget(Label(self.tr("The customer has not allowed chat."), Kind.MUTED, wrap=True))
        above.addWidget(self._ask)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._forbidden)
        column.addWidget(self._panel, 1)
        self.setFocusProxy(self._panel)
        self._ask.clicked.connect(self._on_ask)
        self.hide()

    def add(self, text: str, *, mine: bool) -> None:
        """Show a line."""
        self._panel.add(text, mine=mine)
        if self.isHidden() and not mine:
            self._set_unread(self._unread + 1)

    def set_allowed(self, allowed: bool) -> None:
        """Writing needs the customer's yes."""
        self._panel.set_enabled(allowed)
        self._forbidden.setVisible(not allowed)
        if allowed:
            self.set_asked(False)

    def set_asked(self, asked: bool) -> None:
        """While a question is out there is no second one."""
        self._ask.setEnabled(not asked)

    def has_focus(self) -> bool:
        """True while the engineer is writing."""
        return self._panel.input.hasFocus()

    def reset(self) -> None:
        """Forget the session."""
        self._panel.clear()
        self._set_unread(0)
        self.hide()

    def setVisible(self, visible: bool) -> None:
        """What is shown counts as read."""
        super().setVisible(visible)
        if visible:
            self._set_unread(0)

    def _on_ask(self) -> None:
        self.set_asked(True)
        self.ask_chat.emit()

    def _set_unread(self, count: int) -> None:
        self._unread = count
        self.unread_changed.emit(count)
