"""Encoders of graphics cards are off unless they have shown that they work; what goes wrong takes nothing down."""

import subprocess
import sys

import av
import pytest

from remotedesk.cli import main
from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.transport.video import VideoCodec, open_encoder
from remotedesk.transport.video.encoder import Recipe, Target
from remotedesk.transport.video.hardware import HARDWARE, probe_hardware
from remotedesk.transport.video.ladder import Option
from remotedesk.transport.video.port import Effort
from remotedesk.transport.video.probe import try_out
from remotedesk.transport.video.software import SOFTWARE
from tests.fakes.graphics_cards import MACHINES

BUILT_IN = [name for name in HARDWARE if name in av.codecs_available]


def probed(machine: str, within_s: float = 60.0) -> list[Option]:
    assert machine in MACHINES
    return list(probe_hardware([sys.executable, "-m", "tests.fakes.graphics_cards", machine], within_s))


def test_this_build_knows_some_of_them() -> None:
    assert {"av1_nvenc", "h264_nvenc", "av1_qsv", "h264_qsv", "av1_amf", "h264_amf"} <= set(BUILT_IN)


def test_without_a_card_all_are_off() -> None:
    """With the real libraries: none of the machines that test has one that FFmpeg can use."""
    assert probe_hardware() == ()


def test_where_they_work_they_are_offered_in_order() -> None:
    options = probed("LinuxWithNvidia")
    assert [(one.codec, one.name) for one in options] == [
        (VideoCodec.AV1, "av1_nvenc"),
        (VideoCodec.H264, "h264_nvenc"),
    ]
    assert all(0 < cost < 60 for one in options for cost in one.costs.values())


def test_a_crash_and_a_hang_cost_only_the_encoder_they_are_in() -> None:
    assert [one.name for one in probed("LinuxWithBrokenNvidia", 5.0)] == ["h264_qsv"]


def test_who_looks_for_them_can_stop_though_a_driver_hangs() -> None:
    asked = iter(range(1_000))
    command = [sys.executable, "-m", "tests.fakes.graphics_cards", "LinuxWithBrokenNvidia"]
    assert probe_hardware(command, 3_600.0, stopped=lambda: next(asked) > 3) == ()


def test_one_that_lags_or_lies_is_off() -> None:
    assert probed("LinuxWithBadDrivers") == []


def test_what_cannot_be_read_or_started_is_no_encoder() -> None:
    assert probed("WithoutCards") == []
    assert probe_hardware(["/nonexistent/remotedesk"]) == ()


@pytest.mark.parametrize("codec", list(VideoCodec))
def test_the_trial_passes_encoders_that_work(codec: VideoCodec) -> None:
    cost = try_out(SOFTWARE[codec])
    assert cost is not None
    assert cost > 0


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_option_is_one_that_the_encoder_knows(name: str) -> None:
    recipe = HARDWARE[name]
    context = av.CodecContext.create(name, "w")
    known = {option.name for option in (*context.supported_options.private, *context.supported_options.generic)}
    assert set(asked(recipe)) - known == set()
    values = {option.name: {choice.name for choice in option.choices} for option in context.supported_options.private}
    wrong = {key: value for key, value in asked(recipe).items() if values.get(key) and not fits(value, values[key])}
    assert wrong == {}
    assert recipe.pixel_format in {one.name for one in context.codec.video_formats or ()}


def asked(recipe: Recipe) -> dict[str, str]:
    return dict(recipe.options(Effort.LESS, Target(1_000_000, 20)))


def fits(value: str, names: set[str]) -> bool:
    return value in names or value.isdigit()


def test_one_that_is_off_cannot_be_opened() -> None:
    with pytest.raises(PlatformError) as caught:
        open_encoder(VideoCodec.H264, 640, 480, bits_per_second=1_000_000, frames_per_second=20, name="h264_nvenc")
    assert caught.value.code is ErrorCode.PLATFORM_UNSUPPORTED


def test_the_packaged_client_can_start_the_probe(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["--internal-video-probe", "h264_nvenc", "no such encoder"]) == 0
    assert capfdbinary.readouterr().out == b'{"name":"h264_nvenc","cost_s":null}\n'


def test_the_probe_writes_only_what_it_should() -> None:
    command = [sys.executable, "-m", "tests.fakes.graphics_cards", "LinuxWithNvidia", "av1_nvenc"]
    said = subprocess.run(command, capture_output=True, check=True)
    assert said.stdout.count(b"\n") == 1
    assert said.stderr == b""
