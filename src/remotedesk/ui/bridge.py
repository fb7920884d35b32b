"""Carries the engine's events from its thread into Qt's, in order, one queued signal for all of them."""

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot

from remotedesk.engine.events import EngineEvent

_log = logging.getLogger(__name__)


class Bridge(QObject):
    """Give `post` to the engine as its listener; connect windows with `listen`, or to `arrived` itself.

    Whatever is connected runs in the thread this object was made in.
    """

    arrived = Signal(object)  # an EngineEvent; QObject has a method `event` already
    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._posted.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def post(self, event: EngineEvent) -> None:
        """Queue `event` for the windows; safe from any thread, returns at once and never raises."""
        try:
            self._posted.emit(event)
        except Exception:  # noqa: BLE001 - the engine must live on when the windows are gone
            _log.exception("an event did not reach the windows: %s", type(event).__name__)

    def listen(self, handler: Callable[[EngineEvent], None]) -> None:
        """Call `handler` with every event; what it raises is logged and stops nobody else."""

        def guarded(event: EngineEvent) -> None:
            try:
                handler(event)
            except Exception:  # noqa: BLE001 - the other windows must live on
                _log.exception("a window failed on %s", type(event).__name__)

        self.arrived.connect(guarded)

    @Slot(object)
    def _deliver(self, event: EngineEvent) -> None:
        self.arrived.emit(event)
