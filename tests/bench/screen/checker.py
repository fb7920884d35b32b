"""Compares both displays each second of a long session: nothing that is wrong is called exact, nothing old stays.

A picture is on its way for a while, so a difference alone says nothing. It is `wrong_exact` if the engineer's display
already shows the newest stamp, which is drawn after everything else, if his client then calls the picture exact, and if
after a moment for painting a pixel still differs and the customer's screen is still the same. The customer's own
session bar is drawn without a stamp; what is under it counts once it has been the same for some seconds.
A tile is `stale` if it differs although neither it nor what is worked on has changed for more than 5 s.
"""

import time
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tests.bench.screen.layout import SCREEN, SESSION_BAR
from tests.bench.screen.mixed import Mixed
from tests.bench.screen.product import Product
from tests.bench.screen.scenes import Figures
from tests.bench.screen.seats import Seats
from tests.bench.screen.watching import compared_bits
from tests.bench.screen.work import Work

TILE: Final = 64
STALE_S: Final = 5.0
_PAINTED_S: Final = 0.25
Words = NDArray[np.uint32]
Flags = NDArray[np.bool_]


def tiles_with(pixels: Flags) -> Flags:
    """Return which tiles have a pixel that is set; those at the right and lower edges may be smaller."""
    rows = np.logical_or.reduceat(pixels, range(0, pixels.shape[0], TILE), axis=0)
    tiles: Flags = np.logical_or.reduceat(rows, range(0, pixels.shape[1], TILE), axis=1)
    return tiles


class Ages:
    """Since when each tile of a screen has been as it is, as far as one sees who looks now and then."""

    def __init__(self, words: Words, now: float) -> None:
        self._words = words
        self._since = np.full(tiles_with(words > 0).shape, now)

    def look(self, words: Words, now: float) -> NDArray[np.float64]:
        """Return for how many seconds each tile has not changed."""
        self._since[tiles_with(words != self._words)] = now
        self._words = words
        ages: NDArray[np.float64] = now - self._since
        return ages


class Checker:
    """Looks at one session of the product; `note` takes where something was wrong."""

    def __init__(self, work: Work, seats: Seats, product: Product, note: Callable[[str], None]) -> None:
        self._work, self._product, self._note = work, product, note
        self._customer, self._engineer = seats.customer.screen, seats.engineer.screen
        self._bits = compared_bits()
        bar = np.zeros((SCREEN.height, SCREEN.width), dtype=bool)
        bar[SESSION_BAR.rows, SESSION_BAR.columns] = True
        self._bar = tiles_with(bar)
        self._ages = Ages(self._look(self._customer.words), time.monotonic())
        self._looks = self._judged = self._wrong = self._stale = 0
        self._stale_now = np.zeros_like(self._bar)

    def _look(self, words: Words) -> Words:
        """Return a screen as it is now, without what is not compared."""
        return words & self._bits

    def run(self, mixed: Mixed, minutes: float) -> Figures:
        """Compare while it is worked; `seconds` are those in which the picture was called exact and could be judged."""
        for _ in mixed.seconds(60 * minutes):
            self._check(mixed.still_since)
        self._note(f"checker: looked {self._looks} times")
        return {"wrong_exact": self._wrong, "stale_tiles": self._stale, "seconds": self._judged}

    def _check(self, still_since: float | None) -> None:
        self._looks += 1
        number, customer = self._work.log.newest, self._look(self._customer.words)
        # Before the mark is asked for, which is never older than what has been painted.
        exact = self._work.watcher.seen == number and self._product.says_exact()
        time.sleep(_PAINTED_S)
        engineer = self._look(self._engineer.words)
        after, now = self._look(self._customer.words), time.monotonic()
        ages, wrong = self._ages.look(after, now), engineer != after
        if exact and self._product.says_exact() and self._work.log.newest == number:
            self._judge(wrong & (customer == after), ages)
        old = tiles_with(wrong) & (ages > STALE_S)
        if still_since is None or now - still_since <= STALE_S:
            old[:] = False
        self._count_stale(old)

    def _judge(self, wrong: Flags, ages: NDArray[np.float64]) -> None:
        """Count the pixels that are wrong in a picture that is called exact."""
        self._judged += 1
        on_the_way = np.kron(self._bar & (ages <= STALE_S), np.ones((TILE, TILE), dtype=bool))
        rows, columns = np.nonzero(wrong & ~on_the_way[: SCREEN.height, : SCREEN.width])
        if len(rows):
            place = f"x {columns.min()} to {columns.max()}, y {rows.min()} to {rows.max()}"
            self._note(f"checker: {len(rows)} wrong pixels called exact, {place}")
        self._wrong += len(rows)

    def _count_stale(self, old: Flags) -> None:
        """Count the tiles that have become stale since the last look."""
        fresh = old & ~self._stale_now
        if fresh.any():
            self._note(
                f"checker: {np.count_nonzero(fresh)} stale tiles, (row, column) {np.argwhere(fresh)[:5].tolist()}"
            )
        self._stale += int(np.count_nonzero(fresh))
        self._stale_now = old
