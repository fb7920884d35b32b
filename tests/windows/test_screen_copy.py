"""A large picture is read in the way that proves to be faster here; the next is the one before the last, made good."""

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.core.geometry import Rect
from remotedesk.platform.windows import capture as capture_module
from remotedesk.platform.windows import win32
from remotedesk.platform.windows.capture import WindowsCapture
from remotedesk.platform.windows.screen import virtual_screen
from remotedesk.platform.windows.screen_copy import ScreenCopy
from tests.support.grants import Allowed
from tests.windows.program import Program

WHOLE: Final = Rect(0, 0, 1203, 817)  # sides that eight bands do not divide evenly
TRIED: Final = 6  # three whole, three in bands


@pytest.fixture
def copy() -> Iterator[ScreenCopy]:
    made = ScreenCopy()
    yield made
    made.close()


def blits_of_each(
    copy: ScreenCopy, pictures: int, monkeypatch: pytest.MonkeyPatch, cost: Callable[[int], float]
) -> list[int]:
    """Return in how many pieces each of so many pictures was read, while a piece of so many rows takes `cost` s."""
    pieces: list[int] = []

    def slow(*arguments: Any) -> int:
        pieces[-1] += 1
        time.sleep(cost(arguments[4]))
        return 1

    with monkeypatch.context() as played:
        played.setattr(win32, "BitBlt", slow)
        for _ in range(pictures):
            pieces.append(0)
            copy.look(WHOLE)
    return pieces


def test_one_where_each_access_waits(copy: ScreenCopy, monkeypatch: pytest.MonkeyPatch) -> None:
    assert blits_of_each(copy, TRIED + 4, monkeypatch, lambda rows: 0.01) == [1, 1, 1, 8, 8, 8, 1, 1, 1, 1]


def test_bands_where_much_at_once_is_dear(copy: ScreenCopy, monkeypatch: pytest.MonkeyPatch) -> None:
    assert blits_of_each(copy, TRIED + 2, monkeypatch, lambda rows: 0.04 if rows > 300 else 0.001)[TRIED:] == [8, 8]


def test_one_where_bands_gain_little(copy: ScreenCopy, monkeypatch: pytest.MonkeyPatch) -> None:
    assert blits_of_each(copy, TRIED + 2, monkeypatch, lambda rows: rows / 20_000)[TRIED:] == [1, 1]


def test_another_size_is_tried_out_anew_and_a_small_one_is_read_at_once(
    copy: ScreenCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert blits_of_each(copy, TRIED, monkeypatch, lambda rows: 0.0) == [1, 1, 1, 8, 8, 8]
    for _ in range(TRIED):
        assert len(copy.look(Rect(0, 0, 64, 64))) == 4 * 64 * 64
    assert blits_of_each(copy, TRIED, monkeypatch, lambda rows: 0.0) == [1, 1, 1, 8, 8, 8]


def test_the_picture_is_the_same_in_every_way(program: Program, copy: ScreenCopy) -> None:
    screen = virtual_screen()
    area = Rect(screen.x + 3, screen.y + 5, min(WHOLE.width, screen.width - 3), min(WHOLE.height, screen.height - 5))
    program.tell("colour #2468ac")
    program.wait_for("colour")
    program.tell("rest")
    time.sleep(1.0)  # what is drawn late, a caret for one, comes to rest
    pictures = set[bytes]()
    for _ in range(TRIED):
        pictures.add(bytes(copy.look(area)))
    assert len(pictures) == 1
    assert any(pictures.pop())


def test_a_piece_that_is_refused_is_no_picture(copy: ScreenCopy, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([*[1] * 3, 1, 1, 0])  # three whole, then in the midst of the bands
    monkeypatch.setattr(win32, "BitBlt", lambda *_: next(answers))
    for _ in range(3):
        copy.look(WHOLE)
    with pytest.raises(PlatformError) as refusal:
        copy.look(WHOLE)
    assert refusal.value.code is ErrorCode.CAPTURE_FAILED


SMALL: Final = Rect(-7, 3, 16, 100)  # three bands of 32 rows, and four rows
ROW_BYTES: Final = 4 * SMALL.width


@pytest.mark.played
@given(st.lists(st.sets(st.integers(0, SMALL.height - 1), max_size=4), min_size=1, max_size=12), st.data())
def test_every_picture_is_the_screen_and_what_changed_in_it_is_told(steps: list[set[int]], data: st.DataObject) -> None:
    """The screen is played: in each step some rows become others, and now and then Windows refuses it."""
    screen, allowed, capture = bytearray(4 * SMALL.area), Allowed(), WindowsCapture()
    refuses = False

    def look(_copy: ScreenCopy, area: Rect) -> memoryview:
        if refuses:
            raise PlatformError(ErrorCode.CAPTURE_FAILED)
        return memoryview(bytes(screen))

    with pytest.MonkeyPatch.context() as played:
        played.setattr(ScreenCopy, "look", look)
        played.setattr(capture_module, "virtual_screen", lambda: SMALL)
        before = bytes(capture.grab(allowed.view).pixels)
        for rows in steps:
            for row in rows:
                screen[row * ROW_BYTES : (row + 1) * ROW_BYTES] = data.draw(st.integers(0, 2)).to_bytes(1) * ROW_BYTES
            if refuses := data.draw(st.booleans()):
                frame = capture.grab(allowed.view)
                assert (frame.pixels == before, frame.dirty) == (True, ())
                continue
            frame = capture.grab(allowed.view)
            assert frame.pixels == screen
            assert frame.dirty is not None
            for row in range(SMALL.height):
                place = slice(row * ROW_BYTES, (row + 1) * ROW_BYTES)
                assert before[place] == screen[place] or any(r.y <= row < r.y + r.height for r in frame.dirty)
            before = bytes(frame.pixels)
    capture.close()
