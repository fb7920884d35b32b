"""The few controls all windows are made of: plain labels, named buttons, a switch, cards and separators."""

from enum import StrEnum
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QCheckBox, QFrame, QLabel, QPushButton, QSizePolicy, QWidget

from remotedesk.ui.shared.icons import Icon, draw, icon_of
from remotedesk.ui.shared.theme import colors


class Kind(StrEnum):
    """How a label looks."""

    BODY = "body"
    TITLE = "title"
    HEADING = "heading"
    FIELD = "field"  # the name of an input
    MUTED = "muted"
    SMALL = "small"
    PROBLEM = "problem"


class Role(StrEnum):
    """How a button looks."""

    NORMAL = "normal"
    PRIMARY = "primary"
    DANGER = "danger"
    QUIET = "quiet"


class Size(StrEnum):
    """How big a button is."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Surface(StrEnum):
    """What a panel looks like."""

    CARD = "card"
    SUNKEN = "sunken"
    NOTICE = "notice"
    PROBLEM = "problem"
    GOOD = "good"


class Label(QLabel):
    """Text shown as it is: never as HTML, so that nothing from elsewhere can dress itself up."""

    def __init__(self, text: str = "", kind: Kind = Kind.BODY, *, name: str = "", wrap: bool = False) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self.setObjectName(name)
        self.set_kind(kind)
        self.setText(text)

    def set_kind(self, kind: Kind) -> None:
        """Change the look."""
        restyle(self, "kind", kind)


def restyle(widget: QWidget, name: str, value: str | bool) -> None:
    """Set a property the style sheet looks at, and let it look again."""
    widget.setProperty(name, str(value).lower() if isinstance(value, bool) else str(value))
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):  # before the first time it would lose its font
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class Button(QPushButton):
    """A button that Return presses when it has the focus, and only then: there is no default button."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Return and Enter like Space; a key that repeats itself presses nothing."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.click()
            return
        super().keyPressEvent(event)


def button(
    text: str,
    name: str,
    role: Role = Role.NORMAL,
    *,
    size: Size = Size.MEDIUM,
    icon: Icon | None = None,
    accessible: str = "",
) -> Button:
    """Return a button with an object name and an accessible name (`accessible`, or the text without its `&`)."""
    made = Button(text)
    made.setObjectName(name)
    made.setAccessibleName(accessible or text.replace("&", ""))
    made.setProperty("role", str(role))
    made.setProperty("size", str(size))
    made.setAutoDefault(False)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if icon is not None:
        made.setIcon(icon_of(icon, _ON_ROLE[role]()))
        made.setIconSize(QSize(18, 18))
    return made


_ON_ROLE: Final = {
    Role.NORMAL: lambda: colors().text,
    Role.PRIMARY: lambda: colors().on_accent,
    Role.DANGER: lambda: colors().on_accent,
    Role.QUIET: lambda: colors().accent,
}


def panel(surface: Surface = Surface.CARD, name: str = "") -> QFrame:
    """Return an empty frame with a background of its own."""
    frame = QFrame()
    frame.setObjectName(name)
    frame.setProperty("kind", str(surface))
    return frame


def separator() -> QFrame:
    """Return a thin horizontal line."""
    frame = QFrame()
    frame.setProperty("kind", "separator")
    return frame


class Switch(QCheckBox):
    """An on/off switch; to the keyboard and to screen readers a check box."""

    _WIDTH, _HEIGHT = 36, 20

    def __init__(self, name: str, accessible: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(accessible)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """The track and room for the focus ring."""
        return QSize(self._WIDTH + 6, self._HEIGHT + 6)

    def hitButton(self, pos: object) -> bool:
        """All of it can be clicked."""
        return True

    def paintEvent(self, event: object) -> None:
        """Draw track, knob and focus ring."""
        scheme = colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(3, (self.height() - self._HEIGHT) / 2, self._WIDTH, self._HEIGHT)
        if self.hasFocus():
            painter.setPen(QPen(QColor(scheme.focus), 2))
            painter.drawRoundedRect(track.adjusted(-2, -2, 2, 2), 12, 12)
        on = self.isChecked()
        fill = scheme.line if not self.isEnabled() else scheme.accent if on else scheme.field_line
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(track, self._HEIGHT / 2, self._HEIGHT / 2)
        knob = QRectF(track.x() + (self._WIDTH - 17 if on else 3), track.y() + 3, 14, 14)
        painter.setBrush(QColor(scheme.on_accent if on else scheme.surface))
        painter.drawEllipse(knob)
        painter.end()


class Tick(QCheckBox):
    """A check box with a larger, calmer box than the system's; the text beside it is plain."""

    _BOX = 22

    def __init__(self, name: str, accessible: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(accessible)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """The box and room for the focus ring."""
        return QSize(self._BOX + 8, self._BOX + 8)

    def hitButton(self, pos: object) -> bool:
        """All of it can be clicked."""
        return True

    def paintEvent(self, event: object) -> None:
        """Draw box, tick and focus ring."""
        scheme = colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(4, (self.height() - self._BOX) / 2, self._BOX, self._BOX)
        if self.hasFocus():
            painter.setPen(QPen(QColor(scheme.focus), 2))
            painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), 7, 7)
        on = self.isChecked()
        painter.setPen(QPen(QColor(scheme.accent if on else scheme.field_line), 1.5))
        painter.setBrush(QColor(scheme.accent if on else scheme.surface))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 5, 5)
        if on:
            draw(painter, Icon.CHECK, box.adjusted(3, 3, -3, -3), QColor(scheme.on_accent))
        painter.end()
