"""Tells tests on Linux what only a program of the same Windows can see; a line of JSON for each line it is asked.

`text CLASS`: what the text field of this class of window holds. `put CLASS X Y WIDTH HEIGHT`: move and size it.
`pointer`: where it is. `down`: which virtual keys and buttons are.
"""

import ctypes
import json
import sys
from ctypes import wintypes as w
from typing import Any, Final

from remotedesk.platform.windows import win32

_MOST_TEXT: Final = 100_000
_DOWN: Final = 0x8000


def find(window_class: str) -> w.HWND:
    """Return the first window of this class, or a null."""
    ctypes.windll.user32.FindWindowW.restype = w.HWND
    return w.HWND(ctypes.windll.user32.FindWindowW(window_class, None))


def put(window_class: str, *place: str) -> bool:
    """Move and size the first window of this class; False without one that shows."""
    window = find(window_class)
    if not window or not win32.IsWindowVisible(window):
        return False
    return bool(ctypes.windll.user32.MoveWindow(window, *map(int, place), True))


def text_in(window_class: str) -> str | None:
    """Return the text of the first text field in a window of this class; None without such a window."""
    window = find(window_class)
    ctypes.windll.user32.FindWindowExW.restype = w.HWND
    field = ctypes.windll.user32.FindWindowExW(window, None, "Edit", None) if window else None
    if not field:
        return None
    buffer = ctypes.create_unicode_buffer(_MOST_TEXT)
    win32.SendMessageW(field, win32.WM_GETTEXT, len(buffer), ctypes.addressof(buffer))
    return buffer.value.replace("\r\n", "\n")


def pointer() -> tuple[int, int]:
    """Return where the pointer is on the virtual screen."""
    at = w.POINT()
    win32.GetCursorPos(ctypes.byref(at))
    return at.x, at.y


def down() -> list[int]:
    """Return what is down."""
    return [key for key in range(1, 255) if ctypes.windll.user32.GetAsyncKeyState(key) & _DOWN]


def answer(question: str) -> Any:
    """Return what is asked for."""
    match question.split():
        case ["text", window_class]:
            return text_in(window_class)
        case ["put", window_class, *place]:
            return put(window_class, *place)
        case ["pointer"]:
            return pointer()
        case ["down"]:
            return down()
    raise ValueError(question)


def main() -> None:
    """Answer until standard input ends."""
    for line in sys.stdin:
        print(json.dumps(answer(line)), flush=True)


if __name__ == "__main__":
    main()
