"""The doors to an X11 desktop."""

from collections.abc import Callable, Mapping, Sequence

from remotedesk.core.consent import Feature, Grant
from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.core.geometry import Rect
from remotedesk.core.proxy_settings import ProxySettings
from remotedesk.platform.ports import CursorWatch, HotKey, InputInjector, ScreenCapture, Watch
from remotedesk.platform.x11 import only_one
from remotedesk.platform.x11.capture import X11Capture
from remotedesk.platform.x11.connection import close_display, open_display
from remotedesk.platform.x11.cursor import X11Cursor
from remotedesk.platform.x11.heap import give_back
from remotedesk.platform.x11.hot_key import X11HotKey
from remotedesk.platform.x11.injector import X11Injector
from remotedesk.platform.x11.keycodes import code_for
from remotedesk.platform.x11.local_activity import X11LocalActivity
from remotedesk.platform.x11.lock import X11LockWatch
from remotedesk.platform.x11.own_windows import OwnWindows
from remotedesk.platform.x11.proxies import proxies_of

_EXTENSIONS = ("XTEST", "X-Resource", "SHAPE", "XInputExtension", "MIT-SCREEN-SAVER")


class X11Platform:
    """One X display, found as every X program finds it: by the session's environment."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._name = environment.get("DISPLAY", "")

    def require_supported(self) -> None:
        """Raise where sharing cannot work: on Wayland, without a display, or when the server lacks an extension."""
        if self._environment.get("XDG_SESSION_TYPE") == "wayland" or self._environment.get("WAYLAND_DISPLAY"):
            raise PlatformError(ErrorCode.WAYLAND_UNSUPPORTED)
        if not self._name:
            raise PlatformError(ErrorCode.PLATFORM_UNSUPPORTED, "no display")
        display = open_display(self._name)
        try:
            missing = [name for name in _EXTENSIONS if not display.has_extension(name)]
        finally:
            close_display(display)
        if missing:
            raise PlatformError(ErrorCode.PLATFORM_UNSUPPORTED, f"the X server lacks {', '.join(missing)}")

    def open_capture(self, grant: Grant) -> ScreenCapture:
        """Open the whole screen for reading."""
        grant.require(Feature.VIEW)
        return X11Capture(self._name)

    def open_cursor(self, grant: Grant) -> CursorWatch:
        """Open the pointer for reading."""
        grant.require(Feature.VIEW)
        return X11Cursor(self._name)

    def open_injector(self, grant: Grant, prompt_open: Callable[[], bool]) -> InputInjector:
        """Open mouse and keyboard."""
        grant.require(Feature.CONTROL)
        return X11Injector(self._name, prompt_open)

    def watch_hot_key(self, key: HotKey, pressed: Callable[[], None]) -> Watch:
        """Watch Ctrl+Shift and this key."""
        return X11HotKey(self._name, key, pressed)

    def watch_lock(self, changed: Callable[[bool], None]) -> Watch:
        """Watch the screen saver, the lock and the login session."""
        return X11LockWatch(self._name, self._environment, changed)

    def watch_local_activity(self, active: Callable[[], None]) -> Watch:
        """Watch the real mice and keyboards."""
        return X11LocalActivity(self._name, active)

    def own_window_rects(self) -> tuple[Rect, ...]:
        """Return where our visible windows are, frames included, bottom to top."""
        display = open_display(self._name)
        try:
            return OwnWindows(display).rects()
        finally:
            close_display(display)

    def hide_from_picture(self, grant: Grant, window: int) -> bool:
        """Return False: whoever reads the root window of an X server reads every window on it."""
        grant.require(Feature.VIEW)
        return False

    def claim_customer(self, number: str, again: Callable[[str], None]) -> Watch | None:
        """Own the selection."""
        return only_one.claim(self._name, number, again)

    def give_back_memory(self) -> None:
        """Have glibc do it."""
        give_back()

    def handle_links(self, command: Sequence[str] | None) -> None:
        """Raise PlatformError(PLATFORM_UNSUPPORTED): desktops read it from the package's `remotedesk.desktop`."""
        raise PlatformError(ErrorCode.PLATFORM_UNSUPPORTED, "remotedesk.desktop does that here")

    def proxy_settings(self) -> ProxySettings:
        """Return what the environment or the desktop says."""
        return proxies_of(self._environment)

    def run_proxy_script(self, pac_url: str, url: str) -> str | None:
        """Return None: nothing on X11 runs scripts for others."""

    def code_for_native_key(self, native_scan_code: int) -> str | None:
        """Return the `code` of an X keycode, which is what Qt calls the native scan code."""
        return code_for(native_scan_code)

    def input_judge(self) -> None:
        """X11 does not tell what a program has injected from what hardware did."""
