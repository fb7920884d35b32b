"""The last minute of a connection as two curves, rate and round trip, drawn in the colours of the theme."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from remotedesk.core.quality import Quality
from remotedesk.ui.shared.quality_text import NOT_KNOWN, rate_text, round_trip_text
from remotedesk.ui.shared.theme import colors

SECONDS: Final = 60
_WIDTH: Final = 344  # logical pixels
_HEIGHT: Final = 76  # of one curve, with the line of text above it
_GAP: Final = 12
_TEXT: Final = 18
_FONT_PX: Final = 12
_LEAST_RATE: Final = 100_000.0  # bits a second at the top of the scale
_LEAST_RTT: Final = 0.05  # seconds

History = Sequence[Quality | None]  # the oldest first; None is a second without a connection


@dataclass(frozen=True)
class _Curve:
    """One figure over time: its values, how they read, and the least top of its scale."""

    title: str
    values: tuple[float | None, ...]
    text: Callable[[float], str]
    least: float
    color: str

    @property
    def top(self) -> float:
        """The top of the scale: 1, 2 or 5 times a power of ten, at or above all values."""
        return nice(max([self.least, *(value for value in self.values if value is not None)]))

    @property
    def summary(self) -> str:
        """The newest and the greatest value, in words."""
        known = [value for value in self.values if value is not None]
        now = NOT_KNOWN if not self.values or self.values[-1] is None else self.text(self.values[-1])
        return f"{self.title}: {now}, ≤ {self.text(max(known))}" if known else f"{self.title}: {NOT_KNOWN}"


class QualityGraph(QWidget):
    """Each curve has a scale of its own; the newest second is at the right edge."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("quality_graph")
        self.setAccessibleName(self.tr("The last 60 seconds"))
        self.setFixedSize(self.sizeHint())
        self._curves: tuple[_Curve, ...] = ()
        self.show_history(())

    def sizeHint(self) -> QSize:
        """Two curves, one above the other."""
        return QSize(_WIDTH, 2 * _HEIGHT + _GAP)

    def show_history(self, history: History) -> None:
        """Draw these seconds; screen readers hear the newest and the greatest values."""
        rates = tuple(None if each is None else max(each.sent_bps, each.received_bps) for each in history)
        trips = tuple(None if each is None else each.rtt_s for each in history)
        self._curves = (
            _Curve(self.tr("Screen data"), rates, rate_text, _LEAST_RATE, colors().accent),
            _Curve(self.tr("Round trip"), trips, round_trip_text, _LEAST_RTT, colors().warn),
        )
        self.setAccessibleDescription("; ".join(curve.summary for curve in self._curves))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw in logical pixels; the painter makes them sharp at any scale."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPixelSize(_FONT_PX)
        painter.setFont(font)
        for number, curve in enumerate(self._curves):
            self._paint(painter, curve, QRectF(0, number * (_HEIGHT + _GAP), self.width(), _HEIGHT))
        painter.end()

    def _paint(self, painter: QPainter, curve: _Curve, where: QRectF) -> None:
        scheme = colors()
        line = QRectF(where.left(), where.top(), where.width(), _TEXT)
        painter.setPen(QColor(curve.color))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, curve.title)
        painter.setPen(QColor(scheme.muted))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, curve.text(curve.top))
        field = where.adjusted(0, _TEXT, 0, 0)
        painter.fillRect(field, QColor(scheme.sunken))
        painter.setPen(QPen(QColor(scheme.line), 1))
        for quarter in range(1, 4):
            x = field.left() + round(field.width() * quarter / 4) + 0.5
            painter.drawLine(QPointF(x, field.top()), QPointF(x, field.bottom()))
        for points in stretches(curve.values, curve.top, field):
            path = QPainterPath(points[0])
            for point in points[1:]:
                path.lineTo(point)
            fill = QColor(curve.color)
            fill.setAlphaF(0.15)
            under = QPainterPath(path)
            under.lineTo(points[-1].x(), field.bottom())
            under.lineTo(points[0].x(), field.bottom())
            painter.fillPath(under, fill)
            painter.strokePath(path, QPen(QColor(curve.color), 1.5))


def stretches(values: Sequence[float | None], top: float, field: QRectF) -> list[list[QPointF]]:
    """Return the curve's unbroken parts: the last value at the right edge, `top` at the upper edge of `field`."""
    step = field.width() / (SECONDS - 1)
    placed = [
        (None if value is None else QPointF(field.right() - back * step, field.bottom() - field.height() * value / top))
        for back, value in zip(range(len(values) - 1, -1, -1), values, strict=True)
    ]
    return [
        [point for point in part if point is not None]
        for known, part in groupby(placed, key=lambda point: point is not None)
        if known
    ]


def nice(value: float) -> float:
    """Return the least of 1, 2 and 5 times a power of ten that is not below `value`, which is positive."""
    scale = 1e-6
    while True:
        for digit in (1, 2, 5):
            if digit * scale >= value:
                return digit * scale
        scale *= 10
