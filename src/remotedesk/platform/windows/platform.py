"""The doors to a Windows desktop."""

import ctypes
from collections.abc import Callable, Sequence
from typing import Final

from remotedesk.core.consent import Feature, Grant
from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.core.geometry import Rect
from remotedesk.core.proxy_settings import ProxySettings
from remotedesk.platform.ports import CursorWatch, HotKey, InputInjector, Origin, ScreenCapture, Watch
from remotedesk.platform.windows import only_one, win32
from remotedesk.platform.windows.capture import WindowsCapture
from remotedesk.platform.windows.cursor import WindowsCursor
from remotedesk.platform.windows.hidden import hide_from_picture
from remotedesk.platform.windows.hot_key import WindowsHotKey
from remotedesk.platform.windows.injector import WindowsInjector
from remotedesk.platform.windows.input_origin import origin_of
from remotedesk.platform.windows.keycodes import code_for, scan_code_of_qt
from remotedesk.platform.windows.links import handle_links
from remotedesk.platform.windows.local_activity import WindowsLocalActivity
from remotedesk.platform.windows.lock import WindowsLockWatch
from remotedesk.platform.windows.own_windows import ProcessMark, own_rects
from remotedesk.platform.windows.proxies import proxy_settings, run_proxy_script
from remotedesk.platform.windows.screen import see_native_pixels, virtual_screen

_WINDOWS_10: Final = 10  # dwMajorVersion; 11 says the same


class WindowsPlatform:
    """The desktop of this login."""

    def __init__(self) -> None:
        self._mark = ProcessMark()  # until the process ends
        see_native_pixels()
        # What transport/video/software.py says to SVT-AV1's C library on Linux. Its own on Windows has kept what the
        # environment was when the process began; what it writes can fill a pipe that nobody reads, and stand still.
        win32.putenv(b"SVT_LOG=0")

    def require_supported(self) -> None:
        """Raise PlatformError(PLATFORM_UNSUPPORTED) on anything older than Windows 10."""
        version = win32.OSVERSIONINFOW(dwOSVersionInfoSize=ctypes.sizeof(win32.OSVERSIONINFOW))
        win32.RtlGetVersion(ctypes.byref(version))
        if version.dwMajorVersion < _WINDOWS_10:
            raise PlatformError(ErrorCode.PLATFORM_UNSUPPORTED, f"Windows {version.dwMajorVersion}")

    def open_capture(self, grant: Grant) -> ScreenCapture:
        """Open the virtual screen for reading."""
        grant.require(Feature.VIEW)
        return WindowsCapture()

    def open_cursor(self, grant: Grant) -> CursorWatch:
        """Open the pointer for reading."""
        grant.require(Feature.VIEW)
        return WindowsCursor()

    def open_injector(self, grant: Grant, prompt_open: Callable[[], bool]) -> InputInjector:
        """Open mouse and keyboard."""
        grant.require(Feature.CONTROL)
        return WindowsInjector(prompt_open)

    def watch_hot_key(self, key: HotKey, pressed: Callable[[], None]) -> Watch:
        """Watch Ctrl+Shift and this key."""
        return WindowsHotKey(key, pressed)

    def watch_lock(self, changed: Callable[[bool], None]) -> Watch:
        """Watch the lock, the login session and sleep."""
        return WindowsLockWatch(changed)

    def watch_local_activity(self, active: Callable[[], None]) -> Watch:
        """Watch the real mice and keyboards."""
        return WindowsLocalActivity(active)

    def own_window_rects(self) -> tuple[Rect, ...]:
        """Return where our visible windows are in the picture, frames included, bottom to top."""
        screen = virtual_screen()
        return tuple(Rect(each.x - screen.x, each.y - screen.y, each.width, each.height) for each in own_rects())

    def hide_from_picture(self, grant: Grant, window: int) -> bool:
        """Exclude a window from capture."""
        return hide_from_picture(grant, window)

    def claim_customer(self, number: str, again: Callable[[str], None]) -> Watch | None:
        """Hold the mutex."""
        return only_one.claim(number, again)

    def give_back_memory(self) -> None:
        """Do nothing: Windows' heap gives large pieces back as soon as they are freed."""

    def handle_links(self, command: Sequence[str] | None) -> None:
        """Write it into this user's part of the registry, or take it out."""
        handle_links(command)

    def proxy_settings(self) -> ProxySettings:
        """Return what this user has set for Windows."""
        return proxy_settings()

    def run_proxy_script(self, pac_url: str, url: str) -> str | None:
        """Have WinHTTP run it."""
        return run_proxy_script(pac_url, url)

    def code_for_native_key(self, native_scan_code: int) -> str | None:
        """Return the `code` of what Qt calls the native scan code."""
        return code_for(scan_code_of_qt(native_scan_code))

    def input_judge(self) -> Callable[[int], Origin]:
        """Return what tells who made a MSG."""
        return origin_of
