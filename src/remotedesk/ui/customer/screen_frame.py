"""The coloured frame around what is shared: one colour for being seen, another for being controlled."""

from enum import Enum, auto
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QRegion, QResizeEvent, QScreen
from PySide6.QtWidgets import QWidget

from remotedesk.ui.shared.theme import colors

FRAME_WIDTH: Final = 4  # logical pixels
_RAISE_MS: Final = 1000
# Bypassing the window manager lets clicks through on X11 whatever it is; a window that takes no input and no focus.
_FLAGS: Final = (
    Qt.WindowType.FramelessWindowHint
    | Qt.WindowType.WindowStaysOnTopHint
    | Qt.WindowType.X11BypassWindowManagerHint
    | Qt.WindowType.WindowTransparentForInput
    | Qt.WindowType.WindowDoesNotAcceptFocus
    | Qt.WindowType.Tool
)


class Shown(Enum):
    """What the frame says."""

    NOTHING = auto()
    VIEW = auto()
    CONTROL = auto()


class ScreenFrames(QObject):
    """A frame on every screen, while anything is shared."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._frames: list[_Frame] = []
        self._shown = Shown.NOTHING
        # A window manager may lift other windows above one that it does not manage.
        self._raising = QTimer(self, interval=_RAISE_MS)
        self._raising.timeout.connect(self._raise)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.screenAdded.connect(self._rebuild)
            app.screenRemoved.connect(self._rebuild)

    def show_sharing(self, shown: Shown) -> None:
        """Show, recolour or take away the frames."""
        if shown is not self._shown:
            self._shown = shown
            self._rebuild()

    @property
    def windows(self) -> tuple[QWidget, ...]:
        """The frames on the screen now."""
        return tuple(self._frames)

    def _rebuild(self) -> None:
        for frame in self._frames:
            frame.hide()
            frame.deleteLater()
        self._frames = []
        self._raising.stop()
        if self._shown is Shown.NOTHING:
            return
        scheme = colors()
        color = scheme.control_frame if self._shown is Shown.CONTROL else scheme.view_frame
        self._frames = [_Frame(screen, QColor(color)) for screen in QGuiApplication.screens()]
        for frame in self._frames:
            frame.show()
        self._raising.start()

    def _raise(self) -> None:
        for frame in self._frames:
            frame.raise_()


class _Frame(QWidget):
    """A window as large as its screen, of which only the edge exists: no compositor is needed."""

    def __init__(self, screen: QScreen, color: QColor) -> None:
        super().__init__(None, _FLAGS)
        self.setObjectName("screen_frame")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._color = color
        self.setScreen(screen)
        self.setGeometry(screen.geometry())
        screen.geometryChanged.connect(self.setGeometry)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the middle out."""
        inner = self.rect().adjusted(FRAME_WIDTH, FRAME_WIDTH, -FRAME_WIDTH, -FRAME_WIDTH)
        self.setMask(QRegion(self.rect()).subtracted(QRegion(inner)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill what is left."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._color)
        painter.end()
