"""Acts as mouse and keyboard through XTEST: under a grant, while no question is open, outside of our windows."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from remotedesk.core.consent import Feature, Grant
from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.platform.x11.hand_process import HandProcess
from remotedesk.platform.x11.keycodes import keycode_for
from remotedesk.platform.x11.text import TextTyper

_log = logging.getLogger(__name__)

# W3C button to X button: main, middle, secondary, back, forward.
_BUTTONS: Final = (1, 2, 3, 8, 9)
_WHEEL_UP, _WHEEL_DOWN, _WHEEL_LEFT, _WHEEL_RIGHT = 4, 5, 6, 7
_NOTCH: Final = 120
_ARRIVES_WITHIN_S: Final = 1.0
_LOOK_AGAIN_S: Final = 0.005


class X11Injector:
    """The InputInjector of X11, used by any thread, one at a time.

    Whether input would reach a window of ours is checked by the hand while it holds the X server, so that no window
    can come up between the check and the event. The lock is held for one event only: once `release_all` has it,
    nothing more happens under a grant that has gone or beside a question that has opened.
    """

    def __init__(self, display_name: str, prompt_open: Callable[[], bool]) -> None:
        self._prompt_open = prompt_open
        self._lock = threading.RLock()
        self._typing = threading.Lock()
        self._closed = False
        self._used = False
        self._hand = HandProcess(display_name)
        self._turned = [0, 0]

    def key(self, grant: Grant, code: str, pressed: bool) -> None:
        """Press or release a key; a release is sent wherever the focus is, and only for a key pressed here."""
        with self._acting(grant):
            keycode = keycode_for(code)
            if keycode is not None:
                self._hand.act("key", keycode, pressed, code.startswith("Numpad"))

    def text(self, grant: Grant, text: str) -> None:
        """Type `text`; stops at the character where the grant dies, a prompt opens or the focus comes to us."""
        with self._typing:
            TextTyper(self._hand, self._lock, lambda: self._acting(grant)).type(text)

    def move(self, grant: Grant, x: int, y: int) -> None:
        """Move the pointer, but never over our windows."""
        with self._acting(grant):
            self._hand.act("move", x, y)

    def button(self, grant: Grant, button: int, pressed: bool, x: int, y: int) -> None:
        """Press or release a button; a release over our windows is sent without going there."""
        with self._acting(grant):
            self._hand.act("button", _BUTTONS[button], pressed, x, y)

    def wheel(self, grant: Grant, dx: int, dy: int, x: int, y: int) -> None:
        """Turn the wheel; parts of a notch add up per axis until there is a whole one to send."""
        with self._acting(grant):
            self._hand.act("turn", [], x, y)
            notches = [
                more if count > 0 else less
                for axis, delta, less, more in ((0, dx, _WHEEL_LEFT, _WHEEL_RIGHT), (1, dy, _WHEEL_UP, _WHEEL_DOWN))
                for count in (self._turn(axis, delta),)
                for _ in range(abs(count))
            ]
        for x_button in notches:
            with self._acting(grant):
                self._hand.act("turn", [x_button], x, y)

    def settle(self) -> None:
        """Wait until the pointer is where it was sent last; a window that confines it is not waited for long."""
        deadline = time.monotonic() + _ARRIVES_WITHIN_S
        while time.monotonic() < deadline:
            with self._lock:  # not held while waiting: a release must not have to
                if self._closed or not self._used or self._hand.act("arrived"):
                    return
            time.sleep(_LOOK_AGAIN_S)

    def release_all(self) -> None:
        """Release every key and button pressed here."""
        with self._lock:
            self._turned = [0, 0]
            if self._closed or not self._used:
                return
            try:
                self._hand.act("release_all")
            except PlatformError:
                _log.info("the X server or the hand has gone, and what was pressed with it")

    def close(self) -> None:
        """Release everything, end a text that is being typed, and send the hand home."""
        self.release_all()
        with self._lock:
            if self._closed:
                return
            self._closed = True
        with self._typing, self._lock:
            self._hand.close()

    @contextmanager
    def _acting(self, grant: Grant) -> Iterator[None]:
        """Have the hand for one event, if `grant` and no open question allow it right now."""
        with self._lock:
            grant.require(Feature.CONTROL)
            if self._closed:
                raise PlatformError(ErrorCode.INPUT_REFUSED, "closed")
            if self._prompt_open():
                self.release_all()
                raise PlatformError(ErrorCode.INPUT_BLOCKED_OWN_WINDOW, "a question is open")
            self._used = True
            yield

    def _turn(self, axis: int, delta: int) -> int:
        """Add to an axis and return the whole notches; turning back starts anew."""
        before = self._turned[axis]
        total = delta + (before if before * delta >= 0 else 0)
        notches = int(total / _NOTCH)
        self._turned[axis] = total - notches * _NOTCH
        return notches
