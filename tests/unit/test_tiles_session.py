"""Both ends together: whatever is shown arrives to the pixel, and whatever is wrong is refused."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from remotedesk.core.errors import ErrorCode, PlatformError, ProtocolError
from remotedesk.core.geometry import Rect
from remotedesk.features.screen.tiles import MESSAGE_BYTES, Applied, TileSource, TileView
from remotedesk.features.screen.tiles.codec import TileEncoder
from remotedesk.features.screen.tiles.draft import Draft
from remotedesk.features.screen.tiles.grid import Pixels, as_pixels
from remotedesk.wire.tiles import MOST_OPERATIONS, TILES, Ack, Copy, Update
from tests.support.desktops import Desktop

COLOURS = np.uint32(0x00FFFFFF)


class Pair:
    """One source and its view."""

    def __init__(self, level: int = 3) -> None:
        self.source, self.view = TileSource(level), TileView()
        self.messages: list[bytes] = []
        self._given: tuple[Pixels | None, bytes] = (None, b"")

    def show(
        self, frame: Pixels, budget: int | None = None, message_bytes: int = MESSAGE_BYTES, *, again: bool = False
    ) -> list[Applied]:
        """Bring a picture over, and check all that must hold whatever it is; `again`: the same as before is that."""
        height, width = frame.shape
        if frame is not self._given[0] or not again:
            self._given = frame, frame.tobytes()
        self.messages = list(self.source.messages(self._given[1], width, height, budget, message_bytes))
        done = [self.view.apply(message) for message in self.messages]
        assert all(len(message) <= MESSAGE_BYTES for message in self.messages)
        assert [applied.last for applied in done[:-1]] == [False] * len(done[:-1])
        assert not done or done[-1].last is done[-1].exact is not self.source.behind
        assert not done or self.source.agrees(done[-1].ack) is (None if self.source.behind else True)
        if not self.source.behind:
            assert self.view.pixels == (frame | np.uint32(0xFF000000)).tobytes()
        return done

    @property
    def update(self) -> Update:
        """The last message of the last picture."""
        update = TILES.decode(self.messages[-1])
        assert isinstance(update, Update)
        return update


class AnyPictures(RuleBasedStateMachine):
    """Pictures as they come in a session, in any order, with or without a budget."""

    @initialize(level=st.sampled_from([1, 3, 9]), width=st.integers(1, 300), height=st.integers(1, 300))
    def begin(self, level: int, width: int, height: int) -> None:
        self.pair, self.frame = Pair(level), Desktop(max(32, width), max(32, height)).pixels

    @rule(seed=st.integers(0, 2**32 - 1))
    def noise(self, seed: int) -> None:
        self.frame = np.random.default_rng(seed).integers(0, 1 << 32, self.frame.shape, np.uint32)

    @rule(seed=st.integers(0, 99), rows=st.integers(-80, 80), columns=st.integers(-80, 80))
    def scroll(self, seed: int, rows: int, columns: int) -> None:
        self.frame = np.roll(self.frame, (rows, columns), axis=(0, 1))
        self.frame[:, : seed % 20] = seed

    @rule(seed=st.integers(0, 99), x=st.integers(0, 250), y=st.integers(0, 250), plain=st.booleans())
    def window(self, seed: int, x: int, y: int, plain: bool) -> None:
        self.frame = self.frame.copy()
        room = self.frame[y : y + 130, x : x + 110]
        inside = Desktop(130, 130, seed=7).pixels
        room[:] = seed if plain else inside[: room.shape[0], : room.shape[1]]

    @rule(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 40))
    def type(self, seed: int, count: int) -> None:
        chance = np.random.default_rng(seed)
        self.frame = self.frame.copy()
        rows, columns = (chance.integers(0, side, count) for side in self.frame.shape)
        self.frame[rows, columns] = chance.integers(0, 1 << 32, count, np.uint32)

    @rule(width=st.integers(1, 300), height=st.integers(1, 300))
    def resize(self, width: int, height: int) -> None:
        self.frame = np.resize(self.frame, (height, width))

    @rule(level=st.sampled_from([1, 3, 9]))
    def change_level(self, level: int) -> None:
        self.pair.source.level = level

    @rule()
    def restart(self) -> None:
        self.pair.source.restart()

    @rule(budget=st.integers(1, 60_000), packets=st.integers(1, 40), again=st.booleans())
    def show_some(self, budget: int, packets: int, again: bool) -> None:
        self.pair.show(self.frame, budget, packets * 1_160, again=again)

    @rule()
    def show(self) -> None:
        self.pair.show(self.frame)
        assert not self.pair.source.behind

    @invariant()
    def is_brought_up_in_the_end(self) -> None:
        if hasattr(self, "pair") and self.pair.source.behind and self.pair.view.sequence % 7 == 6:
            self.pair.show(self.frame)


TestAnyPictures = AnyPictures.TestCase
TestAnyPictures.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


def desktop(width: int = 640, height: int = 400) -> Desktop:
    return Desktop(width, height)


def test_a_still_picture_costs_nothing() -> None:
    pair, shown = Pair(), desktop()
    assert pair.show(shown.pixels)
    assert pair.show(shown.pixels) == []


def test_a_black_screen_arrives_too() -> None:
    pair = Pair()
    (applied,) = pair.show(np.zeros((50, 60), np.uint32))
    assert applied.dirty == (Rect(0, 0, 60, 50),)
    assert pair.view.pixels == np.full((50, 60), 0xFF000000, np.uint32).tobytes()


def test_a_letter_is_a_small_message_with_a_small_rectangle() -> None:
    pair, shown = Pair(), desktop()
    pair.show(shown.pixels)
    shown.write(300, 200, "w")
    (applied,) = pair.show(shown.pixels)
    (rect,) = applied.dirty
    assert rect.width <= 20
    assert rect.height <= 20
    assert len(pair.messages[0]) < 300


def test_scrolling_is_a_copy_and_the_new_lines() -> None:
    pair, shown = Pair(), desktop()
    pair.show(shown.pixels)
    shown.scroll(36)
    pair.show(shown.pixels)
    (copy,) = pair.update.copies
    assert copy.y - copy.target.y == 36
    assert pair.update.drawn < 0.3 * shown.pixels.size


def test_a_turning_model_is_searched_for_moves_only_now_and_then() -> None:
    pair, chance = Pair(), np.random.default_rng(1)
    for _ in range(20):
        pair.show(chance.integers(0, 1 << 24, (400, 400), np.uint32))
    page = chance.integers(0, 1 << 24, (500, 400), np.uint32)
    copies = 0
    for row in range(20):
        pair.show(page[row * 5 : row * 5 + 400])
        copies += bool(pair.update.copies)
    assert copies >= 10


def test_a_budget_is_kept_and_what_waits_is_sent_later() -> None:
    pair, chance = Pair(), np.random.default_rng(1)
    frame = chance.integers(0, 1 << 24, (500, 500), np.uint32)
    calls = 0
    while pair.source.behind:
        pair.show(frame, 100_000)
        assert sum(map(len, pair.messages)) < 160_000
        calls += 1
    assert 5 <= calls <= 9
    assert pair.show(frame) == []
    pair.show(frame ^ np.uint32(0xFFFFFF), 100_000)
    assert TILES.decode(pair.messages[0]).rects[0].y == 0  # from the top again


def test_a_busy_place_does_not_starve_what_is_below() -> None:
    pair, chance = Pair(), np.random.default_rng(1)
    frame = np.zeros((500, 500), np.uint32)
    pair.show(frame)
    frame[450:] = 0x00FF00
    for _ in range(6):
        frame[:300] = chance.integers(0, 1 << 24, (300, 500), np.uint32)
        pair.show(frame, 100_000)
    shown = as_pixels(pair.view.pixels, 500, 500)
    assert (shown[450:] & COLOURS == 0x00FF00).all()


def test_the_widest_picture_fits() -> None:
    Pair().show(np.random.default_rng(1).integers(0, 1 << 24, (40, 8192), np.uint32))


def test_no_message_brings_more_than_it_may_however_little_it_weighs() -> None:
    pair, white = Pair(), np.full((1030, 8192), 0xFFFFFF, np.uint32)
    pair.show(white)
    assert len(pair.messages) == 9  # a megapixel each


def test_small_messages_are_small_and_carry_the_picture_bit_by_bit() -> None:
    pair, shown = Pair(), Desktop(1280, 800).pixels
    sizes: list[int] = []
    for _ in range(200):
        pair.show(shown, 5_000, 2 * 1_160, again=True)
        sizes += map(len, pair.messages)
        if not pair.source.behind:
            break
    assert not pair.source.behind
    assert len(sizes) > 10
    assert sorted(sizes)[len(sizes) // 2] <= 3 * 1_160
    whole = Pair()
    whole.show(shown)
    assert sum(sizes) < 1.3 * sum(map(len, whole.messages))


def test_a_budget_may_end_it_before_a_rectangle_has_begun() -> None:
    pair = Pair()
    shown = np.zeros((256, 256), np.uint32)
    pair.show(shown)
    for x in (0, 128):
        shown[64:128, x : x + 64] = np.random.default_rng(x).integers(0, 1 << 24, (64, 64), np.uint32)
    fresh = shown.copy()
    for _ in range(300):
        pair.show(fresh, 1, 1_160, again=True)
        if not pair.source.behind:
            break
    assert not pair.source.behind


def test_no_message_has_more_rectangles_than_it_may() -> None:
    draft = Draft(TileEncoder(3), MESSAGE_BYTES, rects=[Rect(0, 0, 1, 1)] * (MOST_OPERATIONS - 1))
    assert draft.rows_of(1) > 0
    draft.add(Rect(5, 5, 1, 1), bytes(3))
    assert draft.rows_of(1) == 0


def test_a_restart_sends_everything_and_a_new_level_only_changes() -> None:
    pair, shown = Pair(), desktop()
    first = sum(applied.last for applied in pair.show(shown.pixels))
    whole = sum(map(len, pair.messages))
    pair.source.level = 9
    assert pair.source.level == 9
    shown.write(300, 200, "w")
    pair.show(shown.pixels)
    assert pair.update.fresh
    assert len(pair.messages[0]) < 300
    pair.source.level = 9
    shown.write(320, 200, "w")
    pair.show(shown.pixels)
    assert not pair.update.fresh
    pair.source.restart()
    assert sum(applied.last for applied in pair.show(shown.pixels)) == first
    assert sum(map(len, pair.messages)) > whole * 0.7


def test_a_wrong_pixel_is_not_called_exact() -> None:
    pair, shown = Pair(), desktop()
    pair.show(shown.pixels)
    pair.view.pixels[4 * 1000] ^= 1
    pair.view._hashes.touch(Rect(1000 % 640, 1000 // 640, 1, 1))  # as drawing it would have
    shown.write(300, 200, "w")
    (message,) = pair.source.encode(shown.frame(), 640, 400)
    applied = pair.view.apply(message)
    assert applied.last
    assert not applied.exact
    assert pair.source.agrees(applied.ack) is False


def test_an_ack_of_an_older_picture_says_nothing() -> None:
    pair, shown = Pair(), desktop()
    (*_, before) = pair.show(shown.pixels)
    shown.write(300, 200, "w")
    pair.show(shown.pixels)
    assert pair.source.agrees(before.ack) is None


@pytest.mark.parametrize(("width", "height", "size"), [(0, 5, 0), (5, 5, 99), (8193, 1, 8193 * 4), (8192, 8192, 4)])
def test_what_may_not_travel_is_not_taken(width: int, height: int, size: int) -> None:
    with pytest.raises(PlatformError) as caught:
        TileSource().encode(bytes(size), width, height)
    assert caught.value.code is ErrorCode.CAPTURE_FAILED


# -- a hostile customer ---------------------------------------------------------------------------------------------

SIDE = 100


def good_view() -> tuple[TileView, TileEncoder]:
    """Return a view that shows a picture, and the stream that goes on from there."""
    view, encoder = TileView(), TileEncoder(3)
    picture = np.random.default_rng(1).bytes(SIDE * SIDE * 3)
    whole = (Rect(0, 0, SIDE, SIDE),)
    view.apply(Update(0, SIDE, SIDE, True, True, True, 0, (), whole, encoder.encode(picture)))
    return view, encoder


NEXT = Update(1, SIDE, SIDE, True, False, False, 0, (), (), b"")


def hostile() -> Iterator[tuple[str, Update, ErrorCode]]:
    _, encoder = good_view()
    ten = Rect(5, 5, 10, 10)
    exact = encoder.encode(bytes(300))
    bomb = TileEncoder(3).encode(bytes(200 * 1024 * 1024))
    replace, malformed = dataclasses.replace, ErrorCode.MESSAGE_MALFORMED
    yield "skipped", replace(NEXT, sequence=2), ErrorCode.MESSAGE_OUT_OF_ORDER
    yield "repeated", replace(NEXT, sequence=0), ErrorCode.MESSAGE_OUT_OF_ORDER
    yield "resized", replace(NEXT, width=SIDE + 1), malformed
    yield "resized rectangle", replace(NEXT, width=300, rects=(Rect(250, 5, 10, 10),), data=exact), malformed
    yield "truncated", replace(NEXT, rects=(ten,), data=exact[:-1]), malformed
    yield "too few pixels", replace(NEXT, rects=(ten, ten), data=exact), malformed
    yield "too many pixels", replace(NEXT, rects=(Rect(5, 5, 10, 9),), data=exact), malformed
    yield "no stream", replace(NEXT, rects=(ten,), data=b"\xff" * 50), malformed
    yield "a bomb", replace(NEXT, fresh=True, rects=(ten,), data=bomb), malformed
    yield "another stream", replace(NEXT, fresh=True, rects=(ten,), data=exact), malformed


@pytest.mark.parametrize(
    ("name", "update", "code"), list(hostile()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_hostile_updates_are_refused_and_draw_nothing(name: str, update: Update, code: ErrorCode) -> None:
    view, _ = good_view()
    before = bytes(view.pixels)
    with pytest.raises(ProtocolError) as caught:
        view.apply(update)
    assert caught.value.code is code, name
    assert bytes(view.pixels) == before


def test_pixels_without_a_stream_and_acks_are_refused() -> None:
    view = TileView()
    data = TileEncoder(3).encode(bytes(300))
    for update, code in (
        (Update(0, 10, 10, True, False, True, 0, (), (Rect(0, 0, 10, 10),), data), ErrorCode.MESSAGE_MALFORMED),
        (Update(0, 10, 10, True, False, False, 0, (), (), b""), ErrorCode.MESSAGE_MALFORMED),
    ):
        with pytest.raises(ProtocolError) as caught:
            view.apply(TILES.encode(update))
        assert caught.value.code is code
    with pytest.raises(ProtocolError) as caught:
        view.apply(TILES.encode(Ack(0, 0)))
    assert caught.value.code is ErrorCode.MESSAGE_OUT_OF_ORDER


@given(st.lists(st.tuples(*[st.integers(0, 99)] * 4, st.integers(1, 60), st.integers(1, 60)), max_size=3))
def test_copies_read_the_picture_before_and_write_only_their_targets(places: list[tuple[int, ...]]) -> None:
    view, _ = good_view()
    before = as_pixels(bytes(view.pixels), SIDE, SIDE)
    expected = before.copy()
    copies = []
    for x, y, right, down, wide, tall in places:
        width = min(wide, SIDE - x, SIDE - right)
        height = min(tall, SIDE - y, SIDE - down)
        copies.append(Copy(x, y, Rect(right, down, width, height)))
        expected[down : down + height, right : right + width] = before[y : y + height, x : x + width]
    if sum(copy.target.width * copy.target.height for copy in copies) > SIDE * SIDE:
        return
    applied = view.apply(TILES.encode(dataclasses.replace(NEXT, copies=tuple(copies))))
    assert applied.dirty == tuple(copy.target for copy in copies)
    assert (as_pixels(view.pixels, SIDE, SIDE) == expected).all()
