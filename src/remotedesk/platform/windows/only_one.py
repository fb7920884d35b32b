"""Lets one customer's client be the only one of a login: the one that holds a mutex, which ends with it."""

import ctypes
from collections.abc import Callable
from typing import Any, Final

from remotedesk.platform.windows import own_windows, win32
from remotedesk.platform.windows.message_thread import MessageThread

_MUTEX: Final = "Local\\remotedesk-customer"
_TITLE: Final = "remotedesk-customer-only-one"
_STARTED_AGAIN: Final = 0x52440002  # what our message is told by
_MOST_BYTES: Final = 20
_ANSWERS_WITHIN_MS: Final = 2_000


class WindowsOnlyOne:
    """The first client, which is told when another one is started."""

    def __init__(self, mutex: Any, again: Callable[[str], None]) -> None:
        """Takes over the mutex. Raises PlatformError(PLATFORM_UNSUPPORTED)."""
        self._mutex = mutex
        self._again = again
        self._thread = MessageThread("only one", self._name, self._take, lambda _: None)

    def close(self) -> None:
        """Let another be the first."""
        self._thread.close()
        win32.CloseHandle(self._mutex)

    def _name(self, window: int) -> bool:
        return bool(win32.SetWindowTextW(window, _TITLE))

    def _take(self, message: int, _w_param: int, l_param: int) -> None:
        if message != win32.WM_COPYDATA:
            return
        said = win32.COPYDATASTRUCT.from_address(l_param)
        if said.dwData == _STARTED_AGAIN and said.cbData <= _MOST_BYTES:
            self._again(ctypes.string_at(said.lpData, said.cbData).decode("ascii", "replace"))


def claim(number: str, again: Callable[[str], None]) -> WindowsOnlyOne | None:
    """Be the first, or tell the first the digits of `number` and return None. Raises PlatformError."""
    win32.set_last_error(0)
    mutex = win32.CreateMutexW(None, False, _MUTEX)
    if win32.last_error() != win32.ERROR_ALREADY_EXISTS:
        return WindowsOnlyOne(mutex, again)
    win32.CloseHandle(mutex)
    window = win32.FindWindowW(None, _TITLE)
    if own_windows.is_own(window):  # not any window that calls itself so
        win32.AllowSetForegroundWindow(own_windows.process_of(window))
        digits = number.encode("ascii", "ignore")[:_MOST_BYTES]
        buffer = ctypes.create_string_buffer(digits, _MOST_BYTES)
        said = win32.COPYDATASTRUCT(_STARTED_AGAIN, len(digits), ctypes.addressof(buffer))
        win32.SendMessageTimeoutW(
            window, win32.WM_COPYDATA, 0, ctypes.addressof(said), win32.SMTO_ABORTIFHUNG, _ANSWERS_WITHIN_MS,
            ctypes.byref(ctypes.c_size_t()),
        )  # fmt: skip
    return None
