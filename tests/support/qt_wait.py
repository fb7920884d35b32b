"""Waiting in a test while Qt's events run."""

import time
from collections.abc import Callable

from PySide6.QtTest import QTest


def wait_for(true: Callable[[], object], timeout_s: float = 15.0) -> None:
    """Run Qt's events until `true()` is, or fail."""
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline, f"waited {timeout_s} s"
        QTest.qWait(5)
