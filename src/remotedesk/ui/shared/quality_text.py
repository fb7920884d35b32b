"""The figures of a connection as text, the same for both people."""

from typing import Final

from PySide6.QtCore import QCoreApplication

from remotedesk.core.quality import Grade, Quality, Route
from remotedesk.ui.shared.icons import Icon

translate = QCoreApplication.translate

NOT_KNOWN: Final = "–"
GRADE_ICONS: Final = {Grade.GOOD: Icon.SIGNAL_GOOD, Grade.FAIR: Icon.SIGNAL_FAIR, Grade.POOR: Icon.SIGNAL_POOR}


def rate_text(bps: float) -> str:
    """Return bits a second in the unit that keeps them short."""
    if bps < 999_500:
        return f"{bps / 1e3:.0f} kbit/s"
    return f"{bps / 1e6:.1f} Mbit/s" if bps < 9_950_000 else f"{bps / 1e6:.0f} Mbit/s"


def round_trip_text(rtt_s: float | None) -> str:
    """Return seconds as milliseconds, never 0."""
    return NOT_KNOWN if rtt_s is None else f"{max(1, round(1_000 * rtt_s))} ms"


def loss_text(loss: float) -> str:
    """Return a share as per cent."""
    return f"{100 * loss:.1f} %"


def route_text(route: Route | None) -> str:
    """Say which way the packets go."""
    if route is Route.DIRECT:
        return translate("Quality", "Direct between the two PCs")
    return NOT_KNOWN if route is None else translate("Quality", "By way of a relay")


def exact_text(exact: bool | None) -> str:
    """Say whether the engineer sees every pixel as it is."""
    if exact is None:
        return NOT_KNOWN
    return translate("Quality", "exact") if exact else translate("Quality", "still arriving")


def figures(quality: Quality) -> tuple[tuple[str, str], ...]:
    """Return what there is to say, each with its name, in the order of interest."""
    return (
        (translate("Quality", "Round trip"), round_trip_text(quality.rtt_s)),
        (translate("Quality", "Screen data"), rate_text(max(quality.sent_bps, quality.received_bps))),
        (translate("Quality", "Pictures a second"), f"{quality.pictures_per_s:.0f}"),
        (translate("Quality", "Lost and sent again"), loss_text(quality.loss)),
        (translate("Quality", "Engineer's picture"), exact_text(quality.exact)),
        (translate("Quality", "Route"), route_text(quality.route)),
    )
