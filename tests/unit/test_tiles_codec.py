"""The stream of pixels: exact both ways, and a decoder that gives out no byte more than it was asked for."""

import tracemalloc

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.features.screen.tiles.codec import LARGEST_GROWTH, TileDecoder, TileEncoder, packed, unpacked


@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 2**32 - 1))
def test_pixels_are_packed_without_loss(width: int, height: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 1 << 32, (height + 3, width + 5), np.uint32)[2:-1, 3:-2]
    data = packed(pixels)
    assert len(data) == width * height * 3
    again = unpacked(bytearray(b"..." + data + b"."), 3, width, height)
    assert (again == (pixels | np.uint32(0xFF000000))).all()


@given(st.lists(st.binary(min_size=1, max_size=5_000), max_size=8), st.sampled_from([1, 3, 9]))
def test_each_part_is_read_as_it_comes(parts: list[bytes], level: int) -> None:
    encoder, decoder = TileEncoder(level), TileDecoder()
    for part in parts:
        data = encoder.encode(part)
        assert decoder.decode(data, len(part)) == part + b"\0"
        assert len(data) <= len(part) + LARGEST_GROWTH


def test_what_was_sent_before_costs_next_to_nothing() -> None:
    encoder, part = TileEncoder(3), np.random.default_rng(1).bytes(40_000)
    assert len(encoder.encode(part)) > 40_000
    assert len(encoder.encode(part)) < 100


def refused(decoder: TileDecoder, data: bytes, size: int) -> None:
    with pytest.raises(ProtocolError) as caught:
        decoder.decode(data, size)
    assert caught.value.code is ErrorCode.MESSAGE_MALFORMED


@pytest.mark.parametrize("size", [1, 999, 1_001, 5_000])
def test_another_size_than_the_data_have_is_refused(size: int) -> None:
    encoder, decoder = TileEncoder(3), TileDecoder()
    for part in (bytes(500), bytes(300_000)):
        decoder.decode(encoder.encode(part), len(part))
    refused(decoder, encoder.encode(np.random.default_rng(size).bytes(1_000)), size)


@given(st.data())
def test_cut_off_data_are_refused(data: st.DataObject) -> None:
    part = np.random.default_rng(7).bytes(700) + bytes(500)
    whole = TileEncoder(3).encode(part)
    refused(TileDecoder(), whole[: data.draw(st.integers(1, len(whole) - 1))], len(part))


@pytest.mark.parametrize("data", [b"x", b"no zstd at all, but long enough for a header", bytes(100)])
def test_what_is_no_stream_is_refused(data: bytes) -> None:
    refused(TileDecoder(), data, 50)


def test_a_stream_that_ends_is_refused() -> None:
    whole, beginning = zstandard.compress(bytes(100)), TileEncoder(3).encode(b".")[:6]
    for data in (whole, whole * 2, whole + beginning):
        refused(TileDecoder(), data, 101)
    refused(TileDecoder(), whole, 100)


def test_a_window_that_is_too_large_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, write_content_size=False)
    stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    refused(TileDecoder(), stream.compress(bytes(100)) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK), 100)


def test_a_bomb_is_refused_without_being_unpacked() -> None:
    bomb = TileEncoder(3).encode(bytes(300 * 1024 * 1024))
    assert len(bomb) < 65_536
    decoder = TileDecoder()
    tracemalloc.start()
    try:
        refused(decoder, bomb, 3_000)
        assert tracemalloc.get_traced_memory()[1] < 1024 * 1024
    finally:
        tracemalloc.stop()
