"""The hot keys, Ctrl+Shift and a function key, grabbed from the X server so that they work in every program."""

from collections.abc import Callable
from itertools import product
from typing import Any, Final

from Xlib import XK, X, error

from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.platform.ports import HotKey
from remotedesk.platform.x11.connection import close_display, open_display
from remotedesk.platform.x11.event_thread import EventThread
from remotedesk.platform.x11.keycodes import KEYCODES

_CHORD: Final = X.ControlMask | X.ShiftMask


class X11HotKey:
    """Holds one grab until it is closed."""

    def __init__(self, display_name: str, key: HotKey, pressed: Callable[[], None]) -> None:
        self._pressed = pressed
        display = open_display(display_name)
        root = display.screen().root
        taken = error.CatchError(error.BadAccess)
        # A grab is for exactly these modifiers, so there is one for each state of the locks.
        for locks in product((0, X.LockMask), (0, _num_lock_mask(display))):
            root.grab_key(KEYCODES[key], _CHORD | locks[0] | locks[1], True, X.GrabModeAsync, X.GrabModeAsync, taken)
        display.sync()
        if taken.get_error():
            close_display(display)
            raise PlatformError(ErrorCode.HOT_KEY_TAKEN)
        self._thread = EventThread("hot key", display, self._take)

    def close(self) -> None:
        """Give the key back."""
        self._thread.close()

    def _take(self, event: Any) -> None:
        if event.type == X.KeyPress:
            self._pressed()


def _num_lock_mask(display: Any) -> int:
    keycode = display.keysym_to_keycode(XK.XK_Num_Lock)
    for index, keycodes in enumerate(display.get_modifier_mapping()):
        if keycode and keycode in keycodes:
            return 1 << index
    return 0
