"""The engineer's small window before and after a session: sign in, number, customer, end."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from remotedesk.core.errors import ErrorCode
from remotedesk.core.session_state import State
from remotedesk.engine.api import EngineerApi
from remotedesk.engine.events import (
    Answered,
    CodeReady,
    EngineEvent,
    Failed,
    GuessFailed,
    NumberIssued,
    PeerNamed,
    RecordClosed,
    SignedIn,
    StateChanged,
)
from remotedesk.ui.engineer.customer_page import CustomerPage
from remotedesk.ui.engineer.end_page import EndPage
from remotedesk.ui.engineer.number_page import NumberPage
from remotedesk.ui.engineer.page import PAGE_MARGIN, show_elided
from remotedesk.ui.engineer.serve_card import ServeCard
from remotedesk.ui.engineer.sign_in_page import SignInPage
from remotedesk.ui.shared.icons import Icon, IconView
from remotedesk.ui.shared.options import UiOptions
from remotedesk.ui.shared.placement import centred, primary_area
from remotedesk.ui.shared.record_view import RecordView
from remotedesk.ui.shared.theme import SPACE_M, SPACE_S, colors
from remotedesk.ui.shared.widgets import Kind, Label, Role, Size, button

_WIDTH, _HEIGHT = 600, 700  # logical pixels
_ACCOUNT_WIDTH = 360
_SIGN_IN_AGAIN = (ErrorCode.SIGN_IN_FAILED, ErrorCode.NOT_SIGNED_IN)


class Console(QWidget):
    """Hides while the viewer is open; closing it ends the program."""

    closed = Signal()

    def __init__(self, api: EngineerApi, options: UiOptions) -> None:
        super().__init__()
        self._api, self._options = api, options
        self._signed_in = False
        self._customer = ""
        self._met = False  # somebody has proven to know the number
        self._issuing = False  # a new number is on its way: the end of the one before is no news
        self._since = QElapsedTimer()
        self._record: RecordView | None = None
        self._account = Label(kind=Kind.MUTED, name="account")
        self._check = button(
            self.tr("Check the connection…"), "check_network", Role.QUIET, size=Size.SMALL, icon=Icon.NETWORK
        )
        self._check.hide()
        self._sign_in = SignInPage(options.server_name)
        self._number = NumberPage()
        self._ask = CustomerPage()
        self._end = EndPage()
        self._pages = QStackedWidget()
        for page in (self._sign_in, self._number, self._ask, self._end):
            self._pages.addWidget(_scrolled(page))
        self.setObjectName("console")
        self.setWindowTitle(self.tr("remotedesk - support engineer"))
        self.resize(_WIDTH, _HEIGHT)
        self.move(centred(self.size(), primary_area()))
        self._lay_out()
        self._connect()
        self._begin()

    def _lay_out(self) -> None:
        head = QFrame()
        head.setObjectName("head")
        head.setStyleSheet(
            f"QFrame#head {{ background: {colors().surface}; border: none; border-bottom: 1px solid {colors().line}; }}"
        )
        row = QHBoxLayout(head)
        row.setContentsMargins(PAGE_MARGIN, SPACE_M, PAGE_MARGIN, SPACE_M)
        row.setSpacing(SPACE_S)
        row.addWidget(IconView(Icon.LOGO, 24, colors().accent))
        row.addWidget(Label("remotedesk", Kind.HEADING))
        row.addStretch(1)
        row.addWidget(self._account)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self._pages, 1)
        column.addWidget(self._check, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(SPACE_S)
        if self._options.serve_info is not None:
            column.addWidget(ServeCard(self._options.serve_info))

    def offer_check(self, check: Callable[[], None]) -> None:
        """Offer to look at the network, too."""
        self._check.clicked.connect(lambda: check())
        self._check.show()

    def _connect(self) -> None:
        self._sign_in.submitted.connect(self._api.sign_in)
        self._number.new_number.connect(self._issue_number)
        self._number.allow_retry.connect(self._api.allow_retry)
        self._ask.asked.connect(self._api.ask)
        self._ask.ended.connect(self._api.end)
        self._end.new_number.connect(self._next_number)
        self._end.record_wanted.connect(self._show_record)

    def _begin(self) -> None:
        if self._options.auto_sign_in is None:
            self._show(self._sign_in)
            return
        self._number.set_busy(self.tr("Signing in…"))
        self._show(self._number)
        self._api.sign_in(*self._options.auto_sign_in)

    def on_event(self, event: EngineEvent) -> None:
        """Take what the engine tells."""
        match event:
            case SignedIn(name, company):
                self._on_signed_in(name, company)
            case NumberIssued(number, expires_in_s):
                self._issuing = False
                self._ask.reset()
                self._number.show_number(number, expires_in_s)
                self._show(self._number)
            case GuessFailed(code, guesses_left):
                self._number.show_guess_failed(code, guesses_left)
            case PeerNamed(name):
                self._customer = name
                self._ask.set_customer(name)
                self._show_customer()
            case CodeReady(code):
                self._ask.set_code(code)
                self._show_customer()
            case Answered(features):
                self._ask.show_answer(features)
            case StateChanged(state, code):
                self._on_state(state, code)
            case RecordClosed(path, short_code):
                self._end.show_record(path, short_code)
            case Failed(code):
                self._on_failed(code)
            case _:
                pass

    def _on_signed_in(self, name: str, company: str) -> None:
        self._signed_in = True
        show_elided(self._account, " · ".join(part for part in (name, company) if part), _ACCOUNT_WIDTH)
        self._sign_in.reset()
        self._number.show_none()
        self._show(self._number)

    def _on_state(self, state: State, code: ErrorCode | None) -> None:
        match state:
            case State.WAITING:
                self._number.show_waiting()
            case State.PAIRING:
                self._number.show_pairing()
            case State.ASKING:
                self._met = True
                self._end.await_record()
                self._show_customer()
            case State.ACTIVE:
                if not self._since.isValid():
                    self._since.start()
                self.hide()
            case State.ENDED:
                self._on_ended(code)
            case _:
                pass

    def _show_customer(self) -> None:
        """Nothing can be asked before there is a code to compare."""
        if self._met and self._ask.ready:
            self._show(self._ask)

    def _on_ended(self, code: ErrorCode | None) -> None:
        if self._met:
            elapsed_s = self._since.elapsed() // 1_000 if self._since.isValid() else None
            self._end.start(self._customer, code, elapsed_s)
            self._show(self._end)
        elif self._signed_in and not self._issuing:
            self._number.show_none(code)
        self._met, self._customer = False, ""
        self._since.invalidate()
        self.show()

    def _on_failed(self, code: ErrorCode) -> None:
        self._issuing = False
        self._signed_in = self._signed_in and code not in _SIGN_IN_AGAIN
        if not self._signed_in and self._options.auto_sign_in is None:
            self._sign_in.fail(code)
            self._show(self._sign_in)
        elif self._met:
            self._ask.fail(code)
        else:
            self._number.fail(code)

    def _issue_number(self) -> None:
        self._issuing = True
        if not self._signed_in and self._options.auto_sign_in is not None:
            self._api.sign_in(*self._options.auto_sign_in)
        self._api.issue_number()

    def _next_number(self) -> None:
        self._number.set_busy(self.tr("Making a number…"))
        self._show(self._number)
        self._issue_number()

    def _show_record(self, path: str, short_code: str) -> None:
        self._record = RecordView(Path(path), short_code)
        self._record.open()

    def _show(self, page: QWidget) -> None:
        for at in range(self._pages.count()):
            area = self._pages.widget(at)
            if isinstance(area, QScrollArea) and area.widget() is page:
                self._pages.setCurrentWidget(area)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus, as Space does."""
        focused = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focused, QPushButton):
            focused.click()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """The program goes with this window."""
        super().closeEvent(event)
        if self._record is not None:
            self._record.close()
        self.closed.emit()


def _scrolled(page: QWidget) -> QScrollArea:
    page.setProperty("kind", "scrolled")
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(page)
    return area
