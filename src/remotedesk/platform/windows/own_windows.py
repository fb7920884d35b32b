"""Knows which windows are remotedesk's own, by the process that made them, so that input never reaches them.

Every running remotedesk holds a mutex named after its process, since whoever controls one must not say yes in
another, whatever their programs are called.
"""

import ctypes
from ctypes import wintypes as w
from typing import Any, Final

from remotedesk.core.geometry import Rect
from remotedesk.platform.windows import win32

_MARK: Final = "Local\\remotedesk-process-{pid}"


class ProcessMark:
    """Says to every other remotedesk of this login that this process is one, until it ends."""

    def __init__(self) -> None:
        self._mutex = win32.CreateMutexW(None, False, _MARK.format(pid=win32.GetCurrentProcessId()))


def is_own_process(pid: int) -> bool:
    """True for this process and any other remotedesk of this login."""
    if pid == win32.GetCurrentProcessId():
        return True
    mutex = win32.OpenMutexW(win32.SYNCHRONIZE, False, _MARK.format(pid=pid))
    if not mutex:
        return False
    win32.CloseHandle(mutex)
    return True


def is_own(window: int | None) -> bool:
    """True for a window of ours; None is nobody's."""
    return bool(window) and is_own_process(process_of(window))


def process_of(window: int | None) -> int:
    """Return the number of the process that made a window, 0 for none."""
    pid = w.DWORD()
    win32.GetWindowThreadProcessId(window, ctypes.byref(pid))
    return pid.value


def own_at(x: int, y: int) -> bool:
    """True if input at this pixel of the virtual screen would reach a window of ours, or its frame."""
    return is_own(win32.WindowFromPoint(w.POINT(x, y)))


def own_under_pointer() -> bool:
    """True if the pointer is over a window of ours."""
    at = pointer()
    return at is not None and own_at(*at)


def pointer() -> tuple[int, int] | None:
    """Return where the pointer is on the virtual screen; None while Windows shows another desktop than ours."""
    at = w.POINT()
    return (at.x, at.y) if win32.GetCursorPos(ctypes.byref(at)) else None


def own_rects() -> tuple[Rect, ...]:
    """Return where our visible windows are on the virtual screen, frames included, bottom to top."""
    found: list[Rect] = []

    def look(window: Any, _: int) -> bool:
        if win32.IsWindowVisible(window) and not win32.IsIconic(window) and is_own(window):
            place = w.RECT()
            win32.GetWindowRect(window, ctypes.byref(place))
            if place.right > place.left and place.bottom > place.top:
                found.append(Rect(place.left, place.top, place.right - place.left, place.bottom - place.top))
        return True

    win32.EnumWindows(win32.WNDENUMPROC(look), 0)  # top to bottom
    return tuple(reversed(found))
