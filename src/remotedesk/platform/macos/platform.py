"""Says plainly that sharing does not work on macOS yet."""

from collections.abc import Callable, Sequence

from remotedesk.core.consent import Grant
from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.core.geometry import Rect
from remotedesk.core.proxy_settings import ProxySettings
from remotedesk.platform.ports import CursorWatch, HotKey, InputInjector, Origin, ScreenCapture, Watch


class MacosPlatform:
    """Refuses everything with PLATFORM_UNSUPPORTED; holds nothing."""

    def require_supported(self) -> None:
        """Raise PlatformError(PLATFORM_UNSUPPORTED)."""
        raise _unsupported()

    def open_capture(self, grant: Grant) -> ScreenCapture:
        """Raise PlatformError(PLATFORM_UNSUPPORTED)."""
        raise _unsupported()

    def open_cursor(self, grant: Grant) -> CursorWatch:
        """Raise PlatformError(PLATFORM_UNSUPPORTED)."""
        raise _unsupported()

    def open_injector(self, grant: Grant, prompt_open: Callable[[], bool]) -> InputInjector:
        """Raise PlatformError(PLATFORM_UNSUPPORTED)."""
        raise _unsupported()

    def watch_hot_key(self, key: HotKey, pressed: Callable[[], None]) -> Watch:
        """Raise PlatformError(PLATFORM_UNSUPPORTED)."""
        raise _unsupported()

    def watch_lock(self, changed: Callable[[bool], None]) -> Watch:
        """Raise PlatformError(PLATFORM_UNSUPPORTED)."""
        raise _unsupported()

    def watch_local_activity(self, active: Callable[[], None]) -> Watch:
        """Raise PlatformError(PLATFORM_UNSUPPORTED)."""
        raise _unsupported()

    def own_window_rects(self) -> tuple[Rect, ...]:
        """Raise PlatformError(PLATFORM_UNSUPPORTED)."""
        raise _unsupported()

    def hide_from_picture(self, grant: Grant, window: int) -> bool:
        """Raise PlatformError(PLATFORM_UNSUPPORTED)."""
        raise _unsupported()

    def claim_customer(self, number: str, again: Callable[[str], None]) -> Watch | None:
        """Raise PlatformError(PLATFORM_UNSUPPORTED)."""
        raise _unsupported()

    def give_back_memory(self) -> None:
        """Do nothing: macOS takes freed pages back when it wants them."""

    def handle_links(self, command: Sequence[str] | None) -> None:
        """Raise PlatformError(PLATFORM_UNSUPPORTED)."""
        raise _unsupported()

    def proxy_settings(self) -> ProxySettings:
        """Return nothing: an engineer's client without screen sharing goes out directly, or as it is told."""
        return ProxySettings()

    def run_proxy_script(self, pac_url: str, url: str) -> str | None:
        """Return None."""

    def code_for_native_key(self, native_scan_code: int) -> str | None:
        """Raise PlatformError(PLATFORM_UNSUPPORTED)."""
        raise _unsupported()

    def input_judge(self) -> Callable[[int], Origin] | None:
        """Raise PlatformError(PLATFORM_UNSUPPORTED)."""
        raise _unsupported()


def _unsupported() -> PlatformError:
    return PlatformError(ErrorCode.PLATFORM_UNSUPPORTED, "macOS has no adapter yet")
