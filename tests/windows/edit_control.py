"""Another program: Windows' own text field, as most programs have it, until its standard input ends."""

import ctypes
import json
import sys
import threading
from ctypes import wintypes as w
from typing import Final

from remotedesk.platform.windows import win32

_STYLE: Final = 0x90000000 | 0x4 | 0x40 | 0x1000  # WS_POPUP, WS_VISIBLE, ES_MULTILINE, ES_AUTOVSCROLL, ES_WANTRETURN


def main() -> None:
    """Show it where the arguments say: x, y and, if it shall be of another size, width and height."""
    x, y, width, height = (*map(int, sys.argv[1:]), 500, 320)[:4]
    user32 = ctypes.windll.user32
    window = win32.CreateWindowExW(0, "EDIT", "", _STYLE, x, y, width, height, None, None, None, None)
    user32.SetForegroundWindow(window)
    user32.SetFocus(window)
    print(json.dumps({"window": window, "field": [x, y, width, height]}), flush=True)
    thread = user32.GetWindowThreadProcessId(window, None)

    def wait_for_end() -> None:
        sys.stdin.read()
        user32.PostThreadMessageW(thread, win32.WM_QUIT, 0, 0)

    threading.Thread(target=wait_for_end, daemon=True).start()
    message = w.MSG()
    while user32.IsWindow(window) and win32.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
        user32.TranslateMessage(ctypes.byref(message))
        win32.DispatchMessageW(ctypes.byref(message))


if __name__ == "__main__":
    main()
