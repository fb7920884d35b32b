"""The question to the customer: who asks, the code to compare, and what he allows."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QCursor, QMouseEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from remotedesk.core.consent import PROMPT_ARMS_AFTER_S, Feature
from remotedesk.core.display_text import one_line
from remotedesk.engine.events import Asked, PeerNamed
from remotedesk.ui.customer.deliberate import Deliberate
from remotedesk.ui.shared.features import FEATURE_ORDER, feature_icon, feature_name, feature_sentence
from remotedesk.ui.shared.icons import Icon, IconView
from remotedesk.ui.shared.placement import away_from, primary_area
from remotedesk.ui.shared.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, colors, digits_font
from remotedesk.ui.shared.widgets import Kind, Label, Role, Size, Surface, Tick, button, panel, separator

_LONGEST_NAME: Final = 64
_SHOW_AGAIN_MS: Final = 1000
_WIDTH: Final = 500  # logical pixels
_TICKED: Final = frozenset({Feature.VIEW, Feature.CHAT})


class AcceptPrompt(QWidget):
    """One open question. Emits `answered` with its number and the features allowed; none of them is a no.

    Nothing has the focus that a key pressed in passing could trigger, Escape does nothing since people who draw press
    it all the time, and the buttons take nothing before the gate would.
    """

    answered = Signal(int, object)  # prompt number, frozenset[Feature]

    def __init__(self, asked: Asked, peer: PeerNamed, code: str, program_idle_s: Callable[[], float]) -> None:
        """`program_idle_s` tells since when no program has pressed; the engineer cannot while a question is open."""
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.WindowStaysOnTopHint | _FRAME)
        self.setObjectName("accept_prompt")
        self.setWindowTitle(self.tr("Your engineer asks"))
        self.setAccessibleName(self.windowTitle())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._asked = asked
        self._armed = False
        self._arming_timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._arming_timer.timeout.connect(self._arm)
        self.ticks = {
            feature: _tick(feature, chosen=self._is_single or feature in _TICKED)
            for feature in FEATURE_ORDER
            if feature in asked.features
        }
        self.decline_button = button(self.tr("Decline"), "decline", size=Size.LARGE)
        self.accept_button = button(self.tr("Accept"), "accept", Role.PRIMARY, size=Size.LARGE)
        self._arming = Label(self.tr("Please read first…"), Kind.SMALL, name="arming")
        self._deliberate = Deliberate(self, program_idle_s)
        self._deliberate.disturbed.connect(self._disarm)
        self._showing = QTimer(self, interval=_SHOW_AGAIN_MS)
        self._showing.timeout.connect(self._show_again)
        self._lay_out(peer, code)
        self.decline_button.clicked.connect(self._decline)
        self.accept_button.clicked.connect(self._accept)
        self._deliberate.watch(self.accept_button)
        for tick in self.ticks.values():
            self._guard(tick)
        self._show_armed()

    @property
    def number(self) -> int:
        """The prompt's number, for the answer."""
        return self._asked.number

    def open(self) -> None:
        """Show it away from the pointer, on top, and arm it after a while."""
        layout = self.layout()
        height = layout.totalHeightForWidth(_WIDTH) if layout is not None else 0
        self.setFixedSize(_WIDTH, height)
        self.move(away_from(QCursor.pos(), self.size(), primary_area()))
        self.show()
        self.raise_()
        self.activateWindow()
        self._showing.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Give the focus to nothing that a key pressed in passing could trigger."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the window is a no, once it could have been read."""
        event.ignore()
        if self._armed:
            self._decline()

    @property
    def _is_single(self) -> bool:
        return not self._asked.first and len(self._asked.features) == 1

    def _show_again(self) -> None:
        """Come back if the window manager has hidden it: minimised, or to show the desktop or another one."""
        if not self.windowHandle().isExposed():
            self.hide()  # what is shown anew comes where the person is looking
            self.showNormal()
            self.raise_()
            self.activateWindow()

    def _disarm(self) -> None:
        """Count from when it can be read where it stands."""
        self._armed = False
        self._show_armed()
        self._arming_timer.start(round(PROMPT_ARMS_AFTER_S * 1000))

    def _arm(self) -> None:
        self._armed = True
        self._show_armed()

    def _show_armed(self) -> None:
        chosen = any(tick.isChecked() for tick in self.ticks.values())
        for tick in self.ticks.values():
            tick.setEnabled(self._armed)
        self.decline_button.setEnabled(self._armed)
        self.accept_button.setEnabled(self._armed and chosen)
        self._arming.setText("" if self._armed else self.tr("Please read first…"))

    def _guard(self, tick: Tick) -> None:
        self._deliberate.watch(tick)
        tick.toggled.connect(self._show_armed)
        tick.clicked.connect(lambda on: self._ticked(tick, on))

    def _ticked(self, tick: Tick, on: bool) -> None:
        if not self._deliberate.take() and on:
            tick.setChecked(False)

    def _accept(self) -> None:
        if self._deliberate.take() and self._armed:
            allowed = frozenset(feature for feature, tick in self.ticks.items() if tick.isChecked())
            self.answered.emit(self.number, allowed)

    def _decline(self) -> None:
        if self._armed:
            self.answered.emit(self.number, frozenset())

    def _lay_out(self, peer: PeerNamed, code: str) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        layout.addLayout(self._who(peer))
        if self._asked.first:
            layout.addWidget(self._code(code))
            layout.addWidget(Label(self.tr("What your engineer may do"), Kind.FIELD))
        layout.addWidget(self._rows())
        if self._asked.first:
            layout.addWidget(Label(self.tr("You can change this or end at any time."), Kind.SMALL, wrap=True))
        row = QHBoxLayout()
        row.setSpacing(SPACE_S + SPACE_XS)
        row.addWidget(self._arming, 1)
        row.addWidget(self.decline_button)
        row.addWidget(self.accept_button)
        layout.addLayout(row)

    def _who(self, peer: PeerNamed) -> QHBoxLayout:
        name, company = one_line(peer.name, _LONGEST_NAME), one_line(peer.company, _LONGEST_NAME)
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        row.addWidget(IconView(Icon.PERSON, 44, colors().accent), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(SPACE_XS)
        column.addWidget(Label(name, Kind.TITLE, name="engineer_name", wrap=True))
        column.addWidget(Label(company, Kind.BODY, name="engineer_company", wrap=True))
        asks = self.tr("asks to help you on this computer.") if self._asked.first else self.tr("asks for more:")
        column.addWidget(Label(asks, Kind.MUTED, wrap=True))
        row.addLayout(column, 1)
        return row

    def _code(self, code: str) -> QFrame:
        frame = panel(Surface.SUNKEN)
        row = QHBoxLayout(frame)
        row.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        row.setSpacing(SPACE_M)
        digits = Label(code or "----", name="comparison_code")
        digits.setFont(digits_font(34))
        digits.setStyleSheet("font-size: 34px; font-weight: 600;")
        digits.setAccessibleName(self.tr("Comparison code {code}").format(code=" ".join(code)))
        row.addWidget(digits)
        text = self.tr("Read this code to your engineer: he must see the same. If he does not, decline.")
        row.addWidget(Label(text, Kind.BODY, wrap=True), 1)
        return frame

    def _rows(self) -> QFrame:
        frame = panel(Surface.CARD)
        column = QVBoxLayout(frame)
        column.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        column.setSpacing(SPACE_S)
        for at, (feature, tick) in enumerate(self.ticks.items()):
            if at:
                column.addWidget(separator())
            row = _FeatureRow(feature, tick, with_tick=not self._is_single)
            self._deliberate.watch(row)
            column.addWidget(row)
        return frame


_FRAME: Final = Qt.WindowType.CustomizeWindowHint | Qt.WindowType.WindowTitleHint


class _FeatureRow(QWidget):
    """A check box with its picture and its sentence; a click anywhere in it counts."""

    def __init__(self, feature: Feature, tick: Tick, *, with_tick: bool) -> None:
        super().__init__()
        self._tick = tick if with_tick else None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, SPACE_XS, 0, SPACE_XS)
        row.setSpacing(SPACE_S + SPACE_XS)
        if with_tick:
            row.addWidget(tick)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            tick.setParent(self)
            tick.hide()
        row.addWidget(IconView(feature_icon(feature), 26, colors().accent))
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(Label(feature_name(feature), Kind.FIELD))
        column.addWidget(Label(feature_sentence(feature), Kind.MUTED, wrap=True))
        row.addLayout(column, 1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Toggle, when the button was let go inside."""
        if self._tick is not None and self._tick.isEnabled() and self.rect().contains(event.position().toPoint()):
            self._tick.click()


def _tick(feature: Feature, *, chosen: bool) -> Tick:
    tick = Tick(f"ask_{feature.value}", f"{feature_name(feature)}: {feature_sentence(feature)}")
    tick.setChecked(chosen)
    return tick
