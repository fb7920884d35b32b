"""Tells when the person at the machine uses his own mouse or keyboard, as opposed to injected input.

Raw input names the device of each event; what programs inject has none, and carries their mark. It comes in a thread of
its own: no hook of ours lies between a key and the program it is typed into.
"""

import ctypes
from collections.abc import Callable
from ctypes import wintypes as w
from typing import Final

from remotedesk.platform.windows import win32
from remotedesk.platform.windows.injector import SIGNATURE
from remotedesk.platform.windows.message_thread import MessageThread

_GENERIC_DESKTOP: Final = 1  # usage page, HID Usage Tables 1.4, section 4
_MOUSE, _KEYBOARD = 2, 6


class WindowsLocalActivity:
    """Watches the physical devices until it is closed."""

    def __init__(self, active: Callable[[], None]) -> None:
        """Raise PlatformError(PLATFORM_UNSUPPORTED)."""
        self._active = active
        self._thread = MessageThread("local activity", _subscribe, self._take, lambda _: _subscribe(None))

    def close(self) -> None:
        """Stop watching."""
        self._thread.close()

    def _take(self, message: int, _w_param: int, l_param: int) -> None:
        if message != win32.WM_INPUT:
            return
        event = win32.RAWINPUT()
        size, header = w.UINT(ctypes.sizeof(event)), ctypes.sizeof(event.header)
        win32.GetRawInputData(l_param, win32.RID_INPUT, ctypes.byref(event), ctypes.byref(size), header)
        by_mouse = event.header.dwType == win32.RIM_TYPEMOUSE
        mark = event.data.mouse.ulExtraInformation if by_mouse else event.data.keyboard.ExtraInformation
        # Under Wine what is injected has a device, too, and is told again as a mouse that has moved by nothing.
        if event.header.hDevice and mark != SIGNATURE and not (by_mouse and _is_still(event.data.mouse)):
            self._active()


def _is_still(mouse: win32.RAWMOUSE) -> bool:
    """True if nothing moved and no button or wheel was used."""
    return not (mouse.usFlags & win32.MOUSE_MOVE_ABSOLUTE or mouse.ulButtons or mouse.lLastX or mouse.lLastY)


def _subscribe(window: int | None) -> bool:
    """Have mouse and keyboard told to the window, whoever has the focus; to none any more if it is None."""
    flags = win32.RIDEV_INPUTSINK if window else win32.RIDEV_REMOVE
    devices = (win32.RAWINPUTDEVICE * 2)(
        *(win32.RAWINPUTDEVICE(_GENERIC_DESKTOP, usage, flags, window) for usage in (_MOUSE, _KEYBOARD))
    )
    return bool(win32.RegisterRawInputDevices(devices, len(devices), ctypes.sizeof(win32.RAWINPUTDEVICE)))
