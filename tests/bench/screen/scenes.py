"""Measures what the engineer sees of the scenes that are played on the customer's display."""

import io
import itertools
import math
import random
import threading
import time
from collections.abc import Callable
from typing import Final

from PIL import Image
from Xlib import X, display
from Xlib.ext import xtest

from tests.bench.screen import layout
from tests.bench.screen.figures import least_ssim, percentile
from tests.bench.screen.seats import Costs, Seats, System
from tests.bench.screen.watching import Drawn, Shown, Sighting
from tests.bench.screen.work import Work
from tests.bench.screen.workload import MENU_CLOSED_S, PAUSE_S

Figures = dict[str, float]
_RUN_IN_S: Final = 1.0  # of a motion, before it is measured
_ON_THE_WAY_S: Final = 2.0  # how long a frame that was drawn may take to count
_MOST_CHANGES: Final = 5
_CHANGE_S: Final = 15.0  # how long is waited for an exact picture
_CLICK_S: Final = 2.5  # how long is waited for the effect of a click


class Scenes:
    """The figures of one system on one link; `note` takes what is worth knowing besides them."""

    def __init__(
        self, work: Work, seats: Seats, system: System, seed: int, seconds: float, note: Callable[[str], None]
    ) -> None:
        self._work, self._seats, self._system, self._seconds = work, seats, system, seconds
        self._note = note
        self._chance = random.Random(seed)

    def measure(self, scene: str) -> Figures:
        """Return the figures of a scene by their names."""
        if not self._work.settle():
            self._note(f"{scene}: the picture before it was not exact")
        match scene:
            case "change":
                return self._change()
            case "menu":
                return self._menu()
            case "click" | "dialog":
                return self._click(scene)
            case "idle":
                return self._idle()
            case _:
                return self._motion(scene)

    def _least_ssim(self, scene: str) -> float:
        """Return the bar; a peer's frame counts as soon as its stamp can be read."""
        return -1.0 if self._system.name else least_ssim(self._seats.link.name, scene)

    # -- the scenes -----------------------------------------------------------------------------------------

    def _motion(self, scene: str) -> Figures:
        self._work.play(scene)
        self._work.watch(PAUSE_S + _RUN_IN_S)
        costs = Costs(self._seats, self._system)
        # In a thread of its own, since nobody would look at the displays meanwhile.
        stopping = threading.Timer(self._seconds, costs.stop)
        stopping.start()
        began = time.monotonic()
        seen = self._work.watch(self._seconds)
        drawn = self._work.log.drawn(scene, began, time.monotonic())
        seen += self._work.watch(_ON_THE_WAY_S)
        stopping.join()
        self._work.play("rest")
        numbers = {each.number for each in drawn}
        seen = list({each.drawn.number: each for each in seen if each.drawn.number in numbers}.values())
        shown = [each for sighting in seen if (each := sighting.judged(self._least_ssim(scene)))]
        likeness = _mean([sighting.best_ssim for sighting in seen])
        soonest = percentile([1000 * (each.seen_at - _drawn_at(each.drawn)) for each in seen], 50)
        self._note(
            f"{scene}: {len(drawn)} drawn, {len(seen)} stamps seen (p50 {soonest:.1f} ms, ssim {likeness:.4f}), "
            f"{len(shown)} count"
        )
        self._note(f"{scene}: {costs}")
        return _pace(drawn, shown) | {"kbps": costs.kbps["engineer"], "cpu_cores": costs.cores["customer"]}

    def _change(self) -> Figures:
        firsts: list[float] = []
        exacts: list[float] = []
        until = time.monotonic() + self._seconds
        while not firsts or (time.monotonic() < until and len(firsts) < _MOST_CHANGES):
            bytes_before = self._seats.delivered_bytes("engineer")
            first_s, exact_s = self._change_once()
            firsts.append(first_s)
            exacts.append(exact_s)
            size = self._seats.delivered_bytes("engineer") - bytes_before
            self._note(f"change: first {first_s:.3f} s, exact {exact_s:.3f} s, {size / 1000:.0f} kB until then")
            if math.isinf(exact_s):
                break
        if self._seats.link.is_thin:
            self._note(f"change: the last picture is {self._lossless_bytes() / 1000:.0f} kB as lossless WebP")
        return {"first_s": percentile(firsts, 50), "exact_s": percentile(exacts, 50)}

    def _lossless_bytes(self) -> int:
        """Return how many bytes the customer's screen takes without a loss."""
        packed = io.BytesIO()
        Image.fromarray(self._seats.customer.screen.pixels[..., 2::-1]).save(packed, "webp", lossless=True)
        return packed.tell()

    def _change_once(self) -> tuple[float, float]:
        """Change the whole screen once; return seconds to the first picture and to the exact one."""
        least = self._least_ssim("change")
        before = self._work.log.newest
        self._work.play("change")
        deadline = time.monotonic() + _CHANGE_S
        candidate: Sighting | None = None
        exact_at = math.inf
        for sighting in self._work.watcher.sightings(deadline):
            if sighting is not None and sighting.drawn.number > before:
                candidate = sighting
            if candidate is not None and self._work.watcher.is_exact():
                exact_at = time.monotonic()
                break
        if candidate is None or candidate.drawn.at is None:
            return math.inf, math.inf
        shown = candidate.judged(least)
        first_at = min(shown.at if shown else math.inf, exact_at)
        seen = [f"{at - candidate.drawn.at:.3f} s" for at in (candidate.seen_at, *candidate.reached(0.8, 0.9, 0.95))]
        self._note(f"change: its stamp came after {seen[0]}; SSIM .80, .90, .95: {', '.join(seen[1:])}")
        return first_at - candidate.drawn.at, exact_at - candidate.drawn.at

    def _menu(self) -> Figures:
        self._work.play("menu")
        began = time.monotonic()
        self._work.watch(PAUSE_S)
        seen = self._work.watch(self._seconds)
        drawn = self._work.log.drawn("menu", began, time.monotonic() - MENU_CLOSED_S)
        exact = {each.drawn.number: _delay_ms(each) for sighting in seen if (each := sighting.judged(1.0))}
        delays = [exact.get(each.number, math.inf) for each in drawn]
        self._note(f"menu: {len(drawn)} closed, {sum(map(math.isfinite, delays))} exact after it")
        return {"exact_ms": percentile(delays, 50), "p95_ms": percentile(delays, 95)}

    def _click(self, scene: str) -> Figures:
        if not self._system.takes_clicks:
            return {}
        self._work.play(scene)
        self._work.watch(PAUSE_S)
        hand = display.Display(self._seats.engineer.server.display)
        delays = []
        try:
            _move(hand, *layout.CLICK_AT)
            self._work.watch(0.5)
            until = time.monotonic() + self._seconds
            while time.monotonic() < until:
                delays.append(self._click_once(hand, scene))
                self._work.watch(0.25 + 0.2 * self._chance.random())
        finally:
            _move(hand, *layout.PARKED)
            hand.close()
        self._note(f"{scene}: {len(delays)} clicks, {sum(map(math.isinf, delays))} without an effect that was seen")
        return {"p50_ms": percentile(delays, 50), "p95_ms": percentile(delays, 95)}

    def _click_once(self, hand: "display.Display", scene: str) -> float:
        """Click; return the milliseconds until the effect is seen."""
        before, clicked_at = self._work.log.newest, time.monotonic()
        for event in (X.ButtonPress, X.ButtonRelease):
            xtest.fake_input(hand, event, 1)
            hand.sync()
        for sighting in self._work.watcher.sightings(clicked_at + _CLICK_S):
            if sighting is not None and sighting.drawn.number > before:
                shown = sighting.judged(self._least_ssim(scene))
                if shown:
                    return (shown.at - clicked_at) * 1000
        return math.inf

    def _idle(self) -> Figures:
        costs = Costs(self._seats, self._system)
        time.sleep(self._seconds)
        costs.stop()
        self._note(f"idle: {costs}")
        return {"kbps": max(costs.kbps.values()), "cpu_cores": costs.cores["customer"]}


def _pace(drawn: list[Drawn], shown: list[Shown]) -> Figures:
    """Return how soon and how often frames were shown, of all that were drawn one interval after the other."""
    moments = [_drawn_at(each) for each in drawn]
    if len(moments) < 2:
        raise RuntimeError("the customer's programs drew nothing: the machine is too busy to measure anything")
    lasted_s = (moments[-1] - moments[0]) * len(moments) / (len(moments) - 1)
    delays = [_delay_ms(each) for each in shown]
    seen_at = [moments[0], *(each.at for each in shown), max([moments[-1], *(each.at for each in shown)])]
    return {
        "p50_ms": percentile(delays, 50),
        "p95_ms": percentile(delays, 95),
        "fps": len(shown) / lasted_s,
        "ssim": _mean([each.ssim for each in shown]),
        "gap_ms": 1000 * max(after - before for before, after in itertools.pairwise(seen_at)),
    }


def _delay_ms(shown: Shown) -> float:
    return (shown.at - _drawn_at(shown.drawn)) * 1000


def _drawn_at(drawn: Drawn) -> float:
    assert drawn.at is not None, "seen before it was drawn"
    return drawn.at


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else math.nan


def _move(hand: "display.Display", x: int, y: int) -> None:
    xtest.fake_input(hand, X.MotionNotify, x=x, y=y)
    hand.sync()
