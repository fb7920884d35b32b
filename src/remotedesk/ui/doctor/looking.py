"""The thread that looks at the network; what it finds comes into Qt's."""

import logging
import threading

from PySide6.QtCore import QObject, Qt, Signal

from remotedesk.engine.doctor import Step
from remotedesk.ui.shared.options import MakeCheck, RunsCheck

_log = logging.getLogger(__name__)


class Looking(QObject):
    """Looks once each time it is started, and not twice at the same time."""

    stepped = Signal(object)  # a Step
    ended = Signal(object)  # a NetworkReport, or None if something went wrong
    _told = Signal(object, object)  # the check, and a Step
    _done = Signal(object, object)  # the check, and what came of it

    def __init__(self, make_check: MakeCheck, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make_check = make_check
        self._check: RunsCheck | None = None
        self._thread: threading.Thread | None = None
        self._told.connect(self._take_step, Qt.ConnectionType.QueuedConnection)
        self._done.connect(self._take_end, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Begin, after ending what is under way."""
        self.close()

        def tell(step: Step) -> None:
            self._told.emit(check, step)

        check = self._check = self._make_check(tell)
        self._thread = threading.Thread(target=self._run, args=(check,), name="network check")
        self._thread.start()

    def close(self) -> None:
        """End what is under way, and wait for that; nothing is told of it any more."""
        check, self._check = self._check, None
        if check is not None:
            check.cancel()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self, check: RunsCheck) -> None:
        report = None
        try:
            report = check.run()
        except Exception:  # noqa: BLE001 - thread entry
            _log.exception("network check")
        self._done.emit(check, report)

    def _take_step(self, check: RunsCheck, step: Step) -> None:
        if check is self._check:
            self.stepped.emit(step)

    def _take_end(self, check: RunsCheck, report: object) -> None:
        if check is self._check:
            self.close()
            self.ended.emit(report)
