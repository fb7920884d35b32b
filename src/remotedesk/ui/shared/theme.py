"""Colours, sizes and fonts of all windows, light and dark."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from remotedesk.ui.shared.stylesheet import stylesheet

SPACE_XS: Final = 4  # all sizes are in Qt's logical pixels
SPACE_S: Final = 8
SPACE_M: Final = 16
SPACE_L: Final = 24
FONT_PX: Final = 14

_LATIN_FIRST: Final = ("Segoe UI", "SF Pro Text", "Inter", "Noto Sans", "Cantarell", "Ubuntu", "Noto Sans CJK JP")
_JAPANESE_FIRST: Final = (
    "Yu Gothic UI",
    "Meiryo UI",
    "Hiragino Sans",
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "IPAexGothic",
)


@dataclass(frozen=True)
class Colors:
    """One scheme, as #rrggbb. Every text colour has a contrast of 4.5:1 or more on `window` and `surface`."""

    window: str  # behind everything
    surface: str  # cards, fields, lists
    sunken: str  # quiet areas inside a surface
    line: str  # borders and separators
    field_line: str  # borders of what can be typed into, 3:1
    text: str
    muted: str
    accent: str
    accent_hover: str
    accent_pressed: str
    accent_soft: str  # background of what is chosen
    on_accent: str
    danger: str
    danger_hover: str
    danger_pressed: str
    danger_soft: str
    good: str
    good_soft: str
    warn: str
    warn_soft: str
    focus: str
    view_frame: str  # the frame around a shared screen: seen only
    control_frame: str  # and controlled


LIGHT: Final = Colors(
    window="#f4f6f9",
    surface="#ffffff",
    sunken="#eef1f5",
    line="#dce1e8",
    field_line="#8a95a5",
    text="#17212e",
    muted="#566273",
    accent="#1459b8",
    accent_hover="#0f4da3",
    accent_pressed="#0b3f88",
    accent_soft="#e7f0fc",
    on_accent="#ffffff",
    danger="#c4261d",
    danger_hover="#ab1e16",
    danger_pressed="#8f1710",
    danger_soft="#fdecea",
    good="#176b3a",
    good_soft="#e5f4ea",
    warn="#8a5a00",
    warn_soft="#fdf3dc",
    focus="#17212e",
    view_frame="#1a73e8",
    control_frame="#e8710a",
)

DARK: Final = Colors(
    window="#161b22",
    surface="#1f262f",
    sunken="#29323d",
    line="#38424f",
    field_line="#7c8898",
    text="#eef2f7",
    muted="#a9b4c2",
    accent="#6ea8fe",
    accent_hover="#8cbaff",
    accent_pressed="#5a95ee",
    accent_soft="#20344f",
    on_accent="#0b1a2e",
    danger="#ff8a80",
    danger_hover="#ffa299",
    danger_pressed="#f0776c",
    danger_soft="#4a2422",
    good="#7fd6a0",
    good_soft="#1d3a2a",
    warn="#f2c568",
    warn_soft="#40341a",
    focus="#ffffff",
    view_frame="#4c9bff",
    control_frame="#ff9234",
)


def colors() -> Colors:
    """Return the scheme the application was given by `apply_theme`."""
    return DARK if QApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def apply_theme(app: QApplication, language: str, *, dark: bool | None = None) -> None:
    """Dress the application for `language` ("ja" or "en"); `dark` None follows the system."""
    if dark is None:
        dark = app.styleHints().colorScheme() is Qt.ColorScheme.Dark
    scheme = DARK if dark else LIGHT
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(_palette(scheme))
    app.setFont(_font(language))
    app.setStyleSheet(stylesheet(scheme))


def digits_font(size_px: int) -> QFont:
    """Return a bold font for numbers that are read aloud, with wide-set figures."""
    font = QFont(QApplication.font())
    font.setPixelSize(size_px)
    font.setWeight(QFont.Weight.DemiBold)
    font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 108)
    return font


def _font(language: str) -> QFont:
    order = _JAPANESE_FIRST + _LATIN_FIRST if language == "ja" else _LATIN_FIRST + _JAPANESE_FIRST
    present = set(QFontDatabase.families())
    font = QFont(QApplication.font())
    families = [name for name in order if name in present]
    if families:
        font.setFamilies(families)
    font.setPixelSize(FONT_PX)
    return font


def _palette(scheme: Colors) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for where, color in (
        (role.Window, scheme.window),
        (role.WindowText, scheme.text),
        (role.Base, scheme.surface),
        (role.AlternateBase, scheme.sunken),
        (role.Text, scheme.text),
        (role.PlaceholderText, scheme.muted),
        (role.Button, scheme.surface),
        (role.ButtonText, scheme.text),
        (role.BrightText, scheme.danger),
        (role.Highlight, scheme.accent),
        (role.HighlightedText, scheme.on_accent),
        (role.Accent, scheme.accent),
        (role.Link, scheme.accent),
        (role.ToolTipBase, scheme.surface),
        (role.ToolTipText, scheme.text),
    ):
        palette.setColor(where, QColor(color))
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(scheme.field_line))
    return palette
