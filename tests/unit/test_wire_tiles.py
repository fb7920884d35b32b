"""The binary messages of the tiles channel: they come out as they went in, and nothing out of bounds goes in or out."""

import dataclasses
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.core.geometry import Rect
from remotedesk.wire.tiles import (
    ACK_LAYOUT,
    LARGEST,
    LARGEST_SIDE,
    MOST_OPERATIONS,
    MOST_STRIPS,
    TILES,
    UPDATE_LAYOUT,
    Ack,
    Copy,
    Strip,
    Strips,
    TileMessage,
    Update,
    allowed_size,
)
from remotedesk.wire.video import LEAST_SIDE, MOST_VIDEO, VIDEO_LAYOUT, Coding, VideoPart, mask_bytes

PLAIN = Update(7, 640, 480, True, False, False, 99, (), (Rect(0, 0, 10, 5),), b"pixels")
SEQUENCES, HASHES = st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1)


@st.composite
def rects(draw: st.DrawFn, width: int, height: int) -> Rect:
    x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    return Rect(x, y, draw(st.integers(1, width - x)), draw(st.integers(1, height - y)))


@st.composite
def some_strips(draw: st.DrawFn, width: int, height: int) -> Strips:
    size = draw(st.sampled_from([(0, 0), (1, 1), (1280, 32), (8192, 5)]))
    parts = draw(
        st.lists(st.builds(Strip, rects(width, height), st.binary(min_size=1, max_size=90)), min_size=1, max_size=3)
    )
    return Strips(*size, draw(st.binary(max_size=4)) * 3, tuple(parts))


@st.composite
def updates(draw: st.DrawFn) -> Update:
    width, height = draw(st.integers(1, 600)), draw(st.integers(1, 600))
    copies = []
    if draw(st.booleans()):
        target = draw(rects(width, height))
        x, y = draw(st.integers(0, width - target.width)), draw(st.integers(0, height - target.height))
        copies.append(Copy(x, y, target))
    drawn = draw(st.lists(rects(width, height), max_size=2))
    return Update(
        draw(SEQUENCES),
        width,
        height,
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(HASHES),
        tuple(copies),
        tuple(drawn),
        draw(st.binary(min_size=1, max_size=300)) if drawn else b"",
        draw(st.none() | some_strips(width, height)),
    )


@st.composite
def videos(draw: st.DrawFn) -> VideoPart:
    side = st.integers(LEAST_SIDE, 900)
    region, end = (
        Rect(draw(st.integers(0, 8_191)), draw(st.integers(0, 8_191)), draw(side), draw(side)),
        draw(st.booleans()),
    )
    size = mask_bytes(region) * end
    return VideoPart(
        draw(SEQUENCES),
        draw(st.sampled_from(Coding)),
        region,
        draw(st.booleans()),
        end,
        draw(st.binary(min_size=size, max_size=size)),
        draw(st.binary(min_size=1, max_size=300)),
    )


@given(st.one_of(updates(), videos(), st.builds(Ack, SEQUENCES, HASHES)))
def test_a_message_comes_out_as_it_went_in(message: TileMessage) -> None:
    data = TILES.encode(message)
    assert TILES.decode(data) == message
    assert len(data) <= TILES.largest


def changed(**fields: object) -> Update:
    return dataclasses.replace(PLAIN, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "update",
    [
        changed(sequence=-1),
        changed(sequence=2**32),
        changed(picture_hash=2**64),
        changed(width=0),
        changed(height=0),
        changed(width=LARGEST_SIDE + 1),
        changed(width=70_000),
        changed(width=LARGEST_SIDE, height=LARGEST_SIDE),
        changed(rects=(Rect(0, 0, 0, 5),)),
        changed(rects=(Rect(0, 0, 5, 0),)),
        changed(rects=(Rect(631, 0, 10, 5),)),
        changed(rects=(Rect(0, 476, 10, 5),)),
        changed(rects=(Rect(-1, 0, 10, 5),)),
        changed(rects=(Rect(65_535, 65_535, 65_535, 65_535),)),
        changed(rects=(Rect(0, 0, 640, 480),) * 4),  # more pixels than a message may bring
        changed(rects=()),  # data for nothing
        changed(data=b""),  # nothing to draw with
        changed(copies=(Copy(631, 0, Rect(0, 0, 10, 5)),)),
        changed(copies=(Copy(0, 476, Rect(0, 0, 10, 5)),)),
        changed(copies=(Copy(0, 0, Rect(631, 0, 10, 5)),)),
        changed(copies=(Copy(0, 0, Rect(0, 0, 640, 480)), Copy(0, 0, Rect(0, 0, 1, 1)))),  # more than the picture
        changed(copies=(Copy(0, 0, Rect(0, 0, 1, 1)),) * (MOST_OPERATIONS + 1), rects=(), data=b""),
    ],
)
def test_what_the_other_side_would_refuse_is_not_sent(update: Update) -> None:
    with pytest.raises(ProtocolError) as caught:
        TILES.encode(update)
    assert caught.value.code is ErrorCode.MESSAGE_MALFORMED


def part(**fields: object) -> VideoPart:
    plain = VideoPart(7, Coding.AV1, Rect(0, 0, 128, 64), True, True, b"\x03", b"coded")
    return dataclasses.replace(plain, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "video",
    [
        part(sequence=2**32),
        part(region=Rect(-1, 0, 128, 64)),
        part(region=Rect(0, 0, 128, LEAST_SIDE - 1)),
        part(region=Rect(0, 0, LEAST_SIDE - 1, 64)),
        part(region=Rect(0, 0, 8_192, MOST_VIDEO // 8_192 + 1)),
        part(mask=b""),
        part(mask=b"\x03\x00"),
        part(end=False),  # with a mask
        part(data=b""),
        part(coding=0),
        part(coding=4),
    ],
)
def test_a_coded_picture_that_the_other_side_would_refuse_is_not_sent(video: VideoPart) -> None:
    with pytest.raises(ProtocolError) as caught:
        TILES.encode(video)
    assert caught.value.code is ErrorCode.MESSAGE_MALFORMED


PIXEL = Strip(Rect(639, 479, 1, 1), b".")


@pytest.mark.parametrize(
    "strips",
    [
        Strips(64, 32, b"", ()),
        Strips(64, 32, b"", (PIXEL,) * (MOST_STRIPS + 1)),
        Strips(64, 0, b"", (PIXEL,)),
        Strips(0, 32, b"", (PIXEL,)),
        Strips(LARGEST_SIDE + 1, 1, b"", (PIXEL,)),
        Strips(1280, 33, b"", (PIXEL,)),
        Strips(64, 32, b"bg", (PIXEL,)),
        Strips(64, 32, b"bgr" * 257, (PIXEL,)),
        Strips(64, 32, b"", (Strip(Rect(0, 0, 1, 1), b""),)),
        Strips(64, 32, b"", (Strip(Rect(0, 0, 0, 1), b"."),)),
        Strips(64, 32, b"", (Strip(Rect(639, 479, 2, 1), b"."),)),
    ],
)
def test_strips_out_of_bounds_are_not_sent(strips: Strips) -> None:
    test_what_the_other_side_would_refuse_is_not_sent(changed(strips=strips))


def test_strips_that_end_too_early_are_refused() -> None:
    whole = TILES.encode(changed(rects=(), data=b"", strips=Strips(64, 32, b"bgr", (PIXEL, PIXEL))))
    for size in range(UPDATE_LAYOUT.size, len(whole)):
        with pytest.raises(ProtocolError):
            TILES.decode(whole[:size])
    with pytest.raises(ProtocolError):
        TILES.decode(whole + b".")  # data for nothing


def test_as_much_as_is_allowed_is_taken() -> None:
    pixel = Rect(639, 479, 1, 1)
    TILES.encode(changed(rects=(pixel,) * MOST_OPERATIONS, data=b"."))
    TILES.encode(changed(copies=(Copy(0, 0, Rect(0, 0, 640, 480)),)))
    TILES.encode(changed(rects=(), data=b""))


def test_no_message_is_too_big() -> None:
    whole = LARGEST - len(TILES.encode(changed(data=b"."))) + 1
    assert len(TILES.encode(changed(data=bytes(whole)))) == LARGEST
    for act in (
        lambda: TILES.encode(changed(data=bytes(whole + 1))),
        lambda: TILES.decode(bytes(LARGEST + 1)),
    ):
        with pytest.raises(ProtocolError) as caught:
            act()
        assert caught.value.code is ErrorCode.MESSAGE_TOO_BIG


def with_counts(copies: int, rects: int) -> bytes:
    return UPDATE_LAYOUT.pack(1, 0, 0, 640, 480, 0, copies, rects)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"\x01",
        b"\x02",
        b"\x03" + bytes(40),
        ACK_LAYOUT.pack(2, 1, 1) + b"\x00",
        ACK_LAYOUT.pack(2, 1, 1)[:-1],
        with_counts(0, 0)[:-1],
        with_counts(1, 0),
        with_counts(0, 1),
        with_counts(65_535, 65_535),
        with_counts(4_000, 97) + bytes(60_000),
        struct.pack("<BB", 1, 16) + with_counts(0, 0)[2:],  # a flag nobody knows
        VIDEO_LAYOUT.pack(3, 4, 0, 1, 0, 0, 64, 64, 0) + b"coded",  # the same
        VIDEO_LAYOUT.pack(3, 0, 0, 1, 0, 0, 64, 64, 65_535) + b"coded",
        VIDEO_LAYOUT.pack(3, 0, 0, 1, 0, 0, 64, 64, 0)[:-1],
    ],
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        TILES.decode(data)
    assert caught.value.code is ErrorCode.MESSAGE_MALFORMED


def test_what_an_update_costs_is_known_from_its_rectangles() -> None:
    assert changed(rects=(Rect(0, 0, 10, 5), Rect(3, 3, 2, 2))).drawn == 54
    assert allowed_size(8192, 4050)
    assert not allowed_size(8192, 4051)
