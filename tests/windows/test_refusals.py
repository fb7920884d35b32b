"""What Windows may refuse and Wine does not: its answers are played, and each is told or made good."""

import ctypes
import threading
from typing import Any, Final

import numpy as np
import pytest

from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.core.geometry import Rect
from remotedesk.platform.windows import cursor as pointer
from remotedesk.platform.windows import injector as injector_module
from remotedesk.platform.windows import input_origin, integrity, only_one, own_windows, win32
from remotedesk.platform.windows.injector import WindowsInjector
from remotedesk.platform.windows.message_thread import MessageThread
from remotedesk.platform.windows.platform import WindowsPlatform
from remotedesk.platform.windows.screen_copy import ScreenCopy
from tests.support.grants import Allowed
from tests.windows.program import Program

ARROW: Final = 32512  # IDC_ARROW
HIGHEST: Final = 1 << 16


def refusing(*_: Any) -> int:
    """Answer as Windows does when it refuses."""
    return 0


@pytest.fixture
def arrow() -> int:
    return int(ctypes.windll.user32.LoadCursorW(None, ARROW))


@pytest.mark.parametrize("call", ["GetObjectW", "GetDIBits"])
def test_a_pointer_that_goes_while_it_is_read_has_no_shape(
    monkeypatch: pytest.MonkeyPatch, arrow: int, call: str
) -> None:
    monkeypatch.setattr(win32, call, refusing)
    assert pointer._shape(arrow) is None


def test_a_pointer_of_one_row_has_no_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_colour(_: int, icon: Any) -> int:
        icon._obj.hbmColor = None
        return 1

    monkeypatch.setattr(win32, "GetIconInfo", without_colour)
    monkeypatch.setattr(pointer, "_pixels", lambda _: np.zeros((1, 32), np.uint32))  # two would make one of the shape
    assert pointer._shape(1) is None


@pytest.mark.parametrize(
    ("places", "least_looks"),
    [([(0, 0)], 2), ([(0, 0), (5, 5), None, (9, 9), (9, 9)], 5), ([(step, 0) for step in range(10_000)], 5)],
)
def test_settling_lasts_until_the_pointer_rests_or_half_a_second(
    monkeypatch: pytest.MonkeyPatch, allowed: Allowed, places: list[tuple[int, int] | None], least_looks: int
) -> None:
    clock, looks = [100.0], 0

    def look() -> tuple[int, int] | None:
        nonlocal looks
        looks += 1
        return places[min(looks, len(places)) - 1]

    def pass_by(seconds: float) -> None:
        clock[0] += seconds

    monkeypatch.setattr(own_windows, "pointer", look)
    monkeypatch.setattr(injector_module.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(injector_module.time, "sleep", pass_by)
    WindowsInjector(allowed.prompt_open).settle()
    assert looks >= least_looks
    moves = min(len(places), looks) - 1
    assert 0.14 <= clock[0] - 100 <= min(0.52, 0.17 + 0.011 * moves)


def test_a_release_that_is_refused_stops_nothing(
    program: Program, allowed: Allowed, monkeypatch: pytest.MonkeyPatch
) -> None:
    injector = WindowsInjector(allowed.prompt_open)
    injector.key(allowed.control, "ShiftLeft", True)
    with monkeypatch.context() as secure:
        secure.setattr(win32, "SendInput", refusing)
        injector.release_all()
    injector_module._send([injector_module._key(0x2A, False)])
    injector.close()


def test_where_windows_does_not_say_who_pressed_it_was_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(win32, "GetCurrentInputMessageSource", refusing)
    assert not input_origin._is_of_hardware()


def test_whose_rights_are_kept_from_us_has_more_than_we(monkeypatch: pytest.MonkeyPatch) -> None:
    own = win32.GetCurrentProcessId()
    assert not integrity.outranks_us(own)
    monkeypatch.setattr(win32, "OpenProcessToken", refusing)
    assert integrity._level(win32.GetCurrentProcess()) == HIGHEST
    monkeypatch.setattr(win32, "OpenProcess", refusing)
    assert integrity.outranks_us(own)


def test_a_process_without_a_label_has_few_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(win32, "GetTokenInformation", refusing)
    assert integrity._level(win32.GetCurrentProcess()) == integrity._LOW


def test_a_watch_without_a_window_is_told_and_leaves_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(win32, "CreateWindowExW", lambda *_: None)
    before = threading.active_count()
    with pytest.raises(PlatformError) as refusal:
        MessageThread("windowless", lambda _: True, lambda *_: None, lambda _: None)
    assert refusal.value.code is ErrorCode.PLATFORM_UNSUPPORTED
    assert threading.active_count() == before


def test_a_window_that_only_calls_itself_the_first_client_is_not_told(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = WindowsPlatform().claim_customer("", print)
    assert first is not None
    monkeypatch.setattr(win32, "FindWindowW", lambda *_: program.window)
    told: list[object] = []
    monkeypatch.setattr(win32, "SendMessageTimeoutW", lambda *arguments: told.append(arguments))
    assert only_one.claim("123456789018", print) is None
    assert told == []
    first.close()


@pytest.mark.parametrize("call", ["GetDC", "CreateCompatibleDC"])
def test_a_screen_that_cannot_be_opened_is_told(monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    monkeypatch.setattr(win32, call, refusing)
    with pytest.raises(PlatformError) as refusal:
        ScreenCopy()
    assert refusal.value.code is ErrorCode.CAPTURE_FAILED


@pytest.mark.parametrize("call", ["CreateDIBSection", "GdiFlush", "BitBlt"])
def test_a_picture_that_is_refused_is_told_and_comes_again(monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    copy, area = ScreenCopy(), Rect(0, 0, 40, 30)
    with monkeypatch.context() as refused:
        refused.setattr(win32, call, refusing)
        with pytest.raises(PlatformError) as refusal:
            copy.look(area)
        assert refusal.value.code is ErrorCode.CAPTURE_FAILED
    assert len(copy.look(area)) == 4 * area.area
    copy.close()
