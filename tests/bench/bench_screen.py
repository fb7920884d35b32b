"""The screen from one display to the other: how soon, how often and how exactly the engineer sees it, over which link.

Both real clients, at displays of 1920 × 1080, with a link between them that is made in network namespaces: lan (not
limited), 20m (20 Mbit/s, 10 ms one way), 2m (2 Mbit/s, 30 ms), 512k (512 kbit/s, 50 ms), all but lan also with 2 % loss
each way (`-loss2`). Programs on the customer's display draw a scene and number every change with a stamp; the pixels of
both displays are read from the memory of their X servers. A frame counts once its stamp is on the engineer's display
and the changed area is as like the original as `figures.least_ssim` says. On 2m and 512k a voice of 32 kbit/s each way
is on as well, which kbps does not count. Needs root, for the namespaces.

`--runs scenes` are the figures of each scene on each link, `screen.LINK.SCENE.FIGURE value unit`: p50_ms, p95_ms from
drawn to seen (click, after which a button looks pressed, and dialog, which it opens: from the press), fps that count,
gap_ms the longest time between two of them, ssim their mean likeness, first_s (SSIM .98) and exact_s after a whole new
picture, exact_ms after a menu has closed, kbps of IP packets to the engineer (idle: the larger of both ways), cpu_cores
of the customer's client. A peer's figures have its name behind theirs; of a peer every frame counts whose stamp can be
read. The other runs measure the product alone:
`steps`: the rate goes 20, 0.5, 2 Mbit/s under a turning part (`screen.steps[-loss2].FIGURE`, screen/steps.py);
`shared`: another flow on the same 2 Mbit/s, one of ours and a bulk TCP transfer, each by itself
  (`screen.shared.self.share_min`, `screen.shared.tcp.share_min`, screen/sharing.py);
`checker`: mixed work on each link with loss, compared each second (`screen.LINK.checker.FIGURE`, screen/checker.py);
`memory`: of each client after mixed work (`screen.memory.customer_mb`, `engineer_mb`).
Lines that begin with # say what else was seen.

Run: python -m tests.bench.bench_screen [--links lan,2m] [--scenes type,cad] [--seconds 10] [--peer chromium|tigervnc]
[--runs steps,checker] [--minutes 15]
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

from tests.bench.screen.checker import Checker
from tests.bench.screen.chromium import Chromium
from tests.bench.screen.figures import SCENES, line
from tests.bench.screen.links import LINKS, STEP_LINKS, Link
from tests.bench.screen.mixed import Mixed, memory
from tests.bench.screen.product import Product
from tests.bench.screen.scenes import Figures, Scenes
from tests.bench.screen.seats import Seats, System
from tests.bench.screen.sharing import FLOWS, share
from tests.bench.screen.steps import Steps
from tests.bench.screen.tigervnc import TigerVnc
from tests.bench.screen.work import Work

_FIRST_PICTURE_S = 40.0
_PRIORITY = -10
_BUSY = "cad"  # a scene that takes whatever the link gives
_SCENE_S, _STEP_S, _SHARED_S = 10.0, 20.0, 30.0
_CHECKER_MINUTES, _MEMORY_MINUTES = 15.0, 30.0
RUNS = ("scenes", "steps", "shared", "checker", "memory")
Start = Callable[[Seats], System]
Note = Callable[[str], None]
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
    options.seed = random.randrange(1 << 20) if options.seed is None else options.seed
    print(f"# seed {options.seed}", flush=True)
    ok = True
    for what, measure in _measures(options):
        try:
            measure()
        except AssertionError as error:
            print(f"# {what}: nothing could be measured: {error}", flush=True)
            ok = False
    return 0 if ok else 1


def _measures(options: argparse.Namespace) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield all that is to be measured, by the name of the link or the run."""
    links = [LINKS[name] for name in options.links]
    if "scenes" in options.runs:
        starts: list[Start] = [] if options.peer_only else [Product]
        for link in links:
            for start in (*starts, *PEERS[options.peer]):
                yield link.name, partial(_scenes, link, start, options)
    if "steps" in options.runs:
        for link in STEP_LINKS:
            yield link.name, partial(_steps, link, options)
    if "shared" in options.runs:
        for other in FLOWS:
            yield f"shared with {other}", partial(_shared, other, options)
    if "checker" in options.runs:
        for link in links:
            if link.loss:
                yield f"{link.name} checker", partial(_checker, link, options)
    if "memory" in options.runs:
        yield "memory", partial(_memory, options)


def _scenes(link: Link, start: Start, options: argparse.Namespace) -> None:
    """Print the figures of one system on one link."""
    with Seats(link) as seats, closing(start(seats)) as system:
        note = _noting(link.name, system.name)
        try:
            with _working(seats, options.seed, note) as work:
                scenes = Scenes(work, seats, system, options.seed, options.seconds or _SCENE_S, note)
                for scene in options.scenes:
                    _print(link.name, scene, scenes.measure(scene), system.name)
        finally:
            if not system.name:
                _complain(seats, note)


@contextmanager
def _session(link: Link, name: str, seed: int) -> Iterator[tuple[Work, Seats, Product, Note]]:
    """A session of the product with somebody at work; `name` is what its notes begin with."""
    note = _noting(name)
    with Seats(link) as seats, closing(Product(seats)) as product:
        try:
            with _working(seats, seed, note) as work:
                yield work, seats, product, note
        finally:
            _complain(seats, note)


def _steps(link: Link, options: argparse.Namespace) -> None:
    with _session(link, link.name, options.seed) as (work, seats, _, note):
        _print(link.name, "", Steps(work, seats, options.seconds or _STEP_S, note).measure(_BUSY))


def _shared(other: str, options: argparse.Namespace) -> None:
    with _session(LINKS["2m"], f"shared with {other}", options.seed) as (work, seats, _, note):
        _print("shared", other, share(work, seats, _BUSY, options.seconds or _SHARED_S, other, note))


def _checker(link: Link, options: argparse.Namespace) -> None:
    with _session(link, link.name, options.seed) as (work, seats, product, note):
        mixed = Mixed(work, options.seed)
        _print(
            link.name, "checker", Checker(work, seats, product, note).run(mixed, options.minutes or _CHECKER_MINUTES)
        )


def _memory(options: argparse.Namespace) -> None:
    with _session(LINKS["20m"], "memory", options.seed) as (work, _, product, _note):
        _print("memory", "", memory(Mixed(work, options.seed), product, options.minutes or _MEMORY_MINUTES))


@contextmanager
def _working(seats: Seats, seed: int, note: Note) -> Iterator[Work]:
    """Somebody at work whom the engineer sees."""
    began = time.monotonic()
    with ahead_of_others(), closing(Work(seats, seed)) as work:
        assert work.await_picture(_FIRST_PICTURE_S), f"no picture in {_FIRST_PICTURE_S:.0f} s"
        note(f"the first picture came after {time.monotonic() - began:.1f} s")
        yield work


def _noting(name: str, peer: str = "") -> Note:
    return lambda text: print(f"# {name}{f' {peer}' if peer else ''} {text}", flush=True)


def _complain(seats: Seats, note: Note) -> None:
    for complaint in seats.complaints():
        note(complaint)


def _print(link: str, scene: str, figures: Figures, peer: str = "") -> None:
    for figure, value in figures.items():
        print(line(link, scene, figure, value, peer), flush=True)


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
    parser.add_argument("--runs", type=_listed(RUNS), default=RUNS, help=",".join(RUNS))
    parser.add_argument("--seconds", type=float, help="of each scene (10), of each step (20), of sharing (30)")
    parser.add_argument("--minutes", type=float, help="of the checker on each link (15), until memory is read (30)")
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
