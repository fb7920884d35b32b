"""Tells tests on Linux what only a program of the same Windows can see; a line of JSON for each line it is asked.

`text CLASS`: what the text field of this class of window holds. `pointer`: where it is. `down`: which virtual keys and
buttons are. `icons CLASS`: how many of these windows are minimised.
"""

import ctypes
import json
import sys
from ctypes import wintypes as w
from typing import Any, Final

from remotedesk.platform.windows import win32

_MOST_TEXT: Final = 100_000
_DOWN: Final = 0x8000


def text_in(window_class: str) -> str | None:
    """Return the text of the first text field in a window of this class; None without such a window."""
    user32 = ctypes.windll.user32
    user32.FindWindowW.restype = user32.FindWindowExW.restype = w.HWND
    window = w.HWND(user32.FindWindowW(window_class, None))
    field = user32.FindWindowExW(window, None, "Edit", None) if window else None
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
