"""Stands for a desktop where there is none: a synthetic screen, recorded input, and triggers pulled by hand.

It lets two engines meet in one process on any system. Grants are required here exactly as on a real desktop.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from remotedesk.core.consent import Feature, Grant
from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.core.geometry import Rect, Size
from remotedesk.core.proxy_settings import ProxySettings
from remotedesk.platform.ports import CapturedCursor, CapturedFrame, CursorShape, HotKey
from remotedesk.platform.x11.keycodes import code_for

_BACKGROUND: Final = b"\x40\x80\xc0\xff"
_BAR: Final = b"\xff\xff\xff\xff"
_BAR_ROWS: Final = 8
_ARROW: Final = CursorShape(b"\x00\x00\x00\xff\xff\xff\xff\xff" * 32, 8, 8, 0, 0)


@dataclass(frozen=True)
class Injected:
    """One thing that was injected: the port's method and its arguments without the grant."""

    method: str
    arguments: tuple[str | int | bool, ...]


class FakeWatch:
    """Calls back when its platform is told to, until it is closed."""

    def __init__(self, watches: "set[FakeWatch]", call: Callable[[bool], None]) -> None:
        self._watches = watches
        self.call: Final = call
        watches.add(self)

    def close(self) -> None:
        """Stop watching."""
        self._watches.discard(self)


class FakeCapture:
    """A picture of one colour with a white bar that moves down with every grab."""

    def __init__(self, platform: "FakePlatform") -> None:
        self._platform = platform
        self._grabs = 0

    def size(self) -> Size:
        """Return the size of the synthetic screen."""
        return self._platform.screen

    def wait_changed(self, timeout_s: float) -> bool:
        """Wait for a twentieth of a second: it always changes, unless it is to stand still."""
        time.sleep(min(timeout_s, 0.05))
        return not self._platform.still

    def grab(self, grant: Grant) -> CapturedFrame:
        """Return the next picture."""
        size = self._platform.screen
        top = self._grabs * _BAR_ROWS % max(1, size.height - _BAR_ROWS)
        self._grabs += 1
        background, bar = _BACKGROUND * size.width, _BAR * size.width
        pixels = background * top + bar * _BAR_ROWS + background * (size.height - top - _BAR_ROWS)
        grant.require(Feature.VIEW)
        self._platform.grabs += 1
        return CapturedFrame(pixels, size.width, size.height, time.monotonic())

    def close(self) -> None:
        """Hold nothing."""


class FakeCursor:
    """The pointer that its platform's user has put somewhere."""

    def __init__(self, platform: "FakePlatform") -> None:
        self._platform = platform
        self._read: CapturedCursor | None = None

    def wait_changed(self, timeout_s: float) -> bool:
        """Look a hundred times a second."""
        until_s = time.monotonic() + timeout_s
        while (same := self._platform.cursor == self._read) and time.monotonic() < until_s:
            time.sleep(0.01)
        return not same

    def read(self, grant: Grant) -> CapturedCursor:
        """Return the pointer."""
        grant.require(Feature.VIEW)
        self._read = self._platform.cursor
        return self._read

    def close(self) -> None:
        """Hold nothing."""


class FakeInjector:
    """Records what a real injector would have done, in `FakePlatform.injected`, and what is pressed."""

    def __init__(self, platform: "FakePlatform", prompt_open: Callable[[], bool]) -> None:
        self._platform = platform
        self._prompt_open = prompt_open
        self._closed = False

    def key(self, grant: Grant, code: str, pressed: bool) -> None:
        """Record a key."""
        self._press(grant, Injected("key", (code, pressed)), code, pressed)

    def text(self, grant: Grant, text: str) -> None:
        """Record a text."""
        self._record(grant, Injected("text", (text,)))

    def move(self, grant: Grant, x: int, y: int) -> None:
        """Record a movement."""
        self._record(grant, Injected("move", (x, y)))

    def button(self, grant: Grant, button: int, pressed: bool, x: int, y: int) -> None:
        """Record a button."""
        self._press(grant, Injected("button", (button, pressed, x, y)), button, pressed)

    def wheel(self, grant: Grant, dx: int, dy: int, x: int, y: int) -> None:
        """Record a turn of the wheel."""
        self._record(grant, Injected("wheel", (dx, dy, x, y)))

    def settle(self) -> None:
        """Return: everything arrives at once."""

    def release_all(self) -> None:
        """Let go of everything."""
        with self._platform.lock:
            self._platform.held.clear()

    def close(self) -> None:
        """Let go of everything for good."""
        self._closed = True
        self.release_all()

    def _press(self, grant: Grant, injected: Injected, held: str | int, pressed: bool) -> None:
        with self._platform.lock:
            self._record(grant, injected)
            if pressed:
                self._platform.held.add(held)
            else:
                self._platform.held.discard(held)

    def _record(self, grant: Grant, injected: Injected) -> None:
        with self._platform.lock:
            grant.require(Feature.CONTROL)
            if self._closed:
                raise PlatformError(ErrorCode.INPUT_REFUSED, "closed")
            if self._prompt_open():
                self._platform.held.clear()
                raise PlatformError(ErrorCode.INPUT_BLOCKED_OWN_WINDOW, "a question is open")
            self._platform.injected.append(injected)


class FakePlatform:
    """The Platform of a made-up machine. Read `injected`, `held` and `grabs`; call the triggers as its user would."""

    def __init__(self, screen: Size = Size(320, 240)) -> None:  # noqa: B008 - a frozen value
        self.lock: Final = threading.RLock()
        self.screen = screen
        self.injected: Final[list[Injected]] = []
        self.held: Final[set[str | int]] = set()
        self.grabs = 0
        self.still = False
        self.cursor = CapturedCursor(0, 0, _ARROW)
        self.own_rects: tuple[Rect, ...] = ()
        self.hides = False
        self.hidden: Final[set[int]] = set()
        self.hot_key_taken = False
        self.proxies = ProxySettings()
        self.proxy_scripts: Final[dict[str, str]] = {}
        self._hot_keys: dict[HotKey, set[FakeWatch]] = {key: set() for key in HotKey}
        self.links: tuple[str, ...] | None = None
        self.given_back = 0
        self.started_again = ""
        self._customers: set[FakeWatch] = set()
        self._locks: set[FakeWatch] = set()
        self._activities: set[FakeWatch] = set()

    # -- what the made-up machine's user does -----------------------------------------------------------------

    def press_hot_key(self, key: HotKey = HotKey.END) -> None:
        """Press a hot key."""
        self._tell(self._hot_keys[key], True)

    def set_locked(self, locked: bool) -> None:
        """Lock or unlock the screen."""
        self._tell(self._locks, locked)

    def touch(self) -> None:
        """Move the local mouse."""
        self._tell(self._activities, True)

    def _tell(self, watches: set[FakeWatch], value: bool) -> None:
        for watch in tuple(watches):
            watch.call(value)

    # -- the port ---------------------------------------------------------------------------------------------

    def require_supported(self) -> None:
        """Return: everything works here."""

    def open_capture(self, grant: Grant) -> FakeCapture:
        """Open the synthetic screen."""
        grant.require(Feature.VIEW)
        return FakeCapture(self)

    def open_cursor(self, grant: Grant) -> FakeCursor:
        """Open the made-up pointer, `cursor`."""
        grant.require(Feature.VIEW)
        return FakeCursor(self)

    def open_injector(self, grant: Grant, prompt_open: Callable[[], bool]) -> FakeInjector:
        """Open the recorder."""
        grant.require(Feature.CONTROL)
        return FakeInjector(self, prompt_open)

    def watch_hot_key(self, key: HotKey, pressed: Callable[[], None]) -> FakeWatch:
        """Watch `press_hot_key`; raises PlatformError(HOT_KEY_TAKEN) if `hot_key_taken`."""
        if self.hot_key_taken:
            raise PlatformError(ErrorCode.HOT_KEY_TAKEN)
        return FakeWatch(self._hot_keys[key], lambda _: pressed())

    def watch_lock(self, changed: Callable[[bool], None]) -> FakeWatch:
        """Watch `set_locked`."""
        return FakeWatch(self._locks, changed)

    def watch_local_activity(self, active: Callable[[], None]) -> FakeWatch:
        """Watch `touch`."""
        return FakeWatch(self._activities, lambda _: active())

    def own_window_rects(self) -> tuple[Rect, ...]:
        """Return `own_rects`."""
        return self.own_rects

    def hide_from_picture(self, grant: Grant, window: int) -> bool:
        """Note the window in `hidden`, if it `hides` any."""
        grant.require(Feature.VIEW)
        if self.hides:
            self.hidden.add(window)
        return self.hides

    def claim_customer(self, number: str, again: Callable[[str], None]) -> FakeWatch | None:
        """Be the first unless there is one, who is told."""
        for first in self._customers:
            self.started_again = number
            first.call(True)
            return None
        return FakeWatch(self._customers, lambda _: again(self.started_again))

    def give_back_memory(self) -> None:
        """Count it in `given_back`."""
        self.given_back += 1

    def handle_links(self, command: Sequence[str] | None) -> None:
        """Note it in `links`."""
        self.links = None if command is None else tuple(command)

    def proxy_settings(self) -> ProxySettings:
        """Return `proxies`."""
        return self.proxies

    def run_proxy_script(self, pac_url: str, url: str) -> str | None:
        """Return what `proxy_scripts` has for this script, whatever the URL."""
        return self.proxy_scripts.get(pac_url)

    def code_for_native_key(self, native_scan_code: int) -> str | None:
        """Answer as X11 does."""
        return code_for(native_scan_code)

    def input_judge(self) -> None:
        """Tell nothing, as X11."""
