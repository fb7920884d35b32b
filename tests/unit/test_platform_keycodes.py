"""The table of keys: complete for the keyboards people have, and its own inverse."""

import re

import pytest

from remotedesk.platform.x11.keycodes import KEYCODES, code_for, keycode_for
from remotedesk.platform.x11.text import keysym_of, runs_of
from remotedesk.wire.input import INPUT, Key

EXPECTED = {
    "KeyA": 38,
    "Digit1": 10,
    "Escape": 9,
    "Enter": 36,
    "Space": 65,
    "Backquote": 49,
    "IntlBackslash": 94,
    "IntlRo": 97,
    "IntlYen": 132,
    "Convert": 100,
    "NonConvert": 102,
    "KanaMode": 101,
    "Lang1": 130,
    "Lang2": 131,
    "F1": 67,
    "F10": 76,
    "F11": 95,
    "F12": 96,
    "F13": 191,
    "F24": 202,
    "Numpad0": 90,
    "Numpad7": 79,
    "NumpadEnter": 104,
    "NumpadDivide": 106,
    "NumpadMultiply": 63,
    "NumpadSubtract": 82,
    "NumpadAdd": 86,
    "NumpadDecimal": 91,
    "NumpadComma": 129,
    "NumpadEqual": 125,
    "ControlRight": 105,
    "AltRight": 108,
    "MetaLeft": 133,
    "MetaRight": 134,
    "ContextMenu": 135,
    "ArrowUp": 111,
    "ArrowDown": 116,
    "Delete": 119,
    "Insert": 118,
    "PrintScreen": 107,
    "ScrollLock": 78,
    "Pause": 127,
    "NumLock": 77,
    "CapsLock": 66,
    "AudioVolumeMute": 121,
    "MediaPlayPause": 172,
    "MediaTrackNext": 171,
    "BrowserBack": 166,
    "BrowserHome": 180,
    "BrowserRefresh": 181,
    "BrowserSearch": 225,
}


@pytest.mark.parametrize(("code", "keycode"), EXPECTED.items())
def test_known_keys(code: str, keycode: int) -> None:
    """Figures from xmodmap and xev on an evdev keyboard."""
    assert keycode_for(code) == keycode
    assert code_for(keycode) == code


def test_every_key_can_travel_and_comes_back() -> None:
    for number, (code, keycode) in enumerate(KEYCODES.items()):
        assert 8 < keycode < 256
        assert code_for(keycode) == code
        message = Key(number, code, True)
        assert INPUT.decode(INPUT.encode(message)) == message
    assert len(set(KEYCODES.values())) == len(KEYCODES) > 130


def test_all_rows_of_a_keyboard_are_there() -> None:
    wanted = [f"Key{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    wanted += [f"{kind}{digit}" for kind in ("Digit", "Numpad") for digit in range(10)]
    wanted += [f"F{number}" for number in range(1, 25)]
    assert not [code for code in wanted if code not in KEYCODES]
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]+", code) for code in KEYCODES)


def test_what_has_no_key() -> None:
    assert keycode_for("NoSuchKey") is None
    assert code_for(255) is None


@pytest.mark.parametrize(
    ("char", "keysym"),
    [("a", 0x61), ("é", 0xE9), ("あ", 0x01003042), ("🙂", 0x0101F642), ("\n", 0xFF0D), ("\t", 0xFF09), ("\x1b", None)],
)
def test_keysyms_of_characters(char: str, keysym: int | None) -> None:
    assert keysym_of(char) == keysym


def test_text_is_cut_where_the_keys_run_out() -> None:
    assert list(runs_of("aabbc\x00cab", 2)) == [[0x61, 0x61, 0x62, 0x62], [0x63, 0x63, 0x61], [0x62]]
    assert list(runs_of("\r\n", 2)) == [[0xFF0D]]
    assert not list(runs_of("", 2))
