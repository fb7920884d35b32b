"""The window in which the engineer sees the customer's screen and works on it."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from remotedesk.core.consent import Feature, Suspension
from remotedesk.core.session_state import State
from remotedesk.engine.api import EngineerApi
from remotedesk.engine.events import (
    Answered,
    ChatAdded,
    CursorChanged,
    EngineEvent,
    Failed,
    FrameReady,
    GrantsChanged,
    InputRefused,
    PeerNamed,
    QualityChanged,
    StateChanged,
)
from remotedesk.ui.engineer.chat_side import ChatSide
from remotedesk.ui.engineer.full_screen import FloatingBar
from remotedesk.ui.engineer.screen_pane import Cover, ScreenPane
from remotedesk.ui.engineer.screen_view import ScreenView
from remotedesk.ui.engineer.toolbar import Toolbar
from remotedesk.ui.i18n.sentences import sentence_with_code
from remotedesk.ui.shared.features import feature_list
from remotedesk.ui.shared.icons import Icon

_LIVE: Final = (State.ACTIVE, State.RECONNECTING, State.VERIFYING)


class Viewer(QWidget):
    """Opens by itself when the session is active and closes with it; closing it by hand ends the session."""

    def __init__(self, api: EngineerApi, code_for_native_key: Callable[[int], str | None]) -> None:
        super().__init__()
        self._api = api
        self._state = State.IDLE
        self._features: frozenset[Feature] = frozenset()
        self._suspensions: frozenset[Suspension] = frozenset()
        self._since = QElapsedTimer()
        self._clock = QTimer(self)
        self._clock.setInterval(500)
        self.screen_view = ScreenView(api, code_for_native_key)
        self._pane = ScreenPane(self.screen_view)
        self._bar = Toolbar()
        self._chat = ChatSide(api)
        self.setObjectName("viewer")
        self.setWindowTitle(self.tr("Customer's screen - remotedesk"))
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self._pane, 1)
        body.addWidget(self._chat)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(0)
        self._grid.addWidget(self._bar, 0, 0)
        self._grid.addLayout(body, 1, 0)
        self._floating = FloatingBar(self._grid, self._bar, self)
        self.resize(1280, 800)
        self._connect()

    def _connect(self) -> None:
        self._bar.ask_control.connect(self._ask_control)
        self._bar.chat_toggled.connect(self._show_chat)
        self._bar.mode_chosen.connect(self.screen_view.set_mode)
        self._bar.full_screen_toggled.connect(self._show_full_screen)
        self._bar.end.connect(self._api.end)
        self._pane.ask_view.connect(self._ask_view)
        self._chat.ask_chat.connect(lambda: self._api.ask(frozenset({Feature.CHAT})))
        self._chat.unread_changed.connect(self._bar.show_unread)
        self.screen_view.exact.connect(self._bar.show_exact)
        self.screen_view.not_allowed.connect(self._hint_not_allowed)
        self._clock.timeout.connect(lambda: self._bar.show_elapsed(self._since.elapsed() // 1_000))

    # -- events ---------------------------------------------------------------------------------------------

    def on_event(self, event: EngineEvent) -> None:
        """Take what the engine tells."""
        match event:
            case FrameReady():
                self._take_frame()
            case CursorChanged():
                self.screen_view.remote_cursor.take(self._api.latest_cursor())
            case StateChanged(state):
                self._on_state(state)
            case GrantsChanged(features, suspensions):
                self._features, self._suspensions = features, suspensions
                self._show_allowed()
            case QualityChanged(quality, verdict):
                self._bar.quality.show_quality(quality, verdict)
            case PeerNamed(name):
                self._bar.show_customer(name)
            case ChatAdded(text, mine):
                self._chat.add(text, mine=mine)
            case Answered(features) if self._state in _LIVE:
                self._on_answer(features)
            case InputRefused(code) | Failed(code) if self._state in _LIVE:
                self._pane.hint(sentence_with_code(code, for_engineer=True))
            case _:
                pass

    def _on_state(self, state: State) -> None:
        before, self._state = self._state, state
        if state is State.ACTIVE and not self._since.isValid():
            self._since.start()
            self._clock.start()
            self.showMaximized()
            self.screen_view.setFocus()
        elif state is State.RECONNECTING:
            self._bar.quality.show_quality(None)
        elif state is State.WAITING or (state is State.ENDED and before is not State.ENDED):
            self._reset()
        if self._since.isValid():
            self._show_allowed()

    def _reset(self) -> None:
        self._clock.stop()
        self._since.invalidate()
        self._features, self._suspensions = frozenset(), frozenset()
        self._show_allowed()
        self._bar.reset()
        self._chat.reset()
        self.screen_view.clear()
        self._api.latest_frame()  # one that nobody took belongs to the session that is over
        self._api.latest_cursor()
        self.hide()

    def _take_frame(self) -> None:
        if Feature.VIEW not in self._features:
            return  # it waits in the engine until it may be shown
        first = self.screen_view.frame_size is None
        self.screen_view.take_frame()
        if first:
            self._show_notice()

    def _show_allowed(self) -> None:
        live = self._state is State.ACTIVE and not self._suspensions
        had_control = self.screen_view.input.allowed
        self.screen_view.set_allowed(live and Feature.CONTROL in self._features)
        if self.screen_view.input.allowed and not had_control and not self._chat.has_focus():
            self.screen_view.setFocus()
        if Feature.CONTROL in self._features:
            self._bar.set_asked(False)
        if Feature.VIEW in self._features:
            self._take_frame()
        else:
            self.screen_view.clear()
        self._bar.show_allowed(self._features, not live)
        self._chat.set_allowed(Feature.CHAT in self._features)
        self._show_notice()

    def _show_notice(self) -> None:
        if self._state is not State.ACTIVE or Suspension.SILENCE in self._suspensions:
            notice = Cover(
                Icon.RECONNECT, self.tr("Reconnecting…"), self.tr("Nothing you press reaches the customer's PC.")
            )
        elif Suspension.LOCKED in self._suspensions:
            notice = Cover(
                Icon.LOCK,
                self.tr("Paused: the customer's screen is locked"),
                self.tr("It goes on when the customer is back at the PC."),
            )
        elif Feature.VIEW not in self._features:
            notice = Cover(Icon.VIEW, self.tr("The customer does not show the screen"), ask=self.tr("Ask to see it"))
        elif self.screen_view.frame_size is None:
            notice = Cover(Icon.VIEW, self.tr("Waiting for the first picture…"))
        else:
            self._pane.show_notice(None)
            return
        self._pane.show_notice(notice)

    def _on_answer(self, features: frozenset[Feature]) -> None:
        self._bar.set_asked(False)
        self._show_notice()
        self._chat.set_asked(False)
        if features:
            self._pane.hint(self.tr("The customer allowed: %1").replace("%1", feature_list(features)))
        else:
            self._pane.hint(self.tr("The customer said no."))

    # -- the engineer ---------------------------------------------------------------------------------------

    def _ask_control(self) -> None:
        self._bar.set_asked(True)
        self._api.ask(frozenset({Feature.CONTROL}))

    def _ask_view(self) -> None:
        self._pane.set_asked()
        self._api.ask(frozenset({Feature.VIEW}))

    def _hint_not_allowed(self) -> None:
        if self._suspensions or self._state is not State.ACTIVE:
            self._pane.hint(self.tr("Paused: nothing you press reaches the customer's PC."))
        else:
            self._pane.hint(self.tr("You may only look. Ask for control to use mouse and keyboard."))

    def _show_chat(self, shown: bool) -> None:
        self._chat.setVisible(shown)
        (self._chat if shown else self.screen_view).setFocus()

    def _show_full_screen(self, full: bool) -> None:
        if full is not self.isFullScreen():
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self._floating.set_floating(full)
        self.screen_view.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the window ends the session; the window goes when the engine says so."""
        if self._since.isValid():
            event.ignore()
            self._api.end()
        else:
            super().closeEvent(event)
