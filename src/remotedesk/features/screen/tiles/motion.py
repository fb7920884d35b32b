"""Chooses what moves more than the link can carry exactly, to be coded with loss as a picture of one region."""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import zstandard

from remotedesk.core.geometry import Rect, Size
from remotedesk.features.screen.tiles.codec import PACKED_BYTES, packed
from remotedesk.features.screen.tiles.coder import Coded, EncoderFailedError, RegionCoder
from remotedesk.features.screen.tiles.grid import (
    TILE,
    Changes,
    Mask,
    Pixels,
    bounds_of,
    by_size,
    covering,
    islands,
    part,
    rectangles,
)
from remotedesk.features.screen.tiles.heat import Heat
from remotedesk.features.screen.tiles.preview import BAND_ROWS, FIRST_ROWS, code_still, topmost
from remotedesk.features.screen.tiles.strip_choice import FEW
from remotedesk.features.screen.tiles.strips import colours_of
from remotedesk.transport.video import STILL_ENCODER, Option
from remotedesk.wire.video import LEAST_SIDE, MOST_VIDEO

log = logging.getLogger(__name__)

# Seconds that an exact picture takes: from this on it is coded, and shorter ones once it is.
BEGIN_S: Final = 0.055
GO_ON_S: Final = 0.045
PREVIEW_S: Final = 0.35  # what takes longer is seen with loss first …
PREVIEW_ON_S: Final = 0.02  # … and so is the rest of it
MOST_PREVIEWS: Final = 4  # what is new more often …
PREVIEWS_S: Final = 2.5  # … than so many times in this time is a motion that a slow machine looks at now and then
MOST_AHEAD_S: Final = 0.1  # what the link carries meanwhile may be handed over before; more would be a queue
KEPT_S: Final = 4.0  # an encoder without work, since a new one begins with a large picture
OUTSIDE: Final = 0.125  # of the tiles that move, that may lie outside of the region before another is chosen
LOOK_EACH: Final = 8  # picture, whether what is coded merely moves
LARGE: Final = 1 / 3  # of the region's tiles …
ANOTHER: Final = 1.25  # … times them
NEAR: Final = 1  # tiles around what moves, in which it may have moved before
SAMPLED_ROWS: Final = 8  # of each TILE, to estimate what they would take
OF_STREAM: Final = 0.6  # of what zstd makes of these rows at level 1, its stream does at level 7 …
OF_STRIPS: Final = 0.3  # … and strips of few colours


class MotionSource:
    """Chooses the tiles of one picture's size that are coded, and codes them; used from one thread.

    Without a `tick` that knows a rate nothing is ever coded.
    """

    def __init__(self, width: int, height: int, encoders: Sequence[Option] = ()) -> None:
        """`encoders` are those that work here; without one all goes exactly."""
        self._encoders = encoders
        self._size = (width, height)
        self._heat = Heat(width, height)
        self._now = 0.0
        self._rate_bps = 0.0
        self._coder: RegionCoder | None = None
        self._looks = 0
        self._previews = False
        self._begun: deque[float] = deque(maxlen=MOST_PREVIEWS)  # when the last previews began
        self._bands = 0  # of the present preview
        self._began = 0.0  # the present picture
        self._making_s = 0.0  # from there until the last one was coded
        self._beside = 0  # bytes
        self.has_coded = False  # since whoever asks has last said otherwise
        self._waited_s = 0.0

    def tick(self, now: float, rate_bps: float, waited_s: float = 0.0) -> None:
        """Say what time it is, in seconds of one monotonic clock, and what the link is known to carry.

        `waited_s` is how long has been waited for the link, in all.
        """
        self._now, self._rate_bps, self._waited_s = now, rate_bps, waited_s
        self._began = time.perf_counter()
        if self._coder is not None and now - self._coder.coded_at > KEPT_S:
            self.close()

    def close(self) -> None:
        """Free the encoder; the next picture begins anew."""
        if self._coder is not None:
            self._coder.close()
            self._coder = None

    @property
    def is_going(self) -> bool:
        """True while pictures are coded, or were a moment ago."""
        return self._coder is not None

    @property
    def wanted_bytes(self) -> int:
        """How much room there should be before the next picture is coded; 0 while nothing moves."""
        return self._coder.wanted_bytes() if self._coder else 0

    @property
    def carried_bytes(self) -> int:
        """How much the link carries while a picture is compared and coded; 0 while nothing is."""
        return int(min(self._making_s, MOST_AHEAD_S) * self._rate_bps / 8) if self._coder or self._previews else 0

    def sent_beside(self, nbytes: int) -> None:
        """Count what goes exactly, which leaves less room for what is coded."""
        self._beside += nbytes

    def due_in_s(self, now: float) -> float:
        """Return seconds until the next picture may be coded, if any is; 0.0 or less when it may."""
        return self._coder.due_in_s(now) if self._coder else 0.0

    @property
    def is_due(self) -> bool:
        """True when the next picture may be coded."""
        return self.due_in_s(self._now) <= 0

    def note(self, moved: Mask) -> None:
        """Count the tiles that changed since the last picture."""
        self._heat.note(moved, self._now, self._waited_s)

    def is_hot(self, tiles: Mask) -> bool:
        """Return whether most of these change again and again."""
        return bool(2 * np.count_nonzero(tiles & self._heat.hot) > np.count_nonzero(tiles))

    def restless(self) -> Mask:
        """Return the tiles that have changed so lately that they may change again at once."""
        return self._heat.restless(self._now)

    def choose(
        self, frame: Pixels, changes: Changes, stale: Mask, *, may_begin: bool, merely_moved: Callable[[], bool]
    ) -> Mask | None:
        """Return which tiles are to be coded; None if all can travel exactly.

        `stale` are those that look otherwise than what was sent of them, `changes` what would have to be sent. It
        `may_begin` when nothing is found to copy. What has `merely_moved` since the picture captured before, which
        takes a while to find out, is not coded, nor any more: a copy costs little.
        """
        moving = changes.tiles & stale
        if self._coder and np.count_nonzero(moving) > ANOTHER * self._coder.tiles:
            self.close()  # another picture, not one that goes on turning
            return None
        busy = moving & (self._inside(self._coder.region) if self._coder else self._heat.hot)
        if not (self._coder or may_begin) or not self._encoders or not self._rate_bps or not self._is_motion(busy):
            return None
        if self._exact_s(frame, changes, busy) < (GO_ON_S if self._coder else BEGIN_S):
            return None
        self._looks += 1
        if (self._coder is None or self._looks % LOOK_EACH == 0) and merely_moved():
            self.close()
            return None
        outside = moving & self._heat.hot
        if self._coder:
            outside &= ~self._inside(self._coder.region)
        if self._coder is None or np.count_nonzero(outside) > OUTSIDE * np.count_nonzero(moving):
            self._move_region(frame, changes, moving & self._heat.warm)
        return moving & self._inside(self._coder.region) if self._coder else None

    def new(self, frame: Pixels, changes: Changes, stale: Mask, *, merely_moved: Callable[[], bool]) -> Mask | None:
        """Return which tiles are so dear and so new that they shall be seen with loss first; None if there are none."""
        new = changes.tiles & stale & self._heat.cool
        dear_s = PREVIEW_ON_S if self._previews else PREVIEW_S
        raw_bits = 8 * PACKED_BYTES * TILE * TILE * np.count_nonzero(new)
        able = min(self._size) >= LEAST_SIDE and any(each.name == STILL_ENCODER for each in self._encoders)
        begins = not self._previews
        if self._bands > 2 * (len(new) // BAND_ROWS + 1):  # it never comes to its end
            self._begun.extend([self._now] * MOST_PREVIEWS)
            begins = True
        often = len(self._begun) == MOST_PREVIEWS and self._now - self._begun[0] < PREVIEWS_S
        self._previews = able and not (begins and often) and bool(raw_bits > dear_s * self._rate_bps > 0)
        if self._previews:
            for rect in by_size(rectangles(Changes(changes.pixels, new)))[0]:  # a letter beside it
                new[covering(rect)] = False
            self._previews = self._exact_s(frame, changes, new) >= dear_s and not merely_moved()
        if begins and self._previews:
            self._begun.append(self._now)
        self._bands = self._bands if self._previews else 0
        return new if self._previews else None

    def next_band(self, new: Mask) -> Mask:
        """Return those of the `new` tiles that are to be coded first."""
        self._bands += 1
        return topmost(new, FIRST_ROWS if self._bands == 1 else BAND_ROWS)

    def preview(self, frame: Pixels, mask: Mask) -> Coded | None:
        """Code these tiles of `frame` once; None if it can't be done after all."""
        self.close()  # the viewer knows one stream of coded pictures at a time
        return self._made(lambda: code_still(frame, mask))

    def code(self, frame: Pixels, mask: Mask) -> Coded | None:
        """Code the region of `frame`; None when the encoder left the picture out."""
        self._previews = False
        coder, beside, self._beside = self._coder, self._beside, 0
        if coder is None:
            return None
        coder.paced(self._now, self._waited_s)
        return self._made(lambda: coder.code(frame, mask, self._now, self._rate_bps, beside))

    def _made(self, code: Callable[[], Coded | None]) -> Coded | None:
        try:
            coded = code()
        except EncoderFailedError as error:
            self._do_without(error.name)
            return None
        self._making_s = time.perf_counter() - self._began
        self.has_coded = True
        return coded

    def _is_motion(self, busy: Mask) -> bool:
        """Tell a part that turns again after a pause from a menu that opens where it has turned."""
        if self._coder is None or (busy & self._heat.hot).any():
            return bool(busy.any())
        return bool(np.count_nonzero(busy) >= LARGE * self._coder.tiles)

    def _inside(self, region: Rect) -> Mask:
        inside = np.zeros_like(self._heat.hot)
        inside[covering(region)] = True
        return inside

    def _exact_s(self, frame: Pixels, changes: Changes, tiles: Mask) -> float:
        """Estimate how many seconds the exact tiles would take, from some rows of them."""
        bands, area, sampled = [], 0, 0
        for rect in rectangles(Changes(changes.pixels, tiles)):
            area += rect.width * rect.height
            for y in range(rect.y, rect.y + rect.height, TILE):
                band = Rect(rect.x, y, rect.width, min(SAMPLED_ROWS, rect.y + rect.height - y))
                sampled += band.width * band.height
                bands.append(packed(frame[part(band)]))
        if not bands:
            return 0.0
        nbytes = len(zstandard.ZstdCompressor(level=1).compress(b"".join(bands))) * area / sampled
        return 8 * nbytes * (OF_STRIPS if self._is_drawing(frame, changes, tiles) else OF_STREAM) / self._rate_bps

    def _is_drawing(self, frame: Pixels, changes: Changes, tiles: Mask) -> bool:
        """True for few colours, which cost less than zstd says: see `strips`."""
        return len(colours_of(frame, rectangles(Changes(changes.pixels, tiles)), TILE)) <= FEW

    def _move_region(self, frame: Pixels, changes: Changes, moving: Mask) -> None:
        """Choose another region, around what is busy and what was so lately beside it."""
        width, height = self._size
        busy = max(islands(moving), key=np.count_nonzero)
        if self._exact_s(frame, changes, moving & ~busy) >= GO_ON_S:
            busy = moving
        near = self._inside(_widened(bounds_of(busy, width, height), width, height))
        region = bounds_of(self._heat.warm & near | busy, width, height)
        self.close()
        if min(region.width, region.height) >= LEAST_SIDE and region.width * region.height <= MOST_VIDEO:
            try:
                self._coder = RegionCoder(region, self._rate_bps, self._encoders)
            except EncoderFailedError as error:
                self._do_without(error.name)

    def _do_without(self, name: str) -> None:
        """Use this encoder no more; without any, all goes exactly, however long it takes."""
        log.info("%s failed and is not used any more", name)
        self.close()
        left = [each for each in self._encoders if each.name != name]
        self._encoders = left if len(left) < len(self._encoders) else ()


def _widened(rect: Rect, width: int, height: int) -> Rect:
    """Return the rectangle with NEAR tiles around it, cut at the picture's edges."""
    more = NEAR * TILE
    wide = Rect(rect.x - more, rect.y - more, rect.width + 2 * more, rect.height + 2 * more)
    return wide.within(Size(width, height))
