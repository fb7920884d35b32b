"""Where the monitors are, in native pixels: on the virtual screen, whose origin is the first monitor's, not a corner.

All of it is in native pixels only in a process that Windows does not scale, which `see_native_pixels` asks for.
"""

from typing import Any

from remotedesk.core.geometry import Rect, nearest
from remotedesk.platform.windows import win32


def see_native_pixels() -> bool:
    """Have Windows tell this process every monitor's own pixels; True if it does. To be called before any window.

    Qt asks for the same when it begins; where Qt was first, Windows refuses to be asked again.
    """
    win32.SetProcessDpiAwarenessContext(win32.DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2)
    awareness = win32.GetAwarenessFromDpiAwarenessContext(win32.GetThreadDpiAwarenessContext())
    return bool(awareness == win32.DPI_AWARENESS_PER_MONITOR_AWARE)


def virtual_screen() -> Rect:
    """Return the rectangle around all monitors; x and y are negative where one lies left of the first or above it."""
    return Rect(
        win32.GetSystemMetrics(win32.SM_XVIRTUALSCREEN),
        win32.GetSystemMetrics(win32.SM_YVIRTUALSCREEN),
        win32.GetSystemMetrics(win32.SM_CXVIRTUALSCREEN),
        win32.GetSystemMetrics(win32.SM_CYVIRTUALSCREEN),
    )


def monitors() -> tuple[Rect, ...]:
    """Return where each monitor is on the virtual screen; all of it while Windows names none."""
    found: list[Rect] = []

    def look(_monitor: Any, _context: Any, place: Any, _: int) -> bool:
        at = place.contents
        found.append(Rect(at.left, at.top, at.right - at.left, at.bottom - at.top))
        return True

    win32.EnumDisplayMonitors(None, None, win32.MONITORENUMPROC(look), 0)
    return tuple(each for each in found if each.area) or (virtual_screen(),)


def on_a_monitor(x: int, y: int) -> tuple[int, int]:
    """Return where on the virtual screen a pixel of the picture is.

    Between monitors of different sizes the picture has corners that none of them shows. There the nearest pixel of a
    monitor counts, as Windows lets the pointer go no further: what is looked at is then where it comes to.
    """
    screen = virtual_screen()
    return nearest(screen.x + x, screen.y + y, monitors())


def absolute(x: int, y: int) -> tuple[int, int]:
    """Return the middle of a pixel of the virtual screen as SendInput wants it: in 65,536ths of that screen."""
    screen = virtual_screen()
    return _part(x - screen.x, screen.width), _part(y - screen.y, screen.height)


def _part(at: int, side: int) -> int:
    return ((2 * at + 1) << 15) // side
