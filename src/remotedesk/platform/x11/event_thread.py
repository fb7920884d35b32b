"""A thread that waits for X events on a connection of its own until it is closed."""

import logging
import os
import select
import threading
from collections.abc import Callable
from typing import Any

from remotedesk.platform.x11.connection import X_ERRORS, close_display

_log = logging.getLogger(__name__)


class EventThread:
    """Hands every event of one connection to `handle`, in order; owns the connection from now on."""

    def __init__(self, name: str, display: Any, handle: Callable[[Any], None]) -> None:
        self._display = display
        self._handle = handle
        self._wake_read, self._wake_write = os.pipe()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop and join the thread; called inside `handle`, the thread ends after it."""
        if not self._closed.is_set():
            self._closed.set()
            os.close(self._wake_write)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        try:
            self._watch()
        except X_ERRORS:
            _log.info("the X server has gone; %s ends", self._thread.name)
        except Exception:  # noqa: BLE001 - thread entry
            _log.exception("%s ends", self._thread.name)
        finally:
            close_display(self._display)
            os.close(self._wake_read)

    def _watch(self) -> None:
        while not self._closed.is_set():
            while not self._closed.is_set() and self._display.pending_events():
                self._handle(self._display.next_event())
            select.select([self._display.fileno(), self._wake_read], [], [])
