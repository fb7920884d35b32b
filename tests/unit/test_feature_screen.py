"""The screen feature without a connection: it follows its grant, waits for room, and shows what is proven."""

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest

from remotedesk.core.consent import Feature, Suspension
from remotedesk.core.errors import ErrorCode, PlatformError, ProtocolError
from remotedesk.core.geometry import Rect, Size
from remotedesk.features.screen import MOST_WAITING, Picture, ScreenShare, ScreenView, TileFlow
from remotedesk.features.screen.tiles import Applied, TileSource, TileView
from remotedesk.features.screen.view import MOST_DIRTY
from remotedesk.platform.fake import FakeCapture, FakePlatform
from remotedesk.platform.ports import CapturedFrame
from remotedesk.wire.tiles import TILES, Ack, Copy, TileMessage, Update
from tests.support.grants import Allowed

SIZE = Size(64, 48)


class Pipe:
    """Stands where one end of a connection's tile channel would be, and keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.broken: ErrorCode | None = None
        self.on_message: Callable[[TileMessage], None] = lambda _: None
        self.tell_held: Callable[[int], None] = lambda _: None
        self.full = False

    def watch_held(self, tell: Callable[[int], None]) -> None:
        self.tell_held = tell

    def send(self, message: TileMessage) -> bool:
        return self.send_bytes(TILES.encode(message))

    def send_bytes(self, data: bytes) -> bool:
        if not self.full:
            self.sent.append(data)
        return not self.full

    def break_off(self, code: ErrorCode) -> None:
        self.broken = code

    @property
    def updates(self) -> list[Update]:
        return [update for update in map(TILES.decode, self.sent) if isinstance(update, Update)]


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - what is waited for happens in a thread
            await asyncio.sleep(0.01)


def captures() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "capture"]


async def sharing(play: Callable[[ScreenShare, Pipe, TileFlow, FakePlatform], Awaitable[None]]) -> None:
    """Have a share of a made-up screen play, and make sure it leaves nothing behind."""
    platform, failed, pipe = FakePlatform(SIZE), list[ErrorCode](), Pipe()
    share = ScreenShare(platform, failed.append)
    flow = TileFlow(pipe)  # type: ignore[arg-type]
    share.attach(flow)
    try:
        await play(share, pipe, flow, platform)
    finally:
        await asyncio.to_thread(share.join)
    assert not captures()
    assert not failed


def acknowledge(pipe: Pipe, picture_hash: int | None = None) -> None:
    for update in pipe.updates:
        pipe.on_message(Ack(update.sequence, update.picture_hash if picture_hash is None else picture_hash))
    pipe.sent.clear()


async def test_a_share_that_is_allowed_during_a_pause_begins_after_it() -> None:
    allowed = Allowed()

    async def play(share: ScreenShare, pipe: Pipe, flow: TileFlow, platform: FakePlatform) -> None:
        allowed.gate.suspend(Suspension.LOCKED)
        share.start(allowed.view)
        await asyncio.sleep(0.3)
        assert platform.grabs == 0
        assert captures()
        allowed.gate.resume(Suspension.LOCKED)
        await until(lambda: pipe.updates)

    await sharing(play)


async def test_the_share_follows_its_grant_and_leaves_no_thread() -> None:
    allowed = Allowed()

    async def play(share: ScreenShare, pipe: Pipe, flow: TileFlow, platform: FakePlatform) -> None:
        share.start(allowed.view)
        await until(lambda: pipe.updates)
        assert pipe.updates[0].blank
        acknowledge(pipe)
        allowed.gate.suspend(Suspension.SILENCE)
        await asyncio.sleep(0.2)
        still = platform.grabs
        await asyncio.sleep(0.2)
        assert platform.grabs == still
        acknowledge(pipe)
        allowed.gate.resume(Suspension.SILENCE)
        await until(lambda: pipe.updates)
        assert pipe.updates[0].blank, "everything is sent anew after a pause"
        for _ in range(3):  # each start ends the one before, and none is forgotten
            share.start(allowed.view)
        allowed.gate.revoke(Feature.VIEW)
        await until(lambda: not captures())
        share.start(allowed.gate.allow(Feature.VIEW))

    await sharing(play)


async def test_nothing_is_captured_while_there_is_no_room() -> None:
    async def play(share: ScreenShare, pipe: Pipe, flow: TileFlow, platform: FakePlatform) -> None:
        platform.screen = Size(640, 480)
        share.start(Allowed().view)
        await until(lambda: not flow.wait(0))
        still = platform.grabs
        await asyncio.sleep(0.3)
        assert platform.grabs == still
        assert flow.behind
        assert flow.exact is False
        assert flow.pictures > 0
        acknowledge(pipe)
        await until(lambda: platform.grabs > still)

    class Noise(FakeCapture):
        """A picture that nothing makes small."""

        def grab(self, grant: object) -> CapturedFrame:
            frame = super().grab(grant)  # type: ignore[arg-type]
            return CapturedFrame(os.urandom(len(frame.pixels)), frame.width, frame.height, frame.captured_at_s)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("remotedesk.platform.fake.FakeCapture", Noise)
        await sharing(play)


@pytest.mark.parametrize("why", ["full", "other picture"])
async def test_what_the_viewer_lacks_is_sent_anew(why: str) -> None:
    async def play(share: ScreenShare, pipe: Pipe, flow: TileFlow, platform: FakePlatform) -> None:
        share.start(Allowed().view)
        await until(lambda: pipe.updates)
        if why == "full":
            pipe.full = True
            acknowledge(pipe)
            await until(lambda: flow.lost)
            pipe.full = False
        else:
            platform.still = True
            await until(lambda: not flow.acks)
            acknowledge(pipe, picture_hash=1)
        await until(lambda: any(update.blank and update.sequence == 0 for update in pipe.updates))

    await sharing(play)


async def test_a_message_of_a_dead_grant_is_never_sent() -> None:
    pipe, allowed = Pipe(), Allowed()
    flow = TileFlow(pipe)  # type: ignore[arg-type]
    await asyncio.to_thread(flow.send, b"x", allowed.view)
    allowed.gate.revoke(Feature.VIEW)
    await asyncio.sleep(0.05)
    flow.send(b"y", allowed.view)
    await asyncio.sleep(0.05)
    assert pipe.sent in ([], [b"x"])
    assert b"y" not in pipe.sent
    assert flow.lost


async def test_nothing_of_a_stream_that_was_given_up_leaves_after_the_next_has_begun() -> None:
    """It waits in the loop meanwhile; the viewer would take it for the new stream, out of order."""
    pipe, allowed = Pipe(), Allowed()
    flow = TileFlow(pipe)  # type: ignore[arg-type]
    for message in (b"a", b"b"):
        flow.send(message, allowed.view)
    await asyncio.sleep(0.01)
    flow.send(b"old", allowed.view)
    flow.begin()
    flow.send(b"new", allowed.view)
    await asyncio.sleep(0.01)
    assert pipe.sent == [b"a", b"b", b"new"]
    for sequence in (0, 1):
        pipe.on_message(Ack(sequence, 7))
    assert not flow.acks
    pipe.on_message(Ack(0, 8))
    assert list(flow.acks) == [Ack(0, 8)]
    assert flow.wait(0)


async def test_an_ack_of_nothing_and_an_update_from_the_viewer_break_the_rules() -> None:
    pipe = Pipe()
    flow = TileFlow(pipe)  # type: ignore[arg-type]
    for message in (Ack(0, 0), Update(0, 1, 1, True, True, True, 0, (), (), b"")):
        with pytest.raises(ProtocolError) as caught:
            pipe.on_message(message)
        assert caught.value.code is ErrorCode.MESSAGE_OUT_OF_ORDER
    assert flow.wait(0)


def test_a_share_without_a_live_grant_reads_nothing() -> None:
    platform, allowed, failed = FakePlatform(), Allowed(), list[ErrorCode]()
    allowed.gate.stop()
    share = ScreenShare(platform, failed.append)
    share.start(allowed.view)
    share.join()
    assert platform.grabs == 0
    assert not failed


class BrokenScreen(FakePlatform):
    """A desktop whose screen cannot be read."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def open_capture(self, grant: object) -> FakeCapture:
        raise self.error


def test_a_screen_that_cannot_be_read_is_told() -> None:
    failed = list[ErrorCode]()
    share = ScreenShare(BrokenScreen(PlatformError(ErrorCode.CAPTURE_FAILED)), failed.append)
    share.start(Allowed().view)
    share.join()
    assert failed == [ErrorCode.CAPTURE_FAILED]


# -- the engineer's end -------------------------------------------------------------------------------------------


def picture(colour: int, size: Size = SIZE) -> bytes:
    return bytes([colour, colour, colour, 255]) * (size.width * size.height)


def updates(source: TileSource, colour: int) -> list[Update]:
    decoded = [TILES.decode(message) for message in source.encode(picture(colour), SIZE.width, SIZE.height)]
    return [update for update in decoded if isinstance(update, Update)]


async def test_the_view_shows_the_newest_picture_and_tells_once() -> None:
    told: list[float] = []
    view, pipe, source = ScreenView(lambda: told.append(time.monotonic())), Pipe(), TileSource()
    assert view.take() is None
    view.attach(pipe)  # type: ignore[arg-type]
    for colour in (10, 20, 30):
        for update in updates(source, colour):
            pipe.on_message(update)
    await until(lambda: len(pipe.sent) == 3)
    await asyncio.sleep(0.05)
    assert len(told) == 1
    shown = view.take()
    assert shown is not None
    assert shown.exact
    assert shown.pixels == picture(30)
    assert (shown.width, shown.height, shown.stride) == (64, 48, 256)
    assert view.take() is None
    again = Pipe()
    view.attach(again)  # type: ignore[arg-type]  # after a reconnection everything begins anew
    for update in updates(TileSource(), 40):
        again.on_message(update)
    await until(lambda: len(told) == 2)
    shown = view.take()
    assert shown is not None
    assert shown.pixels == picture(40)
    await view.close()
    assert view.take() is None
    assert asyncio.all_tasks() == {asyncio.current_task()}


def drawn(sequence: int, *rects: Rect, size: Size = SIZE, last: bool = True) -> Update:
    """Return an update without compressed pixels: copies of the picture's corner, or a blank picture."""
    copies = tuple(Copy(0, 0, rect) for rect in rects)
    blank = not rects
    return Update(sequence, size.width, size.height, last, blank, blank, 0, copies, (), b"")


async def test_only_what_changed_is_copied_into_the_buffer_that_is_shown() -> None:
    view, pipe, source = ScreenView(lambda: None), Pipe(), TileSource()
    view.attach(pipe)  # type: ignore[arg-type]
    pixels = np.frombuffer(bytearray(picture(10)), np.uint32).reshape(SIZE.height, SIZE.width).copy()

    async def shown() -> Picture:
        pipe.sent.clear()
        messages = source.encode(pixels.tobytes(), SIZE.width, SIZE.height)
        for message in messages:
            update = TILES.decode(message)
            assert isinstance(update, Update)
            pipe.on_message(update)
        await until(lambda: len(pipe.sent) == len(messages))
        taken = view.take()
        assert taken is not None
        return taken

    first = await shown()
    assert first.dirty == (Rect(0, 0, SIZE.width, SIZE.height),)
    buffer = first.pixels
    assert isinstance(buffer, bytearray)
    pixels[5:8, 10:30] = 0xFF00_FF00
    second = await shown()
    assert second.pixels is buffer
    assert second.dirty == (Rect(10, 5, 20, 3),)
    assert bytes(buffer) == pixels.tobytes()
    buffer[-4:] = b"mark"  # shows where nothing is copied
    pixels[0, 0] = 0xFF00_0000
    third = await shown()
    assert third.dirty == (Rect(0, 0, 1, 1),)
    assert bytes(buffer[:4]) == b"\0\0\0\xff"
    assert bytes(buffer[-4:]) == b"mark"
    await view.close()


async def test_a_picture_of_another_size_has_another_buffer() -> None:
    view, pipe = ScreenView(lambda: None), Pipe()
    view.attach(pipe)  # type: ignore[arg-type]
    pipe.on_message(drawn(0))
    await until(lambda: len(pipe.sent) == 1)
    first = view.take()
    pipe.on_message(drawn(1, Rect(1, 1, 60, 40)))
    pipe.on_message(drawn(2, size=Size(32, 20)))
    pipe.on_message(drawn(3, Rect(1, 2, 3, 4), size=Size(32, 20)))
    await until(lambda: len(pipe.sent) == 4)
    second = view.take()
    assert first is not None
    assert second is not None
    assert (len(first.pixels), len(second.pixels)) == (64 * 48 * 4, 32 * 20 * 4)
    assert second.dirty == (Rect(0, 0, 32, 20),), "what was dirty in the picture before is forgotten"
    await view.close()


@pytest.mark.parametrize(
    ("rects", "dirty"),
    [
        ([Rect(1, 2, 3, 4), Rect(20, 20, 5, 5)], (Rect(1, 2, 3, 4), Rect(20, 20, 5, 5))),
        ([Rect(0, 0, 40, 40), Rect(5, 5, 40, 40)], (Rect(0, 0, 45, 45),)),  # together larger than what is around them
        (
            [Rect(column, column, 1, 1) for column in range(MOST_DIRTY + 1)],
            (Rect(0, 0, MOST_DIRTY + 1, MOST_DIRTY + 1),),
        ),
    ],
)
async def test_what_is_dirty_is_few_rectangles(rects: list[Rect], dirty: tuple[Rect, ...]) -> None:
    view, pipe = ScreenView(lambda: None), Pipe()
    view.attach(pipe)  # type: ignore[arg-type]
    pipe.on_message(drawn(0))
    await until(lambda: pipe.sent)
    view.take()
    for sequence, rect in enumerate(rects, start=1):
        pipe.on_message(drawn(sequence, rect))
    await until(lambda: len(pipe.sent) == 1 + len(rects))
    taken = view.take()
    assert taken is not None
    assert taken.dirty == dirty
    await view.close()


async def test_only_light_updates_are_applied_in_the_loop() -> None:
    """A light one may still be heavy to prove: its picture's other tiles are hashed with it."""
    size, whole = Size(1000, 600), Rect(0, 0, 1000, 600)
    plan = [
        ("aside", drawn(0, size=size)),
        ("loop", drawn(1, Rect(0, 0, 20, 30), size=size)),
        ("aside", drawn(2, whole, size=size, last=False)),
        ("loop", drawn(3, Rect(0, 0, 20, 30), size=size, last=False)),
        ("aside", drawn(4, Rect(0, 0, 20, 30), size=size)),
        ("loop", drawn(5, Rect(0, 0, 20, 30), size=size)),
        ("aside", drawn(6, *[Rect(0, 0, 1, 1)] * 33, size=size)),
    ]
    threads: list[str] = []

    class Noting(TileView):
        def apply(self, message: bytes | Update) -> Applied:
            threads.append("loop" if threading.current_thread() is threading.main_thread() else "aside")
            return super().apply(message)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("remotedesk.features.screen.view.TileView", Noting)
        view, pipe = ScreenView(lambda: None), Pipe()
        view.attach(pipe)  # type: ignore[arg-type]
        for number, (_, update) in enumerate(plan, start=1):
            pipe.on_message(update)
            await until(lambda: len(pipe.sent) == number)  # noqa: B023 - awaited at once
        await view.close()
    assert threads == [where for where, _ in plan]


async def test_light_updates_let_the_loop_go_on_between_them() -> None:
    view, pipe = ScreenView(lambda: None), Pipe()
    view.attach(pipe)  # type: ignore[arg-type]
    pipe.on_message(drawn(0))
    await until(lambda: pipe.sent)
    for sequence in range(1, 101):
        pipe.on_message(drawn(sequence, Rect(1, 1, 20, 30)))
    turns = 0
    while len(pipe.sent) < 101:
        await asyncio.sleep(0)
        turns += 1
    assert turns >= 100
    await view.close()


async def test_a_new_stream_that_is_broken_leaves_the_picture_as_it_was() -> None:
    view, pipe = ScreenView(lambda: None), Pipe()
    view.attach(pipe)  # type: ignore[arg-type]
    for update in updates(TileSource(), 10):
        pipe.on_message(update)
    await until(lambda: pipe.sent)
    pipe.on_message(Update(0, 32, 20, True, True, True, 0, (), (Rect(0, 0, 1, 1),), b"no zstd"))
    await until(lambda: pipe.broken)
    shown = view.take()
    assert shown is not None
    assert (shown.width, shown.height, shown.exact) == (64, 48, False)
    assert shown.pixels == picture(10)
    await view.close()


async def test_a_picture_that_is_not_the_customers_is_not_called_exact() -> None:
    view, pipe = ScreenView(lambda: None), Pipe()
    view.attach(pipe)  # type: ignore[arg-type]
    for update in updates(TileSource(), 10):
        fields = {name: getattr(update, name) for name in Update.__dataclass_fields__}
        pipe.on_message(Update(**{**fields, "picture_hash": update.picture_hash ^ 1}))
    await until(lambda: pipe.sent)
    shown = view.take()
    assert shown is not None
    assert not shown.exact
    await view.close()


async def test_a_broken_stream_closes_the_channel() -> None:
    view, pipe = ScreenView(lambda: None), Pipe()
    view.attach(pipe)  # type: ignore[arg-type]
    pipe.on_message(updates(TileSource(), 10)[0])
    pipe.on_message(updates(TileSource(), 10)[0].__class__(9, 64, 48, True, False, False, 0, (), (), b""))
    await until(lambda: pipe.broken)
    assert pipe.broken is ErrorCode.MESSAGE_OUT_OF_ORDER
    shown = view.take()
    assert shown is not None
    assert not shown.exact
    with pytest.raises(ProtocolError):
        pipe.on_message(Ack(0, 0))
    await view.close()


async def test_a_flood_of_updates_is_not_kept() -> None:
    view, pipe = ScreenView(lambda: None), Pipe()
    view.attach(pipe)  # type: ignore[arg-type]
    update = updates(TileSource(), 10)[0]
    for _ in range(MOST_WAITING):
        pipe.on_message(update)
    with pytest.raises(ProtocolError) as caught:
        pipe.on_message(update)
    assert caught.value.code is ErrorCode.MESSAGE_FLOOD
    await view.close()


async def test_what_an_encoder_leaves_is_given_back_when_it_has_ended() -> None:
    allowed = Allowed()

    async def play(share: ScreenShare, pipe: Pipe, flow: TileFlow, platform: FakePlatform) -> None:
        sources = list[TileSource]()
        make = TileSource.__init__

        def keep(source: TileSource, *arguments: Any) -> None:
            make(source, *arguments)
            sources.append(source)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(TileSource, "__init__", keep)
            share.start(allowed.view)
            await until(lambda: pipe.updates)
        assert platform.given_back == 0
        sources[-1].motion.has_coded = True
        acknowledge(pipe)
        await until(lambda: platform.given_back)
        assert not sources[-1].motion.has_coded

    await sharing(play)
