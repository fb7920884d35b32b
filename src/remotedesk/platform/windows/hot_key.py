"""The hot keys, Ctrl+Shift and a function key, registered so that they work in every program."""

from collections.abc import Callable
from typing import Final

from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.platform.ports import HotKey
from remotedesk.platform.windows import win32
from remotedesk.platform.windows.message_thread import MessageThread

_ID: Final = 1  # of the window's only hot key
_VK_F1: Final = 0x70
_MODIFIERS: Final = win32.MOD_CONTROL | win32.MOD_SHIFT | win32.MOD_NOREPEAT


class WindowsHotKey:
    """Holds one hot key until it is closed."""

    def __init__(self, key: HotKey, pressed: Callable[[], None]) -> None:
        """Raise PlatformError(HOT_KEY_TAKEN)."""
        self._pressed = pressed
        virtual_key = _VK_F1 + int(key.removeprefix("F")) - 1
        try:
            self._thread = MessageThread(
                "hot key",
                lambda window: bool(win32.RegisterHotKey(window, _ID, _MODIFIERS, virtual_key)),
                self._take,
                lambda window: win32.UnregisterHotKey(window, _ID),
            )
        except PlatformError:
            raise PlatformError(ErrorCode.HOT_KEY_TAKEN) from None

    def close(self) -> None:
        """Give the key back."""
        self._thread.close()

    def _take(self, message: int, _w_param: int, _l_param: int) -> None:
        if message == win32.WM_HOTKEY:
            self._pressed()
