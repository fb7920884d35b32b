"""What moves too much for a thin link is coded with loss, never called exact meanwhile, and exact once it rests."""

import dataclasses
import functools
import random
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image, ImageDraw

from remotedesk.core.errors import ErrorCode, PlatformError, ProtocolError
from remotedesk.core.geometry import Rect
from remotedesk.features.screen.tiles import Applied, TileSource, TileView, coder, grid, preview
from remotedesk.features.screen.tiles.coder import (
    CODECS,
    EARLY,
    MOST_FPS,
    EncoderFailedError,
    RegionCoder,
    most_fps,
    wanted_bps,
)
from remotedesk.features.screen.tiles.grid import TILE, Mask, Pixels, as_pixels, islands
from remotedesk.features.screen.tiles.heat import HALVED_AFTER_S, REST_S, Heat
from remotedesk.features.screen.tiles.lossy import Lossy
from remotedesk.features.screen.tiles.motion_view import MotionView, tiles_to_draw
from remotedesk.transport.video import Effort, Ladder, Option, Rung, VideoCodec, software_options
from remotedesk.wire.tiles import TILES, Copy, Update
from remotedesk.wire.video import MOST_CODED, Coding, VideoPart
from tests.bench.screen import pictures
from tests.bench.screen.likeness import ssim
from tests.support.desktops import Desktop

WIDTH, HEIGHT = 640, 448
ALL = Rect(0, 0, WIDTH, HEIGHT)
MODEL = Rect(64, 64, 320, 320)
EVERY_S = 0.1
THIN_BPS = 200_000.0
FAST_BPS = 1e9


@functools.cache
def model(turn: int) -> Pixels:
    """Return a turning part of many lines, on a desktop that stands still."""
    image = Image.new("RGB", (WIDTH, HEIGHT), (40, 60, 80))
    draw = ImageDraw.Draw(image)
    draw.rectangle((MODEL.x, MODEL.y, MODEL.x + MODEL.width - 1, MODEL.y + MODEL.height - 1), (0, 0, 0))
    for segments, ink in zip(pictures.part_segments(3), pictures.INKS, strict=True):
        for x0, y0, x1, y1 in pictures.project(segments, turn * 0.06, (MODEL.width, MODEL.height)).tolist():
            draw.line((x0 + MODEL.x, y0 + MODEL.y, x1 + MODEL.x, y1 + MODEL.y), ink)
    return pictures.pixels_of(image).view(np.uint32)[..., 0].copy()


class Link:
    """Both ends, a clock and a rate."""

    def __init__(self, rate_bps: float, encoders: Sequence[Option] | None = None) -> None:
        self.source, self.view = TileSource(encoders=software_options() if encoders is None else encoders), TileView()
        self.rate_bps, self.now = rate_bps, 100.0
        self.videos: list[VideoPart] = []
        self.exact = False

    def show(self, frame: Pixels, *, budget: int | None = None, after_s: float = EVERY_S) -> list[Applied]:
        """Bring a picture over as far as it goes at once; never is called exact what is not."""
        self.now += after_s
        self.source.motion.tick(self.now, self.rate_bps)
        done = []
        for message in self.source.messages(frame.tobytes(), WIDTH, HEIGHT, budget, 1_160):
            decoded = TILES.decode(message)
            if isinstance(decoded, VideoPart):
                self.videos.append(decoded)
            done.append(self.view.apply(message))
        assert not any(applied.exact for applied in done[:-1])
        if done:  # else the viewer has what he had, an older picture that may well be exact
            self.exact = done[-1].exact
            assert self.is_right(frame) or not self.exact
        return done

    def turn(self, turns: range) -> None:
        for turn in turns:
            self.show(model(turn))

    def settle(self, frame: Pixels) -> bool:
        """Show a picture that stands still until all of it has come; True if it ended exact."""
        for _ in range(100):
            self.show(frame, budget=4_000, after_s=REST_S / 5)
            if not self.source.behind:
                return self.exact
        return False

    def is_right(self, frame: Pixels, rect: Rect = ALL) -> bool:
        shown = as_pixels(self.view.pixels, WIDTH, HEIGHT)
        rows, columns = slice(rect.y, rect.y + rect.height), slice(rect.x, rect.x + rect.width)
        return bool((((shown ^ frame)[rows, columns] & 0xFFFFFF) == 0).all())


def test_on_a_thin_link_what_turns_is_coded_and_becomes_exact_when_it_rests() -> None:
    link = Link(THIN_BPS)
    link.turn(range(12))
    assert link.videos
    assert link.source.behind
    assert not link.is_right(model(11))
    assert link.settle(model(11))
    assert not link.source.behind


def test_on_a_fast_link_nothing_is_coded() -> None:
    link = Link(FAST_BPS)
    link.turn(range(12))
    assert not link.videos
    assert link.is_right(model(11))


def test_what_changes_once_is_not_coded_however_thin_the_link() -> None:
    link = Link(THIN_BPS)
    link.show(model(0))
    assert link.settle(model(20))
    assert not link.videos


def test_what_is_dragged_is_copied_and_not_coded() -> None:
    link = Link(THIN_BPS)
    for step in range(20):
        dragged = np.full((HEIGHT, WIDTH), 0x302010, np.uint32)
        dragged[20 + 4 * step : 276 + 4 * step, 30 + 9 * step : 286 + 9 * step] = model(3)[80:336, 90:346]
        link.show(dragged)
    assert not link.videos
    assert link.settle(dragged)


def page(line: int) -> Pixels:
    """Return the desktop with a page of dense text, scrolled by so many lines of eight pixels."""
    text = np.random.default_rng(4).choice(np.array([0x101010, 0xF0F0F0], np.uint32), (HEIGHT + 400, 512))
    shown = np.full((HEIGHT, WIDTH), 0x302010, np.uint32)
    shown[:, 64:576] = text[8 * line : 8 * line + HEIGHT]
    return shown


def test_what_scrolls_is_not_coded_even_if_the_viewer_never_had_it() -> None:
    link = Link(THIN_BPS)
    for line in range(40):
        link.show(page(line), budget=1_500)
    assert not link.videos
    assert link.settle(page(39))


def test_what_was_coded_and_merely_moves_now_is_coded_no_more() -> None:
    link = Link(THIN_BPS)
    link.turn(range(20))
    assert link.videos
    for step in range(12):
        link.show(np.roll(model(19), 8 * step, axis=0))
    coded = len(link.videos)
    for step in range(12, 24):
        link.show(np.roll(model(19), 8 * step, axis=0))
    assert len(link.videos) == coded
    assert link.settle(np.roll(model(19), 8 * 23, axis=0))


def desktop(seed: int) -> Pixels:
    """Return another desktop each time: text and drawings."""
    return Desktop(WIDTH, HEIGHT, seed=seed).pixels.copy()


def likeness(one: Pixels, other: Pixels) -> float:
    """Return how alike two pictures are, 1 is the same."""
    return ssim(*(side.view(np.uint8).reshape(*side.shape, 4)[..., :3] for side in (one, other)))


def test_a_large_new_picture_is_seen_whole_before_it_is_exact() -> None:
    link = Link(THIN_BPS)
    link.show(desktop(1))
    assert not link.videos
    for _ in range(3):
        link.show(desktop(2), budget=1_000, after_s=0.01)
    nbytes = sum(len(each.data) for each in link.videos)
    shown = as_pixels(link.view.pixels, WIDTH, HEIGHT)
    assert not link.exact
    assert likeness(shown, desktop(2)) > 0.95
    assert link.settle(desktop(2))
    assert sum(len(each.data) for each in link.videos) == nbytes  # each part of it once
    assert nbytes < 32_000


def test_what_was_seen_with_loss_becomes_exact_at_the_pointer_first() -> None:
    link = Link(THIN_BPS)
    link.show(desktop(1))
    while not link.source.waits:
        link.show(desktop(2), budget=1_000, after_s=0.01)
    link.source.pointer_row = 300
    link.show(desktop(2), budget=8_000, after_s=2 * REST_S)
    shown = as_pixels(link.view.pixels, WIDTH, HEIGHT)
    exact = np.flatnonzero(((shown ^ desktop(2)) & grid.COLOURS == 0).all(axis=1))
    assert 300 in exact
    assert exact.min() >= 200
    assert link.settle(desktop(2))


@pytest.mark.parametrize("edge", [np.s_[-1:, :], np.s_[:, -1:], np.s_[-1:, -1:]])
def test_tiles_cut_at_the_edge_are_coded_together_with_their_neighbours(edge: tuple[slice, slice]) -> None:
    frame = desktop(1)[:388, :520].copy()  # of the last row and column of tiles are 4 and 8 pixels left
    tiles = np.zeros((7, 9), np.bool_)
    tiles[edge] = True
    coded = preview.code_still(frame, tiles)
    parts = [TILES.decode(TILES.encode(each)) for each in coded.parts(0, 1_000)]
    view = MotionView()
    for each in parts:
        assert isinstance(each, VideoPart)
        shown = view.add(each)
    assert shown is not None
    drawn = tiles_to_draw(parts[-1])
    assert len(drawn) == np.count_nonzero(tiles)
    for at in drawn:
        inside = Rect(at.x - coded.region.x, at.y - coded.region.y, at.width, at.height)
        both = [
            side.view(np.uint8).reshape(*side.shape, 4)[..., :3].astype(int)
            for side in (shown[grid.part(inside)].copy(), frame[grid.part(at)].copy())
        ]
        assert np.abs(both[0] - both[1]).mean() < 40
    view.close()


@pytest.mark.parametrize("bands", [1, 3])
def test_what_is_new_again_and_again_is_not_shown_with_loss_for_ever(bands: int) -> None:
    """Once each picture is another before its first band has gone, once each comes to its end."""
    link = Link(THIN_BPS)
    link.show(desktop(0))
    for step in range(1, 30):
        for _ in range(bands):
            link.show(desktop(step % 3), budget=1_000, after_s=0.45 / bands)
    first = {each.sequence for each in link.videos if each.region.y == 0 and each.end}
    assert 3 <= len(first) <= 24


def test_what_is_new_and_small_or_on_a_fast_link_comes_exactly() -> None:
    for link, opened in ((Link(THIN_BPS), Rect(100, 100, 60, 40)), (Link(FAST_BPS), ALL)):
        link.show(desktop(1))
        changed = desktop(1)
        changed[grid.part(opened)] = desktop(2)[grid.part(opened)]
        assert link.settle(changed)
        assert not link.videos


def test_a_letter_typed_between_two_parts_of_a_new_picture_is_exact_when_the_next_part_is() -> None:
    link = Link(THIN_BPS)
    link.show(desktop(1))
    new = desktop(2)
    new[:128] = desktop(1)[:128]
    link.show(new, budget=1_000, after_s=0.01)
    assert link.source.behind
    typed = new.copy()
    typed[40:52, 300:308] ^= np.uint32(0xFFFFFF)
    link.show(typed, budget=1_000, after_s=0.01)
    assert link.is_right(typed, Rect(0, 0, WIDTH, 128))
    assert link.settle(typed)


def test_without_an_encoder_for_one_picture_what_is_new_comes_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise PlatformError(ErrorCode.PLATFORM_UNSUPPORTED)

    h264 = [each for each in software_options() if each.codec is VideoCodec.H264]
    for encoders in (h264, software_options()):
        link = Link(THIN_BPS, encoders)
        assert link.settle(desktop(1))
        assert link.settle(desktop(2))
        assert not link.videos
        monkeypatch.setattr(preview, "open_still_encoder", broken)


def test_what_opens_and_closes_is_not_coded() -> None:
    link = Link(THIN_BPS)
    for cycle in range(12):
        link.show(model(20 * (cycle % 2)), after_s=0.6)
    assert not link.videos


def test_without_a_known_rate_nothing_is_coded() -> None:
    link = Link(0.0)
    link.turn(range(12))
    assert not link.videos


@pytest.mark.parametrize("encoders", [(), (Option(VideoCodec.H264, "h264_nvenc", {Effort.LESS: 0.001}),)])
def test_where_no_encoder_works_all_goes_exactly(encoders: Sequence[Option]) -> None:
    """The second is a graphics card's that was there when it was tried out."""
    link = Link(THIN_BPS, encoders)
    link.turn(range(12))
    assert not link.videos
    assert link.settle(model(11))


def test_an_encoder_that_fails_is_done_without_and_the_next_one_is_taken() -> None:
    gone = Option(VideoCodec.H264, "h264_nvenc", {Effort.LESS: 0.001})
    link = Link(THIN_BPS, [gone, *software_options()])
    link.turn(range(16))
    assert link.videos
    assert link.settle(model(15))


def test_a_picture_that_may_not_travel_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coder, "MOST_CODED", 100)
    link = Link(THIN_BPS)
    link.turn(range(16))
    assert not link.videos
    assert link.settle(model(15))


def test_an_encoder_that_cannot_follow_the_ladder_leaves_one_behind_that_can_be_freed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next rung's encoder may not open; the one before must then be freed once, not twice."""
    region = RegionCoder(MODEL, THIN_BPS, software_options())
    better = Rung(VideoCodec.H264, "h264_nvenc", Effort.LESS, 10.0)
    monkeypatch.setattr(Ladder, "measured", lambda *_: better)
    everything = np.ones((-(-HEIGHT // TILE), -(-WIDTH // TILE)), np.bool_)
    region.code(model(0), everything, 1.0, THIN_BPS)
    with pytest.raises(EncoderFailedError):
        region.code(model(1), everything, 1.1, THIN_BPS)
    region.close()


@pytest.mark.parametrize("option", software_options(), ids=lambda option: option.name)
def test_every_encoder_of_ours_is_understood(option: Option) -> None:
    link = Link(THIN_BPS, [option])
    link.turn(range(12))
    assert {CODECS[video.coding] for video in link.videos} == {option.codec}
    assert link.settle(model(11))


def test_a_link_of_another_rate_gets_pictures_of_another_size() -> None:
    sizes = []
    for rate_bps in (THIN_BPS / 4, THIN_BPS):
        link = Link(THIN_BPS / 4)
        link.turn(range(12))
        link.rate_bps = rate_bps
        link.videos.clear()
        link.turn(range(12, 60))
        sizes.append(sum(len(video.data) for video in link.videos))
    assert sizes[1] > 2 * sizes[0]


def test_fewer_pictures_are_wanted_on_a_thinner_link() -> None:
    rates = [most_fps(rate_bps) for rate_bps in (100.0, 1e6, 1e10)]
    assert rates == sorted(set(rates))
    assert rates[-1] <= MOST_FPS


def test_a_link_that_turns_out_to_carry_more_gets_more_pictures() -> None:
    """What is known when the first picture is coded, after typing, is little."""
    region = RegionCoder(MODEL, 0.3e6, software_options())
    for rate_bps in (0.3e6, 1.8e6):
        region.code(model(1), np.ones((HEIGHT // TILE, WIDTH // TILE), np.bool_), 1.0, rate_bps)
        assert region.due_in_s(1.0) == pytest.approx(EARLY / most_fps(rate_bps))
    region.close()


def test_an_encoder_that_makes_less_than_it_should_is_asked_for_more() -> None:
    rate_bps = 420e3
    region, nbytes = RegionCoder(MODEL, rate_bps, software_options()), 0
    for turn in range(90):
        coded = region.code(model(turn), np.ones((HEIGHT // TILE, WIDTH // TILE), np.bool_), turn / 10, rate_bps)
        nbytes += len(coded.data) if coded and turn >= 40 else 0
    region.close()
    assert nbytes * 8 / 50 * most_fps(rate_bps) / wanted_bps(rate_bps) == pytest.approx(1.0, abs=0.07)


def test_what_goes_exactly_beside_it_is_taken_from_what_is_coded() -> None:
    nbytes = []
    for beside in (0, 500, 100_000):
        region = RegionCoder(MODEL, 420e3, software_options())
        for turn in range(60):
            mask = np.ones((HEIGHT // TILE, WIDTH // TILE), np.bool_)
            coded = region.code(model(turn), mask, turn / 10, 420e3, beside)
        nbytes.append(region.wanted_bytes())
        assert coded
        region.close()
    assert nbytes == sorted(nbytes, reverse=True)
    assert nbytes[2] > nbytes[0] / 3


def test_what_is_coded_never_touches_what_did_not_change() -> None:
    link = Link(THIN_BPS)
    for turn in range(12):
        link.show(model(turn))
        assert link.is_right(model(turn), Rect(MODEL.x + MODEL.width + TILE, 0, WIDTH - 448, HEIGHT))
        assert link.is_right(model(turn), Rect(0, 0, WIDTH, TILE))


def test_a_letter_beside_what_turns_arrives_exactly_and_at_once() -> None:
    link = Link(THIN_BPS)
    link.turn(range(9))
    typed = model(9).copy()
    typed[20:32, 600:608] = 0xFFFFFF
    link.show(typed)
    assert link.is_right(typed, Rect(512, 0, 128, 64))
    assert link.source.behind


def test_a_little_that_changes_where_it_was_coded_is_exact_when_all_is() -> None:
    link = Link(THIN_BPS)
    link.turn(range(9))
    caret = model(8).copy()
    for blink in range(6):  # more often than what rests would be looked at
        caret = caret.copy()
        caret[200:212, 200] = 0xFFFFFF * (blink % 2)
        link.show(caret, after_s=REST_S / 2)
    assert link.settle(caret)


def test_a_menu_that_opens_where_something_has_turned_is_exact_at_once() -> None:
    link = Link(THIN_BPS)
    link.turn(range(30))
    assert link.settle(model(29))
    coded = len(link.videos)
    opened = model(29).copy()
    opened[128:256, 128:256] = np.random.default_rng(5).choice(np.array([0x101010, 0xF0F0F0], np.uint32), (128, 128))
    link.show(opened, after_s=2.0)
    assert link.exact
    link.show(model(29), after_s=0.5)
    assert link.exact
    assert len(link.videos) == coded


def test_what_was_coded_is_copied_when_it_moves_and_is_not_exact_there_either() -> None:
    link = Link(THIN_BPS)
    link.show(desktop(1))
    while not link.source.waits:
        link.show(desktop(2), budget=1_000, after_s=0.01)
    coded = len(link.videos)
    for step in range(1, 6):
        scrolled = np.roll(desktop(2), 37 * step, axis=0)
        before = link.view.sequence
        done = link.show(scrolled, budget=20_000)
        assert len(done) < 20, before
        assert not link.exact
        assert likeness(as_pixels(link.view.pixels, WIDTH, HEIGHT), scrolled) > 0.95
    assert len(link.videos) == coded
    assert link.settle(scrolled)


def test_a_copy_brings_loss_only_where_its_source_has_it() -> None:
    lossy, shown = Lossy(256, 192), np.zeros((192, 256), np.uint32)
    one = np.zeros((3, 4), np.bool_)
    one[1, 1] = True
    lossy.mark(one, shown, shown)
    lossy.move((Copy(0, 64, Rect(64, 64, 192, 128)),))
    changes = grid.no_changes(256, 192)
    lossy.add_to(changes)
    assert np.argwhere(changes.tiles).tolist() == [[1, 2]]
    assert np.count_nonzero(changes.pixels) == TILE * TILE
    lossy.clear(Rect(128, 64, 64, 64))
    lossy.settle()
    assert not lossy.any


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_on_a_thin_link_it_becomes_exact_when_it_rests(seed: int) -> None:
    chance, link = random.Random(seed), Link(THIN_BPS * 2)
    frame = desktop(seed)
    for _ in range(60):
        turn, at = chance.randrange(60), chance.randrange(60)
        match chance.choice(("another", "scroll", "turn", "drag", "type", "again", "again")):
            case "another":
                frame = desktop(chance.randrange(5))
            case "scroll":
                down = chance.choice((-36, 18, 37))
                frame = frame.copy()
                frame[64:, 128:576] = np.roll(frame[64:, 128:576], down, axis=0)
            case "turn":
                for step in range(chance.choice((1, 12))):
                    frame = model(turn + step)
                    link.show(frame, budget=2_000, after_s=0.05)
            case "drag":
                for step in range(6):
                    dragged = desktop(1)
                    dragged[at + 5 * step : at + 5 * step + 200, 300 - 7 * step : 560 - 7 * step] = model(3)[
                        80:280, 90:350
                    ]
                    link.show(dragged, budget=2_000, after_s=0.05)
                frame = dragged
            case "type":
                frame = frame.copy()
                frame[at : at + 14, 8 * at : 8 * at + 9] ^= np.uint32(0xFFFFFF)
        link.show(frame, budget=chance.choice((1_500, 4_000, 60_000)), after_s=chance.choice((0.03, 0.3, 2.0)))
    assert link.settle(frame)


def test_as_much_is_handed_over_before_as_the_link_carries_while_a_picture_is_made() -> None:
    link = Link(THIN_BPS)
    assert link.source.motion.carried_bytes == 0
    link.turn(range(20))
    thin = link.source.motion.carried_bytes
    assert 0 < thin < THIN_BPS / 8
    link.source.motion.tick(link.now, 4 * THIN_BPS)
    assert link.source.motion.carried_bytes == pytest.approx(4 * thin, rel=0.01, abs=4)
    assert link.settle(model(19))
    link.show(model(19), after_s=10.0)
    assert link.source.motion.carried_bytes == 0


def test_another_picture_after_one_that_turned_is_seen_whole_at_once() -> None:
    link = Link(THIN_BPS)
    link.turn(range(20))
    assert link.settle(model(19))
    coded = len(link.videos)
    for _ in range(3):
        link.show(desktop(2), budget=1_000, after_s=0.6)
    assert {each.coding for each in link.videos[coded:]} == {Coding.AV1}
    assert likeness(as_pixels(link.view.pixels, WIDTH, HEIGHT), desktop(2)) > 0.95
    assert link.settle(desktop(2))


def test_the_encoder_is_kept_between_two_turns_and_freed_after_a_while() -> None:
    link = Link(THIN_BPS)
    link.turn(range(9))
    assert link.settle(model(8))
    first = sum(video.fresh and video.end for video in link.videos)
    link.turn(range(9, 13))
    assert first == sum(video.fresh and video.end for video in link.videos) == 1
    link.show(model(12), after_s=60)
    assert not link.source.motion.is_going


def test_another_size_ends_what_was_coded() -> None:
    link = Link(THIN_BPS)
    link.turn(range(9))
    small = np.ascontiguousarray(model(8)[:200, :300])
    for message in link.source.messages(small.tobytes(), 300, 200):
        done = link.view.apply(message)
    assert done.exact


def coded() -> list[VideoPart]:
    """Return the parts of one coded picture, which can be decoded alone."""
    link = Link(THIN_BPS)
    for turn in range(20):
        link.show(model(turn))
        if link.videos:
            return link.videos
    raise AssertionError


def refused(view: MotionView, part: VideoPart) -> None:
    with pytest.raises(ProtocolError) as caught:
        view.add(part)
    assert caught.value.code is ErrorCode.MESSAGE_MALFORMED


def test_a_picture_comes_with_its_last_part() -> None:
    parts, view = coded(), MotionView()
    assert len(parts) > 2
    shown = [view.add(part) for part in parts]
    assert [pixels is None for pixels in shown] == [True] * (len(parts) - 1) + [False]
    pixels = shown[-1]
    assert pixels is not None
    assert pixels.shape == (parts[0].region.height, parts[0].region.width)


def test_what_begins_no_stream_or_belongs_to_another_is_refused() -> None:
    first, second, *_ = coded()
    refused(MotionView(), dataclasses.replace(first, fresh=False))
    for other in (
        dataclasses.replace(second, fresh=False),
        dataclasses.replace(second, coding=Coding.VP8),
        dataclasses.replace(second, region=Rect(0, 0, 64, 64)),
    ):
        view = MotionView()
        view.add(first)
        refused(view, other)


@pytest.mark.parametrize("coding", Coding)
def test_what_is_no_picture_is_refused(coding: Coding) -> None:
    mask = b"\x01"
    for data in (b"\x00", bytes(100), b"\x12\x00" * 40, bytes(range(256))):
        refused(MotionView(), VideoPart(1, coding, Rect(0, 0, 64, 64), True, True, mask, data))


def test_a_picture_of_another_size_than_its_region_is_refused() -> None:
    parts, view = coded(), MotionView()
    for part in parts[:-1]:
        assert view.add(dataclasses.replace(part, region=Rect(0, 0, 64, 64))) is None
    refused(view, dataclasses.replace(parts[-1], region=Rect(0, 0, 64, 64), mask=b"\x01"))


def test_no_coded_picture_is_endless() -> None:
    first, view = coded()[0], MotionView()
    long = dataclasses.replace(first, data=bytes(60_000))
    for _ in range(MOST_CODED // 60_000):
        assert view.add(long) is None
    refused(view, long)


def test_a_region_outside_of_the_picture_is_refused() -> None:
    view = TileView()
    for message in TileSource().messages(bytes(4 * 100 * 100), 100, 100):
        view.apply(message)
    part = VideoPart(view.sequence, Coding.AV1, Rect(60, 60, 64, 16), True, False, b"", b"data")
    with pytest.raises(ProtocolError) as caught:
        view.apply(part)
    assert caught.value.code is ErrorCode.MESSAGE_MALFORMED


def test_a_region_before_any_picture_is_refused() -> None:
    with pytest.raises(ProtocolError) as caught:
        TileView().apply(VideoPart(0, Coding.AV1, Rect(0, 0, 64, 64), True, False, b"", b"data"))
    assert caught.value.code is ErrorCode.MESSAGE_MALFORMED


def test_the_mask_names_tiles_of_the_picture_cut_to_the_region() -> None:
    part = VideoPart(0, Coding.AV1, Rect(32, 64, 128, 80), True, True, bytes([0b100101]), b"data")
    assert tiles_to_draw(part) == [Rect(32, 64, 32, 64), Rect(128, 64, 32, 64), Rect(128, 128, 32, 16)]


def test_what_changes_again_and_again_is_hot_until_it_rests() -> None:
    heat, moved = Heat(200, 100), np.zeros((2, 4), np.bool_)
    moved[1, 2] = True
    heat.note(moved, 1.0)
    assert not heat.hot.any()
    for change in range(1, 6):
        heat.note(moved, 1.0 + change / 10)
    assert (heat.hot == moved).all()
    assert (heat.restless(1.5 + REST_S / 2) == moved).all()
    heat.note(np.zeros_like(moved), 1.5 + 2 * HALVED_AFTER_S)
    assert not heat.hot.any()
    assert heat.warm.any()
    assert not heat.restless(1.5 + 2 * REST_S).any()


def test_what_nobody_looked_at_for_want_of_room_has_not_rested() -> None:
    stalled, rested, moved = Heat(200, 100), Heat(200, 100), np.ones((2, 4), np.bool_)
    for change in range(6):
        stalled.note(moved, change / 10)
        rested.note(moved, change / 10)
    stalled.note(moved, 1.5, waited_s=0.9)
    rested.note(moved, 1.5)
    assert stalled.hot.all()
    assert not stalled.cool.any()
    assert not rested.hot.any()
    assert rested.cool.all()
    assert not stalled.restless(1.6 + REST_S).any()


def test_islands_lie_apart() -> None:
    tiles: Mask = np.zeros((4, 6), np.bool_)
    tiles[0, 0] = tiles[1, 1] = tiles[3, 4] = tiles[3, 5] = True
    found = sorted(islands(tiles), key=lambda island: int(np.flatnonzero(island)[0]))
    assert [np.argwhere(island).tolist() for island in found] == [[[0, 0], [1, 1]], [[3, 4], [3, 5]]]
    assert islands(np.zeros_like(tiles)) == []


def test_an_update_is_what_it_was() -> None:
    """Without motion the messages are those of exact tiles alone."""
    link = Link(FAST_BPS)
    frame = model(0)
    messages = [TILES.decode(message) for message in link.source.messages(frame.tobytes(), WIDTH, HEIGHT)]
    assert all(isinstance(message, Update) for message in messages)
