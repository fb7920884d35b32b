"""Strips of few colours: exact both ways, used where they pay, and nothing but pictures of their size come out."""

import random
from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.core.geometry import Rect
from remotedesk.features.screen.tiles import MESSAGE_BYTES, TileSource, TileView
from remotedesk.features.screen.tiles.codec import OPAQUE
from remotedesk.features.screen.tiles.grid import Pixels
from remotedesk.features.screen.tiles.strips import LONGEST, MOST_KNOWN, StripDecoder, StripEncoder
from remotedesk.wire.tiles import MOST_STRIP, TILES, Strip, Strips, Update

HEIGHT, WIDTH = 500, 700


def ends(width: int, colours: list[int]) -> tuple[StripEncoder, StripDecoder]:
    encoder = StripEncoder(width, colours)
    told = encoder.told(())
    decoder = StripDecoder(told.width, told.height)
    decoder.learn(told.colours)
    return encoder, decoder


def carried(encoder: StripEncoder, decoder: StripDecoder, pixels: Pixels) -> Pixels | None:
    coded = encoder.encode(pixels)
    if coded is None:
        return None
    strips = encoder.told((Strip(Rect(0, 0, pixels.shape[1], pixels.shape[0]), coded),))
    assert (strips.width, strips.height) == (0, 0)
    decoder.learn(strips.colours)
    return decoder.decode(strips.strips[0])


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 900),
    st.lists(st.tuples(st.integers(1, 900), st.integers(1, 32), st.integers(1, 30)), min_size=1, max_size=4),
    st.integers(0, 2**32 - 1),
)
def test_strips_of_any_size_come_out_as_they_went_in(width: int, sizes: list[tuple[int, int, int]], seed: int) -> None:
    dice = np.random.default_rng(seed)
    encoder, decoder = ends(width, [])
    for wide, tall, count in sizes:
        colours = dice.integers(0, 1 << 24, count, np.uint32)
        lines = dice.choice(colours, (tall, 1)).repeat(min(wide, width), axis=1)
        lines[:, :: dice.integers(3, 50)] = colours[-1]
        shown = carried(encoder, decoder, lines | np.uint32(0x5A000000))  # the fourth byte is nobody's
        assert shown is not None
        assert (shown == lines | OPAQUE).all()


@pytest.mark.parametrize("count", [1, 2, 16, MOST_KNOWN])
def test_as_many_colours_as_fit(count: int) -> None:
    colours = np.random.default_rng(count).choice(1 << 24, count, replace=False).astype(np.uint32)
    encoder, decoder = ends(640, colours[: count // 2].tolist())
    pixels = np.resize(colours, (32, 640)).repeat(1, axis=0)
    pixels.sort(axis=1)
    shown = carried(encoder, decoder, pixels)
    assert shown is not None
    assert (shown == pixels | OPAQUE).all()


@pytest.mark.parametrize("count", [MOST_KNOWN + 1, 257])
def test_more_colours_make_no_strip(count: int) -> None:
    encoder, _ = ends(640, [])
    assert encoder.encode(np.resize(np.arange(count, dtype=np.uint32), (32, 640))) is None


def test_noise_makes_no_strip() -> None:
    encoder, _ = ends(1280, list(range(MOST_KNOWN)))
    assert encoder.encode(np.random.default_rng(1).integers(0, MOST_KNOWN, (32, 1280)).astype(np.uint32)) is None


def test_a_stream_has_no_larger_pictures_than_it_may() -> None:
    for width in (1, 64, 65, 1280, 1281, 8192):
        told = ends(width, [0])[0].told(())
        assert told == Strips(0, 0, b"", ())
        encoder = StripEncoder(width, [0])
        assert width <= encoder.width
        assert encoder.rows >= 1
        assert encoder.width * encoder.rows <= MOST_STRIP


# -- in the source --------------------------------------------------------------------------------------------------


def turning(step: int, inks: int = 5) -> Pixels:
    """Return a picture of lines that all move from step to step."""
    frame, chance = np.zeros((HEIGHT, WIDTH), np.uint32), np.random.default_rng(7)
    for ink in range(400):
        x, y, slope = chance.integers(0, WIDTH), chance.integers(0, HEIGHT), chance.normal(0, 2)
        rows = np.arange(y, min(HEIGHT, y + 150))
        columns = (x + (slope + step / 9) * (rows - y)).astype(int)
        seen = (columns >= 0) & (columns < WIDTH)
        frame[rows[seen], columns[seen]] = 0x30507 * (ink % inks + 1)
    return frame


class Shown:
    """One source and its view."""

    def __init__(self) -> None:
        self.source, self.view, self.nbytes = TileSource(), TileView(), 0

    def show(self, frame: Pixels, budget: int | None = None, message_bytes: int = MESSAGE_BYTES) -> int:
        """Bring a picture over, in as many calls as it takes, and return how many strips that took."""
        data, strips, last, self.nbytes = frame.tobytes(), 0, False, 0
        while not last:
            for message in self.source.messages(data, frame.shape[1], frame.shape[0], budget, message_bytes):
                update = TILES.decode(message)
                assert isinstance(update, Update)
                assert len(message) <= MESSAGE_BYTES
                strips += len(update.strips.strips) if update.strips else 0
                applied = self.view.apply(message)
                last = applied.last
                assert applied.exact is last
                self.nbytes += len(message)
        assert self.view.pixels == (frame | OPAQUE).tobytes()
        return strips


def test_a_drawing_that_moves_goes_as_strips_and_takes_half_the_bytes() -> None:
    shown = Shown()
    strips, sizes = [], []
    for step in range(6):
        strips.append(shown.show(turning(step)))
        sizes.append(shown.nbytes)
    assert strips[:2] == [0, 0]
    assert all(strips[3:])
    assert sizes[-1] < 0.6 * sizes[1]


@pytest.mark.parametrize("message_bytes", [1_160, 9_280, MESSAGE_BYTES])
def test_strips_keep_to_the_size_of_messages_and_to_the_budget(message_bytes: int) -> None:
    shown = Shown()
    for step in range(4):
        shown.show(turning(step))
    assert shown.show(turning(4), 4 * message_bytes, message_bytes)
    frame = turning(5).tobytes()
    sizes = [len(message) for message in shown.source.messages(frame, WIDTH, HEIGHT, 4 * message_bytes, message_bytes)]
    assert max(sizes) < 2 * message_bytes + 1_000
    assert sum(sizes) < 6 * message_bytes + 1_000


def test_a_link_that_is_fast_goes_without_strips() -> None:
    shown = Shown()
    for step in range(4):
        shown.show(turning(step))
    shown.source.spares_bytes = False
    assert shown.show(turning(4)) == 0
    shown.source.spares_bytes = True
    assert shown.show(turning(5)) == 0  # it has to be dear again


def test_a_drawing_that_gets_too_many_colours_or_becomes_noise_is_still_exact() -> None:
    shown, dice = Shown(), np.random.default_rng(3)
    for step in range(4):
        shown.show(turning(step))
    colourful = turning(4)
    colourful[60:] = dice.integers(0, 1 << 24, (HEIGHT - 60, WIDTH), np.uint32)
    shown.show(colourful)
    assert not shown.show(turning(5))
    for step in range(6, 30):
        shown.show(turning(step))
    shown.show(dice.integers(0, 64, (HEIGHT, WIDTH), np.uint32))
    assert not shown.show(turning(31))


def test_what_the_stream_remembers_does_not_go_as_strips() -> None:
    shown, pages = Shown(), [turning(0), turning(5)]
    assert [shown.show(pages[step % 2]) for step in range(2)] == [0, 0]
    assert [shown.show(pages[step % 2]) > 0 for step in range(2, 12)].count(True) <= 10
    rest = Shown()
    flat = [np.full((HEIGHT, WIDTH), colour, np.uint32) for colour in (0xFFFFFF, 0x202020)]
    assert not any(rest.show(flat[step % 2]) for step in range(10))


# -- a hostile customer ---------------------------------------------------------------------------------------------


def good_strips() -> list[bytes]:
    encoder = StripEncoder(WIDTH, [0])
    coded = [encoder.encode(turning(2)[top : top + encoder.rows]) for top in (0, 32, 64)]
    return [each for each in coded if each is not None]


def test_a_broken_strip_is_refused_or_a_picture_of_its_size() -> None:
    chance, good = random.Random(9), good_strips()
    assert len(good) == 3
    refused = 0
    for number in range(1_500):
        decoder = StripDecoder(704, 32)
        decoder.learn(bytes(3 * 256))
        broken = bytearray(good[0])
        if number % 3 == 0:
            del broken[chance.randrange(len(broken)) :]
        elif number % 3 == 1:
            for _ in range(chance.randint(1, 9)):
                broken[chance.randrange(min(len(broken), chance.choice((8, 90, 9_999))))] ^= 1 << chance.randrange(8)
        else:
            broken = bytearray(chance.randbytes(chance.randint(1, 900)))
        for coded in (bytes(broken) or b"\x00", good[1], good[2]):
            try:
                pixels = decoder.decode(Strip(Rect(0, 0, 700, 32), coded))
            except ProtocolError:
                refused += 1
                break
            assert pixels.shape == (32, 700)
            assert (pixels == OPAQUE).all()
    assert refused > 300


def coded_as(pix_fmt: str, width: int, height: int, **options: str) -> bytes:
    stream = av.CodecContext.create("ffv1", "w")
    stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
    stream.time_base, stream.options = Fraction(1, 30), {"level": "1", **options}
    picture = av.VideoFrame(width, height, pix_fmt)
    for plane in picture.planes:
        plane.update(bytes(plane.buffer_size))
    return b"".join(bytes(packet) for packet in stream.encode(picture))


@pytest.mark.parametrize("pix_fmt", ["gray10le", "gray16le", "yuv420p", "yuv444p16le", "bgr0", "gbrp16le", "yuva444p"])
def test_a_stream_of_another_size_or_format_is_refused(pix_fmt: str) -> None:
    decoder = StripDecoder(64, 32)
    decoder.learn(bytes(3))
    for coded in (coded_as(pix_fmt, 64, 32), coded_as("gray", 64, 32, level="3")):
        with pytest.raises(ProtocolError) as caught:
            decoder.decode(Strip(Rect(0, 0, 64, 32), coded))
        assert caught.value.code is ErrorCode.MESSAGE_MALFORMED


def test_the_format_has_no_say_in_the_size() -> None:
    decoder = StripDecoder(64, 32)
    decoder.learn(bytes(3))
    assert decoder.decode(Strip(Rect(0, 0, 64, 32), coded_as("gray", 8192, 4096))).shape == (32, 64)


def update(strips: Strips) -> Update:
    return Update(1, 100, 100, True, False, False, 0, (), (), b"", strips)


def test_strips_that_are_wrong_are_refused_and_draw_nothing() -> None:
    encoder = StripEncoder(100, [0, 5])
    coded = encoder.encode(np.full((30, 100), 5, np.uint32))
    assert coded is not None
    assert len(coded) < LONGEST
    strip, two = Strip(Rect(0, 0, 100, 30), coded), bytes(6)
    for strips in (
        Strips(0, 0, two, (strip,)),  # no stream
        Strips(128, 32, bytes(3), (strip,)),  # no such colour
        Strips(99, 32, two, (strip,)),  # wider than its stream
        Strips(128, 29, two, (strip,)),  # higher
        Strips(128, 32, two, (strip, Strip(Rect(0, 0, 9, 9), b"\xff" * 9))),
    ):
        view = TileView()
        view.apply(Update(0, 100, 100, False, True, True, 0, (), (), b""))
        before = bytes(view.pixels)
        with pytest.raises(ProtocolError) as caught:
            view.apply(TILES.encode(update(strips)))
        assert caught.value.code is ErrorCode.MESSAGE_MALFORMED
        assert bytes(view.pixels) == before


def test_the_palette_does_not_grow_beyond_its_bound() -> None:
    decoder = StripDecoder(64, 32)
    decoder.learn(bytes(3 * 256))
    with pytest.raises(ProtocolError) as caught:
        decoder.learn(bytes(3))
    assert caught.value.code is ErrorCode.MESSAGE_MALFORMED
