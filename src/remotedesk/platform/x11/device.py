"""The XTEST mouse and keyboard: sends events and remembers what it holds down."""

import os
import subprocess
import sys
from typing import Any

from Xlib import X
from Xlib.ext import xtest

from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.platform.x11.guardian import Note

_END_S = 5.0  # how long the guardian has to notice that its pipe closed


class XTestDevice:
    """One mouse and keyboard on one connection; its owner keeps threads apart and flushes the connection.

    Every press is told to a guardian process first, so that nothing stays down should this process be killed.
    """

    def __init__(self, display: Any, display_name: str) -> None:
        self._display = display
        self._root = display.screen().root
        self._keys: set[int] = set()
        self._unrepeated: set[int] = set()
        self._buttons: set[int] = set()
        notes_end, self._pipe = os.pipe()
        # A guardian that stands still must not make a release wait.
        os.set_blocking(self._pipe, False)
        with os.fdopen(notes_end) as notes:
            self._guardian = subprocess.Popen(  # noqa: S603 - our own executable
                [*_guardian_command(), display_name],
                stdin=notes,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    @property
    def buttons_held(self) -> bool:
        """True while a button pressed here is down."""
        return bool(self._buttons)

    def holds_key(self, keycode: int) -> bool:
        """True while this key is down because it was pressed here."""
        return keycode in self._keys

    def holds_button(self, button: int) -> bool:
        """True while this button is down because it was pressed here."""
        return button in self._buttons

    def press_key(self, keycode: int) -> None:
        """Press a key; raises PlatformError(INPUT_REFUSED) when nobody guards it.

        The X server's own repeat is off for the key while it is down: it would go on typing when the network stalls,
        and into whatever window gets the focus meanwhile. A press of a key that is down is the repeat instead, told
        as the server tells its own: up and down again. A key that does not repeat, a modifier mostly, stays down.
        """
        if keycode in self._keys:
            if keycode not in self._unrepeated:
                return
            xtest.fake_input(self._display, X.KeyRelease, keycode)
        else:
            self._stop_repeat(keycode)
        self.require_note(Note.KEY_DOWN, keycode)
        self._keys.add(keycode)
        xtest.fake_input(self._display, X.KeyPress, keycode)

    def release_key(self, keycode: int) -> None:
        """Release a key."""
        xtest.fake_input(self._display, X.KeyRelease, keycode)
        if keycode in self._unrepeated:
            self._display.change_keyboard_control(key=keycode, auto_repeat_mode=X.AutoRepeatModeOn)
        self._display.flush()
        self._keys.discard(keycode)
        self._unrepeated.discard(keycode)
        self.note(Note.KEY_UP, keycode)
        self.note(Note.REPEAT_RESTORED, keycode)

    def tap_key(self, keycode: int) -> None:
        """Press and release a key at once; raises PlatformError(INPUT_REFUSED) when nobody guards it."""
        self.require_note(Note.KEY_DOWN, keycode)
        xtest.fake_input(self._display, X.KeyPress, keycode)
        xtest.fake_input(self._display, X.KeyRelease, keycode)
        self._display.flush()
        self.note(Note.KEY_UP, keycode)

    def press_button(self, button: int) -> None:
        """Press an X button; raises PlatformError(INPUT_REFUSED) when nobody guards it."""
        self.require_note(Note.BUTTON_DOWN, button)
        self._buttons.add(button)
        xtest.fake_input(self._display, X.ButtonPress, button)

    def release_button(self, button: int) -> None:
        """Release an X button."""
        xtest.fake_input(self._display, X.ButtonRelease, button)
        self._display.flush()
        self._buttons.discard(button)
        self.note(Note.BUTTON_UP, button)

    def move(self, x: int, y: int) -> None:
        """Move the pointer to a pixel of the root window."""
        xtest.fake_input(self._display, X.MotionNotify, root=self._root, x=x, y=y)

    def release_all(self) -> None:
        """Release all that is held, and make sure the server has done so."""
        for keycode in tuple(self._keys):
            self.release_key(keycode)
        for button in tuple(self._buttons):
            self.release_button(button)
        self._display.sync()

    def note(self, note: Note, detail: int) -> bool:
        """Tell the guardian, after the X server has been told of a release; False when the guardian is gone."""
        try:
            return os.write(self._pipe, bytes((note, detail))) > 0
        except OSError:
            return False

    def require_note(self, note: Note, detail: int) -> None:
        """Tell the guardian before a press; raises PlatformError(INPUT_REFUSED) when it is gone."""
        if not self.note(note, detail):
            raise PlatformError(ErrorCode.INPUT_REFUSED, "the guardian process is gone")

    def _stop_repeat(self, keycode: int) -> None:
        repeats = self._display.get_keyboard_control().auto_repeats
        if repeats[keycode // 8] >> keycode % 8 & 1:
            self.require_note(Note.REPEAT_STOPPED, keycode)
            self._unrepeated.add(keycode)
            self._display.change_keyboard_control(key=keycode, auto_repeat_mode=X.AutoRepeatModeOff)

    def close(self) -> None:
        """Send the guardian home; it releases whatever is still down."""
        os.close(self._pipe)
        try:
            self._guardian.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._guardian.kill()
            self._guardian.wait()


def _guardian_command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, "--internal-guardian"]
    return [sys.executable, "-P", "-m", "remotedesk.platform.x11.guardian"]  # -P: import nothing from where it starts
