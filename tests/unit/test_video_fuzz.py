"""Broken and hostile pictures are refused, or decoded to one of the agreed size; no decoder crashes."""

import functools
import secrets
from collections.abc import Callable
from itertools import islice

import pytest

from remotedesk.core.errors import ProtocolError
from remotedesk.transport.video import VideoCodec, VideoDecoder, frame_of, open_decoder, open_encoder, pixels_of
from remotedesk.transport.video.obu import is_one_picture, unit_types
from tests.support.fuzzing import Mutator, fuzz
from tests.support.wireframe import turning

SECONDS = 2.0
SOAK_SECONDS = 600.0
WIDTH, HEIGHT = 160, 96
codecs = pytest.mark.parametrize("codec", list(VideoCodec))


@functools.cache
def encoded(codec: VideoCodec) -> tuple[bytes, ...]:
    """Return a key frame and three that follow it."""
    encoder = open_encoder(codec, WIDTH, HEIGHT, bits_per_second=400_000, frames_per_second=20)
    return tuple(encoder.encode(frame_of(picture, codec)).data for picture in islice(turning(WIDTH, HEIGHT), 4))


def checked(decoder: VideoDecoder, data: bytes) -> None:
    """Decode; what was taken must be a picture of the agreed size."""
    frame = decoder.decode(data)
    assert (frame.width, frame.height, frame.format.name) == (WIDTH, HEIGHT, "yuv420p")
    pixels_of(frame, WIDTH, HEIGHT)


def first(codec: VideoCodec) -> Callable[[bytes], None]:
    """Return what reads its input as the first picture of a stream."""
    return lambda data: checked(open_decoder(codec, WIDTH, HEIGHT), data)


def later(codec: VideoCodec) -> Callable[[bytes], None]:
    """Return what reads its input behind good pictures and whatever came before."""
    decoder = open_decoder(codec, WIDTH, HEIGHT)

    def read(data: bytes) -> None:
        for good in encoded(codec)[:2]:
            decoder.decode(good)
        checked(decoder, data)

    return read


@codecs
@pytest.mark.parametrize("behind", [first, later])
def test_broken_pictures_are_refused_or_decoded(
    codec: VideoCodec, behind: Callable[[VideoCodec], Callable[[bytes], None]]
) -> None:
    mutator = Mutator(encoded(codec), secrets.randbits(32))
    assert fuzz(behind(codec), ProtocolError, mutator, SECONDS) > 100


@pytest.mark.soak
@pytest.mark.timeout(SOAK_SECONDS * 2)
@codecs
@pytest.mark.parametrize("behind", [first, later])
def test_broken_pictures_are_refused_or_decoded_for_long(
    codec: VideoCodec, behind: Callable[[VideoCodec], Callable[[bytes], None]]
) -> None:
    assert fuzz(behind(codec), ProtocolError, Mutator(encoded(codec), secrets.randbits(32)), SOAK_SECONDS) > 100


def test_broken_units_are_refused_or_read() -> None:
    mutator = Mutator(encoded(VideoCodec.AV1), secrets.randbits(32))
    assert fuzz(lambda data: list(unit_types(data)), ProtocolError, mutator, SECONDS) > 100


@codecs
def test_a_picture_that_is_cut_off_is_refused(codec: VideoCodec) -> None:
    key = encoded(codec)[0]
    for length in (1, 2, 5, 9, 12, len(key) // 3, len(key) - len(key) // 4):
        if codec is VideoCodec.VP8 and length > 12:
            continue  # its parts do not say where they end: what is missing is read as noughts
        with pytest.raises(ProtocolError):
            open_decoder(codec, WIDTH, HEIGHT).decode(key[:length])


def test_a_size_that_would_take_all_memory_is_refused() -> None:
    key = bytearray(encoded(VideoCodec.VP8)[0])
    key[6:10] = b"\xff\x3f\xff\x3f"  # 16,383 × 16,383 pixels (RFC 6386, section 9.1)
    with pytest.raises(ProtocolError):
        open_decoder(VideoCodec.VP8, WIDTH, HEIGHT).decode(bytes(key))


def test_units_are_told_apart() -> None:
    delimiter, frame, header = b"\x12\x00", b"\x32\x01\x00", b"\x1a\x01\x00"
    assert list(unit_types(delimiter + b"\x36\x08\x02ab" + header)) == [2, 6, 3]
    assert is_one_picture(delimiter + frame)
    assert is_one_picture(frame)
    assert not is_one_picture(delimiter)
    assert not is_one_picture(delimiter + frame + frame)
    assert not is_one_picture(delimiter + frame + header)
    assert not is_one_picture(frame + delimiter)
    for broken in (b"\x92\x00", b"\x10\x00", b"\x12", b"\x32\x02\x00", b"\x32" + b"\x80" * 9, b"\x36\x00"):
        with pytest.raises(ProtocolError):
            list(unit_types(broken))
