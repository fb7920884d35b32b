"""The bar that stays on top while a session lives: who is here, what he may do, and the way out."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QColor, QFontMetrics, QGuiApplication, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from remotedesk.core.consent import Feature, Suspension
from remotedesk.core.display_text import one_line
from remotedesk.engine.events import PeerNamed
from remotedesk.ui.customer.connection_sign import ConnectionSign
from remotedesk.ui.customer.deliberate import Deliberate
from remotedesk.ui.shared.features import FEATURE_ORDER, feature_icon, feature_name, feature_short_name
from remotedesk.ui.shared.icons import Icon, IconView
from remotedesk.ui.shared.notice import Notice
from remotedesk.ui.shared.placement import primary_area
from remotedesk.ui.shared.theme import SPACE_M, SPACE_S, SPACE_XS, colors
from remotedesk.ui.shared.widgets import Kind, Label, Role, Surface, Switch, button

translate = QCoreApplication.translate

HOT_KEY: Final = "Ctrl+Shift+F12"
_KEYBOARD_KEY: Final = "Ctrl+Shift+F11"
ALWAYS_SHOWN: Final = frozenset({Feature.VIEW, Feature.CONTROL, Feature.CHAT})
_NAME_WIDTH: Final = 260  # logical pixels
_LONGEST_NAME: Final = 64
_NOTICE_MS: Final = 12_000
# A window manager can hide any window it manages, for the engineer too: by showing the desktop, or another one.
_FLAGS: Final = (
    Qt.WindowType.Window
    | Qt.WindowType.FramelessWindowHint
    | Qt.WindowType.WindowStaysOnTopHint
    | Qt.WindowType.X11BypassWindowManagerHint
)


class SessionBar(QWidget):
    """Calls `set_allowed` and `end` straight from the click, before anything else happens; emits `chat_wanted`.

    It cannot be closed, only hidden by whoever made it, and takes the keyboard only when asked to.
    """

    chat_wanted = Signal()

    def __init__(
        self,
        set_allowed: Callable[[Feature, bool], None],
        end: Callable[[], None],
        idle_s: Callable[[], float],
    ) -> None:
        super().__init__(None, _FLAGS)
        self.setObjectName("session_bar")
        self.setWindowTitle(self.tr("Remote support session"))
        self.setAccessibleName(self.windowTitle())
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # of its own, so that no switch has it when a key strays here
        self._set_allowed = set_allowed
        self._granted: frozenset[Feature] = frozenset()
        self._middle = 0
        self._dragged_from: QPoint | None = None
        self._deliberate = Deliberate(self, idle_s)
        self.switches = {feature: self._switch(feature) for feature in FEATURE_ORDER}
        self._cells = {feature: _cell(feature, switch) for feature, switch in self.switches.items()}
        self.name = Label(kind=Kind.FIELD, name="peer_name")
        self.status = Label(kind=Kind.SMALL, name="session_status")
        self.chat_button = button(self.tr("Messages"), "chat", Role.QUIET, icon=Icon.CHAT)
        self.chat_button.clicked.connect(self.chat_wanted)
        self.connection = ConnectionSign()
        self.end_button = button(self.tr("End"), "end", Role.DANGER, accessible=self.tr("End the session"))
        self.end_button.clicked.connect(end)
        self.hot_key = Label(HOT_KEY, Kind.SMALL, name="hot_key")
        self.setToolTip(self.tr("{key} brings the keyboard here").format(key=_KEYBOARD_KEY))
        self.notice = Notice("session_notice")
        self._notice_timer = QTimer(self, singleShot=True, interval=_NOTICE_MS)
        self._notice_timer.timeout.connect(self._drop_passing)
        self._clock = QElapsedTimer()
        self._ticking = QTimer(self, interval=1000)
        self._ticking.timeout.connect(self._tick)
        self._connecting = self._reconnecting = False
        self._suspensions: frozenset[Suspension] = frozenset()
        self._passing = ""
        self._lay_out()

    def open(self, peer: PeerNamed) -> None:
        """Show it at the top centre of the primary screen, without taking the focus."""
        who = " · ".join(part for part in (one_line(peer.name, _LONGEST_NAME), one_line(peer.company, 64)) if part)
        self.name.ensurePolished()
        metrics = QFontMetrics(self.name.font())
        self.name.setText(metrics.elidedText(who, Qt.TextElideMode.ElideRight, _NAME_WIDTH))
        self.name.setAccessibleName(who)
        self._refit()
        area = primary_area()
        self._middle = area.center().x()
        self.move(self._middle - self.width() // 2, area.top())
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.raise_()
        self._ticking.start()

    def take_keyboard(self) -> None:
        """The customer wants to use it by keyboard."""
        self.raise_()
        self.activateWindow()
        self.switches[Feature.VIEW].setFocus(Qt.FocusReason.TabFocusReason)

    def show_connecting(self) -> None:
        """The customer has said yes; the way to the engineer is being made."""
        self._connecting = True
        self._refresh()

    def show_active(self) -> None:
        """Connected; the time runs from the first call."""
        if not self._clock.isValid():
            self._clock.start()
        self._connecting = self._reconnecting = False
        self._refresh()

    def show_reconnecting(self) -> None:
        """The engineer is silent; nothing is shared until he is back."""
        self._reconnecting = True
        self.connection.show_interrupted()
        self._refresh()

    def show_grants(self, features: frozenset[Feature], suspensions: frozenset[Suspension]) -> None:
        """Move the switches to what is allowed, and say why everything stands still if it does."""
        self._granted, self._suspensions = features, suspensions
        self._show_switches()
        self._refresh()

    def show_passing(self, text: str) -> None:
        """Say something for a while."""
        self._passing = text
        self._notice_timer.start()
        self._refresh()

    def hide_hot_key(self) -> None:
        """The hot key does not work on this computer: do not promise it."""
        self.hot_key.hide()

    def count_unread(self, unread: int) -> None:
        """Show how many chat lines have not been seen."""
        self.chat_button.setText(self.tr("Messages ({count})").format(count=unread) if unread else self.tr("Messages"))
        self.chat_button.setAccessibleName(self.chat_button.text())
        self._refit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stay: while somebody is connected it must be seen."""
        event.ignore()

    def changeEvent(self, event: QEvent) -> None:
        """Come back when somebody minimises it, for the same reason."""
        if event.type() is QEvent.Type.WindowStateChange and self.isMinimized():
            self.showNormal()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a border, since there is no frame."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colors().field_line))
        painter.fillRect(self.rect().adjusted(1, 1, -1, -1), QColor(colors().surface))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._dragged_from = event.globalPosition().toPoint() - self.pos()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag, but never off the screens."""
        if self._dragged_from is None:
            return
        wanted = event.globalPosition().toPoint() - self._dragged_from
        screen = QGuiApplication.screenAt(event.globalPosition().toPoint()) or self.screen()
        area = screen.availableGeometry()
        x = min(max(wanted.x(), area.left()), area.right() + 1 - self.width())
        y = min(max(wanted.y(), area.top()), area.bottom() + 1 - self.height())
        self.move(x, y)
        self._middle = x + self.width() // 2

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Stop dragging."""
        self._dragged_from = None

    def _switch(self, feature: Feature) -> Switch:
        switch = Switch(f"allow_{feature.value}", self.tr("Allow: {feature}").format(feature=feature_name(feature)))
        switch.clicked.connect(lambda on: self._moved(feature, on))
        self._deliberate.watch(switch)
        return switch

    def _moved(self, feature: Feature, on: bool) -> None:
        meant = self._deliberate.take()
        if meant or not on:  # off counts in any case: it can only take away
            self._set_allowed(feature, on)
        if on:  # not true before the engine says so
            self._show_switches()

    def _show_switches(self) -> None:
        for feature, switch in self.switches.items():
            switch.setChecked(feature in self._granted)
            if feature in self._granted:
                self._cells[feature].show()

    def _refresh(self) -> None:
        self._show_status()
        standing = self._standing()
        self.notice.tell(self._passing or standing, Surface.SUNKEN if self._passing else Surface.NOTICE)
        self._refit()

    def _tick(self) -> None:
        self._show_status()
        if Suspension.LOCKED not in self._suspensions:  # another window may have come above it, but not a screen lock
            self.raise_()

    def _show_status(self) -> None:
        if self._connecting:
            self.status.setText(self.tr("Connecting…"))
            return
        doing = self.tr("Paused") if self._standing() else _doing(self._granted)
        # Whole minutes: the bar lies on the screen that is shared, and seconds would never let that be still.
        minutes = self._clock.elapsed() // 60_000 if self._clock.isValid() else 0
        lasted = self.tr("%1 min", "how long the session has lasted").replace("%1", str(minutes))
        self.status.setText(f"{lasted} · {doing}" if minutes else doing)

    def _standing(self) -> str:
        """Return why everything stands still; empty when it does not."""
        if Suspension.LOCKED in self._suspensions:
            return self.tr("Paused: your screen is locked. Nothing is shared.")
        if self._reconnecting or Suspension.SILENCE in self._suspensions:
            return self.tr("Reconnecting… Nothing is shared until your engineer is back.")
        return ""

    def _drop_passing(self) -> None:
        self._passing = ""
        self._refresh()

    def _refit(self) -> None:
        self.adjustSize()
        if self.isVisible():
            self.move(self._middle - self.width() // 2, self.y())

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(SPACE_S, SPACE_S, SPACE_M, SPACE_S)
        row.setSpacing(SPACE_M)
        row.addWidget(IconView(Icon.GRIP, 20, colors().field_line))
        who = QVBoxLayout()
        who.setSpacing(2)
        who.addWidget(self.name)
        who.addWidget(self.status)
        row.addLayout(who)
        row.addSpacing(SPACE_S)
        for feature, cell in self._cells.items():
            cell.setVisible(feature in ALWAYS_SHOWN)
            row.addWidget(cell)
        row.addLayout(_above(self.chat_button, self.connection))
        self.hot_key.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row.addLayout(_above(self.end_button, self.hot_key))
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.notice)


def _cell(feature: Feature, switch: Switch) -> QWidget:
    cell = QWidget()
    row = QHBoxLayout(cell)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE_XS)
    row.addWidget(IconView(feature_icon(feature), 20, colors().muted))
    row.addWidget(Label(feature_short_name(feature)))
    row.addWidget(switch)
    return cell


def _above(pressed: QPushButton, below: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(2)
    column.addWidget(pressed)
    column.addWidget(below)
    return column


def _doing(granted: frozenset[Feature]) -> str:
    if Feature.CONTROL in granted:
        return translate("SessionBar", "Your screen is seen and controlled")
    if Feature.VIEW in granted:
        return translate("SessionBar", "Your screen is seen")
    return translate("SessionBar", "Your screen is not shared")
