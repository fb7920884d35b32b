"""Where the engineer proves who he is; each error stands at the field it is about."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from remotedesk.core.errors import ErrorCode
from remotedesk.ui.engineer.page import PAGE_MARGIN
from remotedesk.ui.i18n.sentences import sentence_with_code
from remotedesk.ui.shared.notice import Notice
from remotedesk.ui.shared.theme import SPACE_L, SPACE_M, SPACE_XS
from remotedesk.ui.shared.widgets import Kind, Label, Role, Size, Surface, button, restyle

LONGEST_NAME = 64
LONGEST_PASSWORD = 256


class SignInPage(QWidget):
    """Name, password and which server they go to."""

    submitted = Signal(str, str)

    def __init__(self, server: str) -> None:
        super().__init__()
        self._name = QLineEdit()
        self._name.setObjectName("name")
        self._name.setMaxLength(LONGEST_NAME)
        self._password = QLineEdit()
        self._password.setObjectName("password")
        self._password.setMaxLength(LONGEST_PASSWORD)
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._name_problem = Label(kind=Kind.PROBLEM, name="name_problem", wrap=True)
        self._password_problem = Label(kind=Kind.PROBLEM, name="password_problem", wrap=True)
        self._status = Notice("sign_in_status")
        self._go = button(self.tr("Sign in"), "sign_in", Role.PRIMARY, size=Size.LARGE)
        self._lay_out(server)
        self._go.clicked.connect(self._submit)
        self._name.returnPressed.connect(self._to_password)
        self._password.returnPressed.connect(self._submit)
        self._name.textEdited.connect(self._clear_problems)
        self._password.textEdited.connect(self._clear_problems)
        self._clear_problems()

    def _lay_out(self, server: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(PAGE_MARGIN, SPACE_L, PAGE_MARGIN, PAGE_MARGIN)
        column.setSpacing(SPACE_XS)
        column.addWidget(Label(self.tr("Sign in"), Kind.TITLE))
        if server:
            column.addWidget(Label(self.tr("Server: %1").replace("%1", server), Kind.MUTED, name="server"))
        column.addSpacing(SPACE_L)
        for text, field, problem in (
            (self.tr("&Name"), self._name, self._name_problem),
            (self.tr("&Password"), self._password, self._password_problem),
        ):
            title = Label(text, Kind.FIELD)
            title.setBuddy(field)
            field.setAccessibleName(text.replace("&", ""))
            column.addWidget(title)
            column.addWidget(field)
            column.addWidget(problem)
            column.addSpacing(SPACE_M)
        column.addWidget(self._status)
        column.addSpacing(SPACE_M)
        column.addWidget(self._go)
        column.addStretch(1)

    def fail(self, code: ErrorCode) -> None:
        """Say why it did not work, and let him try again."""
        self._busy(False)
        if code is ErrorCode.SIGN_IN_FAILED:
            self._mark(self._password, self._password_problem, sentence_with_code(code, for_engineer=True))
            self._password.selectAll()
        else:
            self._status.tell(sentence_with_code(code, for_engineer=True), Surface.PROBLEM)

    def reset(self) -> None:
        """Forget the password and be ready for the next sign-in."""
        self._busy(False)
        self._password.clear()
        self._clear_problems()

    def showEvent(self, event: QShowEvent) -> None:
        """Put the cursor where typing starts."""
        super().showEvent(event)
        (self._password if self._name.text() else self._name).setFocus()

    def _to_password(self) -> None:
        if self._password.text():
            self._submit()
        else:
            self._password.setFocus()

    def _submit(self) -> None:
        self._clear_problems()
        name = self._name.text().strip()
        if not name:
            self._mark(self._name, self._name_problem, self.tr("Type your account's name."))
        elif not self._password.text():
            self._mark(self._password, self._password_problem, self.tr("Type your password."))
        else:
            self._busy(True)
            self.submitted.emit(name, self._password.text())

    def _busy(self, busy: bool) -> None:
        for widget in (self._name, self._password, self._go):
            widget.setDisabled(busy)
        self._status.tell(self.tr("Signing in…") if busy else "")

    def _mark(self, field: QLineEdit, label: Label, text: str) -> None:
        restyle(field, "problem", True)
        field.setAccessibleDescription(text)
        label.setText(text)
        label.show()
        field.setFocus()

    def _clear_problems(self) -> None:
        for field, label in ((self._name, self._name_problem), (self._password, self._password_problem)):
            restyle(field, "problem", False)
            field.setAccessibleDescription("")
            label.hide()
        self._status.tell("")
