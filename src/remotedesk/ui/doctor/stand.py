"""The doctor's own window, which changes its colour to be looked for in the picture."""

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget

_WIDTH, _HEIGHT = 240, 120
_AWAY_FROM_CORNER = 120


class ColouredWindow(QObject):
    """Made in Qt's thread; painted from another one, which waits for it."""

    _painted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._window = QWidget(None, Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
        self._window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._window.setWindowTitle("remotedesk doctor")
        self._window.setAutoFillBackground(True)
        self._window.resize(_WIDTH, _HEIGHT)
        self._window.move(self._window.screen().availableGeometry().topLeft() + QPoint(1, 1) * _AWAY_FROM_CORNER)
        self._handle = int(self._window.winId())
        self._painted.connect(self._paint, Qt.ConnectionType.BlockingQueuedConnection)

    @property
    def window(self) -> int:
        """Qt's native id of it."""
        return self._handle

    def paint(self, colour: int) -> None:
        """Show it in this colour; not from Qt's own thread."""
        self._painted.emit(colour)

    def close(self) -> None:
        """Take it away; in Qt's thread."""
        self._window.close()
        self._window.deleteLater()

    def _paint(self, colour: int) -> None:
        palette = self._window.palette()
        palette.setColor(QPalette.ColorRole.Window, QColor(colour))
        self._window.setPalette(palette)
        self._window.show()
        self._window.raise_()
        self._window.repaint()
