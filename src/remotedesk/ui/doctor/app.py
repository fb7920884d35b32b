"""Runs the doctor's checks beside Qt, and says what they find line by line."""

import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from remotedesk.core.errors import ErrorCode, PlatformError, RemotedeskError
from remotedesk.engine.doctor import (
    Check,
    Doctor,
    Finding,
    NetworkCheck,
    NetworkReport,
    Outcome,
    Step,
    Verdict,
)
from remotedesk.engine.options import EngineOptions
from remotedesk.platform.ports import Platform
from remotedesk.ui.doctor.field import open_field
from remotedesk.ui.doctor.network_window import write_html, write_json
from remotedesk.ui.doctor.sheet import text_of
from remotedesk.ui.doctor.stand import ColouredWindow
from remotedesk.ui.doctor.window import FindingsWindow
from remotedesk.ui.i18n.findings import finding_line, summary
from remotedesk.ui.i18n.language import choose_language, install_language
from remotedesk.ui.i18n.network import sheet_of
from remotedesk.ui.shared.theme import apply_theme

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wanted:
    """What the doctor is to do. With `self_test` it clicks and types, too; the files take what the network is like."""

    self_test: bool = False
    only_network: bool = False
    json_file: Path | None = None
    html_file: Path | None = None


def run(
    platform: Platform,
    server: Callable[[], EngineOptions],
    wanted: Wanted,
    *,
    language: str | None,
    say: Callable[[str], None] | None,
) -> int:
    """Try everything out and return the exit status: 1 if something failed. Call it once, in the main thread.

    `say` is called with each line, in the main thread; without it they are shown in a window. Raises ServerError if
    there is no server where nothing but the network is wanted.
    """
    chosen, has_screen = choose_language(language), _has_screen(platform)
    network = _network(platform, server, needed=wanted.only_network)
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
    stand = ColouredWindow() if has_screen and not wanted.only_network else None
    opens = open_field if wanted.self_test else None
    doctor = None if wanted.only_network else Doctor(platform, stand, server, opens)
    failed = _check(app, _Checking(doctor, network, wanted, lines))
    if stand is not None:
        stand.close()
    if window is not None and window.isVisible():
        window.closed.connect(app.quit)
        app.exec()
    return 1 if failed else 0


def _check(app: QCoreApplication, checking: "_Checking") -> int:
    """Let it come to its end; return how much has failed."""
    checking.ended.connect(lambda: app.exit())  # quit would close the window
    checking.start()
    app.exec()
    checking.join()
    return checking.failed


def _network(platform: Platform, server: Callable[[], EngineOptions], *, needed: bool) -> NetworkCheck | None:
    try:
        return NetworkCheck(platform, server(), _nothing)
    except RemotedeskError:
        if needed:
            raise
        return None  # the doctor says so


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
    machine_ended = Signal()
    reported = Signal(object)  # a NetworkReport
    ended = Signal()

    def __init__(
        self, doctor: Doctor | None, network: NetworkCheck | None, wanted: Wanted, say: Callable[[str], None]
    ) -> None:
        super().__init__()
        self.failed = 0
        self._doctor = doctor
        self._network = network
        self._wanted = wanted
        self._say = say
        self._thread = threading.Thread(target=self._check, name="doctor")
        self.found.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self.machine_ended.connect(self._sum_up, Qt.ConnectionType.QueuedConnection)
        self.reported.connect(self._take_report, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()

    def _check(self) -> None:
        try:
            if self._doctor is not None:
                for finding in self._doctor.findings():
                    self.found.emit(finding)
                self.machine_ended.emit()
            if self._network is not None and (report := self._network.run()) is not None:
                self.reported.emit(report)
        except Exception:  # noqa: BLE001 - thread entry
            _log.exception("doctor")
            self.found.emit(Finding(Check.PLATFORM, Outcome.FAILED, ErrorCode.INTERNAL))
        finally:
            self.ended.emit()

    def _take(self, finding: Finding) -> None:
        self.failed += finding.outcome is Outcome.FAILED
        self._say(finding_line(finding))

    def _sum_up(self) -> None:
        self._say(summary(self.failed))
        if self._network is not None:
            self._say("")

    def _take_report(self, report: NetworkReport) -> None:
        self.failed += report.verdict in (Verdict.BLOCKED, Verdict.NO_RELAY)
        self._say(text_of(sheet_of(report)).rstrip("\n"))
        for file, write in ((self._wanted.json_file, write_json), (self._wanted.html_file, write_html)):
            try:
                if file is not None:
                    write(report, file)
            except OSError as error:
                self.failed += 1
                self._say(f"{file}: {error.strerror}")


def _nothing(_: Step) -> None:
    pass
