"""The first thing a customer sees: his number, his name, one button."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from remotedesk.core.display_text import one_line
from remotedesk.core.errors import ErrorCode, NumberError
from remotedesk.ui.customer.number_field import NumberField
from remotedesk.ui.i18n.sentences import sentence
from remotedesk.ui.shared.icons import Icon, IconView
from remotedesk.ui.shared.notice import Notice
from remotedesk.ui.shared.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, colors
from remotedesk.ui.shared.widgets import Kind, Label, Role, Size, Surface, button, restyle

_LONGEST_NAME = 64  # characters, as on the wire


class StartPage(QWidget):
    """Emits `submitted` with a right number and a name, and only then."""

    submitted = Signal(object, str)  # SessionNumber, name

    def __init__(self, prefilled: str, footer: str) -> None:
        super().__init__()
        self.number = NumberField()
        self.number.setAccessibleName(self.tr("Number from your engineer"))
        self.name = QLineEdit()
        self.name.setObjectName("name")
        self.name.setAccessibleName(self.tr("Your name"))
        self.name.setMaxLength(_LONGEST_NAME)
        self.connect_button = button(self.tr("Connect"), "connect", Role.PRIMARY, size=Size.LARGE)
        self.number_problem = _problem_label("number_problem")
        self.name_problem = _problem_label("name_problem")
        self.notice = Notice("notice")
        self.check_button = button(
            self.tr("Check the connection…"), "check_network", Role.QUIET, size=Size.SMALL, icon=Icon.NETWORK
        )
        self.check_button.hide()
        self._lay_out(footer)
        self.number.problem_found.connect(self._tell_number)
        self.number.problem_gone.connect(lambda: _tell(self.number, self.number_problem, ""))
        self.number.returnPressed.connect(self._submit)
        self.name.returnPressed.connect(self._submit)
        self.name.textEdited.connect(lambda: _tell(self.name, self.name_problem, ""))
        self.connect_button.clicked.connect(self._submit)
        if prefilled:
            self.number.set_number(prefilled)

    def start(self, notice: str = "", *, clear_number: bool = False) -> None:
        """Be ready for typing; `notice` says what happened before."""
        if clear_number:
            self.number.clear()
            _tell(self.number, self.number_problem, "")
        self.notice.tell(notice, Surface.PROBLEM)
        field = self.name if self.number.complete() and not self.name.text() else self.number
        field.setFocus(Qt.FocusReason.OtherFocusReason)

    def offer_check(self, check: Callable[[], None]) -> None:
        """Offer to look at the network, too."""
        self.check_button.clicked.connect(lambda: check())
        self.check_button.show()

    def _lay_out(self, footer: str) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L + SPACE_S, SPACE_L, SPACE_L + SPACE_S, SPACE_M)
        layout.setSpacing(SPACE_S)
        layout.addLayout(_heading(self.tr("Remote support"), self.tr("Your engineer tells you a number on the phone.")))
        layout.addSpacing(SPACE_S)
        layout.addWidget(self.notice)
        layout.addSpacing(SPACE_S)
        for title, field, problem in (
            (self.tr("Number from your engineer"), self.number, self.number_problem),
            (self.tr("Your name"), self.name, self.name_problem),
        ):
            label = Label(title, Kind.FIELD)
            label.setBuddy(field)
            layout.addWidget(label)
            layout.addWidget(field)
            layout.addWidget(problem)
            layout.addSpacing(SPACE_S)
        layout.addWidget(self.connect_button)
        layout.addSpacing(SPACE_XS)
        layout.addLayout(_reassurance(self.tr("Nothing is shared before you agree on the next screen.")))
        layout.addStretch(1)
        layout.addWidget(self.check_button, 0, Qt.AlignmentFlag.AlignHCenter)
        foot = Label(footer, Kind.SMALL, name="footer")
        foot.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(foot)

    def _tell_number(self, code: ErrorCode) -> None:
        _tell(self.number, self.number_problem, sentence(code))

    def _submit(self) -> None:
        try:
            number = self.number.number()
        except NumberError as error:
            self._tell_number(error.code)
            self.number.setFocus()
            return
        name = one_line(self.name.text(), _LONGEST_NAME)
        if not name:
            _tell(
                self.name, self.name_problem, self.tr("Please type your name, so that your engineer knows it is you.")
            )
            self.name.setFocus()
            return
        self.submitted.emit(number, name)


def _heading(title: str, below: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(SPACE_M)
    row.addWidget(IconView(Icon.SHIELD, 44, colors().accent))
    column = QVBoxLayout()
    column.setSpacing(SPACE_XS)
    column.addWidget(Label(title, Kind.TITLE))
    column.addWidget(Label(below, Kind.MUTED, wrap=True))
    row.addLayout(column, 1)
    return row


def _reassurance(text: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(SPACE_S)
    row.addWidget(IconView(Icon.LOCK, 16, colors().muted), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(Label(text, Kind.SMALL, wrap=True), 1)
    return row


def _problem_label(name: str) -> Label:
    label = Label(kind=Kind.PROBLEM, name=name, wrap=True)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    label.hide()
    return label


def _tell(field: QLineEdit, label: Label, problem: str) -> None:
    label.setText(problem)
    label.setVisible(bool(problem))
    field.setAccessibleDescription(problem)
    restyle(field, "problem", bool(problem))
