"""Runs the doctor's checks beside Qt, and says what they find line by line."""

import logging
import sys
import threading
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.engine.doctor import Check, Doctor, Finding, Outcome
from remotedesk.engine.options import EngineOptions
from remotedesk.platform.ports import Platform
from remotedesk.ui.doctor.field import open_field
from remotedesk.ui.doctor.stand import ColouredWindow
from remotedesk.ui.doctor.window import FindingsWindow
from remotedesk.ui.i18n.findings import finding_line, summary
from remotedesk.ui.i18n.language import choose_language, install_language
from remotedesk.ui.shared.theme import apply_theme

_log = logging.getLogger(__name__)


def run(
    platform: Platform,
    server: Callable[[], EngineOptions],
    *,
    language: str | None,
    self_test: bool,
    say: Callable[[str], None] | None,
) -> int:
    """Try everything out and return the exit status: 1 if something failed. Call it once, in the main thread.

    `say` is called with each line, in the main thread; without it they are shown in a window.
    """
    chosen, has_screen = choose_language(language), _has_screen(platform)
    app = QApplication([sys.argv[0]]) if has_screen else QCoreApplication([sys.argv[0]])
    install_language(app, chosen)
    window = None
    if isinstance(app, QApplication):
        app.setQuitOnLastWindowClosed(False)
        apply_theme(app, chosen)
        if say is None:
            window = FindingsWindow()
            window.show()
    lines = say or (window.add if window else _log.info)
    stand = ColouredWindow() if has_screen else None
    checking = _Checking(Doctor(platform, stand, server, open_field if self_test else None), lines)
    checking.ended.connect(lambda: app.exit())  # quit would close the window
    checking.start()
    app.exec()
    checking.join()
    if stand is not None:
        stand.close()
    lines(summary(checking.failed))
    if window is not None and window.isVisible():
        window.closed.connect(app.quit)
        app.exec()
    return 1 if checking.failed else 0


def _has_screen(platform: Platform) -> bool:
    """True where windows can be shown; without an X display Qt would end the process."""
    try:
        platform.require_supported()
    except PlatformError:
        return False
    return True


class _Checking(QObject):
    """The thread that checks; what it finds comes into Qt's."""

    found = Signal(object)  # a Finding
    ended = Signal()

    def __init__(self, doctor: Doctor, say: Callable[[str], None]) -> None:
        super().__init__()
        self.failed = 0
        self._doctor = doctor
        self._say = say
        self._thread = threading.Thread(target=self._check, name="doctor")
        self.found.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()

    def _check(self) -> None:
        try:
            for finding in self._doctor.findings():
                self.found.emit(finding)
        except Exception:  # noqa: BLE001 - thread entry
            _log.exception("doctor")
            self.found.emit(Finding(Check.PLATFORM, Outcome.FAILED, ErrorCode.INTERNAL))
        finally:
            self.ended.emit()

    def _take(self, finding: Finding) -> None:
        self.failed += finding.outcome is Outcome.FAILED
        self._say(finding_line(finding))
