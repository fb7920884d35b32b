"""Acts as mouse and keyboard through XTEST, and is the guard that keeps remote input out of remotedesk's windows."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from remotedesk.core.consent import Feature, Grant
from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.platform.x11.connection import X_ERRORS, close_display, open_display
from remotedesk.platform.x11.device import XTestDevice
from remotedesk.platform.x11.keycodes import keycode_for
from remotedesk.platform.x11.own_windows import OwnWindows
from remotedesk.platform.x11.text import TextTyper

_log = logging.getLogger(__name__)

# W3C button to X button: main, middle, secondary, back, forward.
_BUTTONS: Final = (1, 2, 3, 8, 9)
_WHEEL_UP, _WHEEL_DOWN, _WHEEL_LEFT, _WHEEL_RIGHT = 4, 5, 6, 7
_NOTCH: Final = 120


class X11Injector:
    """The InputInjector of X11: one connection, used by any thread, one at a time.

    Whether input would reach a window of ours is checked while the X server is grabbed, so that no window can come
    up between the check and the event. The lock is held for one event only: `release_all` never waits for a text.
    """

    def __init__(self, display_name: str, prompt_open: Callable[[], bool]) -> None:
        self._prompt_open = prompt_open
        self._lock = threading.RLock()
        self._typing = threading.Lock()
        self._closed = False
        self._display = open_display(display_name)
        self._device = XTestDevice(self._display, display_name)
        self._own = OwnWindows(self._display)
        self._turned = [0, 0]

    def key(self, grant: Grant, code: str, pressed: bool) -> None:
        """Press or release a key; a release is sent wherever the focus is, and only for a key pressed here."""
        with self._acting(grant):
            keycode = keycode_for(code)
            if keycode is None:
                return
            if pressed:
                self._refuse_if(self._own.focused())
                # Mouse Keys, an aid people can switch on by keyboard, turns the number pad into a mouse.
                self._refuse_if(code.startswith("Numpad") and self._own.under_pointer())
                self._require(grant)
                self._device.press_key(keycode)
            elif self._device.holds_key(keycode):
                self._device.release_key(keycode)

    def text(self, grant: Grant, text: str) -> None:
        """Type `text`; stops at the character where the grant dies, a prompt opens or the focus comes to us."""

        @contextmanager
        def acting() -> Iterator[None]:
            with self._acting(grant):
                self._refuse_if(self._own.focused())
                self._require(grant)
                yield

        with self._typing, self._as_platform_errors():
            self._require(grant)
            TextTyper(self._display, self._device, self._lock, acting).type(text)

    def move(self, grant: Grant, x: int, y: int) -> None:
        """Move the pointer; over our windows only without a button down."""
        with self._acting(grant):
            self._refuse_if(self._device.buttons_held and self._own.at(x, y, frames=False))
            self._require(grant)
            self._device.move(x, y)

    def button(self, grant: Grant, button: int, pressed: bool, x: int, y: int) -> None:
        """Press or release a button; a release over our windows is sent without going there."""
        x_button = _BUTTONS[button]
        with self._acting(grant):
            over_own = self._own.at(x, y)
            self._refuse_if(pressed and over_own)
            self._require(grant)
            if not over_own:
                self._device.move(x, y)
            if pressed:
                self._refuse_if_strayed()
                self._device.press_button(x_button)
            elif self._device.holds_button(x_button):
                self._device.release_button(x_button)

    def wheel(self, grant: Grant, dx: int, dy: int, x: int, y: int) -> None:
        """Turn the wheel; parts of a notch add up per axis until there is a whole one to send."""
        with self._acting(grant):
            self._refuse_if(self._own.at(x, y))
            self._require(grant)
            self._device.move(x, y)
            self._refuse_if_strayed()
            for axis, delta, less, more in ((0, dx, _WHEEL_LEFT, _WHEEL_RIGHT), (1, dy, _WHEEL_UP, _WHEEL_DOWN)):
                for _ in range(abs(notches := self._turn(axis, delta))):
                    self._require(grant)
                    x_button = more if notches > 0 else less
                    self._device.press_button(x_button)
                    self._device.release_button(x_button)

    def release_all(self) -> None:
        """Release every key and button pressed here."""
        with self._lock:
            self._turned = [0, 0]
            if self._closed:
                return
            try:
                self._device.release_all()
            except X_ERRORS:
                _log.info("the X server has gone, and what was pressed with it")

    def close(self) -> None:
        """Release everything, end a text that is being typed, and close the connection."""
        self.release_all()
        with self._lock:
            if self._closed:
                return
            self._closed = True
        with self._typing, self._lock:
            self._device.close()
            close_display(self._display)

    @contextmanager
    def _acting(self, grant: Grant) -> Iterator[None]:
        """Have the connection and the X server for one event; the event has reached the server at the end."""
        with self._lock, self._as_platform_errors():
            self._require(grant)
            self._display.grab_server()
            try:
                yield
            finally:
                self._display.ungrab_server()
                self._display.sync()

    def _require(self, grant: Grant) -> None:
        """Raise unless `grant` allows input right now; what is pressed is let go when a prompt opened over it."""
        grant.require(Feature.CONTROL)
        if self._closed:
            raise PlatformError(ErrorCode.INPUT_REFUSED, "closed")
        if self._prompt_open():
            self.release_all()
            raise PlatformError(ErrorCode.INPUT_BLOCKED_OWN_WINDOW, "a question is open")

    def _refuse_if(self, own: bool) -> None:
        if own:
            raise PlatformError(ErrorCode.INPUT_BLOCKED_OWN_WINDOW)

    def _refuse_if_strayed(self) -> None:
        """Raise if the pointer, kept from where it was sent by a barrier or a grab, is over a window of ours."""
        self._refuse_if(self._own.under_pointer(frames=True))

    def _turn(self, axis: int, delta: int) -> int:
        """Add to an axis and return the whole notches; turning back starts anew."""
        before = self._turned[axis]
        total = delta + (before if before * delta >= 0 else 0)
        notches = int(total / _NOTCH)
        self._turned[axis] = total - notches * _NOTCH
        return notches

    @contextmanager
    def _as_platform_errors(self) -> Iterator[None]:
        try:
            yield
        except X_ERRORS as failure:
            raise PlatformError(ErrorCode.INPUT_REFUSED, "the X server is gone") from failure
