"""The lab that the tests of networks share, and what they cannot do without."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.network.needs import missing
from tests.network.venue import Venue, opened_venue


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here `network`, and skip it where it cannot run."""
    own = [item for item in items if item.path.parent == Path(__file__).parent]
    reason = missing() if own else ""
    for item in own:
        item.add_marker("network")
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    """Return what ends what a test has started."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="session")
def built() -> Iterator[Venue]:
    """Return the lab and the server side, as the test before has left them."""
    with opened_venue() as venue:
        yield venue


@pytest.fixture
def venue(built: Venue) -> Venue:
    """Return the lab and the server side, with nothing in the way."""
    built.reset()
    return built
