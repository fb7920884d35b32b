"""Codes pictures of one region: with which encoder, how often and how large, by what the link and the machine allow."""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.core.geometry import Rect
from remotedesk.features.screen.tiles.grid import TILE, Mask, Pixels, covering, part
from remotedesk.transport.video import (
    REOPEN_FACTOR,
    Effort,
    Ladder,
    Option,
    Rung,
    VideoCodec,
    VideoEncoder,
    frame_of,
    open_encoder,
)
from remotedesk.wire.video import MOST_CODED, VIDEO_LAYOUT, Coding, VideoPart

CODECS: Final = MappingProxyType({Coding.AV1: VideoCodec.AV1, Coding.H264: VideoCodec.H264, Coding.VP8: VideoCodec.VP8})
CODINGS: Final = MappingProxyType({codec: coding for coding, codec in CODECS.items()})

LEAST_FPS: Final = 6.5
MOST_FPS: Final = 30.0
SLOWER: Final = (1.0, 0.85, 0.7, 0.5)  # what a machine that is too slow for it may do instead …
GOOD: Final = 0.85  # … and how much of that before it tries less hard
RATE_OF_ONE_FPS: Final = 112e3  # bit/s for each further one: 10.3 on a link of 420 kbit/s, 22.4 at 1.78 Mbit/s
SHARE: Final = 1.05  # of the known rate, for the coded pictures: a little too much, or nobody would notice more room
LEAST_BPS: Final = 30e3  # an encoder can't do with less …
MOST_BPS: Final = 50e6  # … and does nothing with more
EARLY: Final = 0.9  # of the time between two pictures, since the screen does not change in step
MOST_WRONG: Final = 0.98 * REOPEN_FACTOR  # times the bits a picture should have: up to it x264 follows while it runs …
MOST_SHORT: Final = 1.3  # times the rate asked for at most, of an encoder that makes less than it is asked for
SHORT_OVER: Final = 16  # pictures, by which this is told …
BESIDE_OVER: Final = 8  # … and what goes exactly beside them …
MOST_BESIDE: Final = 0.4  # … of which so much, of the rate, is taken from theirs at most
WRONG_FOR_S: Final = 2.0  # … for so long, before the encoder begins anew with others, …
GROWN_FOR_S: Final = 0.5  # … or so long if they may be more: there is room for the large picture it begins with
PACE_OVER: Final = 8  # pictures, by which is told how often they are made …
SLOWEST: Final = 0.5  # … of how often they were to be, for the size of a picture to follow …
PAUSE_S: Final = 0.5  # … and so long without one is a pause of what moves
MASK_BYTES: Final = 64  # of an ordinary region


class EncoderFailedError(PlatformError):
    """The encoder of this name does not work after all."""

    def __init__(self, name: str) -> None:
        super().__init__(ErrorCode.PLATFORM_UNSUPPORTED, name)
        self.name = name


@dataclass(frozen=True)
class Coded:
    """One coded picture of a region, and which tiles of the screen may be drawn from it."""

    coding: Coding
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
            yield VideoPart(
                (sequence + number) % (1 << 32),
                self.coding,
                self.region,
                self.fresh,
                end,
                inside if end else b"",
                self.data[start : start + step],
            )


class RegionCoder:
    """Codes one region of the screen until it is closed. Times are seconds of one monotonic clock, passed in."""

    def __init__(self, region: Rect, rate_bps: float, encoders: Sequence[Option]) -> None:
        """`encoders` are those that work here, the best first; at least one. Raises EncoderFailedError."""
        self.region: Final = region
        self.coded_at = -math.inf  # the newest picture
        self._typical_bytes = 0.0  # of a picture
        self._pixels = region.area
        self.tiles: Final = -(-region.area // TILE**2)
        self._most_fps = most_fps(rate_bps)
        rates = [self._most_fps * each for each in SLOWER]
        self._ladder = Ladder(preferred(encoders), frozenset(VideoCodec), self._pixels, rates, GOOD * self._most_fps)
        self._rung = _known(self._ladder.rung)
        self._encoder, self._bits = self._opened(rate_bps)
        self._wrong_since = math.inf  # the bits of a picture
        self._asked = self._bits  # for the next picture
        self._made = 1.0  # of what is asked for
        self._beside = 0.0  # bits that go exactly from one picture to the next
        self._waited_s = 0.0  # for the link, when the newest picture was coded
        self._interval_s = 0.0  # from one picture to the next, without what was waited for the link

    def close(self) -> None:
        """Free the encoder."""
        self._encoder.close()

    def due_in_s(self, now: float) -> float:
        """Return seconds until the next picture may be coded, 0.0 or less when it may."""
        return self.coded_at + EARLY / self._rung.frames_per_second - now

    def wanted_bytes(self) -> int:
        """Return how much room there should be, with what is carried meanwhile, to begin the next picture."""
        return int(self._typical_bytes / 4)

    def paced(self, now: float, waited_s: float) -> None:
        """Say when the next picture is coded, and how long has been waited for the link by then, in all.

        A slow machine, or a program that draws seldom, makes fewer pictures: each may then take more of the link.
        """
        interval_s = max(0.0, now - self.coded_at - (waited_s - self._waited_s))
        self._waited_s = waited_s
        if now - self.coded_at < PAUSE_S:
            self._interval_s += (interval_s - self._interval_s) / PACE_OVER

    @property
    def _made_fps(self) -> float:
        fps = self._rung.frames_per_second
        return max(SLOWEST * fps, min(fps, 1 / self._interval_s)) if self._interval_s else fps

    def code(self, frame: Pixels, mask: Mask, now: float, rate_bps: float, beside: int = 0) -> Coded | None:
        """Code the region of `frame`, for its tiles in `mask`; None when the encoder left the picture out.

        `beside` bytes have gone exactly since the picture before.
        Raises EncoderFailedError: also when it made more of the picture than may travel.
        """
        self._beside += (min(8 * beside, self._bits) - self._beside) / BESIDE_OVER
        self._aim(now, rate_bps)
        pixels = np.ascontiguousarray(frame[part(self.region)])
        began = time.perf_counter()
        try:
            picture = self._encoder.encode(frame_of(pixels, self._encoder.codec))
        except PlatformError:
            raise EncoderFailedError(self._rung.name) from None
        if len(picture.data) > MOST_CODED:  # without it the next ones could not be decoded
            raise EncoderFailedError(self._rung.name)
        self.coded_at = now
        coding = CODINGS[self._encoder.codec]
        if not picture.is_key:
            encode_s = time.perf_counter() - began
            self._typical_bytes += (len(picture.data) - self._typical_bytes) / 4
            self._made += (8 * len(picture.data) / self._asked - self._made) / SHORT_OVER
            self._climb(now, encode_s, rate_bps)
        return Coded(coding, self.region, mask, picture.is_key, picture.data) if picture.data else None

    def _opened(self, rate_bps: float) -> tuple[VideoEncoder, float]:
        rung, rate = self._rung, wanted_bps(rate_bps)
        try:
            encoder = open_encoder(
                rung.codec,
                self.region.width,
                self.region.height,
                bits_per_second=int(rate),
                frames_per_second=rung.frames_per_second,
                effort=rung.effort,
                name=rung.name,
            )
        except PlatformError:
            raise EncoderFailedError(rung.name) from None
        return encoder, rate / rung.frames_per_second

    def _climb(self, now: float, encode_s: float, rate_bps: float) -> None:
        """Take another encoder, or effort, when this one is too slow here, or when the machine can do better."""
        before = self._rung
        self._rung = _known(self._ladder.measured(now, encode_s, self._pixels, 0.0))
        if (self._rung.name, self._rung.effort) != (before.name, before.effort):
            before_it = self._encoder
            self._encoder, self._bits = self._opened(rate_bps)
            self._asked = self._bits
            before_it.close()

    def _aim(self, now: float, rate_bps: float) -> None:
        """Have pictures of another size made when the link or the machine has been another one for a while.

        The encoder begins anew for it, with a large picture; until then pictures only come more or less often.
        """
        self._ladder.aim(most_fps(rate_bps) / self._most_fps)
        self._rung = _known(self._ladder.rung)
        rate, fps = wanted_bps(rate_bps), self._made_fps
        rate -= min(self._beside * fps, MOST_BESIDE * rate)
        if 1 / MOST_WRONG < rate / fps / self._bits < MOST_WRONG:
            if self._encoder.codec is VideoCodec.H264:  # it follows without a key frame
                self._asked = min(rate / fps * min(MOST_SHORT, max(1.0, 1 / self._made)), MOST_WRONG * self._bits)
                self._encoder.set_target(int(self._asked * fps), fps)
            self._wrong_since = math.inf
        elif now - self._wrong_since > (GROWN_FOR_S if rate / fps > self._bits else WRONG_FOR_S):
            self._encoder.set_target(int(rate), fps)
            self._bits = self._asked = rate / fps
            self._wrong_since = math.inf
        else:
            self._wrong_since = min(self._wrong_since, now)


def preferred(encoders: Sequence[Option]) -> list[Option]:
    """Return the encoders in the order to try: H.264 first.

    Lines that turn, at 1.7 Mbit/s: .89 by x264 in 17 ms, .77 by SVT-AV1 in 65 ms; at 380 kbit/s .75 and .78, but
    SVT-AV1 begins with two pictures of 33 kB, more than a second on such a link. Its fullest effort is left out: it
    would take more than a core while the customer's own program draws. VP8 is for where there is nothing else: on a
    machine that x264 at its least is too much for, fewer pictures of .85 are better than more of .66.
    """
    if any(each.codec is VideoCodec.H264 for each in encoders):
        encoders = [each for each in encoders if each.codec is not VideoCodec.VP8]
    able = [
        replace(each, costs=_without_full(each.costs)) if each.codec is VideoCodec.AV1 else each for each in encoders
    ]
    return sorted(able, key=lambda each: each.codec is not VideoCodec.H264)


def _without_full(costs: Mapping[Effort, float]) -> Mapping[Effort, float]:
    return {effort: cost for effort, cost in costs.items() if effort is not Effort.FULL}


def _known(rung: Rung | None) -> Rung:
    if rung is None:
        raise EncoderFailedError("")
    return rung


def wanted_bps(rate_bps: float) -> float:
    """Return what the encoder should make on a link that carries so much."""
    return min(MOST_BPS, max(LEAST_BPS, SHARE * rate_bps))


def most_fps(rate_bps: float) -> float:
    """Return how many pictures a second to aim at: fewer, but better ones, on a link that carries little."""
    return min(MOST_FPS, LEAST_FPS + rate_bps / RATE_OF_ONE_FPS)
