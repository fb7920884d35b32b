"""The newest picture, painted from the engine's own bytes into device pixels."""

from typing import Final

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QImage, QPainter

from remotedesk.core.geometry import Rect, Size, Viewport
from remotedesk.engine.api import Picture
from remotedesk.ui.engineer.placement import device_pixel
from remotedesk.ui.engineer.scaled_picture import ScaledPicture

AROUND: Final = QColor(0x2B, 0x30, 0x38)
DIMMED: Final = QColor(0x2B, 0x30, 0x38, 0xA0)


class ShownPicture:
    """Shows one buffer as long as pictures come in it; copies its pixels only to scale them, where they changed."""

    def __init__(self, picture: Picture) -> None:
        self._pixels = picture.pixels
        self._image = QImage(self._pixels, picture.width, picture.height, picture.stride, QImage.Format.Format_RGB32)
        self._scaled: ScaledPicture | None = None
        self.size = Size(picture.width, picture.height)

    def holds(self, picture: Picture) -> bool:
        """Return whether the picture lies in the buffer that is shown already."""
        return picture.pixels is self._pixels and Size(picture.width, picture.height) == self.size

    def touch(self, changed: Rect, viewport: Viewport) -> QRect:
        """Take note that the buffer changed; return where that has to be painted, in device pixels of the widget."""
        target = self._target(viewport)
        if target.size() == self._image.size():
            self._scaled = None
            return QRect(changed.x, changed.y, changed.width, changed.height).translated(target.topLeft())
        return self._scaled_to(target.size()).touch(changed).translated(target.topLeft())

    def paint(self, painter: QPainter, viewport: Viewport, view: Size, needed: QRect, *, dimmed: bool) -> None:
        """Paint picture and margins; everything is in device pixels of the painted widget.

        Outside of `needed` what is painted may be old; the painter is to be clipped to it.
        """
        _to_device_pixels(painter)
        target = self._target(viewport)
        for margin in _around(target, view):
            painter.fillRect(margin, AROUND)
        if target.size() == self._image.size():
            self._scaled = None
            painter.drawImage(target.topLeft(), self._image)
        else:
            scaled = self._scaled_to(target.size())
            painter.drawImage(target.topLeft(), scaled.pixels(needed.translated(-target.topLeft())))
        if dimmed:
            painter.fillRect(target, DIMMED)

    def _target(self, viewport: Viewport) -> QRect:
        width, height = round(self.size.width * viewport.scale), round(self.size.height * viewport.scale)
        return QRect(int(viewport.x), int(viewport.y), max(width, 1), max(height, 1))

    def _scaled_to(self, size: QSize) -> ScaledPicture:
        """Average areas: a bilinear filter would lose one-pixel lines."""
        if self._scaled is None or self._scaled.size != size:
            self._scaled = ScaledPicture(self._image, size)
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
