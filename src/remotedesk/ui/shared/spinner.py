"""A quiet sign that something is under way."""

from typing import Final

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QWidget

from remotedesk.ui.shared.theme import colors

_STEP_MS: Final = 40
_STEP_DEGREES: Final = 12


class Spinner(QWidget):
    """An arc going round while it is visible; `size` in logical pixels."""

    def __init__(self, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(size, size)
        self._angle = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_STEP_MS)
        self._timer.timeout.connect(self._turn)

    def showEvent(self, event: QShowEvent) -> None:
        """Start."""
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop: nothing runs that nobody sees."""
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ring and the arc."""
        scheme, width = colors(), self.width() / 10
        circle = QRectF(self.rect()).adjusted(width, width, -width, -width)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for color, start, span in ((scheme.line, 0, 360), (scheme.accent, -self._angle, 90)):
            painter.setPen(QPen(QColor(color), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawArc(circle, start * 16, span * 16)
        painter.end()

    def _turn(self) -> None:
        self._angle = (self._angle + _STEP_DEGREES) % 360
        self.update()
