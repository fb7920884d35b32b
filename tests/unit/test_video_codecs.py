"""Every codec gives out what goes in, at once; holds its rate; and refuses what is broken or not what was agreed on."""

import os
from itertools import islice

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.transport.video import (
    STILL_ENCODER,
    Effort,
    VideoCodec,
    VideoEncoder,
    coded_size,
    decodable,
    frame_of,
    open_decoder,
    open_encoder,
    open_still_encoder,
    pixels_of,
    software_options,
)
from remotedesk.transport.video.obu import unit_types
from tests.bench.screen.likeness import ssim
from tests.support.desktops import Desktop
from tests.support.wireframe import turning

Bgrx = NDArray[np.uint8]
codecs = pytest.mark.parametrize("codec", list(VideoCodec))


def opened(
    codec: VideoCodec, width: int, height: int, bps: int = 2_000_000, effort: Effort = Effort.LESS
) -> VideoEncoder:
    return open_encoder(codec, width, height, bits_per_second=bps, frames_per_second=20, effort=effort)


def bytes_of(pixels: NDArray[np.uint32]) -> Bgrx:
    return pixels.view(np.uint8).reshape(*pixels.shape, 4)


def likeness(one: Bgrx, other: NDArray[np.uint32]) -> float:
    return ssim(one[..., :3], bytes_of(other)[..., :3])


def test_this_build_has_them_all() -> None:
    assert decodable() == frozenset(VideoCodec)
    assert [option.codec for option in software_options()] == list(VideoCodec)


@codecs
@pytest.mark.parametrize("effort", list(Effort))
def test_each_picture_comes_out_of_the_call_it_went_into(codec: VideoCodec, effort: Effort) -> None:
    encoder, decoder = opened(codec, 256, 192, effort=effort), open_decoder(codec, 256, 192)
    for index, picture in enumerate(islice(turning(256, 192, 0.1), 12)):
        encoded = encoder.encode(frame_of(picture, codec))
        assert encoded.is_key == (index == 0)
        assert likeness(picture, pixels_of(decoder.decode(encoded.data), 256, 192)) > 0.9
    encoder.close()
    decoder.close()


@codecs
@pytest.mark.parametrize(("width", "height"), [(1, 1), (63, 65), (64, 64), (127, 301), (333, 222), (830, 800)])
def test_every_size_arrives(codec: VideoCodec, width: int, height: int) -> None:
    picture = np.zeros((height, width, 4), np.uint8)
    picture[..., 0], picture[..., 1], picture[..., 2] = 40, 90, 200
    encoder, decoder = opened(codec, width, height), open_decoder(codec, width, height)
    frame = frame_of(picture, codec)
    assert (frame.width, frame.height) == (encoder.width, encoder.height) == coded_size(width, height)
    shown = bytes_of(pixels_of(decoder.decode(encoder.encode(frame).data), width, height))
    assert shown.shape == picture.shape
    assert np.abs(shown[..., :3].astype(int) - picture[..., :3]).max() <= 12


@codecs
def test_a_key_frame_comes_when_asked_for_and_stands_alone(codec: VideoCodec) -> None:
    encoder = opened(codec, 256, 192)
    encoded = [
        encoder.encode(frame_of(picture, codec), keyframe=index == 3)
        for index, picture in enumerate(islice(turning(256, 192), 6))
    ]
    assert [one.is_key for one in encoded] == [True, False, False, True, False, False]
    decoder = open_decoder(codec, 256, 192)
    for one in encoded[3:]:
        decoder.decode(one.data)


@codecs
def test_what_travels_is_one_unit_as_rtp_wants_it(codec: VideoCodec) -> None:
    encoder = opened(codec, 256, 192)
    for picture in islice(turning(256, 192), 3):
        encoded = encoder.encode(frame_of(picture, codec))
        if codec is VideoCodec.AV1:
            assert encoded.data[:2] == b"\x12\x00"  # a temporal delimiter
            assert list(unit_types(encoded.data)).count(6) == 1
            assert (1 in unit_types(encoded.data)) == encoded.is_key  # the sequence header
        elif codec is VideoCodec.H264:
            assert encoded.data.startswith(b"\x00\x00\x00\x01")
            assert (b"\x00\x00\x00\x01\x67\x4d" in encoded.data) == encoded.is_key  # headers, in the Main profile
        else:
            assert (encoded.data[0] & 1 == 0) == encoded.is_key  # RFC 6386, section 9.1


def test_h264_can_be_constrained_baseline() -> None:
    encoder = open_encoder(VideoCodec.H264, 256, 192, bits_per_second=500_000, frames_per_second=20, baseline=True)
    data = encoder.encode(frame_of(next(turning(256, 192)), VideoCodec.H264)).data
    assert b"\x00\x00\x00\x01\x67\x42\xc0" in data
    open_decoder(VideoCodec.H264, 256, 192).decode(data)


@codecs
def test_the_rate_is_held(codec: VideoCodec) -> None:
    encoder = opened(codec, 480, 400, 1_200_000)
    sizes = [len(encoder.encode(frame_of(picture, codec)).data) for picture in islice(turning(480, 400), 60)]
    assert 0.6 < sum(sizes[20:]) / 40 / (1_200_000 / 8 / 20) < 1.4


@codecs
@pytest.mark.parametrize("change", [0.5, 0.8, 1.25, 2.0])
def test_a_new_target_is_followed_where_it_is_worth_it(codec: VideoCodec, change: float) -> None:
    encoder, pictures = opened(codec, 480, 400, 1_200_000), turning(480, 400)
    for picture in islice(pictures, 10):
        encoder.encode(frame_of(picture, codec))
    encoder.set_target(round(1_200_000 * change), 20)
    encoded = [encoder.encode(frame_of(picture, codec)) for picture in islice(pictures, 60)]
    is_big = change in (0.5, 2.0)
    assert encoded[0].is_key == is_big
    assert not any(one.is_key for one in encoded[1:])
    wanted = change if is_big or codec is VideoCodec.H264 else 1.0
    assert 0.7 < sum(len(one.data) for one in encoded[20:]) / 40 / (wanted * 1_200_000 / 8 / 20) < 1.4


@pytest.mark.parametrize("change", [0.7, 1.4])
def test_h264_follows_both_ways_without_a_key_frame(change: float) -> None:
    encoder, pictures = opened(VideoCodec.H264, 480, 400, 800_000), turning(480, 400)
    sizes: list[int] = []
    for half in (1.0, change):
        encoder.set_target(round(800_000 * half), 20)
        encoded = [encoder.encode(frame_of(picture, encoder.codec)) for picture in islice(pictures, 60)]
        sizes.append(sum(len(one.data) for one in encoded[20:]))
    assert not any(one.is_key for one in encoded)
    assert sizes[1] / sizes[0] == pytest.approx(change, rel=0.12)


@codecs
def test_fewer_pictures_a_second_may_each_take_more(codec: VideoCodec) -> None:
    encoder, pictures = opened(codec, 480, 400, 1_200_000), turning(480, 400)
    encoder.set_target(1_200_000, 8)
    encoded = [encoder.encode(frame_of(picture, codec)) for picture in islice(pictures, 40)]
    assert 0.7 < sum(len(one.data) for one in encoded[20:]) / 20 / (1_200_000 / 8 / 8) < 1.4


@pytest.mark.parametrize(("width", "height"), [(640, 448), (31, 333), (1280, 256)])
def test_one_picture_of_a_screen_is_small_and_like_it(width: int, height: int) -> None:
    desktop = Desktop(max(width, 300), max(height, 300)).pixels[:height, :width].copy()
    encoder, decoder = open_still_encoder(width, height), open_decoder(VideoCodec.AV1, width, height)
    encoded = encoder.encode(frame_of(desktop, VideoCodec.AV1))
    assert encoded.is_key
    assert encoder.name == STILL_ENCODER
    assert likeness(bytes_of(desktop), pixels_of(decoder.decode(encoded.data), width, height)) > 0.93
    usual = opened(VideoCodec.H264, width, height, bps=50_000_000)
    assert len(encoded.data) < len(usual.encode(frame_of(desktop, VideoCodec.H264)).data)
    for each in (encoder, decoder, usual):
        each.close()


def test_targets_and_sizes_are_checked() -> None:
    encoder = opened(VideoCodec.VP8, 100, 100)
    for bps, fps in ((0, 20.0), (-1, 20.0), (500_000, 0.0), (500_000, float("nan")), (1 << 40, 20.0)):
        with pytest.raises(ValueError, match="target"):
            encoder.set_target(bps, fps)
    with pytest.raises(ValueError, match="size"):
        encoder.encode(av.VideoFrame(102, 100, "yuv420p"))
    for size in ((0, 5), (5, -1), (8_193, 5), (5, 8_193)):
        with pytest.raises(ValueError, match="size"):
            coded_size(*size)
    with pytest.raises(ValueError, match="shape"):
        frame_of(np.zeros((10, 10, 3), np.uint8), VideoCodec.AV1)
    with pytest.raises(ValueError, match="size"):
        pixels_of(av.VideoFrame(64, 64, "yuv420p"), 65, 64)


@pytest.mark.parametrize("codec", list(VideoCodec))
def test_colours_survive_the_conversion(codec: VideoCodec) -> None:
    colours = np.array([0x000000, 0xFFFFFF, 0xFF0000, 0x00FF00, 0x0000FF, 0x808080, 0x78B4FF], np.uint32)
    picture = np.repeat(np.repeat(colours[None], 64, axis=0), 16, axis=1)
    encoder = opened(codec, picture.shape[1], 64)
    decoder = open_decoder(codec, picture.shape[1], 64)
    shown = pixels_of(decoder.decode(encoder.encode(frame_of(picture, codec)).data), picture.shape[1], 64)
    middle = bytes_of(shown)[32, 8::16, :3].astype(int)
    assert np.abs(middle - colours.view(np.uint8).reshape(-1, 4)[:, :3]).max() <= 8


@codecs
@pytest.mark.parametrize("other", [(258, 192), (256, 194), (128, 96), (1920, 1080)])
def test_another_size_is_refused(codec: VideoCodec, other: tuple[int, int]) -> None:
    data = opened(codec, *other).encode(frame_of(next(turning(*other)), codec)).data
    decoder = open_decoder(codec, 256, 192)
    with pytest.raises(ProtocolError) as caught:
        decoder.decode(data)
    assert caught.value.code is ErrorCode.MESSAGE_MALFORMED


@codecs
def test_a_smaller_size_is_taken_where_the_other_side_may_choose(codec: VideoCodec) -> None:
    decoder = open_decoder(codec, 256, 192, exact=False)
    for size in ((128, 96), (256, 192), (64, 192)):
        frame = decoder.decode(opened(codec, *size).encode(frame_of(next(turning(*size)), codec)).data)
        assert (frame.width, frame.height) == size
    for size in ((258, 96), (128, 194)):
        data = opened(codec, *size).encode(frame_of(next(turning(*size)), codec)).data
        with pytest.raises(ProtocolError):
            decoder.decode(data)


@codecs
def test_nothing_none_and_two_pictures_are_refused(codec: VideoCodec) -> None:
    encoder = opened(codec, 256, 192)
    first, second = (encoder.encode(frame_of(picture, codec)).data for picture in islice(turning(256, 192), 2))
    with pytest.raises(ProtocolError):
        open_decoder(codec, 256, 192).decode(b"")
    with pytest.raises(ProtocolError):
        open_decoder(codec, 256, 192).decode(second)  # without the key frame before it
    if codec is not VideoCodec.VP8:  # whose data does not say where a picture ends
        with pytest.raises(ProtocolError):
            open_decoder(codec, 256, 192).decode(first + second)


@pytest.mark.parametrize("codec", VideoCodec)
def test_no_encoder_keeps_real_time_priority(codec: VideoCodec) -> None:
    """As root SVT-AV1 takes it, for its caller too, whose children inherit it."""
    encoder = open_encoder(codec, 128, 128, bits_per_second=100_000, frames_per_second=10)
    encoder.encode(frame_of(np.zeros((128, 128), np.uint32), codec))
    policies = {os.sched_getscheduler(int(thread)) for thread in os.listdir("/proc/self/task")}
    encoder.close()
    assert policies == {os.SCHED_OTHER}
