"""Scenes made from chance on a small X display: text, CAD lines, photos, gradients, which move and then stand still."""

import random
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from Xlib import X, display

from tests.bench.screen import pictures

WIDTH: Final = 300  # no multiple of a tile, and a picture fits into one request
HEIGHT: Final = 213
_DEPTH: Final = 24
_STEPS: Final = (1, 6)
Pixels = NDArray[np.uint8]


def text(chance: random.Random) -> Pixels:
    """Return lines of coloured words."""
    return pictures.text_page(chance, WIDTH, HEIGHT, chance.choice((pictures.DARK, (255, 255, 255), (20, 40, 80))))


def cad(chance: random.Random) -> Pixels:
    """Return a part as thin lines."""
    return part_at(chance, chance.uniform(0, 6))


def part_at(chance: random.Random, angle: float) -> Pixels:
    """Return a part turned so far."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "black")
    drawing = ImageDraw.Draw(image)
    for segments in pictures.part_segments(chance.randrange(1 << 30)):
        ink = tuple(chance.choices(range(64, 256), k=3))
        for ends in (
            pictures.project(segments, angle, (WIDTH, HEIGHT)).reshape(-1, 4)[:: chance.randint(4, 12)].tolist()
        ):
            drawing.line(ends, fill=ink)
    return pictures.pixels_of(image)


def photo(chance: random.Random) -> Pixels:
    """Return soft shapes with the noise of a camera."""
    dice = np.random.default_rng(chance.randrange(1 << 30))
    coarse = Image.fromarray(dice.integers(0, 256, (5, 7, 3), np.uint8))
    soft = np.asarray(coarse.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC), np.int16)
    noisy = np.clip(soft + dice.integers(-4, 5, soft.shape), 0, 255).astype(np.uint8)
    return pictures.pixels_of(Image.fromarray(noisy))


def gradient(chance: random.Random) -> Pixels:
    """Return colours that run into each other."""
    right, down = np.linspace(0, 1, WIDTH)[None, :, None], np.linspace(0, 1, HEIGHT)[:, None, None]
    corners = np.array([[chance.randrange(256) for _ in range(3)] for _ in range(3)], np.float64)
    blend = corners[0] * (1 - right) + corners[1] * right * (1 - down) + corners[2] * right * down
    return pictures.pixels_of(Image.fromarray(blend.astype(np.uint8)))


KINDS: Final = (text, cad, photo, gradient)


class Artist:
    """A program on a display of WIDTH × HEIGHT; what it draws is there when a step is yielded."""

    def __init__(self, name: str, seed: int) -> None:
        self._chance = random.Random(seed)
        self._display = display.Display(name)
        self._root = self._display.screen().root
        self._window: Any = self._root.create_window(0, 0, WIDTH, HEIGHT, 0, X.CopyFromParent, override_redirect=True)
        self._pen: Any = self._window.create_gc(graphics_exposures=False)
        self._window.map()
        self._display.sync()
        self._pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint8)

    def scene(self) -> Iterator[None]:
        """Draw a new picture, then move it, or something in it, a few times."""
        chance = self._chance
        self._show(chance.choice(KINDS)(chance))
        yield
        move = chance.choice((self._scroll, self._drag, self._write, self._replace))
        for _ in range(chance.randint(*_STEPS)):
            move()
            yield

    def turning(self, steps: int) -> Iterator[None]:
        """Turn one part, in a few colours."""
        seed = self._chance.random()
        for step in range(steps):
            self._show(part_at(random.Random(seed), step / 20))
            yield

    def _scroll(self) -> None:
        """Let the X server itself move a part of the screen, and draw what comes into it."""
        chance = self._chance
        left, rows, width = chance.randrange(60), chance.randint(1, 40), chance.randint(150, 240)
        self._window.copy_area(self._pen, self._window, left, rows, width, HEIGHT - rows, left, 0)
        self._put(chance.choice(KINDS)(chance)[:rows, :width], left, HEIGHT - rows)

    def _drag(self) -> None:
        """A window in front is somewhere else."""
        chance = self._chance
        behind, inside = self._pixels.copy(), pictures.window(random.Random(7), 120, 90)
        self._put(behind, 0, 0, flush=False)
        self._put(inside, chance.randrange(WIDTH - 120), chance.randrange(HEIGHT - 90))

    def _write(self) -> None:
        """A letter somewhere."""
        chance = self._chance
        letter = pictures.letter(chance.choice("abcdefgXYZ#"), chance.choice(pictures.INKS), 9)
        self._put(letter, chance.randrange(WIDTH - 9), chance.randrange(HEIGHT - len(letter)))

    def _replace(self) -> None:
        """Another picture of whatever kind."""
        self._show(self._chance.choice(KINDS)(self._chance))

    def _show(self, pixels: Pixels) -> None:
        self._pixels = pixels
        self._put(pixels, 0, 0)

    def _put(self, pixels: Pixels, x: int, y: int, *, flush: bool = True) -> None:
        height, width = pixels.shape[:2]
        self._window.put_image(self._pen, x, y, width, height, X.ZPixmap, _DEPTH, 0, pixels.tobytes())
        if flush:
            self._display.sync()

    def dot(self, x: int, y: int) -> None:
        """Draw a few pixels there."""
        self._put(np.full((3, 3, 4), self._chance.randrange(1, 255), np.uint8), x, y)

    def screen(self) -> bytes:
        """Return the display's pixels now, three bytes each."""
        image = self._root.get_image(0, 0, WIDTH, HEIGHT, X.ZPixmap, 0xFFFFFFFF)
        return colours(image.data)

    def close(self) -> None:
        """Leave the display."""
        self._display.close()


def colours(pixels: bytes | bytearray) -> bytes:
    """Return the blue, green and red of each pixel; the fourth byte is nobody's."""
    return np.frombuffer(pixels, np.uint8).reshape(-1, 4)[:, :3].tobytes()
