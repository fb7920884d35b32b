"""Tells who made an input message that a window of ours is about to get.

The injector keeps its events from our windows; this is for one that gets there all the same, since Windows cannot be
held still between the injector's look and the event, and for programs that press on somebody's behalf.
"""

import ctypes
from ctypes import wintypes as w
from typing import Final

from remotedesk.platform.ports import Origin
from remotedesk.platform.windows import win32
from remotedesk.platform.windows.injector import SIGNATURE

_KEYS: Final = range(win32.WM_KEYFIRST, win32.WM_KEYLAST + 1)
_MOUSE: Final = range(win32.WM_MOUSEFIRST, win32.WM_MOUSELAST + 1)
_FRAME: Final = range(win32.WM_NCMOUSEMOVE, win32.WM_NCXBUTTONDBLCLK + 1)
_POINTER: Final = range(win32.WM_NCPOINTERUPDATE, win32.WM_POINTERUP + 1)
# In the client area and in the frame: button down and double click, of all buttons.
_PRESSES: Final = frozenset(
    {
        *(win32.WM_MOUSEFIRST + offset for offset in (1, 3, 4, 6, 7, 9, 0xB, 0xD)),
        *(win32.WM_NCMOUSEMOVE + offset for offset in (1, 3, 4, 6, 7, 9, 0xB, 0xD)),
        *(win32.WM_KEYDOWN, win32.WM_SYSKEYDOWN, win32.WM_POINTERDOWN, win32.WM_NCPOINTERDOWN),
    }
)


def origin_of(event: int) -> Origin:
    """Return who made the MSG at this address, which the calling thread has just taken from its queue.

    A press counts as a program's unless Windows says that hardware made it: of one that was posted, not injected, it
    says nothing.
    """
    message = w.MSG.from_address(event).message
    if not any(message in kind for kind in (_MOUSE, _KEYS, _FRAME, _POINTER)):
        return Origin.PERSON
    if win32.GetMessageExtraInfo() == SIGNATURE:
        return Origin.ENGINEER
    if message in _PRESSES and not _is_of_hardware():
        return Origin.PROGRAM
    return Origin.PERSON


def _is_of_hardware() -> bool:
    source = win32.InputMessageSource()
    if not win32.GetCurrentInputMessageSource(ctypes.byref(source)):
        return False
    return source.originId in (win32.IMO_HARDWARE, win32.IMO_SYSTEM)
