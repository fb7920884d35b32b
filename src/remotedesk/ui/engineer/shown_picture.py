"""The newest picture, painted from the engine's own bytes into device pixels."""

from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from remotedesk.core.geometry import Size, Viewport
from remotedesk.engine.api import Picture
from remotedesk.ui.engineer.placement import device_pixel

AROUND: Final = QColor(0x2B, 0x30, 0x38)
DIMMED: Final = QColor(0x2B, 0x30, 0x38, 0xA0)


class ShownPicture:
    """Keeps the bytes alive under the image; copies them only to scale, once per picture and size."""

    def __init__(self, picture: Picture) -> None:
        self._pixels = picture.pixels
        self._image = QImage(self._pixels, picture.width, picture.height, picture.stride, QImage.Format.Format_RGB32)
        self._scaled = QImage()
        self.size = Size(picture.width, picture.height)

    def paint(self, painter: QPainter, viewport: Viewport, view: Size, *, dimmed: bool) -> None:
        """Paint picture and margins; `viewport` and `view` are in device pixels of the painted widget."""
        _to_device_pixels(painter)
        size = QRect(0, 0, round(self.size.width * viewport.scale), round(self.size.height * viewport.scale))
        target = size.translated(int(viewport.x), int(viewport.y))
        for margin in _around(target, view):
            painter.fillRect(margin, AROUND)
        painter.drawImage(target.topLeft(), self._image if viewport.scale == 1.0 else self._scaled_to(target))
        if dimmed:
            painter.fillRect(target, DIMMED)

    def _scaled_to(self, target: QRect) -> QImage:
        """Average areas: a bilinear filter would lose one-pixel lines."""
        if self._scaled.size() != target.size():
            self._scaled = self._image.scaled(
                target.size(), Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        return self._scaled


def _to_device_pixels(painter: QPainter) -> None:
    """Let the painter count device pixels, from a whole one: at 125 % a widget may start between two."""
    device = painter.deviceTransform()
    painter.translate(
        (device_pixel(device.dx()) - device.dx()) / device.m11(),
        (device_pixel(device.dy()) - device.dy()) / device.m22(),
    )
    painter.scale(1 / device.m11(), 1 / device.m22())


def _around(target: QRect, view: Size) -> list[QRect]:
    """Return the parts of the view that the picture leaves free."""
    whole = QRect(0, 0, view.width, view.height)
    shown = target.intersected(whole)
    return [
        QRect(0, 0, view.width, shown.top()),
        QRect(0, shown.bottom() + 1, view.width, view.height - shown.bottom() - 1),
        QRect(0, shown.top(), shown.left(), shown.height()),
        QRect(shown.right() + 1, shown.top(), view.width - shown.right() - 1, shown.height()),
    ]
