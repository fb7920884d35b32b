"""The customer's pointer: the engineer's own while he moves it, and shown where it is while he does not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QCursor, QGuiApplication, QImage, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from remotedesk.core.geometry import Viewport
from remotedesk.engine.api import Cursor
from remotedesk.ui.engineer.placement import device_pixel
from remotedesk.wire.cursor import Shape

# Longer than the way to the customer and back: what is told sooner is where the hand has been.
HAND_RESTS_MS: Final = 1_000
NEAR_PX: Final = 4  # in picture pixels: a second pointer as close as this would only be in the way
READABLE_PX: Final = 24  # logical; no smaller picture makes a shape smaller than this
LEAST_ALPHA: Final = 64

_ARROW: Final = ((0, 0), (0, 17), (4, 13), (7, 19.5), (9.5, 18.5), (6.5, 12), (12, 12))
_DOT_PX: Final = 7


@dataclass(frozen=True)
class Look:
    """A pointer ready to be shown."""

    pixmap: QPixmap
    hot: QPoint  # the device pixel of it that points
    hidden: bool = False  # by the customer's program; it stands for nothing that could be seen there

    def own(self) -> QCursor:
        """Return it as a widget's pointer. Qt counts what points in logical pixels, on X11 in those of the pixmap."""
        ratio = 1.0 if QGuiApplication.platformName() == "xcb" else self.pixmap.devicePixelRatio()
        return QCursor(self.pixmap, int(self.hot.x() / ratio), int(self.hot.y() / ratio))


class RemoteCursor(QWidget):
    """A child over the view which the mouse passes; moving it repaints no more than itself.

    The engineer's own pointer never waits for the network: his system draws it, and only its shape is the customer's.
    """

    def __init__(self, view: QWidget, viewport: Callable[[], Viewport | None]) -> None:
        super().__init__(view)
        self._view = view
        self._viewport = viewport
        self._cursor: Cursor | None = None
        self._hand: tuple[int, int] | None = None  # the picture pixel under the engineer's pointer
        self._driving, self._live = False, True
        self._looks: tuple[object, Look] | None = None  # the last one, and what it was made for
        self._own: Look | None = None
        self._moved = QTimer(self)
        self._moved.setSingleShot(True)
        self._moved.setInterval(HAND_RESTS_MS)
        self._moved.timeout.connect(self.place)
        self.setObjectName("customer_pointer")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def take(self, cursor: Cursor | None) -> None:
        """Take where the customer's pointer is now, if that is news."""
        if cursor is not None:
            self._cursor = cursor
            self.place()

    def clear(self) -> None:
        """Forget it: it may not be shown any more."""
        self._cursor = None
        self.place()

    def set_driving(self, driving: bool) -> None:
        """Take whether the engineer's pointer moves the customer's."""
        if driving is not self._driving:
            self._driving = driving
            self._moved.stop()
            self.place()

    def set_live(self, live: bool) -> None:
        """Take whether there is a live picture for it to be in."""
        self._live = live
        self.place()

    def hand_at(self, pixel: tuple[int, int] | None) -> None:
        """Take the picture pixel under the engineer's pointer, None outside of the picture."""
        came_or_went = (pixel is None) is not (self._hand is None)
        self._hand = pixel
        if self._driving and pixel is not None:
            came_or_went = came_or_went or not self._moved.isActive()
            self._moved.start()
        if came_or_went:
            self.place()

    def place(self) -> None:
        """Show each of the two pointers as it is to be seen now."""
        cursor, viewport = self._cursor, self._viewport()
        moves = self._moved.isActive()
        follows = self._driving and self._hand is not None and (moves or self._is_at_hand())
        look = self._look(cursor, viewport) if cursor is not None and viewport is not None else None
        self._show_own(look if follows and cursor is not None and cursor.shape is not None else None)
        if cursor is None or viewport is None or look is None or look.hidden or moves or follows or not self._live:
            self.hide()
        else:
            self._show_at(look, *viewport.to_view(cursor.x + 0.5, cursor.y + 0.5))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the shape."""
        if self._looks is not None:
            painter = QPainter(self)
            painter.drawPixmap(0, 0, self._looks[1].pixmap)
            painter.end()

    def _is_at_hand(self) -> bool:
        if self._cursor is None or self._hand is None:
            return False
        return max(abs(self._cursor.x - self._hand[0]), abs(self._cursor.y - self._hand[1])) <= NEAR_PX

    def _show_own(self, look: Look | None) -> None:
        if look is self._own:
            return
        self._own = look
        if look is None:
            self._view.unsetCursor()
        else:
            self._view.setCursor(look.own())

    def _show_at(self, look: Look, x: float, y: float) -> None:
        """Let the pixel of `look` that points lie at a device position of the view."""
        ratio = look.pixmap.devicePixelRatio()
        corner = QPointF(int(x) - look.hot.x(), int(y) - look.hot.y()) / ratio
        size = look.pixmap.deviceIndependentSize().toSize()
        place = QRect(QPoint(device_pixel(corner.x()), device_pixel(corner.y())), size)
        if place != self.geometry():
            self.setGeometry(place)
        self.show()

    def _look(self, cursor: Cursor, viewport: Viewport) -> Look:
        shape, ratio = cursor.shape, self._view.devicePixelRatioF()
        made_for = (shape, viewport.scale, ratio)
        if self._looks is None or self._looks[0] != made_for:
            if shape is None:
                look = _arrow(ratio)
            elif _is_blank(shape):
                look = _dot(ratio)
            else:
                smallest = ratio * min(1.0, READABLE_PX / max(shape.width, shape.height))
                look = _drawn(shape, max(viewport.scale, smallest), ratio)
            self._looks = made_for, look
            self.update()
        return self._looks[1]


def _is_blank(shape: Shape) -> bool:
    """True for a pointer that the customer's program hides by its shape, as those do that draw their own."""
    return max(shape.pixels[3::4]) < LEAST_ALPHA


def _drawn(shape: Shape, scale: float, ratio: float) -> Look:
    stored = QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(shape.pixels, shape.width, shape.height, shape.width * 4, stored)
    width, height = max(1, round(shape.width * scale)), max(1, round(shape.height * scale))
    pixmap = QPixmap.fromImage(
        image.scaled(width, height, mode=Qt.TransformationMode.SmoothTransformation) if scale != 1.0 else image
    )
    pixmap.setDevicePixelRatio(ratio)
    return Look(pixmap, QPoint(int((shape.hot_x + 0.5) * scale), int((shape.hot_y + 0.5) * scale)))


def _arrow(ratio: float) -> Look:
    """Return what stands for a shape that the customer's system does not tell."""
    painter, pixmap = _canvas(READABLE_PX, ratio)
    painter.setPen(QPen(QColor(Qt.GlobalColor.white), 1))
    painter.setBrush(QColor(Qt.GlobalColor.black))
    painter.drawPolygon(QPolygonF([QPointF(x + 0.5, y + 0.5) for x, y in _ARROW]))
    painter.end()
    return Look(pixmap, QPoint(0, 0))


def _dot(ratio: float) -> Look:
    """Return what keeps the engineer's own pointer in sight where the customer's is hidden."""
    painter, pixmap = _canvas(_DOT_PX, ratio)
    painter.setPen(QPen(QColor(Qt.GlobalColor.white), 1))
    painter.setBrush(QColor(Qt.GlobalColor.black))
    painter.drawEllipse(QPointF(_DOT_PX / 2, _DOT_PX / 2), 2.5, 2.5)
    painter.end()
    middle = int(_DOT_PX / 2 * ratio)
    return Look(pixmap, QPoint(middle, middle), hidden=True)


def _canvas(side: int, ratio: float) -> tuple[QPainter, QPixmap]:
    """Return a transparent square of `side` logical pixels, and a painter on it that smooths edges."""
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return painter, pixmap
