"""A window that says why the program cannot start; for people who have no console to read."""

import sys

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from remotedesk.core.errors import ErrorCode
from remotedesk.ui.i18n.language import choose_language, install_language
from remotedesk.ui.i18n.sentences import sentence_with_code
from remotedesk.ui.shared.icons import Icon, IconView, icon_of
from remotedesk.ui.shared.interrupt import InterruptWatch
from remotedesk.ui.shared.theme import SPACE_L, SPACE_M, apply_theme, colors
from remotedesk.ui.shared.widgets import Kind, Label, Role, button

WIDTH = 460


class RefusalWindow(QWidget):
    """One sentence and one button."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setWindowTitle(self.tr("remotedesk cannot start"))
        self.setFixedWidth(WIDTH)
        reason = Label(text, Kind.BODY, name="reason", wrap=True)
        close = button(self.tr("Close"), "close", Role.PRIMARY)
        close.clicked.connect(self.close)
        words = QHBoxLayout()
        words.setSpacing(SPACE_M)
        words.addWidget(IconView(Icon.WARNING, 32, colors().warn), 0, Qt.AlignmentFlag.AlignTop)
        words.addWidget(reason, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_L)
        layout.addLayout(words)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)


def show_refusal(code: ErrorCode, language: str | None) -> None:
    """Say what `code` means until the window is closed. Call it once, in the main thread, instead of `run`."""
    app = QApplication([sys.argv[0]])
    app.setApplicationName("remotedesk")
    chosen = choose_language(language)
    install_language(app, chosen)
    apply_theme(app, chosen)
    app.setWindowIcon(icon_of(Icon.LOGO, colors().accent, 64))
    interrupts = InterruptWatch(app)
    window = RefusalWindow(sentence_with_code(code))
    window.show()
    app.exec()
    interrupts.close()
