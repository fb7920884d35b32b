"""Types any character by lending it a key the keyboard layout leaves empty.

Programs look a key's character up when they read its event, so a new meaning needs time to arrive before the key is
pressed, and the old one must stay until the last event has been read: 50 ms were exact where 20 ms were not.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Final

from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.platform.x11.device import XTestDevice
from remotedesk.platform.x11.guardian import Note

_SETTLE_S: Final = 0.05
_UNICODE_KEYSYMS: Final = 0x01000000  # X11 protocol, appendix A: keysyms of ISO 10646
_CONTROL_KEYSYMS: Final = {"\n": 0xFF0D, "\r": 0xFF0D, "\t": 0xFF09}


def keysym_of(char: str) -> int | None:
    """Return the keysym that means this character; None for a control character other than line feed and tab."""
    number = ord(char)
    if char in _CONTROL_KEYSYMS:
        return _CONTROL_KEYSYMS[char]
    if number < 0x20 or 0x7F <= number < 0xA0:
        return None
    return number if number < 0x100 else _UNICODE_KEYSYMS | number


def runs_of(text: str, distinct: int) -> Iterator[list[int]]:
    """Cut `text` into runs of keysyms, none with more than `distinct` different ones."""
    run: list[int] = []
    for keysym in (keysym_of(char) for char in text.replace("\r\n", "\n")):
        if keysym is None:
            continue
        if keysym not in run and len(set(run)) == distinct:
            yield run
            run = []
        run.append(keysym)
    if run:
        yield run


class TextTyper:
    """Types text on one connection; `alone` keeps other threads away from it for a moment at a time.

    `acting` is `alone` for one character: it raises when that character may not be typed now, and so ends the text.
    """

    def __init__(
        self,
        display: Any,
        device: XTestDevice,
        alone: AbstractContextManager[object],
        acting: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._display = display
        self._device = device
        self._alone = alone
        self._acting = acting

    def type(self, text: str) -> None:
        """Type `text`; raises PlatformError(INPUT_REFUSED) when the layout leaves no key free."""
        with self._alone:
            spare = self._spare_keycodes()
        if not spare:
            raise PlatformError(ErrorCode.INPUT_REFUSED, "the keyboard layout leaves no key free")
        lent: set[int] = set()
        try:
            for run in runs_of(text, len(spare)):
                keycodes = dict(zip(dict.fromkeys(run), spare, strict=False))
                with self._acting():
                    self._lend(keycodes, lent)
                time.sleep(_SETTLE_S)
                for keysym in run:
                    self._tap(keycodes[keysym])
                time.sleep(_SETTLE_S)
        finally:
            self._give_back(lent)

    def _tap(self, keycode: int) -> None:
        with self._acting():
            self._device.tap_key(keycode)

    def _spare_keycodes(self) -> list[int]:
        info = self._display.display.info
        first = info.min_keycode
        rows = self._display.get_keyboard_mapping(first, info.max_keycode - first + 1)
        return [keycode for keycode, row in enumerate(rows, first) if not any(row)]

    def _lend(self, keycodes: dict[int, int], lent: set[int]) -> None:
        for keysym, keycode in keycodes.items():
            self._device.require_note(Note.KEY_REMAPPED, keycode)
            lent.add(keycode)
            # The same on both levels, so that a held Shift or Caps Lock changes nothing.
            self._display.change_keyboard_mapping(keycode, [[keysym, keysym]])
        self._display.sync()

    def _give_back(self, lent: set[int]) -> None:
        with self._alone:
            for keycode in lent:
                self._display.change_keyboard_mapping(keycode, [[0, 0]])
            self._display.sync()
            for keycode in lent:
                self._device.note(Note.KEY_RESTORED, keycode)
