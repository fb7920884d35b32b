"""Two engines and a server for the tests of sessions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sessions import SessionPair


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[SessionPair]:
    """Return a customer's and an engineer's engine on one server, not yet in a session."""
    with SessionPair(tmp_path) as made:
        yield made
