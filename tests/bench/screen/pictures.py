"""What is on the customer's screen: text, tool bars, shaded and drawn parts, made from chance so that none is known.

Pictures are arrays of shape (height, width, 4), blue, green, red and nothing, as the X server takes them.
"""

import random
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tests.bench.screen.layout import SCREEN

Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]
DARK: Final[Colour] = (30, 31, 34)
INKS: Final[tuple[Colour, ...]] = ((200, 200, 210), (120, 180, 255), (240, 160, 90), (140, 210, 130), (210, 130, 210))
_WORDS: Final = (
    "flange", "bracket", "shaft", "bore", "keyway", "chamfer", "fillet", "radius", "offset", "plane", "sketch",
    "extrude", "revolve", "mirror", "pattern", "mate", "tolerance", "H7", "g6", "Ra1.6", "layer", "hatch",
    "dimension", "leader", "section", "detail", "scale", "sheet", "bolt", "M8x1.25", "washer", "thread",
    "depth", "12.50", "0.02", "90°", "Ø24", "weld", "seam", "import", "export", "STEP", "DXF", "solve",
    "constraint", "if", "for", "each", "return", "update", "rebuild",
)  # fmt: skip
TEXT_SIZE: Final = 15
LINE_HEIGHT: Final = 18


@cache
def font(size: int, name: str = "DejaVuSansMono") -> ImageFont.FreeTypeFont:
    """Return a font of the fonts-dejavu-core package."""
    return ImageFont.truetype(f"/usr/share/fonts/truetype/dejavu/{name}.ttf", size)


def pixels_of(image: Image.Image) -> Pixels:
    """Return an RGB image as the X server takes it."""
    rgb = np.asarray(image, dtype=np.uint8)
    bgrx = np.full((*rgb.shape[:2], 4), 0, dtype=np.uint8)
    bgrx[..., :3] = rgb[..., ::-1]
    return bgrx


def words(chance: random.Random, count: int) -> str:
    """Return so many words."""
    return " ".join(chance.choices(_WORDS, k=count))


def write_text(draw: ImageDraw.ImageDraw, chance: random.Random, width: int, height: int, first: int = 1) -> None:
    """Fill an image with numbered lines of coloured words."""
    for row in range(height // LINE_HEIGHT + 1):
        top = row * LINE_HEIGHT
        draw.text((6, top), f"{first + row:4d}", (110, 110, 120), font(TEXT_SIZE))
        x = 54.0 + 36 * chance.randrange(4)
        for _ in range(chance.randrange(13)):
            word = chance.choice(_WORDS) + " "
            draw.text((x, top), word, chance.choice(INKS), font(TEXT_SIZE))
            x += font(TEXT_SIZE).getlength(word)
            if x > width:
                break


def letter(char: str, colour: Colour, width: int) -> Pixels:
    """Return a letter as high as a line of text."""
    image = Image.new("RGB", (width, LINE_HEIGHT), DARK)
    ImageDraw.Draw(image).text((0, 0), char, colour, font(TEXT_SIZE))
    return pixels_of(image)


def text_page(chance: random.Random, width: int, height: int, ground: Colour = DARK) -> Pixels:
    """Return a page of text."""
    image = Image.new("RGB", (width, height), ground)
    write_text(ImageDraw.Draw(image), chance, width, height)
    return pixels_of(image)


def window(chance: random.Random, width: int, height: int) -> Pixels:
    """Return a window with a title and text on white."""
    image = Image.new("RGB", (width, height), (250, 250, 245))
    draw = ImageDraw.Draw(image)
    for row in range(2, height // LINE_HEIGHT):
        draw.text((10, row * LINE_HEIGHT), words(chance, chance.randrange(9)), (40, 40, 50), font(TEXT_SIZE))
    draw.rectangle((0, 0, width, 28), (40, 90, 160))
    draw.text((10, 5), f"Properties - {words(chance, 2)}", (255, 255, 255), font(TEXT_SIZE))
    draw.rectangle((0, 0, width - 1, height - 1), outline=(40, 90, 160))
    return pixels_of(image)


def menu(chance: random.Random, width: int, height: int) -> Pixels:
    """Return an open menu."""
    image = Image.new("RGB", (width, height), (238, 238, 240))
    draw = ImageDraw.Draw(image)
    for top in range(8, height - 24, 26):
        draw.text((34, top), words(chance, 2), (20, 20, 20), font(14, "DejaVuSans"))
        draw.rectangle((10, top + 2, 22, top + 14), chance.choice(INKS))
    draw.rectangle((0, 0, width - 1, height - 1), outline=(120, 120, 130))
    return pixels_of(image)


def desktop(chance: random.Random) -> Pixels:
    """Return a whole screen of a CAD program: tool bar, drawing with dimensions, text, a shaded part and a table."""
    is_dark = chance.random() < 0.5
    paper, ink = ((0, 0, 0), (220, 220, 220)) if is_dark else ((255, 255, 255), (20, 20, 20))
    image = Image.new("RGB", (SCREEN.width, SCREEN.height), (60, 63, 68) if is_dark else (225, 225, 230))
    draw = ImageDraw.Draw(image)
    for x in range(10, SCREEN.width - 40, 31):
        draw.rounded_rectangle((x, 50, x + 24, 74), 4, _any_colour(chance))
        draw.line((x + 4, 54 + chance.randrange(16), x + 20, 54 + chance.randrange(16)), (255, 255, 255))
    draw.rectangle((10, 84, 1190, 984), paper)
    _draw_part(draw, chance, ink)
    text = Image.new("RGB", (700, 540), DARK)
    write_text(ImageDraw.Draw(text), chance, 700, 540, chance.randrange(1, 900))
    image.paste(text, (1205, 84))
    image.paste(_shaded(chance, 340, 340), (1205, 644))
    for row in range(22):
        value = f"{words(chance, 2)}: {chance.random() * 99:.3f} mm"
        draw.text((1560, 644 + row * 15), value, ink, font(12, "DejaVuSans"))
    title = f"{words(chance, 2)} - assembly_{chance.randrange(1000)}.sldasm"
    draw.text((20, 14), title, (90, 120, 200), font(20, "DejaVuSans-Bold"))
    return pixels_of(image)


def _any_colour(chance: random.Random) -> Colour:
    return chance.randrange(40, 220), chance.randrange(40, 220), chance.randrange(40, 220)


def _draw_part(draw: ImageDraw.ImageDraw, chance: random.Random, ink: Colour) -> None:
    angle = chance.random() * 6
    for segments, colour in zip(part_segments(chance.randrange(1 << 30)), (ink, *INKS[1:]), strict=True):
        for x0, y0, x1, y1 in project(segments, angle, (1180, 900)).tolist():
            draw.line((x0 + 10, y0 + 84, x1 + 10, y1 + 84), colour)
    for _ in range(24):
        at = (30 + chance.randrange(1080), 100 + chance.randrange(840))
        draw.text(at, f"{chance.random() * 300:.2f}", (128, 128, 0), font(12, "DejaVuSans"))


def _shaded(chance: random.Random, width: int, height: int) -> Image.Image:
    """Return a lit sphere: soft gradients."""
    y, x = np.mgrid[:height, :width]
    light = 1 - ((x - chance.randrange(width)) ** 2 + (y - chance.randrange(height)) ** 2) / (width * height)
    colour = np.array(_any_colour(chance), dtype=np.float64) + 30
    return Image.fromarray(np.clip(light[..., None] * colour, 0, 255).astype(np.uint8), "RGB")


def part_segments(seed: int) -> list[NDArray[np.float64]]:
    """Return a turned part with ribs as lines in space, one array of shape (count, 2, 3) per colour."""
    chance = np.random.default_rng(seed)
    around, rings = 40, 12
    radius = 0.25 + 0.6 * chance.random(rings + 1)
    angle = np.arange(around + 1) * (2 * np.pi / around)
    points = np.empty((rings + 1, around + 1, 3))
    points[..., 0] = radius[:, None] * np.cos(angle)
    points[..., 1] = radius[:, None] * np.sin(angle)
    points[..., 2] = (np.arange(rings + 1) / rings - 0.5)[:, None]
    circles = np.stack((points[:, :-1], points[:, 1:]), axis=2).reshape(-1, 2, 3)
    ribs = np.stack((points[:-1, :-1], points[1:, :-1]), axis=2).reshape(-1, 2, 3)
    lines = np.concatenate((circles, ribs))
    lines = lines[chance.random(len(lines)) > 0.12]  # cut-outs, so that no two sides are alike
    return [lines[colour::5] for colour in range(5)]


def revolved_segments(seed: int) -> list[NDArray[np.float64]]:
    """Return a part that looks the same all around, but for whole sectors cut out and six bolt holes; see above."""
    chance = np.random.default_rng(seed)
    around, rings, bolts = 40, 12, 6
    radius = 0.25 + 0.6 * chance.random(rings + 1)
    kept = np.flatnonzero(chance.random(around) > 0.12)
    angle = np.arange(around + 1) * (2 * np.pi / around)
    points = np.empty((around + 1, rings + 1, 3))
    points[..., 0] = np.cos(angle)[:, None] * radius
    points[..., 1] = np.sin(angle)[:, None] * radius
    points[..., 2] = np.arange(rings + 1) / rings - 0.5
    circles = np.stack((points[kept], points[kept + 1]), axis=2)  # shape (sectors, rings + 1, 2, 3)
    ribs = np.stack((points[kept, 1:], points[kept, :-1]), axis=2)
    colours = [
        np.concatenate((circles[:, colour::5].reshape(-1, 2, 3), ribs[:, (colour - 1) % 5 :: 5].reshape(-1, 2, 3)))
        for colour in range(5)
    ]
    turn = np.arange(17) * (2 * np.pi / 16)
    holes = [
        _pairs(0.75 * np.cos(bolt) + 0.09 * np.cos(turn), 0.75 * np.sin(bolt) + 0.09 * np.sin(turn), height)
        for bolt in range(bolts)
        for height in (-0.55, 0.55)
    ]
    return [*colours[:-1], np.concatenate((colours[-1], *holes))]


def _pairs(x: NDArray[np.float64], y: NDArray[np.float64], height: float) -> NDArray[np.float64]:
    line = np.stack((x, y, np.full_like(x, height)), axis=-1)
    return np.stack((line[:-1], line[1:]), axis=1)


def project(segments: NDArray[np.float64], angle: float, size: tuple[int, int]) -> NDArray[np.int16]:
    """Return the lines as seen in perspective after a turn, x0, y0, x1, y1 in pixels each."""
    tilt, (width, height) = 0.9, size
    scale = min(width, height) * 0.52
    x = segments[..., 0] * np.cos(angle) - segments[..., 1] * np.sin(angle)
    y = segments[..., 0] * np.sin(angle) + segments[..., 1] * np.cos(angle)
    deep = y * np.cos(tilt) - segments[..., 2] * np.sin(tilt)
    high = y * np.sin(tilt) + segments[..., 2] * np.cos(tilt)
    near = scale * 3 / (3 + deep)
    seen = np.stack((width / 2 + x * near, height / 2 - high * near), axis=-1)
    return seen.reshape(-1, 4).astype(np.int16)
