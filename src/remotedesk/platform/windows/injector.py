"""Acts as mouse and keyboard through SendInput: under a grant, while no question is open, outside of our windows."""

import ctypes
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from remotedesk.core.consent import Feature, Grant
from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.platform.windows import integrity, own_windows, win32
from remotedesk.platform.windows.keycodes import EXTENDED, scan_code_for
from remotedesk.platform.windows.screen import absolute, on_a_monitor

log = logging.getLogger(__name__)

SIGNATURE: Final = 0x52440001  # dwExtraInfo of all that is injected here
# W3C button: main, middle, secondary, back, forward; (down, up, mouseData).
_BUTTONS: Final = ((0x2, 0x4, 0), (0x20, 0x40, 0), (0x8, 0x10, 0), (0x80, 0x100, 1), (0x80, 0x100, 2))
_RESTS_S: Final = 0.15
_SETTLES_WITHIN_S: Final = 0.5
_LOOK_EVERY_S: Final = 0.01
_VK_RETURN, _VK_TAB = 0x0D, 0x09
_SPOKEN_KEYS: Final = {"\n": _VK_RETURN, "\r": _VK_RETURN, "\t": _VK_TAB}


class WindowsInjector:
    """The InputInjector of Windows, used by any thread, one at a time.

    Windows cannot be held still between the look at where an event would go and the event: what slips through meets a
    window that is too young for a yes to count (ui/customer/deliberate.py).
    """

    def __init__(self, prompt_open: Callable[[], bool]) -> None:
        self._prompt_open = prompt_open
        self._lock = threading.RLock()
        self._closed = False
        self._keys: set[int] = set()  # scan codes held here
        self._buttons: dict[int, win32.INPUT] = {}  # by W3C number: what releases those held here

    def key(self, grant: Grant, code: str, pressed: bool) -> None:
        """Press or release a key; a release is sent wherever the focus is, and only for a key pressed here."""
        with self._acting(grant):
            scan_code = scan_code_for(code)
            if scan_code is None:
                return
            if pressed:
                self._require_foreign_focus()
                # Mouse Keys, an aid people can switch on by keyboard, turns the number pad into a mouse.
                if code.startswith("Numpad") and own_windows.own_under_pointer():
                    raise PlatformError(ErrorCode.INPUT_BLOCKED_OWN_WINDOW)
                self._keys.add(scan_code)
                _send([_key(scan_code, True)])
            elif scan_code in self._keys:
                self._keys.discard(scan_code)
                _send([_key(scan_code, False)])

    def text(self, grant: Grant, text: str) -> None:
        """Type `text`; stops at the character where the grant dies, a prompt opens or the focus comes to us."""
        for character in text.replace("\r\n", "\n"):
            with self._acting(grant):
                self._require_foreign_focus()
                _send(_character(character))

    def move(self, grant: Grant, x: int, y: int) -> None:
        """Move the pointer, but never over our windows."""
        with self._acting(grant):
            self._require_foreign(x, y)
            _send([_move(x, y)])

    def button(self, grant: Grant, button: int, pressed: bool, x: int, y: int) -> None:
        """Press or release a button; a release over our windows is sent without going there."""
        with self._acting(grant):
            if pressed:
                self._require_foreign(x, y)
                down, up, data = _BUTTONS[_physical(button)]
                self._buttons[button] = _mouse(up, data=data)
                _send([_move(x, y), _mouse(down, data=data)])
            elif (release := self._buttons.pop(button, None)) is not None:
                over_own = own_windows.own_at(*on_a_monitor(x, y))
                _send([*([] if over_own else [_move(x, y)]), release])

    def wheel(self, grant: Grant, dx: int, dy: int, x: int, y: int) -> None:
        """Turn the wheel by parts of a notch, which Windows takes as they are."""
        with self._acting(grant):
            self._require_foreign(x, y)
            turned = [
                *([_mouse(win32.MOUSEEVENTF_HWHEEL, data=dx)] if dx else []),
                *([_mouse(win32.MOUSEEVENTF_WHEEL, data=-dy)] if dy else []),  # up is positive there
            ]
            _send([_move(x, y), *turned])

    def settle(self) -> None:
        """Wait until the pointer rests, half a second at most.

        What SendInput has taken is done; but Wine moves the X server's pointer after it, or fails to, and a tenth of a
        second later asks that where it is.
        """
        now = time.monotonic()
        until, rested = now + _SETTLES_WITHIN_S, now
        here = own_windows.pointer()
        while rested + _RESTS_S > now < until:
            time.sleep(_LOOK_EVERY_S)
            there, now = own_windows.pointer(), time.monotonic()
            if there != here:
                here, rested = there, now

    def release_all(self) -> None:
        """Release every key and button pressed here."""
        with self._lock:
            held = [_key(scan_code, False) for scan_code in self._keys]
            held += self._buttons.values()
            self._keys.clear()
            self._buttons.clear()
            if held:
                try:
                    _send(held)
                except PlatformError:
                    log.info("Windows refused to release what was pressed")

    def close(self) -> None:
        """Release everything; nothing is injected any more."""
        with self._lock:
            self.release_all()
            self._closed = True

    @contextmanager
    def _acting(self, grant: Grant) -> Iterator[None]:
        """Have mouse and keyboard for one event, if `grant` and no open question allow it right now."""
        with self._lock:
            grant.require(Feature.CONTROL)
            if self._closed:
                raise PlatformError(ErrorCode.INPUT_REFUSED, "closed")
            if self._prompt_open():
                self.release_all()
                raise PlatformError(ErrorCode.INPUT_BLOCKED_OWN_WINDOW, "a question is open")
            yield

    def _require_foreign_focus(self) -> None:
        self._require_reachable(win32.GetForegroundWindow())

    def _require_foreign(self, x: int, y: int) -> None:
        self._require_reachable(win32.WindowFromPoint(win32.POINT(*on_a_monitor(x, y))))

    def _require_reachable(self, window: Any) -> None:
        """Raise if input to this window would reach us, or would not reach anybody."""
        if own_windows.is_own(window):
            raise PlatformError(ErrorCode.INPUT_BLOCKED_OWN_WINDOW)
        if integrity.outranks_us(own_windows.process_of(window)):
            raise PlatformError(ErrorCode.INPUT_ELEVATED)


def _physical(button: int) -> int:
    """Return where the button lies: SendInput means places, and left-handed people have the outer two exchanged."""
    return 2 - button if button in (0, 2) and win32.GetSystemMetrics(win32.SM_SWAPBUTTON) else button


def _send(events: Iterable[win32.INPUT]) -> None:
    """Raise PlatformError(INPUT_REFUSED) unless all are taken: Windows takes none while its secure desktop is shown."""
    wanted = list(events)
    taken = win32.SendInput(len(wanted), (win32.INPUT * len(wanted))(*wanted), ctypes.sizeof(win32.INPUT))
    if taken != len(wanted):
        raise PlatformError(ErrorCode.INPUT_REFUSED, f"error {win32.last_error()}")


def _mouse(flags: int, dx: int = 0, dy: int = 0, data: int = 0) -> win32.INPUT:
    event = win32.INPUT(type=win32.INPUT_MOUSE)
    event.u.mi = win32.MOUSEINPUT(dx, dy, data & 0xFFFFFFFF, flags, 0, SIGNATURE)
    return event


def _move(x: int, y: int) -> win32.INPUT:
    """Move to a pixel of the picture."""
    dx, dy = absolute(*on_a_monitor(x, y))
    return _mouse(win32.MOUSEEVENTF_MOVE | win32.MOUSEEVENTF_ABSOLUTE | win32.MOUSEEVENTF_VIRTUALDESK, dx, dy)


def _keyboard(virtual_key: int, scan_code: int, flags: int) -> win32.INPUT:
    event = win32.INPUT(type=win32.INPUT_KEYBOARD)
    event.u.ki = win32.KEYBDINPUT(virtual_key, scan_code, flags, 0, SIGNATURE)
    return event


def _key(scan_code: int, pressed: bool) -> win32.INPUT:
    """Press or release by the key's place; Windows ignores the virtual key then, and Wine goes by it."""
    plain = scan_code & 0xFF
    prefixed = 0xE000 | plain if scan_code & EXTENDED else plain
    flags = win32.KEYEVENTF_SCANCODE
    flags |= win32.KEYEVENTF_EXTENDEDKEY if scan_code & EXTENDED else 0
    flags |= 0 if pressed else win32.KEYEVENTF_KEYUP
    return _keyboard(win32.MapVirtualKeyW(prefixed, win32.MAPVK_VSC_TO_VK_EX), plain, flags)


def _character(character: str) -> list[win32.INPUT]:
    """Return the events that type one character whatever the layout; those of a line's end and of a tab are keys."""
    if character in _SPOKEN_KEYS:
        return [_keyboard(_SPOKEN_KEYS[character], 0, up) for up in (0, win32.KEYEVENTF_KEYUP)]
    units = character.encode("utf-16-le", "surrogatepass")
    return [
        _keyboard(0, int.from_bytes(units[at : at + 2], "little"), win32.KEYEVENTF_UNICODE | up)
        for at in range(0, len(units), 2)
        for up in (0, win32.KEYEVENTF_KEYUP)
    ]
