"""Icons drawn from a few lines and curves on a 24 × 24 grid: sharp at any size, in any colour, without files."""

from enum import StrEnum
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from remotedesk.ui.shared.theme import colors


class Icon(StrEnum):
    """What there are pictures for. Shapes: M move, L lines, C cubic, R rounded rectangle, O circle, A arc, F filled."""

    LOGO = "F M 12 2 L 20.5 5 L 20.5 11 C 20.5 16.5 17 20 12 22.2 C 7 20 3.5 16.5 3.5 11 L 3.5 5 Z"
    SHIELD = (
        "M 12 3 L 19.5 5.7 L 19.5 11 C 19.5 16 16.4 19.2 12 21 C 7.6 19.2 4.5 16 4.5 11 L 4.5 5.7 Z M 8.6 11.8 L "
        "11 14.2 L 15.6 9.4"
    )
    VIEW = "R 2.5 4 19 13 2 M 8.5 20.5 L 15.5 20.5 M 12 17 L 12 20.5"
    CONTROL = "M 5.5 3.5 L 18.8 13.2 L 12.9 14 L 16.2 20 L 13.6 21.4 L 10.4 15.3 L 6.3 19.3 Z"
    CHAT = (
        "M 4.5 4 L 19.5 4 C 20.6 4 21.5 4.9 21.5 6 L 21.5 14.5 C 21.5 15.6 20.6 16.5 19.5 16.5 L 11.5 16.5 L 7 "
        "20.5 L 7 16.5 L 4.5 16.5 C 3.4 16.5 2.5 15.6 2.5 14.5 L 2.5 6 C 2.5 4.9 3.4 4 4.5 4 Z M 7 8.5 L 17 8.5 M "
        "7 12 L 13.5 12"
    )
    ANNOTATE = "M 4 20 L 5 15.5 L 16.5 4 L 20 7.5 L 8.5 19 Z M 14 6.5 L 17.5 10"
    VOICE = "R 9 2.5 6 11.5 3 M 5.5 11.5 C 5.5 20 18.5 20 18.5 11.5 M 12 18 L 12 21.5 M 8.5 21.5 L 15.5 21.5"
    CAMERA = "R 2.5 6 13 12 2 M 15.5 10.5 L 21.5 7 L 21.5 17 L 15.5 13.5"
    FOLDER = "M 2.5 6.5 L 2.5 19 L 21.5 19 L 21.5 8 L 12 8 L 9.5 5 L 2.5 5 Z"
    CLIPBOARD = "R 4.5 4.5 15 17 2 R 8.5 2.5 7 4 1 M 8 11 L 16 11 M 8 15.5 L 13 15.5"
    LOCK = "R 4.5 10.5 15 10.5 2 M 8 10.5 L 8 7.5 C 8 1.8 16 1.8 16 7.5 L 16 10.5 M 12 14.5 L 12 17"
    PAUSE = "M 8.5 5 L 8.5 19 M 15.5 5 L 15.5 19"
    RECONNECT = "A 4 4 16 16 60 290 M 16.2 1.9 L 16.4 5.4 L 12.9 5.9"
    CLOSE = "M 6 6 L 18 18 M 18 6 L 6 18"
    CHECK = "M 4.5 12.5 L 9.5 17.5 L 19.5 6.5"
    CHECK_CIRCLE = "O 12 12 9 M 8 12.3 L 11 15.2 L 16 9.2"
    WARNING = "M 12 3.5 L 21.5 20 L 2.5 20 Z M 12 9.5 L 12 14 M 12 16.9 L 12 17"
    DOT = "O 12 12 2.2"
    NETWORK = "R 8.5 3 7 6 1.5 R 2.5 15 7 6 1.5 R 14.5 15 7 6 1.5 M 12 9 L 12 12 M 6 15 L 6 12 L 18 12 L 18 15"
    INFO = "O 12 12 9 M 12 11 L 12 16.5 M 12 7.7 L 12 7.8"
    RECORD = (
        "M 5 2.5 L 14.5 2.5 L 19 7 L 19 21.5 L 5 21.5 Z M 14 3 L 14 7.5 L 18.5 7.5 M 8.5 12 L 15.5 12 M 8.5 16 L "
        "15.5 16"
    )
    SAVE = "M 12 3 L 12 15 M 7 10.5 L 12 15.5 L 17 10.5 M 4 19.5 L 20 19.5"
    PERSON = "O 12 7.7 4.2 M 3.8 21 C 3.8 11.8 20.2 11.8 20.2 21"
    COPY = "R 8 8 13 13 2 M 16 4.5 C 16 3.7 15.3 3 14.5 3 L 4.5 3 C 3.7 3 3 3.7 3 4.5 L 3 14.5 C 3 15.3 3.7 16 4.5 16"
    EXPAND = (
        "M 9 3.5 L 3.5 3.5 L 3.5 9 M 15 3.5 L 20.5 3.5 L 20.5 9 M 9 20.5 L 3.5 20.5 L 3.5 15 M 15 20.5 L 20.5 20.5 "
        "L 20.5 15"
    )
    ACTUAL_SIZE = (
        "R 3 4 18 16 2 M 7.5 9.5 L 9 8.7 L 9 15.5 M 12.5 10.2 L 12.6 10.2 M 12.5 14 L 12.6 14 M 15.5 9.5 L 17 8.7 "
        "L 17 15.5"
    )
    SIGNAL_GOOD = "M 5 20 L 5 15 M 12 20 L 12 10 M 19 20 L 19 4"
    SIGNAL_FAIR = "M 5 20 L 5 15 M 12 20 L 12 10"
    SIGNAL_POOR = "M 5 20 L 5 15"
    GRIP = "M 9 6 L 9 6.1 M 15 6 L 15 6.1 M 9 12 L 9 12.1 M 15 12 L 15 12.1 M 9 18 L 9 18.1 M 15 18 L 15 18.1"


_GRID: Final = 24.0
_STROKE: Final = 1.8
_RATIOS: Final = (1.0, 2.0, 3.0)


def draw(painter: QPainter, icon: Icon, where: QRectF, color: QColor) -> None:
    """Draw `icon` into the square `where`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(where.topLeft())
    painter.scale(where.width() / _GRID, where.height() / _GRID)
    if icon.value.startswith("F"):
        painter.fillPath(_path(icon), color)
    else:
        cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        painter.strokePath(_path(icon), QPen(color, _STROKE, Qt.PenStyle.SolidLine, cap, join))
    painter.restore()


def icon_of(icon: Icon, color: str | None = None, size: int = 20) -> QIcon:
    """Return a QIcon in `color`, the text colour if None, with pixmaps for screens up to 3x."""
    result = QIcon()
    for ratio in _RATIOS:
        pixmap = QPixmap(round(size * ratio), round(size * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        draw(painter, icon, QRectF(0, 0, size, size), QColor(color or colors().text))
        painter.end()
        result.addPixmap(pixmap)
    return result


class IconView(QWidget):
    """An icon as a widget; decoration only, hidden from the keyboard."""

    def __init__(self, icon: Icon, size: int = 24, color: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._color = icon, QColor(color or colors().text)
        self.setFixedSize(QSize(size, size))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_icon(self, icon: Icon, color: str | None = None) -> None:
        """Show another icon, in `color` or the text colour."""
        self._icon, self._color = icon, QColor(color or colors().text)
        self.update()

    def paintEvent(self, event: object) -> None:
        """Draw at the screen's own resolution."""
        painter = QPainter(self)
        draw(painter, self._icon, QRectF(self.rect()), self._color)
        painter.end()


def _path(icon: Icon) -> QPainterPath:
    path = QPainterPath()
    words = icon.value.split()
    numbers: list[float] = []
    at = 0
    while at < len(words):
        command = words[at]
        at += 1
        numbers = []
        while at < len(words) and not words[at].isalpha():
            numbers.append(float(words[at]))
            at += 1
        _add(path, command, numbers)
    return path


def _add(path: QPainterPath, command: str, n: list[float]) -> None:
    match command:
        case "M":
            path.moveTo(n[0], n[1])
        case "L":
            path.lineTo(n[0], n[1])
        case "C":
            path.cubicTo(QPointF(n[0], n[1]), QPointF(n[2], n[3]), QPointF(n[4], n[5]))
        case "Z":
            path.closeSubpath()
        case "R":
            path.addRoundedRect(QRectF(n[0], n[1], n[2], n[3]), n[4], n[4])
        case "O":
            path.addEllipse(QPointF(n[0], n[1]), n[2], n[2])
        case "A":
            box = QRectF(n[0], n[1], n[2], n[3])
            path.arcMoveTo(box, n[4])
            path.arcTo(box, n[4], n[5])
