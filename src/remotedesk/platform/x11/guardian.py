"""A small process that outlives the client and lets go of what the client left pressed.

The X server keeps keys and buttons down that were pressed through XTEST when the program that pressed them dies. The
client therefore tells its guardian what it is about to press, over a pipe; when the pipe closes, for whatever reason,
the guardian releases what is still down and ends. It imports nothing but Xlib, and ignores the signals a terminal or
a session manager sends to the whole process group.

The client starts it again from its own executable: `python -m remotedesk.platform.x11.guardian DISPLAY`, or in a
frozen build `remotedesk --internal-guardian DISPLAY`, which cli.main hands to `main` before anything else.
"""

import signal
import sys
from enum import IntEnum
from typing import Any, BinaryIO

from Xlib import X, display
from Xlib.ext import xtest


class Note(IntEnum):
    """The first byte of a two-byte note in the pipe; the second is a keycode or a button."""

    KEY_DOWN = 1
    KEY_UP = 2
    BUTTON_DOWN = 3
    BUTTON_UP = 4
    KEY_REMAPPED = 5
    KEY_RESTORED = 6


class LeftBehind:
    """What is down or remapped at the end of the notes."""

    def __init__(self) -> None:
        self.keys: set[int] = set()
        self.buttons: set[int] = set()
        self.remapped: set[int] = set()

    def take(self, note: int, detail: int) -> None:
        """Apply one note; an unknown one is ignored."""
        match note:
            case Note.KEY_DOWN:
                self.keys.add(detail)
            case Note.KEY_UP:
                self.keys.discard(detail)
            case Note.BUTTON_DOWN:
                self.buttons.add(detail)
            case Note.BUTTON_UP:
                self.buttons.discard(detail)
            case Note.KEY_REMAPPED:
                self.remapped.add(detail)
            case Note.KEY_RESTORED:
                self.remapped.discard(detail)

    def let_go(self, connection: Any) -> None:
        """Release every key and button, and give remapped spare keys back."""
        for keycode in self.keys:
            xtest.fake_input(connection, X.KeyRelease, keycode)
        for button in self.buttons:
            xtest.fake_input(connection, X.ButtonRelease, button)
        for keycode in self.remapped:
            connection.change_keyboard_mapping(keycode, [[0]])
        connection.sync()


def watch(notes: BinaryIO, connection: Any) -> None:
    """Read notes until the pipe closes, then let go of what is left."""
    left = LeftBehind()
    while len(pair := notes.read(2)) == 2:
        left.take(pair[0], pair[1])
    left.let_go(connection)


def main(arguments: list[str]) -> None:
    """Guard the display named by the only argument until standard input closes."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    (name,) = arguments
    watch(sys.stdin.buffer, display.Display(name))


if __name__ == "__main__":
    main(sys.argv[1:])
