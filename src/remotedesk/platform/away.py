"""Joins the reasons for which nobody is at the machine."""

import threading
from collections.abc import Callable


class Away:
    """Away as long as one reason says so; told from any thread."""

    def __init__(self, changed: Callable[[bool], None]) -> None:
        """`changed(True)` is called when the first reason begins, `changed(False)` when the last has ended."""
        self._changed = changed
        self._reasons: frozenset[str] = frozenset()
        self._lock = threading.Lock()

    def say(self, reason: str, away: bool) -> None:
        """Begin or end one reason."""
        with self._lock:
            before = bool(self._reasons)
            self._reasons = self._reasons | {reason} if away else self._reasons - {reason}
            if bool(self._reasons) != before:
                self._changed(not before)
