"""A thread with a hidden window, which Windows tells what it tells windows only: hot keys, locks, raw input."""

import ctypes
import itertools
import logging
import threading
from collections.abc import Callable
from ctypes import wintypes as w
from typing import Any, Final

from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.platform.windows import win32

log = logging.getLogger(__name__)

_CLOSE: Final = win32.WM_APP
_numbers = itertools.count()

Take = Callable[[int, int, int], None]  # message, wParam, lParam
Open = Callable[[int], bool]  # the window


class MessageThread:
    """Gives every message of its window to `take`, in its own thread, until it is closed."""

    def __init__(self, name: str, opened: Open, take: Take, closing: Callable[[int], object]) -> None:
        """`opened` subscribes the window to something and says whether that worked; `closing` ends it.

        Both are called in the thread, as Windows wants it. Raises PlatformError(PLATFORM_UNSUPPORTED).
        """
        self._opened, self._take, self._closing = opened, take, closing
        self._window: Any = None
        self._ready = threading.Event()
        self._works = False
        self._thread = threading.Thread(target=self._run, name=name)
        self._thread.start()
        self._ready.wait()
        if not self._works:
            self.close()
            raise PlatformError(ErrorCode.PLATFORM_UNSUPPORTED, name)

    def close(self) -> None:
        """End the subscription and the thread."""
        if self._window:
            win32.PostMessageW(self._window, _CLOSE, 0, 0)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        instance = win32.GetModuleHandleW(None)
        procedure = win32.WNDPROC(self._on_message)  # kept alive by this frame for as long as the window lives
        name = f"remotedesk-{win32.GetCurrentProcessId()}-{next(_numbers)}"
        described = win32.WNDCLASSW(lpfnWndProc=procedure, hInstance=instance, lpszClassName=name)
        # Not a message-only window: those are not told when the machine falls asleep.
        style = win32.WS_EX_TOOLWINDOW | win32.WS_EX_NOACTIVATE
        try:
            win32.RegisterClassW(ctypes.byref(described))
            self._window = win32.CreateWindowExW(
                style, name, "", win32.WS_POPUP, 0, 0, 0, 0, None, None, instance, None
            )
            self._works = bool(self._window) and self._opened(self._window)
            self._ready.set()
            message = w.MSG()
            while self._works and win32.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
                win32.DispatchMessageW(ctypes.byref(message))
        finally:
            self._ready.set()
            if self._window:
                self._closing(self._window)
                win32.DestroyWindow(self._window)
                self._window = None
            win32.UnregisterClassW(name, instance)

    def _on_message(self, window: Any, message: int, w_param: int, l_param: int) -> int:
        if message == _CLOSE:
            win32.PostQuitMessage(0)
            return 0
        try:
            self._take(message, w_param, l_param)
        except Exception:  # an exception has no way through Windows
            log.exception("message %#x", message)
        return int(win32.DefWindowProcW(window, message, w_param, l_param))
