"""Leads the customer through a session: which window shows when, by what the engine tells."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject

from remotedesk.core.consent import Feature
from remotedesk.core.errors import ErrorCode
from remotedesk.core.session_number import SessionNumber
from remotedesk.core.session_state import State
from remotedesk.engine.api import CustomerApi, Listener
from remotedesk.engine.events import (
    Asked,
    BarWanted,
    ChatAdded,
    CodeReady,
    EngineEvent,
    Failed,
    GrantsChanged,
    GuessFailed,
    PeerNamed,
    QualityChanged,
    RecordClosed,
    RetryAllowed,
    StateChanged,
)
from remotedesk.ui.bridge import Bridge
from remotedesk.ui.customer.accept_prompt import AcceptPrompt
from remotedesk.ui.customer.session_windows import SessionWindows
from remotedesk.ui.customer.window import CustomerWindow
from remotedesk.ui.i18n.sentences import sentence, sentence_with_code
from remotedesk.ui.shared.record_view import RecordView, ask_and_save

_WANTED_ENDS: Final = frozenset({None, ErrorCode.PEER_ENDED, ErrorCode.DECLINED})


_NOBODY: Final = PeerNamed("", "")
_NO_RECORD: Final = RecordClosed("", "")


@dataclass
class _Story:
    """What is known about one session."""

    peer: PeerNamed = _NOBODY
    code: str = ""
    asked: bool = False  # the customer was asked, so there is an end to tell
    guess_failed: bool = False
    may_retry: bool = False
    controlled: bool = False  # the engineer has had mouse and keyboard
    over: bool = False  # the end has been shown, whatever the engine still tells
    record: RecordClosed = _NO_RECORD


class CustomerFlow(QObject):
    """Owns all windows of the customer, and one engine at a time: each session gets a new one."""

    def __init__(
        self,
        make_engine: Callable[[Listener], CustomerApi],
        prefilled: str,
        footer: str,
        program_idle_s: Callable[[], float] = lambda: math.inf,
    ) -> None:
        """`program_idle_s` tells since when no program has pressed anything in our windows, as far as is known."""
        super().__init__()
        self._pressed_idle_s = program_idle_s
        self._make_engine = make_engine
        self.window = CustomerWindow(prefilled, footer)
        self.engine: CustomerApi | None = None
        self.prompt: AcceptPrompt | None = None
        self.session: SessionWindows | None = None
        self.record: RecordView | None = None
        self._bridge: Bridge | None = None
        self._story = _Story()
        self.window.start.submitted.connect(self._join)
        self.window.waiting.cancelled.connect(self._cancel)
        self.window.end.open_wanted.connect(self._open_record)
        self.window.end.save_wanted.connect(lambda: ask_and_save(self.window, Path(self._story.record.path)))
        self.window.end.restart_wanted.connect(lambda: self.start(clear_number=True))
        self.window.end.close_wanted.connect(self._quit)
        self.window.closed.connect(self._quit)

    def start(self, notice: str = "", *, clear_number: bool = False) -> None:
        """Show the first page; `notice` says what happened before."""
        self.window.show_page(self.window.start)
        self.window.start.start(notice, clear_number=clear_number)

    def come_forward(self, number: str) -> None:
        """Be found by a customer who has started the program again, with a number or without.

        A question and the bar are above all windows anyway, and nothing changes in a session.
        """
        if number and self.window.page in (self.window.start, self.window.end):
            self.start()
            self.window.start.number.set_number(number)
        self.window.come_forward()

    def close(self) -> None:
        """End the session, if there is one, and free the engine and the windows."""
        self._close_engine()
        self._close_session_windows()
        for window in (self.record, self.window):
            if window is not None:
                window.hide()
                window.deleteLater()

    # -- what the customer does ------------------------------------------------------------------------------

    def _join(self, number: SessionNumber, name: str) -> None:
        engine = self.engine if self._story.may_retry and self.engine is not None else self._open_engine()
        self._story.may_retry = self._story.guess_failed = False
        self.window.waiting.tell(self.tr("Looking for your engineer…"))
        self.window.show_page(self.window.waiting)
        self.window.waiting.cancel_button.setFocus()
        engine.join(number, name)

    def _cancel(self) -> None:
        self._story.over = True
        if self.engine is not None:
            self.engine.end()
        self.start()

    def _answer(self, prompt: int, allowed: frozenset[Feature]) -> None:
        if self.engine is None:
            return
        self.engine.answer(prompt, allowed)
        self._close_prompt()
        if self.session is not None:
            return
        if allowed:
            self.session = SessionWindows(self.engine, self._story.peer, self._end_now, self._program_idle_s)
        else:
            self._end(ErrorCode.DECLINED)

    def _end_now(self) -> None:
        if self.engine is not None:
            self.engine.end()
        self._end(None)

    def _quit(self) -> None:
        if self.engine is not None:
            self.engine.end()
        QCoreApplication.exit(0)

    def _open_record(self) -> None:
        self.record = RecordView(Path(self._story.record.path), self._story.record.short_code)
        self.record.open()

    # -- what the engine tells -------------------------------------------------------------------------------

    def on_event(self, event: EngineEvent) -> None:
        """Take an event of the session's engine; in Qt's thread."""
        if isinstance(event, RecordClosed):
            self._story.record = event
            self.window.end.show_record(event.short_code)
        elif not self._story.over:
            self._on_session_event(event)

    def _on_session_event(self, event: EngineEvent) -> None:
        self._story.controlled |= isinstance(event, GrantsChanged) and Feature.CONTROL in event.features
        match event:
            case StateChanged(state=state, code=code):
                self._on_state(state, code)
            case PeerNamed():
                self._story.peer = event
            case CodeReady(code=digits):
                self._story.code = digits
            case Asked():
                self._on_asked(event)
            case GuessFailed(code=code, guesses_left=left):
                self._on_guess_failed(code, left)
            case RetryAllowed():
                self._story.may_retry = True
                text = self.tr("Your engineer allows another try. Please type the number again.")
                self.start(text, clear_number=True)
            case Failed(code=code) if self.session is None:
                self.window.waiting.hint.setText(sentence_with_code(code))
            case _ if self.session is not None:
                _pass_on(event, self.session)

    def _on_state(self, state: State, code: ErrorCode | None) -> None:
        if state is State.ENDED:
            self._end(code)
        elif self.session is not None:
            self.session.on_state(state)
        elif not self._story.guess_failed:
            self.window.waiting.tell(self._waiting_text(state))

    def _waiting_text(self, state: State) -> str:
        if state is State.PAIRING:
            return self.tr("Checking the number with your engineer…")
        if state is State.ASKING:
            return self.tr("Your engineer is there. His question comes in a moment…")
        return self.tr("Waiting for your engineer…")

    def _on_guess_failed(self, code: ErrorCode, left: int) -> None:
        if left <= 0:
            return  # the end follows, and says so
        self._story.guess_failed = True
        told = self.tr("Your engineer has been told and can allow another try.")
        tries = self.tr("Tries left: {count}").format(count=left)
        hint = f"{sentence_with_code(code)}\n\n{told}\n{tries}"
        self.window.waiting.tell(self.tr("The number did not fit"), hint, busy=False)

    def _on_asked(self, event: Asked) -> None:
        self._close_prompt()
        if event.first:
            self._story.asked = True
            self.window.hide()
        self.prompt = AcceptPrompt(event, self._story.peer, self._story.code, self._program_idle_s)
        self.prompt.answered.connect(self._answer)
        self.prompt.open()

    def _end(self, code: ErrorCode | None) -> None:
        if self._story.over:
            return
        self._story.over = True
        self._close_session_windows()
        if not self._story.asked:
            self.start(sentence_with_code(code) if code is not None else "")
            return
        what = self.tr("You ended the session. Nothing is shared any more.")
        if code in (ErrorCode.PEER_ENDED, ErrorCode.DECLINED):
            what = sentence(code)
        elif code is not None:
            what = sentence_with_code(code)
        self.window.end.tell(what, calm=code in _WANTED_ENDS)
        self.window.show_page(self.window.end)
        self.window.end.close_button.setFocus()

    # -- keeping house ---------------------------------------------------------------------------------------

    def _open_engine(self) -> CustomerApi:
        self._close_engine()
        self._story = _Story()
        self._bridge = Bridge(self)
        self._bridge.listen(self.on_event)
        self.engine = self._make_engine(self._bridge.post)
        return self.engine

    def _close_engine(self) -> None:
        if self._bridge is not None:
            self._bridge.arrived.disconnect()
            self._bridge = None
        if self.engine is not None:
            self.engine.close()
            self.engine = None

    def _program_idle_s(self) -> float:
        """Let an aid of the customer's say yes until the engineer could have put such a program there."""
        return self._pressed_idle_s() if self._story.controlled else math.inf

    def _close_prompt(self) -> None:
        prompt, self.prompt = self.prompt, None
        if prompt is not None:
            prompt.hide()
            prompt.deleteLater()

    def _close_session_windows(self) -> None:
        self._close_prompt()
        session, self.session = self.session, None
        if session is not None:
            session.close()


def _pass_on(event: EngineEvent, session: SessionWindows) -> None:
    match event:
        case GrantsChanged(features=features, suspensions=suspensions):
            session.on_grants(features, suspensions)
        case ChatAdded(text=text, mine=mine):
            session.chat.add(text, mine=mine)
        case QualityChanged(quality=quality, verdict=verdict):
            session.bar.connection.show_quality(quality, verdict)
        case Failed(code=code):
            session.on_failed(code)
        case BarWanted():
            session.bar.take_keyboard()
