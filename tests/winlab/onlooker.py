"""Asks a program in a Windows what only such a one can see (`tests/windows/onlooker.py`)."""

import json
from typing import Any

from remotedesk.core.geometry import Rect
from tests.winlab.wine_python import WinePython


class WindowsOnlooker:
    """The same questions as to `tests.support.x11.Onlooker`, and what is in a program's text field."""

    def __init__(self, windows: WinePython) -> None:
        self._process = windows.start("-m", "tests.windows.onlooker")

    def text(self, window_class: str) -> str | None:
        """Return the text in the first window of this class, None without one."""
        told = self._ask(f"text {window_class}")
        return None if told is None else str(told)

    def put(self, window_class: str, place: Rect) -> bool:
        """Move and size the first window of this class; False while none shows."""
        return bool(self._ask(f"put {window_class} {place.x} {place.y} {place.width} {place.height}"))

    def pointer(self) -> tuple[int, int]:
        """Return where the pointer is."""
        x, y = self._ask("pointer")
        return x, y

    def nothing_down(self) -> bool:
        """True while no key and no button is down."""
        return not self._ask("down")

    def _ask(self, question: str) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(question.encode() + b"\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())
