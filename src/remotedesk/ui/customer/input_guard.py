"""Looks at native events before Qt does: what the engineer made is dropped, what a program pressed is remembered."""

import math
import time
from collections.abc import Callable

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray

from remotedesk.platform.ports import Origin


class InputGuard(QAbstractNativeEventFilter):
    """Keeps what the engineer injects from all windows of this program, should it ever come so far."""

    def __init__(self, origin_of: Callable[[int], Origin]) -> None:
        """`origin_of` is a platform's `input_judge`."""
        super().__init__()
        self._origin_of = origin_of
        self._pressed_at_s = -math.inf

    def program_idle_s(self) -> float:
        """Seconds since a program, not a person, has pressed something in our windows."""
        return time.monotonic() - self._pressed_at_s

    def nativeEventFilter(self, kind: QByteArray | bytes | bytearray | memoryview, message: int) -> tuple[bool, int]:
        """Return True for what must not reach a window."""
        origin = self._origin_of(int(message))
        if origin is Origin.PROGRAM:
            self._pressed_at_s = time.monotonic()
        return origin is Origin.ENGINEER, 0
