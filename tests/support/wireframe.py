"""A turning part drawn in lines, as a CAD program shows it: what moving pictures are encoded for here."""

from collections.abc import Iterator

from PIL import Image, ImageDraw

from tests.bench.screen.pictures import INKS, Pixels, part_segments, pixels_of, project

PAPER, INK = (0, 0, 0), (220, 220, 220)


def turning(width: int, height: int, step: float = 0.03, seed: int = 5) -> Iterator[Pixels]:
    """Yield pictures of shape (height, width, 4) without end, each `step` radians further."""
    angle = 0.0
    while True:
        image = Image.new("RGB", (width, height), PAPER)
        draw = ImageDraw.Draw(image)
        for segments, colour in zip(part_segments(seed), (INK, *INKS[1:]), strict=True):
            for line in project(segments, angle, (width, height)).tolist():
                draw.line(line, colour)
        yield pixels_of(image)
        angle += step
