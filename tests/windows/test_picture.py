"""The picture, the pointer and our own windows, as another program has drawn them."""

import ctypes
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from remotedesk.core.consent import Feature
from remotedesk.core.errors import ConsentError, ErrorCode, PlatformError
from remotedesk.core.geometry import Rect, Size
from remotedesk.platform.ports import CapturedFrame
from remotedesk.platform.select import current_platform
from remotedesk.platform.windows import cursor as pointer
from remotedesk.platform.windows import integrity, own_windows, win32
from remotedesk.platform.windows.capture import WindowsCapture
from remotedesk.platform.windows.cursor import LARGEST_SIDE, WindowsCursor, premultiplied
from remotedesk.platform.windows.injector import WindowsInjector
from remotedesk.platform.windows.message_thread import MessageThread
from remotedesk.platform.windows.platform import WindowsPlatform
from remotedesk.platform.windows.screen import virtual_screen
from tests.support.grants import Allowed
from tests.windows.program import Program, until


@pytest.fixture
def capture() -> Iterator[WindowsCapture]:
    made = WindowsCapture()
    yield made
    made.close()


def colour_at(frame: CapturedFrame, x: int, y: int) -> str:
    blue, green, red = frame.pixels[4 * (y * frame.width + x) :][:3]
    return f"#{red:02x}{green:02x}{blue:02x}"


def test_what_another_program_draws_is_in_the_picture_and_where_it_changed_is_told(
    program: Program, capture: WindowsCapture, allowed: Allowed
) -> None:
    size = capture.size()
    first = capture.grab(allowed.view)
    assert (first.width, first.height) == (size.width, size.height)
    assert len(first.pixels) == 4 * size.width * size.height
    assert first.dirty is None
    for colour in ("#12ab56", "#fe0180"):
        program.tell(f"colour {colour}")
        program.wait_for("colour")
        seen: list[CapturedFrame] = []

        def drawn(seen: list[CapturedFrame] = seen, colour: str = colour) -> bool:
            seen.append(capture.grab(allowed.view))
            return colour_at(seen[-1], program.x + 10, program.y + 10) == colour

        until(drawn)
        assert any(each.contains(program.x + 10, program.y + 10) for each in seen[-1].dirty or ())


def test_where_it_says_nothing_changed_nothing_did(program: Program, capture: WindowsCapture, allowed: Allowed) -> None:
    before = capture.grab(allowed.view)
    for number in range(30):
        program.tell(f"colour #00{number:02x}77")
        frame = capture.grab(allowed.view)
        old, new = (np.frombuffer(each.pixels, np.uint32).reshape(each.height, each.width) for each in (before, frame))
        rows = np.flatnonzero((old != new).any(axis=1))
        assert all(any(each.y <= row < each.y + each.height for each in frame.dirty or ()) for row in rows.tolist())
        before = frame


def test_a_still_screen_is_read_twice_a_second_and_one_that_stirs_at_once(
    program: Program, capture: WindowsCapture, allowed: Allowed
) -> None:
    def looks(seconds: float) -> int:
        count, until_s = 0, time.monotonic() + seconds
        while time.monotonic() < until_s:
            if capture.wait_changed(0.05):
                capture.grab(allowed.view)
                count += 1
        return count

    program.tell("rest")
    looks(3.0)
    assert looks(3.0) <= 9
    injector = WindowsInjector(allowed.prompt_open)
    injector.move(allowed.control, 300, 300)
    assert looks(0.6) >= 8
    injector.close()


def test_while_the_secure_desktop_is_shown_the_picture_is_the_one_before(
    program: Program, capture: WindowsCapture, allowed: Allowed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wine has none, so what Windows says of it is played: it refuses the pixels, and the pointer."""
    cursor = WindowsCursor()
    with monkeypatch.context() as secure:
        secure.setattr(win32, "BitBlt", lambda *_: 0)
        secure.setattr(win32, "GetCursorInfo", lambda *_: 0)
        for read in (capture.grab, cursor.read):
            with pytest.raises(PlatformError) as refusal:  # nothing was there before
                read(allowed.view)
            assert refusal.value.code is ErrorCode.CAPTURE_FAILED
    before, pointed = bytes(capture.grab(allowed.view).pixels), cursor.read(allowed.view)
    cursor.wait_changed(0.0)
    with monkeypatch.context() as secure:
        secure.setattr(win32, "BitBlt", lambda *_: 0)
        secure.setattr(win32, "GetCursorInfo", lambda *_: 0)
        for _ in range(3):
            frame = capture.grab(allowed.view)
            assert (frame.pixels == before, frame.dirty) == (True, ())
        assert cursor.read(allowed.view) == pointed
        assert not cursor.wait_changed(0.05)
    program.tell("colour #2468ac")
    program.wait_for("colour")
    until(lambda: colour_at(capture.grab(allowed.view), program.x + 10, program.y + 10) == "#2468ac")


def test_nothing_is_read_without_a_grant(capture: WindowsCapture, allowed: Allowed) -> None:
    cursor = WindowsCursor()
    allowed.gate.revoke(Feature.VIEW)
    with pytest.raises(ConsentError):
        capture.grab(allowed.view)
    with pytest.raises(ConsentError):
        cursor.read(allowed.view)


def test_the_pointer_is_where_it_was_put(program: Program, allowed: Allowed) -> None:
    injector, cursor = WindowsInjector(allowed.prompt_open), WindowsCursor()
    x, y, *_ = program.field
    injector.move(allowed.control, program.x + 20, program.y + 30)
    until(lambda: not cursor.wait_changed(0.3))
    over_colour = cursor.read(allowed.view)
    injector.move(allowed.control, x + 50, y + 50)
    assert cursor.wait_changed(1.0)
    over_text = cursor.read(allowed.view)
    assert (over_colour.x, over_colour.y) == (program.x + 20, program.y + 30)
    assert (over_text.x, over_text.y) == (x + 50, y + 50)
    cursor.close()
    injector.close()


def test_windows_own_pointers_have_shapes_of_their_own() -> None:
    arrow, beam = (pointer._shape(ctypes.windll.user32.LoadCursorW(None, name)) for name in (32512, 32513))
    assert arrow is not None
    assert beam is not None
    assert arrow != beam
    for shape in (arrow, beam):
        assert len(shape.pixels) == 4 * shape.width * shape.height
        assert max(shape.width, shape.height) <= LARGEST_SIDE
        assert any(shape.pixels)
    assert (arrow.hot_x, arrow.hot_y) == (0, 0)
    assert beam.hot_y > 0
    assert pointer._shape(0x7FFF) is None  # no pointer's handle


def test_a_pointer_that_stays_the_same_is_read_once(allowed: Allowed, monkeypatch: pytest.MonkeyPatch) -> None:
    arrow = ctypes.windll.user32.LoadCursorW(None, 32512)  # of other programs' pointers Wine tells no shape
    monkeypatch.setattr(pointer, "_look", lambda: (5, 6, arrow))
    cursor = WindowsCursor()
    first = cursor.read(allowed.view)
    assert first.shape is not None
    assert cursor.read(allowed.view).shape is first.shape


def test_pointers_of_every_kind_become_premultiplied() -> None:
    mask = np.array([[0, 0, 1, 1], [0, 1, 0, 1]], np.uint32) * np.uint32(0xFFFFFF)  # what it covers, what it inverts
    assert premultiplied(mask, None).tolist() == [[0xFF000000, 0xFFFFFFFF, 0, 0xFF000000]]
    colour = np.array([[0x80FF8000, 0x00FFFFFF]], np.uint32)
    assert premultiplied(mask[:1, :2], colour).tolist() == [[0x80804000, 0]]
    opaque = np.array([[0x00FF8000, 0x00FFFFFF]], np.uint32)
    assert premultiplied(np.array([[0, 0xFFFFFF]], np.uint32), opaque).tolist() == [[0xFFFF8000, 0]]


def where(window: QWidget) -> str:
    """Return where Qt has a window, where Windows has ours, and whose is what input at its place would reach."""
    at = win32.WindowFromPoint(win32.POINT(750, 150))
    return f"{window.geometry()}, {own_windows.own_rects()}, {at} of {own_windows.process_of(at)}"


def test_our_windows_are_known_and_others_are_not(program: Program) -> None:
    app = QApplication.instance() or QApplication([])
    platform = WindowsPlatform()
    window = QWidget(None, Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
    window.setGeometry(700, 100, 200, 100)
    window.show()
    until(lambda: (app.processEvents(), own_windows.own_at(750, 150))[1], says=lambda: where(window))
    assert Rect(700, 100, 200, 100) in platform.own_window_rects()
    assert not own_windows.own_at(program.x + 10, program.y + 10)
    assert not any(each.contains(program.x + 10, program.y + 10) for each in platform.own_window_rects())
    window.hide()
    app.processEvents()
    assert Rect(700, 100, 200, 100) not in platform.own_window_rects()
    window.deleteLater()
    app.processEvents()


def test_a_window_of_ours_without_area_is_nowhere() -> None:
    made: list[int] = []

    def opened(window: int) -> bool:
        ctypes.windll.user32.ShowWindow(window, 4)  # SW_SHOWNOACTIVATE: visible, 0 × 0
        made.append(window)
        return True

    before = own_windows.own_rects()
    watch = MessageThread("no area", opened, lambda *_: None, lambda _: None)
    assert win32.IsWindowVisible(made[0])
    assert own_windows.own_rects() == before
    watch.close()


def test_nobodys_window_outranks_nobody() -> None:
    assert not integrity.outranks_us(own_windows.process_of(None))


def test_another_remotedesk_is_one_of_ours(program: Program) -> None:
    pid = own_windows.process_of(program.window)
    assert not own_windows.is_own(program.window)
    mutex = win32.CreateMutexW(None, False, f"Local\\remotedesk-process-{pid}")
    assert own_windows.is_own(program.window)
    win32.CloseHandle(mutex)
    assert not own_windows.is_own(program.window)


def test_the_platform_opens_every_door(allowed: Allowed) -> None:
    platform = current_platform()
    assert isinstance(platform, WindowsPlatform)
    platform.require_supported()
    platform.open_capture(allowed.view).close()
    platform.open_cursor(allowed.view).close()
    platform.open_injector(allowed.control, allowed.prompt_open).close()
    platform.watch_local_activity(lambda: None).close()
    platform.watch_lock(lambda _: None).close()
    assert platform.code_for_native_key(0xE01D) == platform.code_for_native_key(0x11D) == "ControlRight"
    assert virtual_screen() == Rect(0, 0, *vars(WindowsCapture().size()).values())
    assert isinstance(WindowsCapture().size(), Size)


def test_a_windows_before_10_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def eight(version: Any) -> int:
        version._obj.dwMajorVersion = 6  # with a minor version of 2
        return 0

    monkeypatch.setattr(win32, "RtlGetVersion", eight)
    with pytest.raises(PlatformError) as refusal:
        WindowsPlatform().require_supported()
    assert refusal.value.code is ErrorCode.PLATFORM_UNSUPPORTED
