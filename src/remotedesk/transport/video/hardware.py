"""The encoders of graphics cards: how to open each, and which of them work here.

A driver may refuse, hang, crash, or make pictures that nobody can read. So each is tried out in a process of its own
(`probe.py`), by encoding and decoding again, and is off unless that went well. What was found is a value, for whoever
asked to keep and to pass on.
"""

import logging
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from types import MappingProxyType
from typing import Final

import msgspec

from remotedesk.transport.video.encoder import Recipe, Target, is_built_in
from remotedesk.transport.video.ladder import Option
from remotedesk.transport.video.port import Effort, VideoCodec

_log = logging.getLogger(__name__)

LOOK_S: Final = 0.2
WITHIN_S: Final = 15.0  # one process, all encoders that answer
_BUFFER_S: Final = 0.5  # how far the rate may be run ahead of

_NVENC: Final = {"preset": "p3", "tune": "ull", "rc": "cbr", "zerolatency": "1", "delay": "0", "forced-idr": "1"}
_QSV: Final = {"preset": "veryfast", "async_depth": "1", "low_delay_brc": "1", "forced_idr": "1"}
_AMF: Final = {"usage": "ultralowlatency", "rc": "cbr"}
_MF: Final = {"rate_control": "cbr", "scenario": "display_remoting", "hw_encoding": "1"}
_VIDEOTOOLBOX: Final = {"realtime": "1", "prio_speed": "1", "allow_sw": "0", "profile": "main"}


def _with_rate(options: Mapping[str, str], _: Effort, target: Target) -> Mapping[str, str]:
    rate = target.bits_per_second
    return {**options, "maxrate": str(rate), "bufsize": str(round(rate * _BUFFER_S))}


def _recipe(name: str, codec: VideoCodec, options: Mapping[str, str], pixel_format: str = "nv12") -> Recipe:
    return Recipe(name, codec, partial(_with_rate, options), pixel_format=pixel_format)


# In the order of preference: NVIDIA, Intel, AMD, whatever Windows knows, Apple.
_ALL: Final = (
    _recipe("av1_nvenc", VideoCodec.AV1, _NVENC),
    _recipe("av1_qsv", VideoCodec.AV1, _QSV),
    _recipe("av1_amf", VideoCodec.AV1, _AMF),
    _recipe("av1_mf", VideoCodec.AV1, _MF),
    _recipe("h264_nvenc", VideoCodec.H264, {**_NVENC, "profile": "main"}),
    _recipe("h264_qsv", VideoCodec.H264, {**_QSV, "profile": "main", "scenario": "displayremoting"}),
    _recipe("h264_amf", VideoCodec.H264, {**_AMF, "profile": "main", "forced_idr": "1"}),
    _recipe("h264_mf", VideoCodec.H264, _MF),
    _recipe("h264_videotoolbox", VideoCodec.H264, _VIDEOTOOLBOX),
)
HARDWARE: Final[Mapping[str, Recipe]] = MappingProxyType({recipe.name: recipe for recipe in _ALL})


class Probed(msgspec.Struct, frozen=True):
    """What the probing process says of one encoder, one line of JSON each."""

    name: str
    cost_s: float | None  # seconds for a picture of `REFERENCE_PIXELS`; None if it does not work


def probe_hardware(
    command: Sequence[str] | None = None, within_s: float = WITHIN_S, stopped: Callable[[], bool] = lambda: False
) -> tuple[Option, ...]:
    """Return the encoders of graphics cards that work here, in the order of preference.

    Blocks for a second or so, or for as long as drivers hang: `within_s` seconds for each that does. `command` starts
    the probing process, to which names are added. Ends soon after `stopped` says so, with what was found till then.
    """
    waiting = [name for name in HARDWARE if is_built_in(name, "w")]
    costs: dict[str, float] = {}
    while waiting and not stopped():
        for said in _ask([*(command or _command()), *waiting], within_s, stopped):
            if said.name in waiting:
                waiting.remove(said.name)
                if said.cost_s is not None:
                    costs[said.name] = said.cost_s
        if waiting and not stopped():
            _log.info("%s hung or crashed and stays off", waiting.pop(0))
    working = [HARDWARE[name] for name in HARDWARE if name in costs]
    return tuple(Option(recipe.codec, recipe.name, {Effort.LESS: costs[recipe.name]}) for recipe in working)


def _ask(command: Sequence[str], within_s: float, stopped: Callable[[], bool]) -> list[Probed]:
    """Return what the process said before it ended or was ended."""
    try:
        with subprocess.Popen(  # noqa: S603 - our own executable
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            output = _output(process, time.monotonic() + within_s, stopped)
    except OSError:
        return []
    said = []
    for line in output.splitlines():
        with suppress(msgspec.DecodeError):
            said.append(msgspec.json.decode(line, type=Probed))
    return said


def _output(process: "subprocess.Popen[bytes]", until: float, stopped: Callable[[], bool]) -> bytes:
    while time.monotonic() < until and not stopped():
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=LOOK_S)[0]
    process.kill()
    return process.communicate()[0]


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, "--internal-video-probe"]
    return [sys.executable, "-P", "-m", "remotedesk.transport.video.probe"]  # -P: import nothing from where it starts
