"""What each encoder makes of a turning wireframe, the hardest that screens have: CPU, rate, and how like it stays.

The part of tests/bench/screen turns as fast as there, drawn 30 times a second, in a region of 830 × 800 pixels. SSIM is
of the luma of the whole region, after the first second; a picture left out counts as the one shown before it. The CPU
is that of all threads. Run: python -m tests.bench.bench_video [PART-OF-NAME]
"""

import statistics
import sys
import time
from collections.abc import Iterator
from functools import cache

import numpy as np
from PIL import Image, ImageDraw

from remotedesk.transport.video import VideoCodec, VideoEncoder, frame_of, open_decoder, open_encoder, pixels_of
from remotedesk.transport.video.port import Effort
from tests.bench.screen.likeness import ssim
from tests.bench.screen.pictures import INKS, Pixels, part_segments, project
from tests.bench.screen.pictures import pixels_of as bgrx_of

WIDTH, HEIGHT = 830, 800
VIEW, LEFT, TOP = (1200, 900), 185, 50
TURN = 0.052  # radians a picture drawn, as in tests/bench/screen/workload.py
DRAWN_PER_S = 30
LINKS = {"2m": (20, 1_700_000), "512k": (10, 380_000), "512k_8fps": (8, 380_000)}  # pictures a second, bit/s
SECONDS = 2.6


@cache
def drawing(number: int) -> Pixels:
    """Return the region as it is drawn for the so manieth time."""
    image = Image.new("RGB", VIEW)
    draw = ImageDraw.Draw(image)
    for segments, colour in zip(part_segments(5), ((220, 220, 220), *INKS[1:]), strict=True):
        for line in project(segments, number * TURN, VIEW).tolist():
            draw.line(line, colour)
    return bgrx_of(image.crop((LEFT, TOP, LEFT + WIDTH, TOP + HEIGHT)))


def captured(rate: int) -> Iterator[Pixels]:
    """Yield what is on the screen at each capture."""
    for number in range(round(SECONDS * rate)):
        yield drawing(number * DRAWN_PER_S // rate)


def measure(name: str, encoder: VideoEncoder, rate: int) -> None:
    """Print the figures of one encoder on one link."""
    decoder = open_decoder(encoder.codec, WIDTH, HEIGHT)
    cpu, wall, sizes, likes = [], [], [], []
    shown = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    for picture in captured(rate):
        frame = frame_of(picture, encoder.codec)
        cpu_s, wall_s = time.process_time(), time.perf_counter()
        encoded = encoder.encode(frame)
        cpu.append((time.process_time() - cpu_s) * 1000)
        wall.append((time.perf_counter() - wall_s) * 1000)
        sizes.append(len(encoded.data))
        if encoded.data:
            shown = pixels_of(decoder.decode(encoded.data), WIDTH, HEIGHT).view(np.uint8).reshape(HEIGHT, WIDTH, 4)
        likes.append(ssim(picture[..., :3], shown[..., :3]))
    encoder.close()
    print(f"video.{name}.cpu_ms {statistics.mean(cpu[rate:]):.1f} ms")
    print(f"video.{name}.wall_ms {statistics.mean(wall[rate:]):.1f} ms")
    print(f"video.{name}.worst_ms {max(wall[rate:]):.1f} ms")
    print(f"video.{name}.kbps {statistics.mean(sizes[rate:]) * 8 * rate / 1000:.0f} kbit/s")
    print(f"video.{name}.largest {max(sizes[rate:]) / statistics.mean(sizes[rate:]):.1f} times the mean")
    print(f"video.{name}.key_kb {sizes[0] / 1000:.1f} kB")
    print(f"video.{name}.ssim {statistics.mean(likes[rate:]):.3f} -")
    print(f"video.{name}.ssim_least {min(likes[rate:]):.3f} -", flush=True)


def main(wanted: str = "") -> None:
    """Measure what has `wanted` in its name."""
    for link, (rate, bps) in LINKS.items():
        for codec in VideoCodec:
            for effort in Effort:
                for is_baseline in (False, True) if codec is VideoCodec.H264 else (False,):
                    kind = "baseline" if is_baseline else codec.lower()
                    name = f"{link}.{kind}.{effort.name.lower()}"
                    if wanted in name:
                        encoder = open_encoder(
                            codec, WIDTH, HEIGHT, bits_per_second=bps, frames_per_second=rate, effort=effort,
                            baseline=is_baseline,
                        )  # fmt: skip
                        measure(name, encoder, rate)


if __name__ == "__main__":
    main(*sys.argv[1:])
