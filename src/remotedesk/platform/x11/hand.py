"""The process that acts: it holds the X server still while it looks where an event would go and sends it.

It is a process of its own because nobody else may need what it waits for while the X server is held. In the client,
Qt's thread can be inside a request to the X server with Python's lock in its hands: the thread that held the server
would never get that lock back to let go, and the whole desktop would stand still.

The client starts it from its own executable: `python -m remotedesk.platform.x11.hand DISPLAY CLIENT`, or in a frozen
build `remotedesk --internal-hand DISPLAY CLIENT`. CLIENT is the number the X server gave one of the client's
connections, which tells whose windows are its own. A line of JSON on standard input is one act, `[name, argument...]`;
the answer is a line `[code, value]` with an empty code or the error's. The end of the input lets everything go.
"""

import contextlib
import json
import signal
import sys
from typing import Any, BinaryIO, Final

from Xlib import X

from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.platform.x11.connection import X_ERRORS, close_display, open_display
from remotedesk.platform.x11.device import XTestDevice
from remotedesk.platform.x11.guardian import Note
from remotedesk.platform.x11.keycodes import keycode_for
from remotedesk.platform.x11.own_windows import OwnWindows

_NUM_LOCK: Final = keycode_for("NumLock")


class Hand:
    """Mouse and keyboard of one display, kept out of the windows of remotedesk."""

    def __init__(self, display_name: str, client: int) -> None:
        self._display = open_display(display_name)
        self._device = XTestDevice(self._display, display_name)
        self._own = OwnWindows(self._display, client)
        self._root = self._display.screen().root
        self._sent_to: tuple[int, int] | None = None
        self._guarded = {
            act.__name__: act for act in (self.key, self.tap, self.lend, self.move, self.button, self.turn)
        }
        self._free = {act.__name__: act for act in (self.spare, self.give_back, self.release_all, self.arrived)}

    def act(self, name: str, *arguments: Any) -> Any:
        """Do one act. Raises PlatformError: INPUT_BLOCKED_OWN_WINDOW, INPUT_REFUSED."""
        try:
            if name in self._free:
                return self._free[name](*arguments)
            self._display.grab_server()
            try:
                return self._guarded[name](*arguments)
            finally:
                self._display.ungrab_server()
                self._display.sync()
        except X_ERRORS as failure:
            raise PlatformError(ErrorCode.INPUT_REFUSED, "the X server is gone") from failure

    def key(self, keycode: int, pressed: bool, on_number_pad: bool) -> None:
        """Press or release a key; a release is sent wherever the focus is, and only for a key pressed here."""
        if pressed:
            _refuse_if(self._own.focused())
            # Mouse Keys, an aid people can switch on by keyboard, turns the number pad into a mouse.
            _refuse_if(keycode == _NUM_LOCK and bool(self._root.query_pointer().mask & X.ShiftMask))
            _refuse_if(on_number_pad and self._own.under_pointer())
            self._device.press_key(keycode)
        elif self._device.holds_key(keycode):
            self._device.release_key(keycode)

    def tap(self, keycode: int) -> None:
        """Press and release a key."""
        _refuse_if(self._own.focused())
        self._device.tap_key(keycode)

    def lend(self, meanings: list[tuple[int, int]]) -> None:
        """Give spare keys a meaning: pairs of keycode and keysym."""
        _refuse_if(self._own.focused())
        for keycode, keysym in meanings:
            self._device.require_note(Note.KEY_REMAPPED, keycode)
            # The same on both levels, so that a held Shift or Caps Lock changes nothing.
            self._display.change_keyboard_mapping(keycode, [[keysym, keysym]])

    def move(self, x: int, y: int) -> None:
        """Move the pointer, but never over windows of ours.

        A window manager that holds the pointer (XGrabButton, GrabModeSync) and then replays a press makes it land
        where the pointer has been sent meanwhile, not where it was aimed.
        """
        _refuse_if(self._own.at(x, y))
        self._send_pointer(x, y)

    def button(self, x_button: int, pressed: bool, x: int, y: int) -> None:
        """Press or release a button; a release over windows of ours is sent without going there."""
        over_own = self._own.at(x, y)
        _refuse_if(pressed and over_own)
        if not over_own:
            self._send_pointer(x, y)
        if pressed:
            self._refuse_if_strayed()
            self._device.press_button(x_button)
        elif self._device.holds_button(x_button):
            self._device.release_button(x_button)

    def turn(self, x_buttons: list[int], x: int, y: int) -> None:
        """Turn the wheel a notch for each of these buttons."""
        _refuse_if(self._own.at(x, y))
        self._send_pointer(x, y)
        self._refuse_if_strayed()
        for x_button in x_buttons:
            self._device.press_button(x_button)
            self._device.release_button(x_button)

    def spare(self) -> list[int]:
        """Return the keycodes that the keyboard layout leaves empty."""
        info = self._display.display.info
        first = info.min_keycode
        rows = self._display.get_keyboard_mapping(first, info.max_keycode - first + 1)
        return [keycode for keycode, row in enumerate(rows, first) if not any(row)]

    def give_back(self, keycodes: list[int]) -> None:
        """Take their meanings from lent keys."""
        for keycode in keycodes:
            self._display.change_keyboard_mapping(keycode, [[0, 0]])
        self._display.sync()
        for keycode in keycodes:
            self._device.note(Note.KEY_RESTORED, keycode)

    def release_all(self) -> None:
        """Release every key and button pressed here."""
        self._device.release_all()

    def arrived(self) -> bool:
        """True if the pointer is where it was sent last; a window manager that holds input back makes it late."""
        pointer = self._root.query_pointer()
        return self._sent_to in (None, (pointer.root_x, pointer.root_y))

    def close(self) -> None:
        """Release everything, send the guardian home, and leave the display."""
        with contextlib.suppress(*X_ERRORS):
            self._device.release_all()
        self._device.close()
        close_display(self._display)

    def _send_pointer(self, x: int, y: int) -> None:
        screen = self._display.screen()
        self._device.move(x, y)
        self._sent_to = min(max(x, 0), screen.width_in_pixels - 1), min(max(y, 0), screen.height_in_pixels - 1)

    def _refuse_if_strayed(self) -> None:
        """Raise if the pointer, kept from where it was sent by a barrier or a grab, is over a window of ours."""
        # Where it was sent has been looked at under this very grab; to look again would take half the time of a press.
        if not self.arrived():
            _refuse_if(self._own.under_pointer(frames=True))


def serve(hand: Hand, acts: BinaryIO, answers: BinaryIO) -> None:
    """Do what the lines of `acts` say until there are no more."""
    for line in acts:
        try:
            answer = ["", hand.act(*json.loads(line))]
        except PlatformError as error:
            answer = [error.code, str(error)]
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def main(arguments: list[str]) -> None:
    """Serve standard input until it closes, whatever a terminal sends to the process group."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    name, client = arguments
    hand = Hand(name, int(client))
    try:
        with contextlib.suppress(BrokenPipeError):  # the client has gone
            serve(hand, sys.stdin.buffer, sys.stdout.buffer)
    finally:
        hand.close()


def _refuse_if(own: bool) -> None:
    if own:
        raise PlatformError(ErrorCode.INPUT_BLOCKED_OWN_WINDOW)


if __name__ == "__main__":
    main(sys.argv[1:])
