"""Pictures that look like a desktop, drawn in memory: windows of text and lines, as BGRX."""

import random

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

LINE = 18  # pixels
LETTERS = "abcdefghijklmnopqrstuvwxyz     .,()0123456789"


class Desktop:
    """A desktop with a window of text, which scrolls, and a drawing."""

    def __init__(self, width: int, height: int, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        self._font = ImageFont.load_default(14)
        image = Image.new("RGB", (width, height), tuple(self._chance.choices(range(40, 160), k=3)))
        drawing = ImageDraw.Draw(image)
        for _ in range(width // 10):
            ends = [self._chance.randrange(side) for side in (width, height, width, height)]
            drawing.line(ends, fill=tuple(self._chance.choices(range(256), k=3)))
        self.pixels = _bgrx(image)
        self._text = (height // 18, width // 24, height * 5 // 6, width * 35 // 48)  # top, left, height, width
        top, left, tall, wide = self._text
        self._page = _bgrx(Image.new("RGB", (wide, tall), "white"))
        for line in range(0, tall, LINE):
            self._page[line : line + LINE] = self._line(wide)[: tall - line]
        self.pixels[top : top + tall, left : left + wide] = self._page

    def frame(self) -> bytes:
        """Return the picture as a capture does."""
        return self.pixels.tobytes()

    def write(self, x: int, y: int, text: str) -> None:
        """Draw black text on white."""
        wide = max(1, int(self._font.getlength(text)))
        self.pixels[y : y + LINE, x : x + wide] = self._drawn(text, wide)

    def scroll(self, rows: int) -> None:
        """Move the text up by whole lines, with new ones below."""
        top, left, tall, wide = self._text
        page = np.roll(self._page, -rows, axis=0)
        for line in range(tall - rows, tall, LINE):
            page[line : line + LINE] = self._line(wide)[: tall - line]
        self._page = page
        self.pixels[top : top + tall, left : left + wide] = page

    def _line(self, width: int) -> NDArray[np.uint32]:
        return self._drawn("".join(self._chance.choices(LETTERS, k=width // 8)), width)

    def _drawn(self, text: str, width: int) -> NDArray[np.uint32]:
        image = Image.new("RGB", (width, LINE), "white")
        ImageDraw.Draw(image).text((0, 0), text, fill="black", font=self._font)
        return _bgrx(image)


def _bgrx(image: Image.Image) -> NDArray[np.uint32]:
    rgb = np.asarray(image).astype(np.uint32)
    return rgb[:, :, 0] << 16 | rgb[:, :, 1] << 8 | rgb[:, :, 2] | np.uint32(0xFF000000)
