"""The encoders that come with the program: SVT-AV1 in screen mode, x264 and libvpx, each without any delay."""

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from remotedesk.transport.video.encoder import Recipe, RecipeEncoder, Target
from remotedesk.transport.video.picture import coded_size
from remotedesk.transport.video.port import Effort, VideoCodec, VideoEncoder

# SVT-AV1 writes what it does to standard error, and FFmpeg has no option for it; it asks once, when first opened.
os.putenv("SVT_LOG", "0")

_SVT_PRESETS: Final = (7, 8, 10)  # from 9 on it has no tools for screens
_X264_PRESETS: Final = ("medium", "veryfast", "ultrafast")
_VPX_SPEEDS: Final = (4, 8, 12)
_BUFFER_S: Final = 0.5  # how long the rate may be exceeded


def _svt(effort: Effort, target: Target) -> Mapping[str, str]:
    """CBR, low delay, every picture referring to earlier ones only."""
    del target
    parameters = "rtc=1:pred-struct=1:rc=2:scm=1:enable-qm=1:qm-min=0:lp=1"
    return {"preset": str(_SVT_PRESETS[effort]), "svtav1-params": parameters}


def _x264(effort: Effort, target: Target) -> Mapping[str, str]:
    """Constrained baseline, as every browser takes it, with its headers in every key frame."""
    return {
        "preset": _X264_PRESETS[effort],
        "tune": "zerolatency",
        "profile": "baseline",
        "forced-idr": "1",
        "maxrate": str(target.bits_per_second),
        "bufsize": str(round(target.bits_per_second * _BUFFER_S)),
        "sc_threshold": "0",
    }


def _vpx(effort: Effort, target: Target) -> Mapping[str, str]:
    """CBR; what is lost does not spoil what does not refer to it."""
    return {
        "deadline": "realtime",
        "cpu-used": str(_VPX_SPEEDS[effort]),
        "lag-in-frames": "0",
        "error-resilient": "default",
        "minrate": str(target.bits_per_second),
        "maxrate": str(target.bits_per_second),
        "bufsize": str(round(target.bits_per_second * _BUFFER_S)),
        "drop-threshold": "30",  # percent of the buffer: a picture is left out where the coarsest would be too large
    }


SOFTWARE: Final[Mapping[VideoCodec, Recipe]] = MappingProxyType(
    {
        VideoCodec.AV1: Recipe("libsvtav1", VideoCodec.AV1, _svt),
        VideoCodec.H264: Recipe("libx264", VideoCodec.H264, _x264, takes_rate=True),
        VideoCodec.VP8: Recipe("libvpx", VideoCodec.VP8, _vpx),
    }
)


def open_encoder(
    codec: VideoCodec,
    width: int,
    height: int,
    *,
    bits_per_second: int,
    frames_per_second: float,
    effort: Effort = Effort.FULL,
) -> VideoEncoder:
    """Return the program's own encoder for pictures of this size, in pixels; what it takes is of `coded_size`.

    Raises ValueError: size or rate out of bounds. PlatformError(PLATFORM_UNSUPPORTED): it was left out of this build.
    """
    target = Target(bits_per_second, frames_per_second)
    return RecipeEncoder(SOFTWARE[codec], coded_size(width, height), target, effort)
