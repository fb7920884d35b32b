"""Keeps a window of ours out of every captured picture, and looks at a picture to know that it is.

What Windows says is no proof: before version 2004 it takes the order and paints the window black.
"""

import ctypes
from ctypes import wintypes as w
from typing import Final

import numpy as np

from remotedesk.core.consent import Feature, Grant
from remotedesk.core.geometry import Rect, Size
from remotedesk.platform.windows import win32
from remotedesk.platform.windows.screen import virtual_screen
from remotedesk.platform.windows.screen_copy import ScreenCopy

_LEAST_PART: Final = 0.25  # of its pixels that must be others without it; a caret that blinks is less
_COLOURS: Final = 0x00FFFFFF


def hide_from_picture(grant: Grant, window: int) -> bool:
    """Do it; True if a look at the screen proves it, else the window is in the picture as it was.

    It has to be visible, and is in the picture once more while that is looked at, so what nobody should see may be put
    into it only afterwards. Where something moves or is alike there, nothing is proven.
    Raises ConsentError, PlatformError(CAPTURE_FAILED).
    """
    grant.require(Feature.VIEW)
    place = _place(window)
    if not place.area or not win32.SetWindowDisplayAffinity(window, win32.WDA_EXCLUDEFROMCAPTURE):
        return False
    proven = False
    try:
        proven = _is_absent(grant, window, place)
    finally:
        if not proven:
            win32.SetWindowDisplayAffinity(window, win32.WDA_NONE)
    return proven


def _is_absent(grant: Grant, window: int, place: Rect) -> bool:
    """Look at the place without the window, with it, and without it again."""
    looks = []
    copy = ScreenCopy()
    try:
        for affinity in (win32.WDA_EXCLUDEFROMCAPTURE, win32.WDA_NONE, win32.WDA_EXCLUDEFROMCAPTURE):
            win32.SetWindowDisplayAffinity(window, affinity)
            for _ in range(2):  # the desktop's composition shows it in its next picture
                win32.DwmFlush()
            grant.require(Feature.VIEW)
            looks.append(np.frombuffer(copy.look(place), np.uint32) & _COLOURS)
    finally:
        copy.close()
    without, with_it, again = looks
    is_black = not without.any()
    return not is_black and np.array_equal(without, again) and float((without != with_it).mean()) >= _LEAST_PART


def _place(window: int) -> Rect:
    """Return what of the virtual screen a window covers; without area if it is not visible."""
    place, screen = w.RECT(), virtual_screen()
    if not win32.IsWindowVisible(window) or win32.IsIconic(window):
        return Rect(0, 0, 0, 0)
    win32.GetWindowRect(window, ctypes.byref(place))
    inside = Rect(
        place.left - screen.x, place.top - screen.y, place.right - place.left, place.bottom - place.top
    ).within(Size(screen.width, screen.height))
    return Rect(inside.x + screen.x, inside.y + screen.y, inside.width, inside.height)
