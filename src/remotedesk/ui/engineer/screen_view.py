"""The customer's screen: paints the newest picture and takes the engineer's keys, text, pointer and wheel."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QHideEvent,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLabel, QWidget

from remotedesk.core.geometry import Size, Viewport
from remotedesk.engine.api import EngineerApi
from remotedesk.ui.engineer.placement import (
    Mode,
    device_around,
    device_pixel,
    hidden_size,
    logical_around,
    nearest_pixel,
    place,
)
from remotedesk.ui.engineer.remote_cursor import RemoteCursor
from remotedesk.ui.engineer.remote_input import RemoteInput
from remotedesk.ui.engineer.shown_picture import AROUND, ShownPicture
from remotedesk.ui.shared.theme import colors
from remotedesk.wire.input import Button

# Qt's buttons as W3C `button` numbers.
_BUTTONS: Final[dict[Qt.MouseButton, Button]] = {
    Qt.MouseButton.LeftButton: 0,
    Qt.MouseButton.MiddleButton: 1,
    Qt.MouseButton.RightButton: 2,
    Qt.MouseButton.BackButton: 3,
    Qt.MouseButton.ForwardButton: 4,
}

# Where Qt takes a wheel for a horizontal one while Alt is down; the customer's program decides that itself.
_ALT_TURNS_WHEEL: Final = ("xcb", "windows")


class ScreenView(QWidget):
    """Positions inside are device pixels of this widget; what goes out are pixels of the picture."""

    not_allowed = Signal()  # the engineer pressed something while he may only look
    placed = Signal()  # the picture or the view changed its size
    exact = Signal(object)  # bool: whether the picture is proven to be the customer's; None without one

    def __init__(
        self, api: EngineerApi, code_for_native_key: Callable[[int], str | None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._api = api
        self._code_for_native_key = code_for_native_key
        self._shown: ShownPicture | None = None
        self._mode = Mode.FIT
        self._scrolled = (0, 0)
        self._dimmed = False
        self.input = RemoteInput(api, self)
        self.remote_cursor = RemoteCursor(self, self.viewport)
        self.placed.connect(self.remote_cursor.place)
        self.setObjectName("screen")
        self.setAccessibleName(self.tr("The customer's screen"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._composing = QLabel(self)
        self._composing.setObjectName("composing")
        self._composing.setTextFormat(Qt.TextFormat.PlainText)
        self._composing.setStyleSheet(
            f"background: {colors().surface}; color: {colors().text};"
            f" border: 1px solid {colors().accent}; padding: 4px;"
        )
        self._composing.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._composing.hide()

    def set_allowed(self, allowed: bool) -> None:
        """Take what the customer allows now: with it, keys and pointer are his."""
        self.input.set_allowed(allowed)
        self.remote_cursor.set_driving(allowed)
        self._composing.hide()
        self.updateMicroFocus(Qt.InputMethodQuery.ImEnabled)

    # -- picture --------------------------------------------------------------------------------------------

    def take_frame(self) -> None:
        """Show the newest picture, if there is one not yet taken. Its bytes are painted from where they are."""
        picture = self._api.latest_frame()
        if picture is None:
            return
        viewport = self.viewport()
        if self._shown is not None and viewport is not None and self._shown.holds(picture):
            changed, ratio = QRegion(), self.devicePixelRatioF()
            for rect in picture.dirty:
                changed += logical_around(self._shown.touch(rect, viewport), ratio)
            self.update(changed)
        else:
            before = self.frame_size
            self._shown = ShownPicture(picture)
            if self.frame_size != before:
                self.placed.emit()
            self.update()
        self.exact.emit(picture.exact)

    def clear(self) -> None:
        """Forget the picture: it may not be shown any more."""
        self._shown = None
        self.remote_cursor.clear()
        self.exact.emit(None)
        self.placed.emit()
        self.update()

    def set_dimmed(self, dimmed: bool) -> None:
        """Show that the picture is not live."""
        self._dimmed = dimmed
        self.remote_cursor.set_live(not dimmed)
        self.update()

    @property
    def frame_size(self) -> Size | None:
        """The picture's size, None before the first one."""
        return None if self._shown is None else self._shown.size

    @property
    def view_size(self) -> Size:
        """This widget's size in device pixels."""
        ratio = self.devicePixelRatioF()
        return Size(device_pixel(self.width() * ratio), device_pixel(self.height() * ratio))

    @property
    def mode(self) -> Mode:
        """How a picture larger than the view is shown."""
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """Show all of the picture, or its pixels 1:1."""
        self._mode = mode
        self.placed.emit()
        self.update()

    def scroll_to(self, x: int, y: int) -> None:
        """Hide so many picture pixels to the left and at the top, in 1:1."""
        self._scrolled = (x, y)
        self.remote_cursor.place()
        self.update()

    def hidden_size(self) -> Size:
        """Return how far the picture can be scrolled, in picture pixels."""
        if self.frame_size is None or self._mode is Mode.FIT:
            return Size(0, 0)
        return hidden_size(self.frame_size, self.view_size)

    def viewport(self) -> Viewport | None:
        """Return where the picture lies, None before the first one."""
        if self.frame_size is None:
            return None
        return place(self.frame_size, self.view_size, self._mode, self._scrolled)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint in device pixels: at 1:1 the picture's bytes go to the window as they are."""
        painter = QPainter(self)
        viewport = self.viewport()
        if self._shown is None or viewport is None:
            painter.fillRect(event.rect(), AROUND)
        else:
            needed = device_around(event.rect(), self.devicePixelRatioF())
            self._shown.paint(painter, viewport, self.view_size, needed, dimmed=self._dimmed)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell those who hold the scroll bars."""
        super().resizeEvent(event)
        self.placed.emit()

    # -- keys and text --------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Take Tab, shortcuts and every other key for the customer before Qt acts on them."""
        kind = event.type()
        if kind == QEvent.Type.WindowDeactivate:
            self.input.release_all()
        elif kind == QEvent.Type.DevicePixelRatioChange:
            self.placed.emit()
            self.update()
        elif isinstance(event, QKeyEvent) and self.input.allowed:
            if kind == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if kind == QEvent.Type.KeyPress:
                self.keyPressEvent(event)
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pass on the physical key; one without a W3C code still has its text."""
        event.accept()
        if not self.input.allowed:
            self._hint(event)
            return
        code = self._code_for_native_key(event.nativeScanCode())
        if code is not None:
            self.input.key(code, True)
        elif event.text().isprintable():
            self.input.text(event.text())

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Pass on the release; those X11 makes up between repeats are none."""
        event.accept()
        code = self._code_for_native_key(event.nativeScanCode())
        if code is not None and not event.isAutoRepeat():
            self.input.key(code, False)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Pass on what was committed; what is still being composed is shown here only."""
        event.accept()
        self.input.text(event.commitString())
        composing = event.preeditString() if self.input.allowed else ""
        self._composing.setText(composing)
        self._composing.adjustSize()
        self._composing.move(self._beside_pointer(self._composing.rect()))
        self._composing.setVisible(bool(composing))

    def inputMethodQuery(self, query: Qt.InputMethodQuery) -> object:
        """Tell the input method that it may work here, and where its candidates belong."""
        if query == Qt.InputMethodQuery.ImEnabled:
            return self.input.allowed
        if query == Qt.InputMethodQuery.ImCursorRectangle:
            return QRectF(self._composing.geometry())
        return super().inputMethodQuery(query)

    def _beside_pointer(self, box: QRect) -> QPoint:
        pointer = self.mapFromGlobal(self.cursor().pos())
        left = min(max(pointer.x() + 12, 0), max(self.width() - box.width(), 0))
        top = min(max(pointer.y() + 12, 0), max(self.height() - box.height(), 0))
        return QPoint(left, top)

    def _hint(self, event: QKeyEvent) -> None:
        if event.text().isprintable() and event.text() and not event.isAutoRepeat():
            self.not_allowed.emit()

    # -- pointer --------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pass on a press inside the picture."""
        event.accept()
        pixel = self._pixel_under(event.position())
        button = _BUTTONS.get(event.button())
        if pixel is None or button is None:
            return
        if self.input.allowed:
            self.input.button(button, True, *pixel)
        else:
            self.not_allowed.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Pass on the second press as what it is: the customer's PC counts clicks itself."""
        self.mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Pass on the release, wherever the pointer has gone."""
        event.accept()
        button = _BUTTONS.get(event.button())
        viewport = self.viewport()
        if button is not None and viewport is not None:
            self.input.button(button, False, *nearest_pixel(viewport, *self._device_point(event.position())))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pass on the pointer inside the picture; during a drag also outside, held at the edge."""
        event.accept()
        pixel = self._pixel_under(event.position())
        viewport = self.viewport()
        if pixel is None and viewport is not None and self.input.dragging:
            pixel = nearest_pixel(viewport, *self._device_point(event.position()))
        self.remote_cursor.hand_at(pixel)
        if pixel is not None:
            self.input.move(*pixel)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Pass on the wheel; Qt counts away from the user and to the left as positive, W3C the other way round."""
        event.accept()
        pixel = self._pixel_under(event.position())
        turn = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and QGuiApplication.platformName() in _ALT_TURNS_WHEEL:
            turn = turn.transposed()
        if pixel is not None:
            self.input.wheel(-turn.x(), -turn.y(), *pixel)

    def _pixel_under(self, position: QPointF) -> tuple[int, int] | None:
        viewport = self.viewport()
        return None if viewport is None else viewport.to_frame(*self._device_point(position))

    def _device_point(self, position: QPointF) -> tuple[float, float]:
        """Return the middle of the device pixel a logical position lies on, so that no rounding can miss it."""
        ratio = self.devicePixelRatioF()
        corner = self.mapTo(self.window(), QPoint(0, 0))
        x = device_pixel((corner.x() + position.x()) * ratio) - device_pixel(corner.x() * ratio)
        y = device_pixel((corner.y() + position.y()) * ratio) - device_pixel(corner.y() * ratio)
        return x + 0.5, y + 0.5

    # -- leaving --------------------------------------------------------------------------------------------

    def leaveEvent(self, event: QEvent) -> None:
        """Let the customer's pointer be shown where it stays."""
        super().leaveEvent(event)
        self.remote_cursor.hand_at(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Release everything: the keys' releases will go elsewhere."""
        super().focusOutEvent(event)
        self.input.release_all()

    def hideEvent(self, event: QHideEvent) -> None:
        """Release everything."""
        super().hideEvent(event)
        self.input.release_all()
