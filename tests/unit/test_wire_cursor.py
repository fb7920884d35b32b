"""The binary messages of the cursor channel come out as they went in, and nothing out of bounds goes in or out."""

import os
import struct
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.wire.cursor import (
    CURSOR,
    LARGEST,
    LARGEST_SIDE,
    POINTER_LAYOUT,
    SHAPE_LAYOUT,
    SLOTS,
    CursorMessage,
    Pointer,
    Shape,
)

PIXELS = bytes(range(48))


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    width, height = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    pixels = draw(st.binary(min_size=4, max_size=4)) * (width * height)
    hot_x, hot_y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    return Shape(draw(st.integers(1, SLOTS)), width, height, hot_x, hot_y, pixels)


pointers = st.builds(Pointer, st.integers(0, SLOTS), st.integers(0, 65_535), st.integers(0, 65_535))


@given(st.one_of(shapes(), pointers))
def test_a_message_comes_out_as_it_went_in(message: CursorMessage) -> None:
    data = CURSOR.encode(message)
    assert CURSOR.decode(data) == message
    assert len(data) <= CURSOR.largest


def test_the_largest_shape_of_few_colours_fits() -> None:
    CURSOR.encode(Shape(1, LARGEST_SIDE, LARGEST_SIDE, 0, 0, b"\xff\x00\x00\xff" * LARGEST_SIDE**2))


@pytest.mark.parametrize(
    "message",
    [
        Shape(0, 4, 3, 0, 0, PIXELS),
        Shape(SLOTS + 1, 4, 3, 0, 0, PIXELS),
        Shape(1, 0, 3, 0, 0, b""),
        Shape(1, 4, 0, 0, 0, b""),
        Shape(1, LARGEST_SIDE + 1, 1, 0, 0, bytes(4 * (LARGEST_SIDE + 1))),
        Shape(1, 1, LARGEST_SIDE + 1, 0, 0, bytes(4 * (LARGEST_SIDE + 1))),
        Shape(1, 4, 3, 4, 0, PIXELS),
        Shape(1, 4, 3, 0, 3, PIXELS),
        Shape(1, 4, 3, -1, 0, PIXELS),
        Shape(1, 4, 3, 0, 0, PIXELS[:-1]),
        Shape(1, 4, 3, 0, 0, PIXELS + b"\x00"),
        Shape(1, 4, 3, 0, 0, b""),
        Pointer(SLOTS + 1, 0, 0),
        Pointer(0, -1, 0),
        Pointer(0, 0, 65_536),
    ],
)
def test_what_is_out_of_bounds_is_not_sent(message: CursorMessage) -> None:
    with pytest.raises(ProtocolError) as caught:
        CURSOR.encode(message)
    assert caught.value.code is ErrorCode.MESSAGE_MALFORMED


def test_a_shape_that_does_not_become_small_is_too_big() -> None:
    with pytest.raises(ProtocolError) as caught:
        CURSOR.encode(Shape(1, LARGEST_SIDE, LARGEST_SIDE, 0, 0, os.urandom(4 * LARGEST_SIDE**2)))
    assert caught.value.code is ErrorCode.MESSAGE_TOO_BIG


HEADER = SHAPE_LAYOUT.pack(1, 1, 4, 3, 0, 0)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"\x03" + bytes(5),
        POINTER_LAYOUT.pack(2, 1, 1, 1)[:-1],
        POINTER_LAYOUT.pack(2, 1, 1, 1) + b"\x00",
        POINTER_LAYOUT.pack(2, SLOTS + 1, 1, 1),
        HEADER[:-1],
        HEADER,
        HEADER + PIXELS,
        HEADER + zlib.compress(PIXELS)[:-1],
        HEADER + zlib.compress(PIXELS) + b"\x00",
        HEADER + zlib.compress(PIXELS)[:-4] + struct.pack(">I", 1),
    ],
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        CURSOR.decode(data)
    assert caught.value.code is ErrorCode.MESSAGE_MALFORMED


def test_more_than_a_message_may_have_is_refused_unread() -> None:
    with pytest.raises(ProtocolError) as caught:
        CURSOR.decode(b"\x01" * (LARGEST + 1))
    assert caught.value.code is ErrorCode.MESSAGE_TOO_BIG


def test_a_pointer_that_unpacks_to_more_than_its_size_is_refused_without_being_unpacked() -> None:
    bomb = HEADER + zlib.compress(bytes(50 * 1024 * 1024), 9)
    assert len(bomb) < LARGEST
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError) as caught:
            CURSOR.decode(bomb)
        assert tracemalloc.get_traced_memory()[1] < 1024 * 1024
    finally:
        tracemalloc.stop()
    assert caught.value.code is ErrorCode.MESSAGE_MALFORMED
