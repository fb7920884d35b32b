"""One encoder of FFmpeg behind the port, whichever it is: what differs between them is its `Recipe`."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, cast

import av
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.transport.video.port import Effort, EncodedFrame, VideoCodec
from remotedesk.transport.video.priority import ordinary_priority

# What a key frame costs is earned back within a second or two when the rate was wrong by this much.
REOPEN_FACTOR: Final = 1.5
_ENDLESS: Final = 1 << 30  # pictures from one key frame to the next, when none is asked for
_FINEST_RATE: Final = 1_000  # frame rates are taken to a thousandth


@dataclass(frozen=True, slots=True)
class Target:
    """What an encoder aims at."""

    bits_per_second: int
    frames_per_second: float

    @property
    def bits_per_frame(self) -> float:
        """What one picture may take."""
        return self.bits_per_second / self.frames_per_second


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to open one encoder so that it keeps no picture back and holds its rate."""

    name: str  # FFmpeg's
    codec: VideoCodec
    options: Callable[[Effort, Target], Mapping[str, str]]
    takes_rate: bool = False  # another one while it runs, up to that it was opened with: REOPEN_FACTOR times it
    pixel_format: str = "yuv420p"
    is_still: bool = False  # of one quality, whatever rate is aimed at


class RecipeEncoder:
    """A `VideoEncoder`. Raises PlatformError(PLATFORM_UNSUPPORTED) when it can't be opened here."""

    def __init__(self, recipe: Recipe, size: tuple[int, int], target: Target, effort: Effort) -> None:
        self.codec: Final = recipe.codec
        self.name: Final = recipe.name
        self.width, self.height = size
        self._recipe = recipe
        self._effort = effort
        self._target = self._opened_with = _checked(target)
        self._pictures = 0
        self._context = self._opened()

    def encode(self, frame: av.VideoFrame, *, keyframe: bool = False) -> EncodedFrame:
        """See `VideoEncoder.encode`."""
        if (frame.width, frame.height) != (self.width, self.height):
            raise ValueError("size")
        self._follow_target()
        if frame.format.name != self._recipe.pixel_format:
            frame = frame.reformat(format=self._recipe.pixel_format)
        frame.pict_type = PictureType.I if keyframe else PictureType.NONE
        frame.pts, frame.time_base = self._pictures, self._context.time_base
        self._pictures += 1
        try:
            packets = self._context.encode(frame)
        except FFmpegError:
            raise PlatformError(ErrorCode.PLATFORM_UNSUPPORTED, self.name) from None
        data = b"".join(bytes(packet) for packet in packets)
        return EncodedFrame(data, any(packet.is_keyframe for packet in packets))

    def set_target(self, bits_per_second: int, frames_per_second: float) -> None:
        """See `VideoEncoder.set_target`."""
        self._target = _checked(Target(bits_per_second, frames_per_second))

    def close(self) -> None:
        """See `VideoEncoder.close`."""
        with contextlib.suppress(FFmpegError):
            self._context.encode(None)  # SVT-AV1 complains of an end without this
        del self._context

    def _follow_target(self) -> None:
        change = self._target.bits_per_frame / self._opened_with.bits_per_frame
        if not 1 / REOPEN_FACTOR < change < REOPEN_FACTOR:
            context = self._opened()
            self.close()
            self._context, self._opened_with, self._pictures = context, self._target, 0
        if self._recipe.takes_rate:
            # The context counts pictures, each as long as when it was opened.
            self._context.bit_rate = round(self._target.bits_per_frame * self._opened_with.frames_per_second)

    def _opened(self) -> VideoCodecContext:
        try:
            context = cast("VideoCodecContext", av.CodecContext.create(self.name, "w"))
            context.width, context.height = self.width, self.height
            context.pix_fmt = self._recipe.pixel_format
            rate = Fraction(round(self._target.frames_per_second * _FINEST_RATE), _FINEST_RATE)
            context.framerate, context.time_base = rate, 1 / rate
            most = REOPEN_FACTOR if self._recipe.takes_rate else 1
            context.bit_rate = 0 if self._recipe.is_still else round(most * self._target.bits_per_second)
            context.gop_size, context.max_b_frames, context.thread_count = _ENDLESS, 0, 1
            _say_colours(context, self.codec)
            context.options = dict(self._recipe.options(self._effort, self._target))
            with ordinary_priority():
                context.open()
        except (FFmpegError, ValueError):
            raise PlatformError(ErrorCode.PLATFORM_UNSUPPORTED, self.name) from None
        return context


def is_built_in(name: str, mode: Literal["r", "w"]) -> bool:
    """Return whether FFmpeg was built with the decoder (`r`) or encoder (`w`) of this name."""
    try:
        av.Codec(name, mode)
    except ValueError:
        return False
    return True


def _checked(target: Target) -> Target:
    """Return it if an encoder can mean it. Raises ValueError."""
    if not (1_000 <= target.bits_per_second <= 1_000_000_000 and 0.1 <= target.frames_per_second <= 240):
        raise ValueError("target")
    return target


def _say_colours(context: VideoCodecContext, codec: VideoCodec) -> None:
    context.color_range = ColorRange.MPEG
    if codec is VideoCodec.VP8:
        context.colorspace = Colorspace.ITU601
    else:
        context.colorspace, context.color_primaries, context.color_trc = (
            Colorspace.ITU709, ColorPrimaries.BT709, ColorTrc.BT709,
        )  # fmt: skip
