"""What the customer sees while somebody is connected: the bar, the chat and the frames, moved by the engine's facts."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from remotedesk.core.consent import Feature, Suspension
from remotedesk.core.errors import ErrorCode
from remotedesk.core.session_state import State
from remotedesk.engine.api import CustomerApi
from remotedesk.engine.events import PeerNamed
from remotedesk.ui.customer.chat_window import ChatWindow
from remotedesk.ui.customer.screen_frame import ScreenFrames, Shown
from remotedesk.ui.customer.session_bar import SessionBar
from remotedesk.ui.i18n.sentences import sentence_with_code


class SessionWindows(QObject):
    """Opened with the customer's yes, closed at the end; `end` is called straight from the End button."""

    def __init__(
        self, engine: CustomerApi, peer: PeerNamed, end: Callable[[], None], program_idle_s: Callable[[], float]
    ) -> None:
        """`program_idle_s` tells since when no program has pressed anything in our windows."""
        super().__init__()
        self.bar = SessionBar(engine.set_allowed, end, lambda: min(engine.engineer_idle_s(), program_idle_s()))
        self.chat = ChatWindow(engine.send_chat)
        self.frames = ScreenFrames(self)
        self.chat.unread_changed.connect(self.bar.count_unread)
        self.bar.chat_wanted.connect(lambda: self.chat.toggle_beside(self.bar))
        self.chat.panel.set_enabled(False)
        self.bar.show_connecting()
        self.bar.open(peer)

    def on_state(self, state: State) -> None:
        """Follow the connection."""
        if state is State.ACTIVE:
            self.bar.show_active()
        elif state is State.RECONNECTING:
            self.bar.show_reconnecting()
            self.frames.show_sharing(Shown.NOTHING)

    def on_grants(self, features: frozenset[Feature], suspensions: frozenset[Suspension]) -> None:
        """Show what is allowed right now; paused is shown as nothing shared."""
        self.bar.show_grants(features, suspensions)
        self.chat.panel.set_enabled(Feature.CHAT in features)
        if suspensions:
            self.frames.show_sharing(Shown.NOTHING)
        elif Feature.CONTROL in features:
            self.frames.show_sharing(Shown.CONTROL)
        else:
            self.frames.show_sharing(Shown.VIEW if Feature.VIEW in features else Shown.NOTHING)

    def on_failed(self, code: ErrorCode) -> None:
        """Say what did not work."""
        if code is ErrorCode.HOT_KEY_TAKEN:
            self.bar.hide_hot_key()
        self.bar.show_passing(sentence_with_code(code))

    def close(self) -> None:
        """Take everything off the screen."""
        self.frames.show_sharing(Shown.NOTHING)
        for window in (self.bar, self.chat):
            window.hide()
            window.deleteLater()
        self.deleteLater()
