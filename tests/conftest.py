"""What holds for every test: nothing may warn unless the test says so; displays of a test's own."""

import logging
import sys
from collections.abc import Iterator

import pytest

from tests.support.xserver import XServer

if sys.platform == "win32":
    from tests.winlab.on_windows import pytest_collection_modifyitems, pytest_pycollect_makemodule  # noqa: F401


class WarningLog(logging.Handler):
    """Collects every record at WARNING or above, from any thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []
        self._expected: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def expect(self, *parts: str) -> None:
        """Say which warnings this test provokes on purpose, by a part of the message each; all must come."""
        self._expected.extend(parts)

    def problems(self) -> list[str]:
        """Return what was logged and not expected, and what was expected and not logged."""
        messages = [f"{record.levelname} {record.name}: {record.getMessage()}" for record in self.records]
        unexpected = [message for message in messages if not any(part in message for part in self._expected)]
        missing = [f"not logged: {part}" for part in self._expected if not any(part in text for text in messages)]
        return unexpected + missing


@pytest.fixture(autouse=True)
def warning_log() -> Iterator[WarningLog]:
    """Fail the test if anything logs a WARNING it did not `expect`."""
    handler = WarningLog()
    root = logging.getLogger()
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    if problems := handler.problems():
        pytest.fail("\n".join(problems), pytrace=False)


@pytest.fixture
def xserver() -> Iterator[XServer]:
    """Return an Xvfb with a window manager, 1280×800."""
    with XServer() as server:
        yield server
