"""How alike two pictures are: the structural similarity index of their luma.

Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment", 2004, with uniform windows of 8 × 8 pixels, 4 apart.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

_LUMA_OF_BGR: Final = np.array([0.114, 0.587, 0.299], dtype=np.float32)  # ITU-R BT.601
_C1: Final = (0.01 * 255) ** 2
_C2: Final = (0.03 * 255) ** 2
_STEP: Final = 4
_WINDOW_PIXELS: Final = 64


def luma(bgr: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the luma of pixels of shape (..., 3), 0 to 255."""
    weighed: NDArray[np.float32] = bgr.astype(np.float32) @ _LUMA_OF_BGR
    return weighed


def _window_sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums over all windows of (..., height, width)."""
    rows, columns = (size // _STEP for size in values.shape[-2:])
    cut = values[..., : rows * _STEP, : columns * _STEP]
    blocks = cut.reshape(*cut.shape[:-2], rows, _STEP, columns, _STEP).sum(axis=(-3, -1))
    tall = blocks[..., 1:, :] + blocks[..., :-1, :]
    sums: NDArray[np.float64] = tall[..., 1:] + tall[..., :-1]
    return sums


def ssim(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Return the mean index of two BGR pictures, or stacks of them, of shape (..., height, width, 3); 1 is the same.

    Height and width must be at least 8.
    """
    x, y = luma(one).astype(np.float64), luma(other).astype(np.float64)
    mean_x, mean_y = _window_sums(x) / _WINDOW_PIXELS, _window_sums(y) / _WINDOW_PIXELS
    variance_x = _window_sums(x * x) / _WINDOW_PIXELS - mean_x**2
    variance_y = _window_sums(y * y) / _WINDOW_PIXELS - mean_y**2
    covariance = _window_sums(x * y) / _WINDOW_PIXELS - mean_x * mean_y
    brightness = (2 * mean_x * mean_y + _C1) / (mean_x**2 + mean_y**2 + _C1)
    structure = (2 * covariance + _C2) / (variance_x + variance_y + _C2)
    return float((brightness * structure).mean())
