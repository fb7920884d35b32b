"""The figures of the screen benchmark: names, units, what a shown frame must look like, and how they print."""

import math
from collections.abc import Sequence
from typing import Final

SCENES: Final = ("type", "scroll", "window", "cad", "revolved", "change", "menu", "click", "dialog", "idle")
UNITS: Final = {
    "p50_ms": ("ms", 1),
    "p95_ms": ("ms", 1),
    "fps": ("1/s", 1),
    "ssim": ("1", 4),
    "gap_ms": ("ms", 0),
    "first_s": ("s", 3),
    "exact_s": ("s", 3),
    "exact_ms": ("ms", 1),
    "kbps": ("kbit/s", 1),
    "cpu_cores": ("cores", 3),
    "used_s": ("s", 1),
    "delay_s": ("s", 1),
    "share_min": ("1", 3),
    "wrong_exact": ("pixels", 0),
    "stale_tiles": ("tiles", 0),
    "seconds": ("s", 0),
    "customer_mb": ("MB", 0),
    "engineer_mb": ("MB", 0),
}  # unit and decimals
_LEAST_SSIM: Final = 0.98
_LEAST_SSIM_OF: Final = {
    ("2m", "scroll"): 1.0,
    ("2m", "window"): 1.0,
    ("2m", "cad"): 0.82,
    ("2m", "revolved"): 0.82,
    ("512k", "scroll"): 0.95,
    ("512k", "window"): 0.97,
    ("512k", "cad"): 0.75,
    ("512k", "revolved"): 0.75,
}


def least_ssim(link: str, scene: str) -> float:
    """Return how like the customer's screen a changed area must be for its frame to count as shown."""
    return _LEAST_SSIM_OF.get((link.removesuffix("-loss2"), scene), _LEAST_SSIM)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that `percent` of all do not exceed, between neighbours linearly; NaN if there are none."""
    if not values:
        return math.nan
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = math.floor(place)
    above = math.ceil(place)
    if ordered[below] == ordered[above]:  # also what never happened, which is infinite
        return ordered[below]
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def line(link: str, scene: str, figure: str, value: float, peer: str = "") -> str:
    """Return one figure as it is printed; that of a peer has the peer's name behind its own.

    What is measured over many scenes has none. Raises KeyError for a figure that is not in UNITS.
    """
    unit, decimals = UNITS[figure]
    name = ".".join(filter(None, ("screen", link, scene, figure, peer)))
    return f"{name} {value:.{decimals}f} {unit}"
