"""W3C UI Events `code` values and the keycodes of X servers on Linux.

An X keycode is the kernel's key code (linux/input-event-codes.h) plus 8; both evdev and libinput drivers do so, and
virtual servers use the same table. Names: UI Events KeyboardEvent code Values, W3C Recommendation, sections 3.1 ff.
"""

from typing import Final

_OFFSET: Final = 8

_ROWS: Final = (
    (1, "Escape Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace Tab"),
    (16, "KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Enter ControlLeft"),
    (30, "KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backquote ShiftLeft Backslash"),
    (44, "KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash ShiftRight NumpadMultiply AltLeft Space CapsLock"),
    (59, "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NumLock ScrollLock Numpad7 Numpad8 Numpad9 NumpadSubtract"),
    (75, "Numpad4 Numpad5 Numpad6 NumpadAdd Numpad1 Numpad2 Numpad3 Numpad0 NumpadDecimal"),
    (86, "IntlBackslash F11 F12 IntlRo Lang3 Lang4 Convert KanaMode NonConvert"),
    (96, "NumpadEnter ControlRight NumpadDivide PrintScreen AltRight"),
    (102, "Home ArrowUp PageUp ArrowLeft ArrowRight End ArrowDown PageDown Insert Delete"),
    (113, "AudioVolumeMute AudioVolumeDown AudioVolumeUp Power NumpadEqual"),
    (
        121,
        "NumpadComma Lang1 Lang2 IntlYen MetaLeft MetaRight ContextMenu BrowserStop Again Props Undo Select Copy Open",
    ),
    (135, "Paste Find Cut Help"),
    (142, "Sleep WakeUp"),
    (179, "NumpadParenLeft NumpadParenRight"),
    (183, "F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F24"),
)

_SINGLE: Final = {
    "Pause": 119,
    "Lang5": 85,
    "LaunchApp2": 140,
    "LaunchMail": 155,
    "BrowserFavorites": 156,
    "LaunchApp1": 157,
    "BrowserBack": 158,
    "BrowserForward": 159,
    "Eject": 161,
    "MediaTrackNext": 163,
    "MediaPlayPause": 164,
    "MediaTrackPrevious": 165,
    "MediaStop": 166,
    "MediaRecord": 167,
    "MediaRewind": 168,
    "BrowserHome": 172,
    "BrowserRefresh": 173,
    "MediaPlay": 207,
    "MediaFastForward": 208,
    "BrowserSearch": 217,
    "MediaSelect": 226,
}

KEYCODES: Final[dict[str, int]] = {
    code: kernel_code + _OFFSET
    for first, codes in (*_ROWS, *((number, name) for name, number in _SINGLE.items()))
    for kernel_code, code in enumerate(codes.split(), first)
}

_CODES: Final = {keycode: code for code, keycode in KEYCODES.items()}


def keycode_for(code: str) -> int | None:
    """Return the X keycode of a W3C `code`, None for one X does not have."""
    return KEYCODES.get(code)


def code_for(keycode: int) -> str | None:
    """Return the W3C `code` of an X keycode."""
    return _CODES.get(keycode)
