"""Waiting in a test while Qt's events run."""

from collections.abc import Callable

from PySide6.QtTest import QTest


def wait_for(true: Callable[[], object], timeout_ms: int = 15_000) -> None:
    """Run Qt's events until `true()` is, or fail."""
    assert QTest.qWaitFor(lambda: bool(true()), timeout_ms)
