"""Machines with graphics cards that are not here: what the probing process finds on each. The drivers are stand-ins.

Run: python -m tests.fakes.graphics_cards MACHINE NAME…
"""

import os
import sys
import time
from collections.abc import Mapping
from dataclasses import replace

import av

from remotedesk.transport.video import hardware
from remotedesk.transport.video.encoder import Recipe, Target
from remotedesk.transport.video.port import Effort, VideoCodec
from remotedesk.transport.video.probe import serve
from remotedesk.transport.video.software import SOFTWARE

AV1, H264 = SOFTWARE[VideoCodec.AV1], SOFTWARE[VideoCodec.H264]


def crashing(_: Effort, __: Target) -> Mapping[str, str]:
    """A driver that takes its process down."""
    os.abort()


def hanging(_: Effort, __: Target) -> Mapping[str, str]:
    """A driver that never returns."""
    time.sleep(600)
    raise AssertionError


def late(effort: Effort, target: Target) -> Mapping[str, str]:
    """A driver that keeps pictures back."""
    return {**H264.options(effort, target), "tune": "film", "rc-lookahead": "20"}


class LinuxWithNvidia(dict[str, Recipe]):
    """Stands for Linux with a current NVIDIA card: NVENC of both codecs works, Intel's and AMD's find no device."""

    def __init__(self) -> None:
        super().__init__(hardware.HARDWARE)
        self |= {"av1_nvenc": AV1, "h264_nvenc": H264}


class LinuxWithBrokenNvidia(dict[str, Recipe]):
    """Stands for Linux with an NVIDIA driver that crashes on AV1 and hangs on H.264, and an Intel card that works."""

    def __init__(self) -> None:
        super().__init__(hardware.HARDWARE)
        self |= {
            "av1_nvenc": replace(AV1, options=crashing),
            "h264_nvenc": replace(H264, options=hanging),
            "h264_qsv": H264,
        }


class LinuxWithBadDrivers(dict[str, Recipe]):
    """Stands for Linux with drivers that are no good: one keeps pictures back, one makes another codec."""

    def __init__(self) -> None:
        super().__init__(hardware.HARDWARE)
        self |= {"h264_nvenc": replace(H264, options=late), "av1_qsv": replace(H264, codec=VideoCodec.AV1)}


class WithoutCards(dict[str, Recipe]):
    """Stands for a machine whose probing process says nothing that can be read."""

    def __init__(self) -> None:
        super().__init__()
        sys.stdout.write("no device\n{}\n\xff\n")


MACHINES = {one.__name__: one for one in (LinuxWithNvidia, LinuxWithBrokenNvidia, LinuxWithBadDrivers, WithoutCards)}


def main(machine: str, names: list[str]) -> None:
    """Answer as the probing process does on that machine."""
    recipes = MACHINES[machine]()
    serve(recipes, [name for name in names if name in recipes], sys.stdout.buffer)


if __name__ == "__main__":
    av.logging.set_level(None)
    main(sys.argv[1], sys.argv[2:])
