"""Compare what two screens show."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

Box = tuple[int, int, int, int]  # left, top, right, bottom


def grey(path: Path, box: Box | None = None, size: tuple[int, int] | None = None, blur_px: float = 0) -> np.ndarray:
    """Return a part of a picture as brightness 0..255, height × width.

    It is scaled to `size` (width, height) if given; a blur then lets thin lines differ by a part of a pixel.
    """
    with Image.open(path) as picture:
        part = picture.convert("L")
        part = part.crop(box) if box else part
        part = part.resize(size, Image.Resampling.BOX) if size else part
        part = part.filter(ImageFilter.GaussianBlur(blur_px)) if blur_px else part
        return np.asarray(part, dtype=np.float64)


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Return Pearson's correlation of two pictures of one size: 1 is the same, 0 unrelated or a single colour."""
    a, b = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale else 0.0


def changed_along(before: np.ndarray, after: np.ndarray, start: tuple[int, int], end: tuple[int, int]) -> float:
    """Return how much of the straight line from `start` to `end` (x, y) has changed, 0 to 1."""
    steps = np.linspace(0.05, 0.95, 200)
    xs = np.rint(start[0] + (end[0] - start[0]) * steps).astype(int)
    ys = np.rint(start[1] + (end[1] - start[1]) * steps).astype(int)
    different = np.abs(after - before) > 60
    near = [different[ys + down, xs + right] for down in (-1, 0, 1) for right in (-1, 0, 1)]
    return float(np.any(near, axis=0).mean())
