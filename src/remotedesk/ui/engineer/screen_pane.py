"""The view with what lies around and over it: scroll bars, the card that says why there is no live picture, hints."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollBar, QVBoxLayout, QWidget

from remotedesk.ui.engineer.screen_view import ScreenView
from remotedesk.ui.shared.icons import Icon, IconView
from remotedesk.ui.shared.theme import SPACE_L, SPACE_M, SPACE_S, colors
from remotedesk.ui.shared.widgets import Kind, Label, Role, Surface, button, panel

HINT_FOR_MS: Final = 4_000


@dataclass(frozen=True)
class Cover:
    """Why the picture is not live."""

    icon: Icon
    title: str
    text: str = ""
    ask: str = ""  # the label of a button that asks the customer, if that would help


class ScreenPane(QWidget):
    """Everything over the picture lets go of it as soon as it is live again."""

    ask_view = Signal()

    def __init__(self, view: ScreenView) -> None:
        super().__init__()
        self.view = view
        self._across = QScrollBar(Qt.Orientation.Horizontal)
        self._down = QScrollBar(Qt.Orientation.Vertical)
        self._notice_icon = IconView(Icon.PAUSE, 36)
        self._notice_title = Label(kind=Kind.HEADING, name="notice_title", wrap=True)
        self._notice_text = Label(kind=Kind.MUTED, name="notice_text", wrap=True)
        self._ask = button("", "ask_view", Role.PRIMARY, accessible=self.tr("Ask to see the screen"))
        self._notice = self._make_notice()
        self._hint = Label(name="hint", wrap=False)
        self._hint.setStyleSheet(
            f"background: {colors().text}; color: {colors().window}; border-radius: 8px; padding: 10px 18px;"
        )
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._hint_time = QTimer(self)
        self._hint_time.setSingleShot(True)
        self._hint_time.timeout.connect(self._hint.hide)
        self._lay_out()
        self._connect()

    def _make_notice(self) -> QFrame:
        card = panel(Surface.CARD, "notice")
        card.setFixedWidth(420)
        column = QVBoxLayout(card)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_S)
        column.addWidget(self._notice_icon, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self._notice_title, self._notice_text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addSpacing(SPACE_S)
        column.addWidget(self._ask, 0, Qt.AlignmentFlag.AlignHCenter)
        return card

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self.view, 0, 0)
        grid.addWidget(self._down, 0, 1)
        grid.addWidget(self._across, 1, 0)
        grid.addWidget(self._notice, 0, 0, Qt.AlignmentFlag.AlignCenter)
        over = QVBoxLayout()
        over.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_L)
        over.addStretch(1)
        over.addWidget(self._hint, 0, Qt.AlignmentFlag.AlignHCenter)
        grid.addLayout(over, 0, 0)
        for widget in (self._across, self._down, self._notice, self._hint):
            widget.hide()

    def _connect(self) -> None:
        for bar, name, accessible in (
            (self._across, "scroll_across", self.tr("Scroll left and right")),
            (self._down, "scroll_down", self.tr("Scroll up and down")),
        ):
            bar.setObjectName(name)
            bar.setAccessibleName(accessible)
            bar.setSingleStep(40)
            bar.valueChanged.connect(self._scroll)
        self.view.placed.connect(self._fit_bars)
        self._ask.clicked.connect(self.ask_view)

    def show_notice(self, notice: Cover | None) -> None:
        """Say why the picture is not live; None when it is."""
        self._notice.setVisible(notice is not None)
        self.view.set_dimmed(notice is not None)
        if notice is None:
            return
        self._notice_icon.show_icon(notice.icon, colors().accent)
        self._notice_title.setText(notice.title)
        self._notice_text.setText(notice.text)
        self._notice_text.setVisible(bool(notice.text))
        self._ask.setText(notice.ask)
        self._ask.setEnabled(True)
        self._ask.setVisible(bool(notice.ask))

    def set_asked(self) -> None:
        """The question is out; it is not asked twice."""
        self._ask.setEnabled(False)

    def hint(self, text: str) -> None:
        """Show one line at the bottom for a few seconds; mouse and keyboard pass it."""
        self._hint.setText(text)
        self._hint.show()
        self._hint.raise_()
        self._hint_time.start(HINT_FOR_MS)

    def _fit_bars(self) -> None:
        hidden, view = self.view.hidden_size(), self.view.view_size
        for bar, length, page in ((self._across, hidden.width, view.width), (self._down, hidden.height, view.height)):
            bar.setRange(0, length)
            bar.setPageStep(page)
            bar.setVisible(length > 0)

    def _scroll(self) -> None:
        self.view.scroll_to(self._across.value(), self._down.value())
