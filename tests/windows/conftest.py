"""What the tests of the Windows adapters have in common; elsewhere none of them is collected."""

import sys
from collections.abc import Iterator

import pytest
from coverage import Coverage

from tests.support.grants import Allowed

collect_ignore_glob = [] if sys.platform == "win32" else ["test_*.py"]

if sys.platform == "win32":
    from tests.windows.program import Program

    @pytest.fixture
    def program() -> Iterator[Program]:
        """Return another program with a text field that has the keyboard."""
        with Program() as started:
            yield started


@pytest.fixture(autouse=True)
def measured(request: pytest.FixtureRequest) -> None:
    """Have coverage tell apart what Wine itself reaches and what only answers reach that a test plays."""
    if (measuring := Coverage.current()) is not None:
        is_played = "monkeypatch" in request.fixturenames or request.node.get_closest_marker("played")
        measuring.switch_context("played" if is_played else "real")


@pytest.fixture
def allowed() -> Allowed:
    """Return view and control as the customer allows them."""
    return Allowed()
