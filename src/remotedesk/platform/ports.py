"""What the product needs from an operating system. One implementation per system, one file per port.

Every port that reads the customer's machine or acts on it takes a Grant and calls `grant.require(...)` again at the
moment of acting. Errors are PlatformError (the system does not do it) or ConsentError (nobody allowed it).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from remotedesk.core.consent import Grant
from remotedesk.core.geometry import Rect, Size
from remotedesk.core.proxy_settings import ProxySettings


@dataclass(frozen=True)
class CapturedFrame:
    """One picture of the shared scope: BGRA, `height` rows of `width * 4` bytes, without padding.

    The pixels stay as they are until the capture has been asked for two more pictures.
    """

    pixels: bytes | bytearray
    width: int
    height: int
    captured_at_s: float  # time.monotonic()
    dirty: tuple[Rect, ...] | None = None  # where it may differ from the picture grabbed before it; None: anywhere


class ScreenCapture(Protocol):
    """Reads pixels; used from one thread of its own."""

    def size(self) -> Size:
        """Return the size of the picture in native pixels."""

    def wait_changed(self, timeout_s: float) -> bool:
        """Wait until the screen may have changed since the last call; False if it has not within the time."""

    def grab(self, grant: Grant) -> CapturedFrame:
        """Return the screen now; needs a VIEW grant. Raises ConsentError, PlatformError(CAPTURE_FAILED)."""

    def close(self) -> None:
        """Let go of the system's resources."""


@dataclass(frozen=True)
class CursorShape:
    """What the pointer looks like: premultiplied BGRA, `height` rows of `width * 4` bytes; sides of 1 to 256 pixels."""

    pixels: bytes
    width: int
    height: int
    hot_x: int  # of the pixel that points, inside
    hot_y: int


@dataclass(frozen=True)
class CapturedCursor:
    """Where the pointer points, in the pixels of a captured frame; without a shape if the system does not give it."""

    x: int
    y: int
    shape: CursorShape | None


class CursorWatch(Protocol):
    """Reads the pointer; used from one thread of its own."""

    def wait_changed(self, timeout_s: float) -> bool:
        """Wait until the pointer may have moved or changed its shape; False if it has not within the time."""

    def read(self, grant: Grant) -> CapturedCursor:
        """Return the pointer now; needs a VIEW grant. Raises ConsentError, PlatformError(CAPTURE_FAILED)."""

    def close(self) -> None:
        """Let go of the system's resources."""


class HotKey(StrEnum):
    """The key that does it in every program, with Ctrl and Shift, as a W3C `code`."""

    END = "F12"  # ends the session
    BAR = "F11"  # brings the keyboard to the session bar


class Origin(StrEnum):
    """Who made an input event."""

    PERSON = "person"  # at the machine; also whatever is no input at all
    PROGRAM = "program"  # on the machine, which pressed something: an aid of the person's, or one somebody put there
    ENGINEER = "engineer"  # by way of our injector


class InputInjector(Protocol):
    """Acts as mouse and keyboard; safe from any thread.

    All acting methods need a CONTROL grant and raise ConsentError, or PlatformError: INPUT_BLOCKED_OWN_WINDOW (the
    event would reach a window of remotedesk, or a consent prompt is open), INPUT_REFUSED (the system blocked it).
    """

    def key(self, grant: Grant, code: str, pressed: bool) -> None:
        """Press or release the physical key with this W3C `code`; an unknown code is ignored."""

    def text(self, grant: Grant, text: str) -> None:
        """Type `text` as characters, whatever the keyboard layout."""

    def move(self, grant: Grant, x: int, y: int) -> None:
        """Move the pointer to a native pixel outside of remotedesk's windows."""

    def button(self, grant: Grant, button: int, pressed: bool, x: int, y: int) -> None:
        """Press or release W3C `button` at a native pixel."""

    def wheel(self, grant: Grant, dx: int, dy: int, x: int, y: int) -> None:
        """Turn the wheel by 1/120 notches at a native pixel; positive is right and down."""

    def settle(self) -> None:
        """Wait until what was injected has arrived, about a second at most. Raises PlatformError(INPUT_REFUSED)."""

    def release_all(self) -> None:
        """Release every key and button this injector has pressed; needs no grant and never raises."""

    def close(self) -> None:
        """Release everything and let go of the system's resources."""


class Watch(Protocol):
    """Something that watches until it is closed."""

    def close(self) -> None:
        """Stop watching; joins its thread, if it has one."""


class Platform(Protocol):
    """The doors to one operating system. Callbacks come in a thread of the watch."""

    def require_supported(self) -> None:
        """Raise PlatformError(PLATFORM_UNSUPPORTED or WAYLAND_UNSUPPORTED) where sharing cannot work."""

    def open_capture(self, grant: Grant) -> ScreenCapture:
        """Open the shared scope for reading; needs a VIEW grant."""

    def open_cursor(self, grant: Grant) -> CursorWatch:
        """Open the pointer for reading; needs a VIEW grant. Raises PlatformError(CAPTURE_FAILED)."""

    def open_injector(self, grant: Grant, prompt_open: Callable[[], bool]) -> InputInjector:
        """Open mouse and keyboard; needs a CONTROL grant. While `prompt_open()` nothing is injected."""

    def watch_hot_key(self, key: HotKey, pressed: Callable[[], None]) -> Watch:
        """Call `pressed` whenever the hot key is; raises PlatformError(HOT_KEY_TAKEN)."""

    def watch_lock(self, changed: Callable[[bool], None]) -> Watch:
        """Call `changed(True)` when the screen is locked, saved, or the session leaves; `changed(False)` when back."""

    def watch_local_activity(self, active: Callable[[], None]) -> Watch:
        """Call `active` when the local user moves his own mouse or presses his own keys (not injected ones)."""

    def own_window_rects(self) -> tuple[Rect, ...]:
        """Return where this process's own windows are, in native pixels."""

    def hide_from_picture(self, grant: Grant, window: int) -> bool:
        """Keep a visible window of ours, by Qt's native id, out of the pictures captured from now on.

        True if a look at the screen has proven it; False, also where the system has no such thing, if it is seen as
        before. Needs a VIEW grant. Raises ConsentError, PlatformError(CAPTURE_FAILED).
        """

    def claim_customer(self, number: str, again: Callable[[str], None]) -> Watch | None:
        """Be the only customer's client of this desktop until the watch is closed.

        None if another one is: it has been told to come to the front, with `number`, at most 20 ASCII characters.
        `again` is called with that of every further one.
        """

    def give_back_memory(self) -> None:
        """Give the system what this process has freed and still keeps; takes some milliseconds."""

    def handle_links(self, command: Sequence[str] | None) -> None:
        """Have `command` started with each `remotedesk:` link this user follows, behind `--`; None: no more.

        Raises PlatformError(PLATFORM_UNSUPPORTED) where the system is told in another way.
        """

    def proxy_settings(self) -> ProxySettings:
        """Return what this user's system says about HTTP proxies; may block for a moment, safe from any thread."""

    def run_proxy_script(self, pac_url: str, url: str) -> str | None:
        """Have the system run the proxy script at `pac_url`, or the one the network announces (WPAD) without one.

        Returns what it says of `url`, in the form of FindProxyForURL, empty if there is no answer; None where the
        system runs no scripts. Blocks for some seconds.
        """

    def code_for_native_key(self, native_scan_code: int) -> str | None:
        """Return the W3C `code` of a key event's native scan code on this system, None if it has none."""

    def input_judge(self) -> Callable[[int], Origin] | None:
        """Return what tells who made a native event; None where the system does not tell.

        It is called with the address Qt gives of the event, in the thread that has just taken it.
        """
