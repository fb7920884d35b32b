"""Colours that can be read, icons that can be seen, windows that open where they should."""

import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from remotedesk.core.consent import Feature
from remotedesk.ui.shared.features import feature_icon, feature_list, feature_name, feature_sentence, feature_short_name
from remotedesk.ui.shared.icons import Icon, IconView, icon_of
from remotedesk.ui.shared.placement import away_from
from remotedesk.ui.shared.theme import DARK, LIGHT, Colors, apply_theme, colors

AREA = QRect(0, 0, 1280, 800)


def luminance(color: str) -> float:
    """Relative luminance, WCAG 2.1."""
    parts = (QColor(color).redF(), QColor(color).greenF(), QColor(color).blueF())
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.1."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_can_be_read(scheme: Colors) -> None:
    pairs = [(text, back) for text in ("text", "muted", "accent", "danger", "good") for back in ("window", "surface")]
    pairs += [("on_accent", back) for back in ("accent", "accent_hover", "accent_pressed", "danger", "danger_hover")]
    pairs += [("text", back) for back in ("sunken", "warn_soft", "danger_soft", "good_soft", "accent_soft")]
    pairs += [("muted", "sunken"), ("danger", "danger_soft"), ("warn", "warn_soft"), ("good", "good_soft")]
    ratios = {pair: round(contrast(getattr(scheme, pair[0]), getattr(scheme, pair[1])), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}
    assert contrast(scheme.field_line, scheme.surface) >= 3
    assert contrast(scheme.focus, scheme.surface) >= 3


def test_the_scheme_follows_the_palette(app: QApplication) -> None:
    assert colors() is LIGHT
    apply_theme(app, "en", dark=True)
    assert colors() is DARK
    apply_theme(app, "en", dark=False)


@pytest.mark.parametrize("icon", list(Icon))
def test_every_icon_draws_something_inside_its_square(app: QApplication, icon: Icon) -> None:
    view = IconView(icon, 24)
    image = icon_of(icon, "#000000", 24).pixmap(QSize(24, 24), 2.0).toImage()
    drawn = [(x, y) for x in range(48) for y in range(48) if image.pixelColor(x, y).alpha() > 0]
    assert view.size() == QSize(24, 24)
    assert len(drawn) > 20
    assert all(0 < x < 47 and 0 < y < 47 for x, y in drawn)


@pytest.mark.parametrize("feature", list(Feature))
def test_every_feature_has_its_words_and_its_picture(app: QApplication, feature: Feature) -> None:
    assert feature_name(feature)
    assert feature_short_name(feature)
    assert feature_sentence(feature).endswith(".")
    assert feature_icon(feature) in Icon


def test_features_are_listed_in_their_order(app: QApplication) -> None:
    assert feature_list(frozenset({Feature.CHAT, Feature.VIEW})) == "See the screen, Chat"


@pytest.mark.parametrize("size", [QSize(500, 600), QSize(500, 260), QSize(300, 200)])
def test_no_pointer_position_is_covered(size: QSize) -> None:
    for x in range(0, 1280, 40):
        for y in range(0, 800, 40):
            place = away_from(QPoint(x, y), size, AREA)
            assert not QRect(place, size).contains(QPoint(x, y))
            assert AREA.contains(QRect(place, size))


def test_a_window_as_large_as_the_screen_flees_as_far_as_it_can() -> None:
    place = away_from(QPoint(10, 10), QSize(1200, 780), AREA)
    assert place.x() >= 24
