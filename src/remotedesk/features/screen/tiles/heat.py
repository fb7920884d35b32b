"""Which tiles keep changing, and since when they rest."""

import math
from typing import Final

import numpy as np

from remotedesk.features.screen.tiles.grid import Mask, tile_counts

HALVED_AFTER_S: Final = 1.0  # how long a change counts
HOT: Final = 4.0  # changes counted so: five at least; a menu that opens and closes is not that
MOST: Final = 2 * HOT  # so that what has turned for long is not hot any more after a second and a half of rest
WARM: Final = 0.4  # it was hot up to four seconds ago
COOL: Final = 1.5
PAUSE_S: Final = 0.4
WAKING_S: Final = 0.15  # a new picture may be drawn in several steps
REST_S: Final = 0.2  # without a change


class Heat:
    """Counts the changes of each tile of one picture, older ones for less; times are seconds of one clock."""

    def __init__(self, width: int, height: int) -> None:
        shape = tile_counts(width, height)
        self._heat = np.zeros(shape, np.float64)
        self._changed_at = np.full(shape, -math.inf)
        self._seen_at = np.full(shape, -math.inf)  # the same, in time that was looked for changes
        self._woke_at = np.full(shape, -math.inf)  # when it changed first after a rest
        self._awake = np.zeros(shape, np.bool_)  # when it changed last it had changed for a while
        self._now = -math.inf

    def note(self, moved: Mask, now: float, waited_s: float = 0.0) -> None:
        """Count a picture in which the tiles of `moved` have changed.

        `waited_s` is how long in all nobody looked, for want of room on the link: nothing has rested then.
        """
        self._changed_at[moved] = now
        seen = now - waited_s
        if seen > self._now:
            self._heat *= 0.5 ** ((seen - self._now) / HALVED_AFTER_S)
            self._now = seen
        self._heat[moved] = np.minimum(self._heat[moved] + 1, MOST)
        self._woke_at[moved & (seen - self._seen_at >= PAUSE_S)] = seen
        self._awake[moved] = (seen - self._woke_at > WAKING_S)[moved]
        self._seen_at[moved] = seen

    @property
    def hot(self) -> Mask:
        """The tiles that change again and again, and did not rest before they changed now."""
        return (self._heat >= HOT) & self._awake

    @property
    def warm(self) -> Mask:
        """The tiles that do or did so a moment ago."""
        return self._heat >= WARM

    @property
    def cool(self) -> Mask:
        """The tiles that do not change again and again, or have rested before they changed now."""
        return (self._heat < COOL) | ~self._awake

    def restless(self, now: float) -> Mask:
        """Return the tiles that have changed within the last REST_S."""
        return now - self._changed_at < REST_S
