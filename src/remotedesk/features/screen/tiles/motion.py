"""Codes with loss, as a picture of one region, what moves more than the link can carry exactly."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import zstandard

from remotedesk.core.geometry import Rect
from remotedesk.features.screen.tiles.codec import packed
from remotedesk.features.screen.tiles.grid import (
    TILE,
    Changes,
    Mask,
    Pixels,
    bounds_of,
    covering,
    islands,
    part,
    rectangles,
)
from remotedesk.features.screen.tiles.heat import Heat
from remotedesk.transport.video import VideoCodec, VideoEncoder, frame_of, open_encoder
from remotedesk.wire.video import LEAST_SIDE, MOST_VIDEO, VIDEO_LAYOUT, Coding, VideoPart

# How many coded pictures there would be in the time of an exact one: from this on they are coded, or go on to be.
BEGIN: Final = 2.0
GO_ON: Final = 1.3
QUICK_S: Final = 0.08  # an exact picture that takes no longer is always better
MOST_FPS: Final = 30.0
LEAST_FPS: Final = 6.0
RATE_OF_ONE_FPS: Final = 120e3  # bit/s for each further one: 9.6 on a link of 430 kbit/s, 20 at 1.7 Mbit/s
PIXEL_S: Final = 60e-9  # SVT-AV1's time for a pixel, guessed before it is known
TYPICAL_S: Final = 0.05
MOST_WRONG: Final = 2.0  # times the bits a picture should have …
WRONG_FOR_S: Final = 2.0  # … for so long, before another encoder is opened
BUSY: Final = 0.75  # of the time may be spent in the encoder
KEPT_S: Final = 4.0  # an encoder without work, since a new one begins with a large picture
EARLY: Final = 0.9  # of the time between two pictures, since the screen does not change in step
SHARE: Final = 0.9  # of the known rate, for the coded pictures; the rest is for tiles, headers and sound
OUTSIDE: Final = 0.125  # of the tiles that move, that may lie outside of the region before another is chosen
MARGIN: Final = 1  # tiles around what moves when a region is chosen, so that it need not be chosen again soon
SAMPLED_ROWS: Final = 8  # of each TILE, to estimate what zstd would make of them
MASK_BYTES: Final = 64  # of an ordinary region

CODINGS: Final = MappingProxyType(
    {Coding.AV1: VideoCodec.AV1, Coding.H264: VideoCodec.H264, Coding.VP8: VideoCodec.VP8}
)


@dataclass(frozen=True)
class Coded:
    """One coded picture of a region, and which tiles of the screen may be drawn from it."""

    region: Rect
    mask: Mask
    fresh: bool
    data: bytes

    def parts(self, sequence: int, size: int) -> Iterator[VideoPart]:
        """Give it out in messages of about `size` bytes, the first with this sequence."""
        step = max(size - VIDEO_LAYOUT.size - MASK_BYTES, 1)
        inside = np.packbits(self.mask[covering(self.region)], bitorder="little").tobytes()
        for number, start in enumerate(range(0, len(self.data), step)):
            end = start + step >= len(self.data)
            chunk = self.data[start : start + step]
            yield VideoPart(
                (sequence + number) % (1 << 32), Coding.AV1, self.region, self.fresh, end, inside if end else b"", chunk
            )


class MotionSource:
    """Chooses the tiles of one picture's size that are coded, and codes them; used from one thread.

    Without a `tick` that knows a rate nothing is ever coded.
    """

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._heat = Heat(width, height)
        self._now = 0.0
        self._rate_bps = 0.0
        self._encoder: VideoEncoder | None = None
        self._region = Rect(0, 0, 0, 0)
        self._coded_at = -math.inf
        self._typical_bytes = 0.0
        self._encode_s = TYPICAL_S  # for a picture, lately
        self._aimed = (0.0, 0.0)  # bits for a picture that the encoder was told, and since when they are wrong

    def tick(self, now: float, rate_bps: float) -> None:
        """Say what time it is, in seconds of one monotonic clock, and what the link is known to carry."""
        self._now, self._rate_bps = now, rate_bps
        if self._encoder is not None and now - self._coded_at > KEPT_S:
            self.close()

    def close(self) -> None:
        """Free the encoder; the next picture begins anew."""
        if self._encoder is not None:
            self._encoder.close()
            self._encoder = None

    @property
    def frames_per_second(self) -> float:
        """How many pictures a second are aimed at: fewer, but better ones, on a thin link or a slow machine."""
        wanted = min(MOST_FPS, LEAST_FPS + self._rate_bps / RATE_OF_ONE_FPS)
        return min(wanted, BUSY / self._encode_s)

    @property
    def wanted_bytes(self) -> int:
        """How much room there should be before the next picture is coded; 0 while nothing moves."""
        return int(self._typical_bytes / 2) if self.is_going else 0

    @property
    def is_going(self) -> bool:
        """True while pictures are coded, or were a moment ago."""
        return self._encoder is not None and self._now - self._coded_at < KEPT_S

    def due_in_s(self, now: float) -> float:
        """Return seconds until the next picture may be coded, if any is; 0.0 or less when it may."""
        return self._coded_at + EARLY / self.frames_per_second - now if self.is_going else 0.0

    @property
    def is_due(self) -> bool:
        """True when the next picture may be coded."""
        return self.due_in_s(self._now) <= 0

    def restless(self) -> Mask:
        """Return the tiles that have changed so lately that they may change again at once."""
        return self._heat.restless(self._now)

    def note(self, moved: Mask) -> None:
        """Count the tiles that changed since the last picture."""
        self._heat.note(moved, self._now)

    def choose(self, frame: Pixels, changes: Changes, stale: Mask) -> Mask | None:
        """Return which tiles are to be coded; None if all can travel exactly.

        `stale` are those that look otherwise than what was sent of them, `changes` what would have to be sent.
        """
        busy = changes.tiles & stale & (self._inside(self._region) if self.is_going else self._heat.hot)
        if not self._rate_bps or not busy.any():
            return None
        exact_s = self._exact_s(frame, changes, busy)
        if exact_s < QUICK_S or exact_s * self.frames_per_second < (GO_ON if self.is_going else BEGIN):
            return None
        busy = changes.tiles & stale & self._heat.hot
        if not self._holds_nearly_all(busy):
            largest = max(islands(busy), key=np.count_nonzero)
            rest = busy & ~largest
            self._move_region(largest if self._exact_s(frame, changes, rest) < QUICK_S else busy)
        chosen: Mask = changes.tiles & stale & self._inside(self._region)
        return chosen if self._region.width else None

    def code(self, frame: Pixels, mask: Mask) -> Coded | None:
        """Code the region of `frame`; None when the encoder dropped the picture."""
        if self._encoder is None:
            self._encoder = self._opened()
        self._aim(self._encoder)
        began = time.perf_counter()
        picture = self._encoder.encode(frame_of(np.ascontiguousarray(frame[part(self._region)]), VideoCodec.AV1))
        self._coded_at = self._now
        if not picture.data:
            return None
        if not picture.is_key:
            self._encode_s += (time.perf_counter() - began - self._encode_s) / 4
            self._typical_bytes += (len(picture.data) - self._typical_bytes) / 4
        return Coded(self._region, mask, picture.is_key, picture.data)

    def _opened(self) -> VideoEncoder:
        region, rate = self._region, SHARE * self._rate_bps
        self._encode_s = PIXEL_S * region.width * region.height
        self._aimed = (rate / self.frames_per_second, math.inf)
        return open_encoder(
            VideoCodec.AV1,
            region.width,
            region.height,
            bits_per_second=int(rate),
            frames_per_second=self.frames_per_second,
        )

    def _aim(self, encoder: VideoEncoder) -> None:
        """Have pictures of another size made when the link or the machine has been another one for a while.

        The encoder begins anew for it, with a large picture; until then pictures only come more or less often.
        """
        rate = SHARE * self._rate_bps
        bits, wrong_since = self._aimed
        change = rate / self.frames_per_second / bits
        if 1 / MOST_WRONG < change < MOST_WRONG:
            self._aimed = (bits, math.inf)
        elif self._now - wrong_since > WRONG_FOR_S:
            encoder.set_target(int(rate), self.frames_per_second)
            self._aimed = (rate / self.frames_per_second, math.inf)
        else:
            self._aimed = (bits, min(wrong_since, self._now))

    def _inside(self, region: Rect) -> Mask:
        inside = np.zeros_like(self._heat.hot)
        inside[covering(region)] = region.width > 0
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
        nbytes = len(zstandard.ZstdCompressor(level=1).compress(b"".join(bands)))
        return 8 * nbytes * area / max(sampled, 1) / self._rate_bps

    def _holds_nearly_all(self, busy: Mask) -> bool:
        outside = np.count_nonzero(busy & ~self._inside(self._region))
        return self.is_going and bool(outside <= OUTSIDE * np.count_nonzero(busy))

    def _move_region(self, busy: Mask) -> None:
        """Choose another region, around what is busy and what was so lately beside it."""
        width, height = self._size
        near = self._inside(_widened(bounds_of(busy, width, height), width, height))
        region = _widened(bounds_of(self._heat.warm & near | busy, width, height), width, height)
        fits = min(region.width, region.height) >= LEAST_SIDE and region.width * region.height <= MOST_VIDEO
        if region != self._region:
            self.close()
        self._region = region if fits else Rect(0, 0, 0, 0)


def _widened(rect: Rect, width: int, height: int) -> Rect:
    """Return the rectangle with MARGIN tiles around it, cut at the picture's edges."""
    x, y = max(0, rect.x - MARGIN * TILE), max(0, rect.y - MARGIN * TILE)
    right, bottom = rect.x + rect.width + MARGIN * TILE, rect.y + rect.height + MARGIN * TILE
    return Rect(x, y, min(width, right) - x, min(height, bottom) - y)
