"""The virtual screen: all monitors together, in native pixels; its origin is the first monitor's, not a corner."""

from remotedesk.core.geometry import Rect
from remotedesk.platform.windows import win32


def virtual_screen() -> Rect:
    """Return it; x and y are negative where a monitor lies on the left of the first one, or above it."""
    return Rect(
        win32.GetSystemMetrics(win32.SM_XVIRTUALSCREEN),
        win32.GetSystemMetrics(win32.SM_YVIRTUALSCREEN),
        win32.GetSystemMetrics(win32.SM_CXVIRTUALSCREEN),
        win32.GetSystemMetrics(win32.SM_CYVIRTUALSCREEN),
    )
