"""Tells a click that somebody meant from input that was aimed at something else and arrives here late.

A window manager may hold a press back and replay it when another window has come to its place (X11, XGrabButton with
GrabModeSync), so where an event was aimed is not always where it lands. Allowing therefore counts only if its press is
young, if the engineer, or a program for him, has done nothing since well before it, and if the window had been standing
still under it for as long as a question takes to be read. A press of the engineer's fails one of the first two,
whatever delayed it.
"""

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QInputEvent
from PySide6.QtWidgets import QWidget

from remotedesk.core.consent import ALONE_AFTER_S, PROMPT_ARMS_AFTER_S

_YOUNG_MS: Final = round(PROMPT_ARMS_AFTER_S * 1000)
# An event this old was stamped by another clock than the system's monotonic one, which X servers and Windows use.
_OTHER_CLOCK_MS: Final = 60_000
_CLOCK_BITS: Final = 32

_PRESSES: Final = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.KeyPress})
_CHANGES: Final = frozenset({QEvent.Type.Show, QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.WindowStateChange})


class Deliberate(QObject):
    """Watches one window and those of its controls that say yes; emits `disturbed` when the window came or moved."""

    disturbed = Signal()

    def __init__(self, window: QWidget, idle_s: Callable[[], float]) -> None:
        """`idle_s` tells for how many seconds nobody but the person has pressed anything, as far as is known."""
        super().__init__(window)
        self._window = window
        self._idle_s = idle_s
        self._changed_s = self._activated_s = time.monotonic()
        self._pressed: bool | None = None
        window.installEventFilter(self)

    def watch(self, control: QWidget) -> None:
        """Look at the presses of this control, too."""
        control.installEventFilter(self)

    def take(self) -> bool:
        """True if what has just been clicked was meant; without a press it was an assistive technology's doing."""
        pressed, self._pressed = self._pressed, None
        return self._undisturbed_since(self._changed_s) if pressed is None else pressed

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Judge a press when it arrives; never stops an event."""
        kind = event.type()
        if kind in _PRESSES and isinstance(event, QInputEvent):
            # A click may be what activates the window; a key just after that was meant for the window before.
            since_s = max(self._changed_s, self._activated_s) if kind is QEvent.Type.KeyPress else self._changed_s
            self._pressed = self._undisturbed_since(since_s) and is_young(event)
        elif kind in _CHANGES and watched is self._window:
            self._changed_s = time.monotonic()
            self.disturbed.emit()
        elif kind is QEvent.Type.WindowActivate and watched is self._window:
            self._activated_s = time.monotonic()
        return False

    def _undisturbed_since(self, at_s: float) -> bool:
        return time.monotonic() - at_s >= PROMPT_ARMS_AFTER_S and self._idle_s() >= ALONE_AFTER_S


def is_young(event: QInputEvent) -> bool:
    """True unless the event was made over half a second ago."""
    age_ms = (time.monotonic_ns() // 1_000_000 - event.timestamp()) % 2**_CLOCK_BITS
    return not _YOUNG_MS <= age_ms < _OTHER_CLOCK_MS
