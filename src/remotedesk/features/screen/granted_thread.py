"""A thread that works for as long as a grant lives, and waits while it is suspended."""

import logging
import threading
from abc import ABC, abstractmethod
from typing import Final

from remotedesk.core.consent import Grant
from remotedesk.core.errors import ConsentError, ErrorCode, PlatformError

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 0.1  # how long a wait may keep the thread from noticing its end


class GrantedThread(ABC):
    """Started, told to stop and joined by its owner; of several starts only the last goes on."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._threads: list[threading.Thread] = []
        self._stop = threading.Event()

    @abstractmethod
    def work(self, grant: Grant, stop: threading.Event) -> None:
        """Open what is needed, work until `stop`, and close it; called anew after a pause, when all begins again.

        Raises ConsentError when the grant is gone or suspended, PlatformError.
        """

    @abstractmethod
    def broke(self, code: ErrorCode) -> None:
        """The work has ended though its grant lives; called in the thread."""

    def start(self, grant: Grant) -> None:
        """Work under `grant` until it is revoked."""
        self.stop()
        self._stop = threading.Event()
        thread = threading.Thread(target=self._run, args=(grant, self._stop), name=self._name)
        self._threads = [*(each for each in self._threads if each.is_alive()), thread]
        thread.start()

    def stop(self) -> None:
        """Tell the thread to end, without waiting; from any thread."""
        self._stop.set()

    def join(self) -> None:
        """Stop and wait for the threads; not in the engine's loop, since a system call may hang."""
        self.stop()
        for thread in self._threads:
            thread.join()

    def _run(self, grant: Grant, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                try:
                    self.work(grant, stop)
                except ConsentError as error:
                    if error.code is not ErrorCode.GRANT_SUSPENDED:
                        raise
                    stop.wait(LOOK_EVERY_S)
        except ConsentError as error:
            log.info("%s ended: %s", self._name, error.code)
        except PlatformError as error:
            self.broke(error.code)
        except Exception:  # thread entry
            log.exception("%s", self._name)
            self.broke(ErrorCode.CAPTURE_FAILED)
