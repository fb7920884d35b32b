"""A number that is drawn into a picture and read back from its pixels: 6 × 4 cells, black or white.

Sixteen bits of the frame's number, highest first, then eight bits that check them (CRC-8, polynomial x⁸+x²+x+1,
complemented in every other bit so that neither all black nor all white reads as a number).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

CELL: Final = 16  # pixels
COLUMNS: Final = 6
ROWS: Final = 4
WIDTH: Final = COLUMNS * CELL
HEIGHT: Final = ROWS * CELL
NUMBERS: Final = 1 << 16  # numbers count modulo this
_DARKEST_WHITE: Final = 170
_LIGHTEST_BLACK: Final = 85
_CENTRE: Final = slice(CELL // 4, 3 * CELL // 4)


def _check(number: int) -> int:
    rest = number << 8
    for bit in range(23, 7, -1):
        if rest >> bit & 1:
            rest ^= 0b1_0000_0111 << (bit - 8)
    return rest ^ 0x55


def cells(number: int) -> NDArray[np.bool_]:
    """Return which cells are white, of shape (ROWS, COLUMNS)."""
    number %= NUMBERS
    word = number << 8 | _check(number)
    bits = [word >> bit & 1 for bit in range(23, -1, -1)]
    return np.array(bits, dtype=bool).reshape(ROWS, COLUMNS)


def read(pixels: NDArray[np.uint8]) -> int | None:
    """Return the number in pixels of shape (HEIGHT, WIDTH, 3 or more), or None if that is no stamp, or a torn one."""
    if pixels.shape[:2] != (HEIGHT, WIDTH):
        return None
    green = pixels[..., 1].reshape(ROWS, CELL, COLUMNS, CELL)[:, _CENTRE, :, _CENTRE]
    white = green.min(axis=(1, 3)) >= _DARKEST_WHITE
    black = green.max(axis=(1, 3)) <= _LIGHTEST_BLACK
    if not bool((white | black).all()):
        return None
    word = int.from_bytes(np.packbits(white.ravel()).tobytes(), "big")
    number = word >> 8
    return number if _check(number) == word & 0xFF else None
