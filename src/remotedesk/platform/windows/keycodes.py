"""W3C UI Events `code` values and the scan codes of PC keyboards, set 1, as Windows speaks of them.

A scan code with EXTENDED in it has the prefix E0 on the wire.
Codes: UI Events KeyboardEvent code Values, W3C Recommendation, sections 3.1 ff. Numbers: Microsoft, "Keyboard Scan Code
Specification", appendix A, and the keyboard layouts of Windows, to which Pause is 45 and NumLock E0 45.
"""

from typing import Final

EXTENDED: Final = 0x100

_ROWS: Final = (
    (0x01, "Escape Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace Tab"),
    (0x10, "KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Enter ControlLeft"),
    (0x1E, "KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backquote ShiftLeft Backslash"),
    (0x2C, "KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash ShiftRight NumpadMultiply AltLeft Space CapsLock"),
    (0x3B, "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 Pause ScrollLock Numpad7 Numpad8 Numpad9 NumpadSubtract"),
    (0x4B, "Numpad4 Numpad5 Numpad6 NumpadAdd Numpad1 Numpad2 Numpad3 Numpad0 NumpadDecimal"),
    (0x56, "IntlBackslash F11 F12 NumpadEqual"),
    (0x64, "F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23"),
    (0x70, "KanaMode Lang2 Lang1 IntlRo"),
    (0x76, "F24 Lang4 Lang3 Convert"),
    (0x7B, "NonConvert"),
    (0x7D, "IntlYen NumpadComma"),
    (EXTENDED | 0x1C, "NumpadEnter ControlRight"),
    (EXTENDED | 0x35, "NumpadDivide"),
    (EXTENDED | 0x37, "PrintScreen AltRight"),
    (EXTENDED | 0x45, "NumLock"),
    (EXTENDED | 0x47, "Home ArrowUp PageUp"),
    (EXTENDED | 0x4B, "ArrowLeft"),
    (EXTENDED | 0x4D, "ArrowRight"),
    (EXTENDED | 0x4F, "End ArrowDown PageDown Insert Delete"),
    (EXTENDED | 0x5B, "MetaLeft MetaRight ContextMenu Power Sleep"),
    (EXTENDED | 0x63, "WakeUp"),
    (EXTENDED | 0x08, "Undo"),
    (EXTENDED | 0x0A, "Paste"),
    (EXTENDED | 0x10, "MediaTrackPrevious"),
    (EXTENDED | 0x17, "Cut Copy MediaTrackNext"),
    (EXTENDED | 0x20, "AudioVolumeMute LaunchApp2 MediaPlayPause"),
    (EXTENDED | 0x24, "MediaStop"),
    (EXTENDED | 0x2C, "Eject"),
    (EXTENDED | 0x2E, "AudioVolumeDown"),
    (EXTENDED | 0x30, "AudioVolumeUp"),
    (EXTENDED | 0x32, "BrowserHome"),
    (EXTENDED | 0x3B, "Help"),
    (
        EXTENDED | 0x65,
        "BrowserSearch BrowserFavorites BrowserRefresh BrowserStop BrowserForward BrowserBack LaunchApp1",
    ),
    (EXTENDED | 0x6C, "LaunchMail MediaSelect"),
)

SCAN_CODES: Final[dict[str, int]] = {
    code: scan_code for first, codes in _ROWS for scan_code, code in enumerate(codes.split(), first)
}

_CODES: Final = {scan_code: code for code, scan_code in SCAN_CODES.items()}


def scan_code_for(code: str) -> int | None:
    """Return the scan code of a W3C `code`, None for one that PC keyboards do not have."""
    return SCAN_CODES.get(code)


def code_for(scan_code: int) -> str | None:
    """Return the W3C `code` of a scan code."""
    return _CODES.get(scan_code)


def scan_code_of_qt(native: int) -> int:
    """Return the scan code that Qt calls native on Windows; it writes the prefix E0, older versions bit 8."""
    return native & 0xFF | (EXTENDED if native & (0xE000 | EXTENDED) else 0)
