"""Lets Ctrl+C and SIGTERM end a Qt program in order."""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier


class InterruptWatch(QObject):
    """Leaves `app`'s event loop with code 130 at SIGINT or SIGTERM; make it in the main thread, `close` it after.

    Python handles a signal only between byte codes, which Qt's loop does not run: the wake-up socket makes it.
    """

    def __init__(self, app: QCoreApplication) -> None:
        super().__init__()
        self._app = app
        self._near, self._far = socket.socketpair()
        for end in (self._near, self._far):
            end.setblocking(False)
        self._old_fd = signal.set_wakeup_fd(self._far.fileno(), warn_on_full_buffer=False)
        self._old = {number: signal.signal(number, self._interrupted) for number in (signal.SIGINT, signal.SIGTERM)}
        self._notifier = QSocketNotifier(self._near.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._wake)

    def close(self) -> None:
        """Put the old handlers back."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._old_fd)
        for number, handler in self._old.items():
            signal.signal(number, handler)
        self._near.close()
        self._far.close()

    def _wake(self) -> None:
        self._near.recv(64)

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        self._app.exit(130)
