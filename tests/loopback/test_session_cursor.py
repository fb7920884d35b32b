"""The customer's pointer reaches the engineer under the view grant and no other, from a real display too."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from remotedesk.core.consent import Feature
from remotedesk.engine.api import Cursor
from remotedesk.engine.events import CursorChanged, GrantsChanged
from remotedesk.platform.ports import CapturedCursor, CursorShape
from remotedesk.wire.cursor import Pointer, Shape
from tests.support.sessions import EVERYTHING, VIEW_AND_CHAT, SessionPair
from tests.support.xserver import XServer, wait_until

CROSS = CursorShape(b"\x10\x20\x30\xff" * 6, 3, 2, 1, 1)


class Seen:
    """What the engineer's client says of the pointer, as his window asks for it."""

    def __init__(self, pair: SessionPair) -> None:
        self._pair = pair
        self.newest: Cursor | None = None

    def until(self, true: Callable[[Cursor], object]) -> Cursor:
        def is_there() -> bool:
            self.newest = self._pair.engineer.latest_cursor() or self.newest
            return self.newest is not None and bool(true(self.newest))

        wait_until(is_there, what="the pointer")
        assert self.newest is not None
        return self.newest


def test_it_moves_and_changes_as_the_customers_does(pair: SessionPair) -> None:
    pair.activate(VIEW_AND_CHAT)
    pair.engineer_heard.wait(CursorChanged)
    seen = Seen(pair)
    pair.fake.cursor = CapturedCursor(30, 40, CROSS)
    cursor = seen.until(lambda cursor: (cursor.x, cursor.y) == (30, 40))
    assert cursor.shape is not None
    assert (cursor.shape.pixels, cursor.shape.hot_x, cursor.shape.hot_y) == (CROSS.pixels, 1, 1)
    pair.fake.cursor = CapturedCursor(31, 40, None)
    assert seen.until(lambda cursor: cursor.x == 31) == Cursor(31, 40, None)


def test_without_the_view_there_is_no_pointer(pair: SessionPair) -> None:
    pair.activate(frozenset({Feature.CHAT}))
    pair.fake.cursor = CapturedCursor(1, 2, CROSS)
    time.sleep(0.4)
    assert not pair.engineer_heard.all(CursorChanged)
    assert pair.engineer.latest_cursor() is None


def test_revoking_the_view_midway_ends_it_and_allowing_it_begins_anew(pair: SessionPair) -> None:
    pair.activate(EVERYTHING)
    seen = Seen(pair)
    pair.fake.cursor = CapturedCursor(1, 2, CROSS)
    seen.until(lambda cursor: cursor.x == 1)
    pair.customer.set_allowed(Feature.VIEW, False)
    pair.engineer_heard.wait(GrantsChanged, lambda event: Feature.VIEW not in event.features)
    pair.engineer.latest_cursor()
    pair.fake.cursor = CapturedCursor(5, 6, CROSS)
    time.sleep(0.4)
    assert pair.engineer.latest_cursor() is None
    pair.customer.set_allowed(Feature.VIEW, True)
    cursor = seen.until(lambda cursor: cursor.x == 5)
    assert cursor.shape is not None


def test_what_overtakes_the_proof_is_kept_until_somebody_listens(pair: SessionPair) -> None:
    pair.activate(VIEW_AND_CHAT)
    session = pair.engineer._session
    assert session is not None
    assert session.connection is not None
    link, heard = session.connection.link, list[object]()
    channel = link.cursor
    pair.fake.cursor = CapturedCursor(0, 0, CROSS)
    Seen(pair).until(lambda cursor: (cursor.x, cursor.y) == (0, 0))

    def early() -> None:
        channel._on_message = None  # as before the proof
        for x in range(1, 4):
            channel._receive(b"\x02\x00" + x.to_bytes(2, "little") + bytes(2))
        channel.on_message = heard.append

    pair.engineer._thread.post(early)
    wait_until(lambda: heard, what="what came early")
    assert heard[:3] == [Pointer(0, x, 0) for x in range(1, 4)]


@pytest.mark.parametrize("features", [VIEW_AND_CHAT, EVERYTHING], ids=["looks", "drives"])
def test_a_real_text_beam_arrives(tmp_path: Path, features: frozenset[Feature]) -> None:
    from remotedesk.platform.x11.platform import X11Platform  # here, since the other tests run on every system

    with XServer(800, 600, window_manager=False) as server:
        server.start("xterm", "-geometry", "60x20+0+0")
        with SessionPair(tmp_path, X11Platform({"DISPLAY": server.display})) as pair:
            pair.activate(features)
            seen = Seen(pair)
            if Feature.CONTROL in features:
                pair.engineer.pointer_move(90, 70)
            else:
                server.xdotool("mousemove", "90", "70")

            def is_beam(shape: Shape | None) -> bool:
                return shape is not None and shape.width < shape.height

            cursor = seen.until(lambda cursor: (cursor.x, cursor.y) == (90, 70) and is_beam(cursor.shape))
            server.xdotool("mousemove", "790", "590")
            other = seen.until(lambda cursor: (cursor.x, cursor.y) == (790, 590))
            assert not is_beam(other.shape)
            server.xdotool("mousemove", "91", "70")
            again = seen.until(lambda cursor: cursor.x == 91 and is_beam(cursor.shape))
            assert again.shape is cursor.shape, "it did not travel again"
            pair.customer.end()
            pair.records()
