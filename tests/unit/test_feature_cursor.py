"""The pointer without a connection: it follows its grant, says what is new once, and keeps what it was told."""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from remotedesk.core.consent import Feature, Suspension
from remotedesk.core.errors import ErrorCode, PlatformError, ProtocolError
from remotedesk.features.screen import Cursor, CursorShare, CursorView
from remotedesk.features.screen.cursor import SHAPES_AT_ONCE
from remotedesk.platform.fake import FakeCursor, FakePlatform
from remotedesk.platform.ports import CapturedCursor, CursorShape
from remotedesk.wire.cursor import CURSOR, SLOTS, CursorMessage, Pointer, Shape
from tests.support.grants import Allowed


class Pipe:
    """Stands where one end of a connection's cursor channel would be, and keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[CursorMessage] = []
        self.open = True
        self.full = False
        self.on_message: Callable[[CursorMessage], None] = lambda _: None

    def send_bytes(self, data: bytes) -> bool:
        if not self.full:
            self.sent.append(CURSOR.decode(data))
        return not self.full

    @property
    def pointers(self) -> list[Pointer]:
        return [message for message in self.sent if isinstance(message, Pointer)]

    @property
    def shapes(self) -> list[Shape]:
        return [message for message in self.sent if isinstance(message, Shape)]


class Desk:
    """A share of a made-up pointer into a pipe."""

    def __init__(self) -> None:
        self.platform, self.pipe, self.allowed = FakePlatform(), Pipe(), Allowed()
        self.idle_s = 1e9
        self.share = CursorShare(self.platform, lambda: self.idle_s)
        self.share.attach(self.pipe)  # type: ignore[arg-type]

    def put(self, x: int, y: int, shape: CursorShape | None) -> None:
        self.platform.cursor = CapturedCursor(x, y, shape)

    async def shows(self, x: int, y: int) -> Pointer:
        """Return what the engineer's end was told last, once it is this place."""
        await until(lambda: self.pipe.pointers and (self.pipe.pointers[-1].x, self.pipe.pointers[-1].y) == (x, y))
        return self.pipe.pointers[-1]


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - what is waited for happens in a thread
            await asyncio.sleep(0.005)


async def sharing(play: Callable[[Desk], Awaitable[None]]) -> None:
    """Let a desk play, and make sure that it leaves nothing behind."""
    desk = Desk()
    desk.share.start(desk.allowed.view)
    try:
        await play(desk)
    finally:
        await asyncio.to_thread(desk.share.join)
    assert not [thread for thread in threading.enumerate() if thread.name == "cursor"]


def shape(colour: int) -> CursorShape:
    return CursorShape(colour.to_bytes(3, "little") + b"\xff", 1, 1, 0, 0)


async def test_a_shape_travels_once_and_a_still_pointer_says_nothing() -> None:
    async def play(desk: Desk) -> None:
        desk.put(1, 1, shape(1))
        first = await desk.shows(1, 1)
        desk.put(2, 1, shape(2))
        second = await desk.shows(2, 1)
        desk.put(3, 1, shape(1))
        assert await desk.shows(3, 1) == Pointer(first.slot, 3, 1)
        assert first.slot != second.slot
        pixels = [each.pixels for each in desk.pipe.shapes if each.slot in (first.slot, second.slot)]
        assert sorted(pixels) == [shape(1).pixels, shape(2).pixels]
        still = len(desk.pipe.sent)
        await asyncio.sleep(0.3)
        assert len(desk.pipe.sent) == still
        desk.put(4, 1, None)
        assert await desk.shows(4, 1) == Pointer(0, 4, 1)

    await sharing(play)


async def test_many_shapes_use_the_numbers_again_and_do_not_fill_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(desk: Desk) -> None:
        seen = CursorView(lambda: None)
        engineer = Pipe()
        seen.attach(engineer)  # type: ignore[arg-type]
        for colour in range(SHAPES_AT_ONCE + 1):
            desk.put(colour, 0, shape(colour))
            await desk.shows(colour, 0)
        told = len(desk.pipe.shapes)
        desk.put(0, 9, shape(99))
        await desk.shows(0, 9)
        assert len(desk.pipe.shapes) - told <= 2, "the place is told, the shape a little later"
        await until(
            lambda: desk.pipe.shapes[-1].pixels == shape(99).pixels and desk.pipe.sent[-1] in desk.pipe.pointers
        )
        monkeypatch.setattr("remotedesk.features.screen.cursor.SHAPES_AT_ONCE", 1_000)
        desk.share.attach(again := Pipe())  # type: ignore[arg-type]
        desk.pipe = again
        for colour in [*range(SLOTS + 5), 0]:
            desk.put(colour, 1, shape(colour))
            await desk.shows(colour, 1)
        for message in again.sent:
            engineer.on_message(message)
            if isinstance(message, Pointer) and message.y == 1:
                got = seen.take()
                assert got is not None
                assert got.shape is not None
                assert got.shape.pixels == shape(message.x).pixels
        assert {each.slot for each in again.shapes} == set(range(1, SLOTS + 1))

    await sharing(play)


async def test_while_the_engineer_drives_shapes_come_at_once_and_places_now_and_then() -> None:
    async def play(desk: Desk) -> None:
        desk.put(0, 1, shape(1))
        await desk.shows(0, 1)
        desk.idle_s = 0.0
        told = len(desk.pipe.pointers)
        for x in range(1, 41):
            desk.put(x, 1, shape(1))
            await asyncio.sleep(0.01)
        assert await desk.shows(40, 1)
        assert len(desk.pipe.pointers) - told < 30
        desk.put(41, 1, shape(2))
        assert await desk.shows(41, 1)

    await sharing(play)


async def test_a_shape_that_fits_into_no_message_is_an_ordinary_arrow() -> None:
    async def play(desk: Desk) -> None:
        desk.put(5, 5, CursorShape(os.urandom(4 * 256 * 256), 256, 256, 0, 0))
        assert await desk.shows(5, 5) == Pointer(0, 5, 5)
        desk.put(6, 5, desk.platform.cursor.shape)
        assert await desk.shows(6, 5) == Pointer(0, 6, 5)

    await sharing(play)


@pytest.mark.parametrize("why", ["full", "pause", "new connection"])
async def test_what_the_viewer_may_lack_is_told_anew(why: str) -> None:
    async def play(desk: Desk) -> None:
        desk.put(1, 1, shape(1))
        await desk.shows(1, 1)
        gate = desk.allowed.gate
        if why == "full":
            desk.pipe.full = True
            desk.put(2, 1, shape(2))
            await asyncio.sleep(0.2)
            desk.pipe.full = False
        elif why == "pause":
            gate.suspend(Suspension.LOCKED)
            told = len(desk.pipe.sent)
            desk.put(2, 1, shape(2))
            await asyncio.sleep(0.2)
            assert len(desk.pipe.sent) == told
            gate.resume(Suspension.LOCKED)
        else:
            desk.share.detach()
            desk.put(2, 1, shape(2))
            await asyncio.sleep(0.2)
            desk.share.attach(again := Pipe())  # type: ignore[arg-type]
            desk.pipe = again
        pointer = await desk.shows(2, 1)
        assert desk.pipe.shapes[-1] == Shape(pointer.slot, 1, 1, 0, 0, shape(2).pixels)

    await sharing(play)


async def test_nothing_is_read_into_a_closed_channel_or_without_a_grant() -> None:
    reads: list[CapturedCursor] = []

    class Counted(FakeCursor):
        """A pointer that remembers each look."""

        def read(self, grant: object) -> CapturedCursor:
            reads.append(cursor := super().read(grant))  # type: ignore[arg-type]
            return cursor

    async def play(desk: Desk) -> None:
        await until(lambda: reads)
        desk.pipe.open = False
        await asyncio.sleep(0.15)
        still = len(reads)
        desk.put(7, 7, None)
        await asyncio.sleep(0.2)
        assert len(reads) == still
        desk.pipe.open = True
        await desk.shows(7, 7)
        desk.allowed.gate.revoke(Feature.VIEW)
        told, still = len(desk.pipe.sent), len(reads)
        desk.put(8, 8, None)
        await until(lambda: not [thread for thread in threading.enumerate() if thread.name == "cursor"])
        assert (len(desk.pipe.sent), len(reads)) == (told, still)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("remotedesk.platform.fake.FakeCursor", Counted)
        await sharing(play)


async def test_a_desktop_that_does_not_tell_its_pointer_goes_without() -> None:
    class Blind(FakePlatform):
        """A desktop whose pointer cannot be read."""

        def open_cursor(self, grant: object) -> FakeCursor:
            raise PlatformError(ErrorCode.CAPTURE_FAILED)

    share = CursorShare(Blind(), lambda: 0.0)
    share.start(Allowed().view)
    share.join()


async def test_the_engineer_has_nothing_to_say_there() -> None:
    desk = Desk()
    with pytest.raises(ProtocolError) as caught:
        desk.pipe.on_message(Pointer(0, 0, 0))
    assert caught.value.code is ErrorCode.MESSAGE_OUT_OF_ORDER


# -- the engineer's end -------------------------------------------------------------------------------------------


def test_the_view_keeps_the_newest_and_tells_once() -> None:
    told: list[int] = []
    view, pipe = CursorView(lambda: told.append(1)), Pipe()
    view.attach(pipe)  # type: ignore[arg-type]
    known = Shape(3, 1, 1, 0, 0, b"\x01\x02\x03\xff")
    assert view.take() is None
    for message in (known, Pointer(3, 1, 1), Pointer(3, 2, 1), Pointer(0, 3, 1)):
        pipe.on_message(message)
    assert view.take() == Cursor(3, 1, None)
    assert told == [1]
    assert view.take() is None
    pipe.on_message(replace(known, width=1, pixels=b"\x00\x00\x00\xff"))
    pipe.on_message(Pointer(3, 4, 1))
    taken = view.take()
    assert taken is not None
    assert taken.shape is not None
    assert taken.shape.pixels == b"\x00\x00\x00\xff"
    assert told == [1, 1]


def test_a_shape_that_was_never_told_breaks_the_rules() -> None:
    view, pipe, again = CursorView(lambda: None), Pipe(), Pipe()
    view.attach(pipe)  # type: ignore[arg-type]
    pipe.on_message(Shape(1, 1, 1, 0, 0, bytes(4)))
    view.attach(again)  # type: ignore[arg-type]  # nothing is known on a fresh connection
    with pytest.raises(ProtocolError) as caught:
        again.on_message(Pointer(1, 0, 0))
    assert caught.value.code is ErrorCode.MESSAGE_OUT_OF_ORDER
