"""Full screen: the bar floats over the picture and hides; a strip at the top edge brings it back by mouse."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from remotedesk.ui.shared.theme import colors

SHOWN_FIRST_MS: Final = 3_000
HIDDEN_AFTER_MS: Final = 1_000
_TOP: Final = Qt.AlignmentFlag.AlignTop


class FloatingBar(QObject):
    """Moves `bar` between its own row of `grid` and a place over the body; by mouse only, keys are the customer's."""

    def __init__(self, grid: QGridLayout, bar: QWidget, window: QWidget) -> None:
        super().__init__(window)
        self._grid, self._bar = grid, bar
        self._floating = False
        self._strip = QPushButton(window)
        self._strip.setObjectName("show_bar")
        self._strip.setAccessibleName(self.tr("Show the bar"))
        self._strip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._strip.setFixedSize(160, 8)
        self._strip.setStyleSheet(
            f"QPushButton#show_bar {{ background: {colors().accent}; border: 1px solid {colors().on_accent};"
            " border-top: none; border-radius: 0; padding: 0; min-height: 0; }"
        )
        self._strip.hide()
        self._strip.clicked.connect(self._show_bar)
        self._leave = QTimer(self)
        self._leave.setSingleShot(True)
        self._leave.timeout.connect(self._hide_bar)
        grid.addWidget(self._strip, 1, 0, _TOP | Qt.AlignmentFlag.AlignHCenter)
        for watched in (self._bar, self._strip):
            watched.installEventFilter(self)

    def set_floating(self, floating: bool) -> None:
        """Float and hide after a moment, or stand in its row again."""
        self._floating = floating
        self._leave.stop()
        self._grid.removeWidget(self._bar)
        if floating:
            self._grid.addWidget(self._bar, 1, 0, _TOP)
            self._show_bar()
            self._leave.start(SHOWN_FIRST_MS)
        else:
            self._grid.addWidget(self._bar, 0, 0)
            self._strip.hide()
            self._bar.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The pointer at the strip shows the bar; leaving the bar hides it."""
        if self._floating:
            kind = event.type()
            if watched is self._strip and kind == QEvent.Type.Enter:
                self._show_bar()
            elif watched is self._bar and kind == QEvent.Type.Enter:
                self._leave.stop()
            elif watched is self._bar and kind == QEvent.Type.Leave:
                self._leave.start(HIDDEN_AFTER_MS)
        return super().eventFilter(watched, event)

    def _show_bar(self) -> None:
        self._strip.hide()
        self._bar.show()
        self._bar.raise_()
        self._leave.start(SHOWN_FIRST_MS)

    def _hide_bar(self) -> None:
        if self._bar.underMouse():
            return
        self._bar.hide()
        self._strip.show()
        self._strip.raise_()
