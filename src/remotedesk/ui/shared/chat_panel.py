"""The chat of both roles: bubbles and a line to write in; everything is plain text."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from remotedesk.core.display_text import many_lines
from remotedesk.ui.shared.theme import SPACE_M, SPACE_S, colors
from remotedesk.ui.shared.widgets import Kind, Label, Role, button

_LONGEST: Final = 4_000  # characters, as on the wire
_BUBBLE_EDGES: Final = 34  # logical pixels left and right of the text, together
_MOST_BUBBLES: Final = 500


class ChatPanel(QWidget):
    """Shows lines with `add`; what is written goes to `send`, and comes back through `add` once it is on its way."""

    def __init__(self, send: Callable[[str], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._send = send
        self._empty = Label(self.tr("Nothing written yet."), Kind.MUTED, name="chat_empty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lines: list[_Bubble] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(SPACE_S)
        self._scroll = self._make_scroll()
        self.input = QLineEdit()
        self.input.setObjectName("chat_input")
        self.input.setAccessibleName(self.tr("Chat message"))
        self.input.setPlaceholderText(self.tr("Write a message"))
        self.input.setMaxLength(_LONGEST)
        self.input.returnPressed.connect(self._submit)
        self.send_button = button(self.tr("Send"), "chat_send", Role.PRIMARY)
        self.send_button.clicked.connect(self._submit)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.input, 1)
        row.addWidget(self.send_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        layout.setSpacing(SPACE_M)
        layout.addWidget(self._scroll, 1)
        layout.addLayout(row)
        self.setFocusProxy(self.input)

    def add(self, text: str, *, mine: bool) -> None:
        """Show a line; hidden and control characters go first."""
        shown = many_lines(text, _LONGEST)
        if not shown:
            return
        self._empty.hide()
        if len(self._lines) >= _MOST_BUBBLES:
            self._lines.pop(0).deleteLater()
        bubble = _Bubble(shown, self.tr("You") if mine else self.tr("Other side"), mine=mine)
        self._lines.append(bubble)
        self._column.addWidget(bubble)

    def set_enabled(self, enabled: bool) -> None:
        """Allow or forbid writing; what was written stays readable."""
        self.input.setEnabled(enabled)
        self.send_button.setEnabled(enabled)
        self.input.setPlaceholderText(self.tr("Write a message") if enabled else self.tr("Chat is switched off"))

    def clear(self) -> None:
        """Forget everything that was written."""
        for bubble in self._lines:
            bubble.deleteLater()
        self._lines.clear()
        self._empty.show()
        self.input.clear()

    def lines(self) -> list[str]:
        """Return the texts shown, oldest first."""
        return [bubble.text for bubble in self._lines]

    def sizeHint(self) -> QSize:
        """A narrow column."""
        return QSize(320, 400)

    def _make_scroll(self) -> QScrollArea:
        column = QWidget()
        column.setProperty("kind", "scrolled")
        inner = QVBoxLayout(column)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self._empty)
        inner.addLayout(self._column)
        inner.addStretch(1)
        scroll = QScrollArea()
        scroll.setObjectName("chat_lines")
        scroll.setAccessibleName(self.tr("Chat messages"))
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(column)
        bar = scroll.verticalScrollBar()
        bar.rangeChanged.connect(lambda _, end: bar.setValue(end))  # a new line, or less room: keep the newest in sight
        return scroll

    def _submit(self) -> None:
        text = self.input.text().strip()
        if text:
            self.input.clear()
            self._send(text)


class _Bubble(QWidget):
    """One line of the chat: mine to the right in the accent colour, the other's to the left."""

    def __init__(self, text: str, who: str, *, mine: bool) -> None:
        super().__init__()
        self.text = text
        scheme = colors()
        self._label = Label(text, name="chat_line", wrap=True)
        self._label.setAccessibleName(f"{who}: {text}")
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        back, front = (scheme.accent, scheme.on_accent) if mine else (scheme.surface, scheme.text)
        edge = scheme.accent if mine else scheme.line
        look = f"background: {back}; color: {front}; border: 1px solid {edge}; border-radius: 10px; padding: 7px 11px;"
        self._label.setStyleSheet(look)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._label, 0, Qt.AlignmentFlag.AlignRight if mine else Qt.AlignmentFlag.AlignLeft)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Be as wide as the text, but leave room that shows whose line it is."""
        metrics = QFontMetrics(self._label.font())
        natural = max(metrics.horizontalAdvance(line) for line in self.text.split("\n")) + _BUBBLE_EDGES
        width = min(natural, self.width() * 5 // 6)
        self._label.setFixedSize(width, self._label.heightForWidth(width))
