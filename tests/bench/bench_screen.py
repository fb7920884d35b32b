"""The screen from one display to the other: how soon, how often and how exactly the engineer sees it, over which link.

Both real clients, at displays of 1920 × 1080, with a link between them that is made in network namespaces: lan (not
limited), 20m (20 Mbit/s, 10 ms one way), 2m (2 Mbit/s, 30 ms), 512k (512 kbit/s, 50 ms), all but lan also with 2 % loss
each way (`-loss2`). Programs on the customer's display draw a scene and number every change with a stamp; the pixels of
both displays are read from the memory of their X servers. A frame counts once its stamp is on the engineer's display
and the changed area is as like the original as `figures.least_ssim` says. On 2m and 512k a voice of 32 kbit/s each way
is on as well, which kbps does not count. Needs root, for the namespaces.

`screen.LINK.SCENE.FIGURE value unit`: p50_ms, p95_ms from drawn to seen (click: from the press), fps that count, gap_ms
the longest time between two of them, ssim their mean likeness, first_s and exact_s after a whole new picture, exact_ms
after a menu has closed, kbps of IP packets to the engineer (idle: the larger of both ways), cpu_cores of the customer's
client. Lines that begin with # say what else was seen. A peer's figures have its name behind theirs; of a peer every
frame counts whose stamp can be read.

Run: python -m tests.bench.bench_screen [--links lan,2m] [--scenes type,cad] [--seconds 10] [--peer chromium|tigervnc]
"""

import argparse
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial

from tests.bench.screen.chromium import Chromium
from tests.bench.screen.figures import SCENES, line
from tests.bench.screen.links import LINKS
from tests.bench.screen.product import Product
from tests.bench.screen.scenes import Scenes
from tests.bench.screen.seats import Seats, System
from tests.bench.screen.tigervnc import TigerVnc

_FIRST_PICTURE_S = 40.0
_PRIORITY = -10
Start = Callable[[Seats], System]
_VP8, _AV1 = partial(Chromium, codec="vp8"), partial(Chromium, codec="av1")
PEERS: dict[str, Sequence[Start]] = {
    "": (),
    "chromium": (_VP8, _AV1),
    "chromium-vp8": (_VP8,),
    "chromium-av1": (_AV1,),
    "tigervnc": (TigerVnc,),
}


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; returns 1 if something showed no picture at all."""
    options = _parser().parse_args(arguments)
    if os.geteuid() != 0:
        print("bench_screen needs root: it makes network namespaces and the links between them", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everything is closed
    seed = random.randrange(1 << 20) if options.seed is None else options.seed
    print(f"# seed {seed}", flush=True)
    starts: list[Start] = [] if options.peer_only else [Product]
    starts += PEERS[options.peer]
    ok = True
    for link in options.links:
        for start in starts:
            try:
                ok &= measure(link, start, options.scenes, options.seconds, seed)
            except AssertionError as error:
                print(f"# {link}: nothing could be measured: {error}", flush=True)
                ok = False
    return 0 if ok else 1


def measure(link: str, start: Start, scenes: Sequence[str], seconds: float, seed: int) -> bool:
    """Print the figures of one system on one link; returns whether there was a picture."""

    def note(text: str) -> None:
        print(f"# {link}{f' {system.name}' if system.name else ''} {text}", flush=True)

    with Seats(LINKS[link]) as seats, closing(start(seats)) as system:
        started_at = time.monotonic()
        with ahead_of_others(), closing(Scenes(seats, system, seed, seconds, note)) as stage:
            if not stage.await_picture(_FIRST_PICTURE_S):
                note(f"no picture in {_FIRST_PICTURE_S:.0f} s")
                return False
            note(f"the first picture came after {time.monotonic() - started_at:.1f} s")
            for scene in scenes:
                for figure, value in stage.measure(scene).items():
                    print(line(link, scene, figure, value, system.name), flush=True)
        for complaint in () if system.name else seats.complaints():
            note(complaint)
    return True


@contextmanager
def ahead_of_others() -> Iterator[None]:
    """Draw and look first, before anything that is measured: on a busy machine that is late, not the ruler."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, _PRIORITY)
    try:
        yield
    finally:
        os.setpriority(os.PRIO_PROCESS, 0, before)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench_screen", description="Measure the screen, from display to display.")
    parser.add_argument("--links", type=_listed(tuple(LINKS)), default=tuple(LINKS), help=",".join(LINKS))
    parser.add_argument("--scenes", type=_listed(SCENES), default=SCENES, help=",".join(SCENES))
    parser.add_argument("--seconds", type=float, default=10.0, help="of each scene")
    parser.add_argument("--seed", type=int, help="what the pictures are made from; the stamp's place never is")
    parser.add_argument("--peer", choices=tuple(PEERS), default=os.environ.get("PEER", ""), help="measured beside")
    parser.add_argument("--peer-only", action="store_true", help="measure only the peer")
    return parser


def _listed(known: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    def parse(text: str) -> tuple[str, ...]:
        names = tuple(text.split(","))
        if unknown := set(names) - set(known):
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not one of {', '.join(known)}")
        return names

    return parse


if __name__ == "__main__":
    sys.exit(main())
