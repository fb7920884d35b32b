"""The encoders that come with the program: SVT-AV1 in screen mode, x264 and libvpx, each without any delay."""

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final

from remotedesk.transport.video.encoder import REOPEN_FACTOR, Recipe, Target, is_built_in
from remotedesk.transport.video.ladder import SOFTWARE_OPTIONS, Option
from remotedesk.transport.video.port import Effort, VideoCodec

# SVT-AV1 writes what it does to standard error, and FFmpeg has no option for it; it asks once, when first opened.
os.putenv("SVT_LOG", "0")

_SVT_PRESETS: Final = (7, 8, 10)  # from 9 on it has no tools for screens
# Lines that turn are hardly alike from one picture to the next, but often alike to one of the last few: references, and
# a choice of modes by what they cost (subme 6), are worth more than anything else that x264 offers. A wide search,
# small partitions and deblocking take their time for nothing, and what it does for the eye costs likeness.
_X264_MOTION: Final = "subme=6:trellis=0:me=dia:merange=4:no-deblock=1:aq-strength=1.6:scenecut=0:psy=0"
_X264_PARAMETERS: Final = (
    "ref=10:mixed-refs=1", "ref=10:mixed-refs=0:partitions=none", "ref=3:mixed-refs=0:partitions=none",
)  # fmt: skip
_VPX_SPEEDS: Final = (-4, -8, -12)
# How far an encoder may run ahead of its rate, in seconds: it makes room for a key frame. More makes x264's larger, and
# so later: at 1.7 Mbit/s 63 kB instead of 33, and what follows no better.
_X264_BUFFER_S: Final = 0.25
_VPX_BUFFER_S: Final = 0.5
# SVT-AV1's, in milliseconds: with its own second and more, a key frame at 380 kbit/s is 34 KB instead of 22.
_SVT_BUFFER: Final = "buf-sz=300:buf-initial-sz=200:buf-optimal-sz=250"


def _svt(effort: Effort, _: Target) -> Mapping[str, str]:
    """CBR in low delay for screens; on two threads, which halves the time a picture takes."""
    parameters = f"rtc=1:pred-struct=1:rc=2:scm=1:max-tx-size=32:lp=2:{_SVT_BUFFER}"
    return {"preset": str(_SVT_PRESETS[effort]), "svtav1-params": parameters}


def _x264(profile: str, effort: Effort, target: Target) -> Mapping[str, str]:
    """CBR; the headers are in every key frame, which comes only when asked for.

    It stays what it was opened as: x264 takes another rate later only in CBR, and none above the first one.
    """
    return {
        "preset": "veryfast",
        "tune": "zerolatency",
        "profile": profile,
        "forced-idr": "1",
        "maxrate": str(round(REOPEN_FACTOR * target.bits_per_second)),
        "bufsize": str(round(target.bits_per_second * _X264_BUFFER_S)),
        "x264-params": f"{_X264_MOTION}:{_X264_PARAMETERS[effort]}",
    }


def _vpx(effort: Effort, target: Target) -> Mapping[str, str]:
    """CBR; a picture that would be too large at its coarsest is left out."""
    return {
        "deadline": "realtime",
        "cpu-used": str(_VPX_SPEEDS[effort]),
        "lag-in-frames": "0",
        "error-resilient": "default",
        "minrate": str(target.bits_per_second),
        "maxrate": str(target.bits_per_second),
        "bufsize": str(round(target.bits_per_second * _VPX_BUFFER_S)),
        "drop-threshold": "30",  # percent of the buffer
    }


SOFTWARE: Final[Mapping[VideoCodec, Recipe]] = MappingProxyType(
    {
        VideoCodec.AV1: Recipe("libsvtav1", VideoCodec.AV1, _svt),
        VideoCodec.H264: Recipe("libx264", VideoCodec.H264, partial(_x264, "main"), takes_rate=True),
        VideoCodec.VP8: Recipe("libvpx", VideoCodec.VP8, _vpx),
    }
)

# One picture that stands alone. No other encoder is near it on screens: a desktop of 1920 × 1080 pixels is 53 kB, SSIM
# .99, in 80 ms; x264 needs 140 kB for that, and makes .92 of 50 kB. Slower presets make the same. It has no coarser
# quality, but matrices that quantise fine detail more: with them a desktop is 5 % less,
# at a likeness .003 less, and pictures of many colours are a fifth less.
_SVT_COARSE: Final = "enable-qm=1:qm-min=0:qm-max=8:chroma-qm-min=0:chroma-qm-max=0"
STILL: Final = Recipe(
    "libsvtav1", VideoCodec.AV1,
    lambda *_: {"preset": "12", "crf": "63", "svtav1-params": f"rtc=1:pred-struct=1:scm=1:lp=2:{_SVT_COARSE}"},
    is_still=True,
)  # fmt: skip

# What every receiver of H.264 in a browser agrees to.
H264_BASELINE: Final = replace(SOFTWARE[VideoCodec.H264], options=partial(_x264, "baseline"))


def software_options() -> tuple[Option, ...]:
    """Return the program's own encoders in the order of preference, without any that this build of FFmpeg lacks."""
    return tuple(option for option in SOFTWARE_OPTIONS if is_built_in(option.name, "w"))
