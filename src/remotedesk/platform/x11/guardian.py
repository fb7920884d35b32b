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
    REPEAT_STOPPED = 7
    REPEAT_RESTORED = 8


# What ends something, and what began it.
_ENDS = {
    Note.KEY_UP: Note.KEY_DOWN,
    Note.BUTTON_UP: Note.BUTTON_DOWN,
    Note.KEY_RESTORED: Note.KEY_REMAPPED,
    Note.REPEAT_RESTORED: Note.REPEAT_STOPPED,
}


class LeftBehind:
    """What is down, remapped or stopped at the end of the notes."""

    def __init__(self) -> None:
        self._begun: set[tuple[Note, int]] = set()

    def take(self, note: Note, detail: int) -> None:
        """Apply one note."""
        if note in _ENDS:
            self._begun.discard((_ENDS[note], detail))
        else:
            self._begun.add((note, detail))

    def let_go(self, connection: Any) -> None:
        """Release every key and button, let keys repeat again, and give remapped spare keys back."""
        for note, detail in sorted(self._begun):
            match note:
                case Note.KEY_DOWN:
                    xtest.fake_input(connection, X.KeyRelease, detail)
                case Note.BUTTON_DOWN:
                    xtest.fake_input(connection, X.ButtonRelease, detail)
                case Note.KEY_REMAPPED:
                    connection.change_keyboard_mapping(detail, [[0, 0]])
                case Note.REPEAT_STOPPED:
                    connection.change_keyboard_control(key=detail, auto_repeat_mode=X.AutoRepeatModeOn)
        connection.sync()


def watch(notes: BinaryIO, connection: Any) -> None:
    """Read notes until the pipe closes, then let go of what is left."""
    left = LeftBehind()
    while len(pair := notes.read(2)) == 2:
        left.take(Note(pair[0]), pair[1])
    left.let_go(connection)


def main(arguments: list[str]) -> None:
    """Guard the display named by the only argument until standard input closes."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    (name,) = arguments
    watch(sys.stdin.buffer, display.Display(name))


if __name__ == "__main__":
    main(sys.argv[1:])
