"""What pytest does differently on Windows: skips what `skipped.py` lists, with the reason, and uses selector loops."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.winlab.skipped import SKIPPED

ROOT: Final = Path(__file__).resolve().parents[2]

if sys.platform == "win32":
    # As in the client's engine; Windows' default is a loop of another kind.
    asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())


def reason_for_file(path: Path) -> str | None:
    """Return why no test of this file runs, or None if they do."""
    return SKIPPED.get(path.relative_to(ROOT).as_posix())


def reason_for_test(node_id: str) -> str | None:
    """Return why this test does not run, or None if it does."""
    return SKIPPED.get(node_id) or SKIPPED.get(node_id.partition("[")[0])


class SkippedFile(pytest.Module):
    """A file that can't even be imported: collected as one skip."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Skip with the reason."""
        pytest.skip(f"{self.path.name}: {reason_for_file(self.path)}", allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Put a skip in the place of a file that is listed."""
    if reason_for_file(module_path):
        return SkippedFile.from_parent(parent, path=module_path)
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests that are listed."""
    for item in items:
        if reason := reason_for_test(item.nodeid):
            item.add_marker(pytest.mark.skip(reason=reason))
