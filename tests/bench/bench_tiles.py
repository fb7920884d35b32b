"""What the tile path costs on a 1920 × 1080 desktop: the customer's side, the engineer's side, and the bytes between.

Every figure is the median over a few pictures, on one thread. Run: python -m tests.bench.bench_tiles
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image, ImageDraw

from remotedesk.features.screen.tiles import TileSource, TileView
from tests.bench.screen.pictures import part_segments, pixels_of, project
from tests.support.desktops import Desktop

WIDTH, HEIGHT = 1920, 1080
PICTURES = 9


def unchanged(desktop: Desktop) -> Iterator[bytes]:
    """The same picture in another buffer."""
    while True:
        yield desktop.frame()


def typing(desktop: Desktop) -> Iterator[bytes]:
    """One character after another in a text window."""
    for column in range(PICTURES + 3):
        desktop.write(400 + 9 * column, 500, "x")
        yield desktop.frame()


def scroll(desktop: Desktop) -> Iterator[bytes]:
    """1400 × 900 of text, three lines at a time."""
    while True:
        desktop.scroll(54)
        yield desktop.frame()


def window(desktop: Desktop) -> Iterator[bytes]:
    """A window of 640 × 480, dragged."""
    plain = desktop.pixels.copy()
    inside = np.random.default_rng(1).integers(0, 1 << 24, (480, 640), np.uint32) & np.uint32(0xF0F0F0)
    for step in range(PICTURES + 3):
        desktop.pixels[:] = plain
        desktop.pixels[200 + 5 * step : 680 + 5 * step, 300 + 17 * step : 940 + 17 * step] = inside
        yield desktop.frame()


def drawing(desktop: Desktop) -> Iterator[bytes]:
    """A part of thin lines in five colours, which turns in 1200 × 900; the first two pictures go without strips."""
    part = part_segments(1)
    for step in range(PICTURES + 3):
        image = Image.new("RGB", (1200, 900), "black")
        pen = ImageDraw.Draw(image)
        for ink, segments in zip(("white", "yellow", "cyan", "red", "lime"), part, strict=False):
            for ends in project(segments, 0.052 * step, (1200, 900)).reshape(-1, 4).tolist():
                pen.line(ends, fill=ink)
        desktop.pixels[90:990, 20:1220] = pixels_of(image).view(np.uint32)[:, :, 0]
        yield desktop.frame()


def whole_screen(desktop: Desktop) -> Iterator[bytes]:
    """Another desktop each time."""
    for seed in range(PICTURES + 3):
        yield Desktop(WIDTH, HEIGHT, seed=100 + seed).frame()


def noise(_: Desktop) -> Iterator[bytes]:
    """What can't be compressed at all."""
    source = random.Random(2)
    while True:
        yield source.randbytes(WIDTH * HEIGHT * 4)


def timed_ms(act: Callable[[], object]) -> float:
    """Return how long `act` takes."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def measure(name: str, scene: Callable[[Desktop], Iterator[bytes]], level: int) -> None:
    """Print three lines for one scene."""
    desktop, source, view = Desktop(WIDTH, HEIGHT), TileSource(level), TileView()
    for message in source.encode(desktop.frame(), WIDTH, HEIGHT):
        view.apply(message)
    encodes, applies, sizes = [], [], []
    for _, frame in zip(range(PICTURES), scene(desktop), strict=False):
        messages: list[bytes] = []
        encodes.append(timed_ms(lambda: messages.extend(source.encode(frame, WIDTH, HEIGHT))))  # noqa: B023 - at once
        applies.append(timed_ms(lambda: [view.apply(message) for message in messages]))  # noqa: B023 - at once
        sizes.append(sum(map(len, messages)) / 1000)
    print(f"tiles.{name}.encode_ms {statistics.median(encodes):.2f} ms")
    print(f"tiles.{name}.apply_ms {statistics.median(applies):.2f} ms")
    print(f"tiles.{name}.kb {statistics.median(sizes):.2f} kB", flush=True)


def main() -> None:
    """Print one line per figure."""
    for scene in (unchanged, typing, scroll, window, drawing, whole_screen, noise):
        measure(scene.__name__, scene, 3)
    measure("whole_screen_level_9", whole_screen, 9)


if __name__ == "__main__":
    main()
