"""Looks at both displays and notes which frame of the customer's the engineer sees, when, and how like the original."""

import math
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

from tests.bench.screen import stamp
from tests.bench.screen.framebuffer import Framebuffer
from tests.bench.screen.layout import FULL_SCREEN_STRIP, POINTERS, SCREEN, Box
from tests.bench.screen.likeness import ssim

POLL_S: Final = 0.002
_LARGEST_WHOLE: Final = 160_000  # pixels; of a larger area patches are compared, other ones for each frame
_PATCHES: Final = 48
_PATCH: Final = 32  # pixels wide and high
_SAMPLES_AFTER_S: Final = (0.0, 0.004, 0.015, 0.04)  # a picture may come in parts, or be painted while it is read
_AGAIN_EACH_S: Final = 0.02  # of a picture that stays, which may come in parts for seconds …
_MOST_SAMPLES: Final = 600  # … and is looked at for so long
_NEARLY: Final = 0.999999
_MOST_TRUTHS: Final = 300
_BAND: Final = 64  # rows compared at once
Patches = NDArray[np.uint8]


@dataclass
class Drawn:
    """One change of the customer's screen; `at` is when his X server had drawn it, None until then."""

    number: int
    scene: str
    box: Box
    at: float | None = None


class DrawingLog:
    """What the customer's programs say that they draw, read in a thread of its own until they end."""

    def __init__(self, lines: IO[str]) -> None:
        self._lines = lines
        self._changes: dict[int, Drawn] = {}
        self.newest = 0
        self._thread = threading.Thread(target=self._read, name="drawing log")
        self._thread.start()

    def _read(self) -> None:
        for line in self._lines:
            match line.split():
                case ["draw", number, scene, *box]:
                    self._changes[int(number)] = Drawn(int(number), scene, Box(*map(int, box)))
                    self.newest = int(number)
                case ["drawn", number, at]:
                    self._changes[int(number)].at = float(at)

    def __getitem__(self, number: int) -> Drawn | None:
        return self._changes.get(number)

    def drawn(self, scene: str, since: float, until: float) -> list[Drawn]:
        """Return what was drawn of a scene between two moments."""
        changes = list(self._changes.values())
        return [each for each in changes if each.scene == scene and each.at and since <= each.at < until]

    def join(self) -> None:
        """Wait for the end of the drawing."""
        self._thread.join()


@dataclass(frozen=True)
class Shown:
    """A frame that counts."""

    drawn: Drawn
    at: float
    ssim: float  # the best it came to, before the next frame


@dataclass
class Sighting:
    """A frame whose stamp the engineer has seen, and what the changed area looked like then."""

    drawn: Drawn
    truth: Patches
    samples: list[tuple[float, Patches]] = field(default_factory=list)
    exact_at: float | None = None

    def judged(self, least_ssim: float) -> Shown | None:
        """Return when the changed area was first as alike as it must be; None if it never was."""
        # What differs only in colour may have the same luma; that is not exact.
        likenesses = [(at, min(ssim(self.truth, sample), _NEARLY)) for at, sample in self.samples]
        if self.exact_at is not None:
            likenesses.append((self.exact_at, 1.0))
        counting = [at for at, likeness in likenesses if likeness >= least_ssim]
        return Shown(self.drawn, counting[0], max(each for _, each in likenesses)) if counting else None

    def reached(self, *likenesses: float) -> list[float]:
        """Return when each of these was reached; infinite if it never was."""
        shown = [self.judged(each) for each in likenesses]
        return [each.at if each else math.inf for each in shown]

    @property
    def seen_at(self) -> float:
        """Return when the stamp alone was seen."""
        return min([at for at, _ in self.samples] + ([] if self.exact_at is None else [self.exact_at]))

    @property
    def best_ssim(self) -> float:
        """Return the best likeness it came to."""
        return 1.0 if self.exact_at is not None else max(ssim(self.truth, sample) for _, sample in self.samples)


def patches(pixels: NDArray[np.uint8], box: Box, seed: int) -> Patches:
    """Return a box of a screen whole, as a stack of one, or as a stack of patches of it that `seed` chooses."""
    if box.width * box.height <= _LARGEST_WHOLE:
        return pixels[None, box.rows, box.columns, :3].copy()
    chance = random.Random(seed)
    across, down = box.width - _PATCH + 1, box.height - _PATCH + 1
    places = [(box.x + chance.randrange(across), box.y + chance.randrange(down)) for _ in range(_PATCHES)]
    return np.stack([pixels[y : y + _PATCH, x : x + _PATCH, :3] for x, y in places])


def compared_bits() -> NDArray[np.uint32]:
    """Return the bits of the screen's words that must be equal: none where a pointer or the engineer's strip is."""
    bits = np.full((SCREEN.height, SCREEN.width), 0xFFFFFF, dtype=np.uint32)
    for box in (POINTERS, FULL_SCREEN_STRIP):
        bits[box.rows, box.columns] = 0
    return bits


class Watcher:
    """Both screens, side by side; the engineer's shows the customer's at the same place and size."""

    def __init__(self, customer: Framebuffer, engineer: Framebuffer, stamp_at: Box, log: DrawingLog) -> None:
        self._customer, self._engineer = customer, engineer
        self._stamp = stamp_at
        self.log = log
        self._salt = random.randrange(1 << 30)
        self._truths: dict[int, Patches] = {}
        self._compared = compared_bits()
        self._newest: Sighting | None = None

    def read(self, screen: Framebuffer) -> int | None:
        """Return the number of the stamp on a screen."""
        return stamp.read(screen.pixels[self._stamp.rows, self._stamp.columns])

    @property
    def seen(self) -> int | None:
        """Return the number of the stamp that the engineer sees; None while it cannot be read."""
        return self.read(self._engineer)

    @property
    def is_current(self) -> bool:
        """True if the engineer sees the newest stamp."""
        return self.seen == self.log.newest

    def is_exact(self) -> bool:
        """True if every pixel of the engineer's screen is as on the customer's, both as they are now."""
        if not self.is_current:
            return False
        for top in range(0, SCREEN.height, _BAND):
            rows = slice(top, top + _BAND)
            if ((self._customer.words[rows] ^ self._engineer.words[rows]) & self._compared[rows]).any():
                return False
        return True

    def _note_truth(self) -> None:
        number = self.read(self._customer)
        if number is None or number in self._truths:
            return
        drawn = self.log[number]
        if drawn is None:
            return
        truth = patches(self._customer.pixels, drawn.box, number ^ self._salt)
        if self.log.newest == number == self.read(self._customer):  # else it may be torn
            self._truths[number] = truth
            while len(self._truths) > _MOST_TRUTHS:
                del self._truths[next(iter(self._truths))]

    def sightings(self, until: float) -> Iterator[Sighting | None]:
        """Look every POLL_S until a moment; yield the newest frame again each time, as it was seen so far."""
        while (now := time.monotonic()) < until:
            self._note_truth()
            number = self.read(self._engineer)
            at = time.monotonic()
            highest = self._newest.drawn.number if self._newest else 0
            if number is not None and number > highest and number in self._truths:
                drawn = self.log[number]
                assert drawn is not None
                self._newest = Sighting(drawn, self._truths[number])
            newest = self._newest
            if newest is not None and newest.exact_at is None and number == newest.drawn.number:
                self._take_sample(newest, at)
            yield newest
            time.sleep(max(0.0, POLL_S - (time.monotonic() - now)))

    def _take_sample(self, sighting: Sighting, at: float) -> None:
        box, number = sighting.drawn.box, sighting.drawn.number
        sample = patches(self._engineer.pixels, box, number ^ self._salt)
        if np.array_equal(sample, sighting.truth):
            sighting.exact_at = at
            return
        taken = sighting.samples
        if len(taken) < len(_SAMPLES_AFTER_S):
            if not taken or at >= taken[0][0] + _SAMPLES_AFTER_S[len(taken)]:
                taken.append((at, sample))
        elif sighting.drawn.scene == "change" and len(taken) < _MOST_SAMPLES and at >= taken[-1][0] + _AGAIN_EACH_S:
            taken.append((at, sample))
