"""The bridge: events in order, in Qt's thread, whatever a window does with them."""

import threading

from PySide6.QtWidgets import QApplication

from remotedesk.engine.events import CodeReady, EngineEvent
from remotedesk.ui.bridge import Bridge
from tests.conftest import WarningLog
from tests.support.qt_wait import wait_for


def test_events_arrive_in_order_in_the_thread_of_the_windows(app: QApplication) -> None:
    bridge = Bridge()
    seen: list[tuple[EngineEvent, int]] = []
    bridge.listen(lambda event: seen.append((event, threading.get_ident())))
    events = [CodeReady(f"{number:04}") for number in range(200)]
    engine = threading.Thread(target=lambda: [bridge.post(event) for event in events])
    engine.start()
    engine.join()
    assert seen == []
    wait_for(lambda: len(seen) == len(events))
    assert seen == [(event, threading.get_ident()) for event in events]


def test_a_failing_window_is_logged_and_stops_no_other(app: QApplication, warning_log: WarningLog) -> None:
    warning_log.expect("a window failed on CodeReady")
    bridge = Bridge()
    seen: list[EngineEvent] = []

    def broken(event: EngineEvent) -> None:
        raise ZeroDivisionError

    bridge.listen(broken)
    bridge.listen(seen.append)
    bridge.post(CodeReady("0427"))
    wait_for(lambda: seen)
    assert "0427" not in warning_log.records[0].getMessage()
