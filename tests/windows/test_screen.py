"""Where the pointer comes to is what was looked at, on every layout of monitors; Wine has one, the others are told."""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import wintypes as w
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remotedesk.core.geometry import Rect
from remotedesk.platform.windows import capture as capture_module
from remotedesk.platform.windows import cursor as cursor_module
from remotedesk.platform.windows import injector as injector_module
from remotedesk.platform.windows import screen, win32
from remotedesk.platform.windows.capture import WindowsCapture
from remotedesk.platform.windows.cursor import WindowsCursor
from remotedesk.platform.windows.injector import WindowsInjector
from remotedesk.platform.windows.platform import WindowsPlatform
from tests.support.grants import Allowed
from tests.windows.program import Program, until

pytestmark = pytest.mark.played

# As people put them: one, a second on the left and higher, one above, one upright on the right, three of three sizes.
DESKS: Final = {
    "one": [Rect(0, 0, 1920, 1080)],
    "left": [Rect(0, 0, 1920, 1080), Rect(-2560, -360, 2560, 1440)],
    "above": [Rect(0, 0, 1366, 768), Rect(-277, -1080, 1920, 1080)],
    "portrait": [Rect(0, 0, 3840, 2160), Rect(3840, -700, 1440, 2560)],
    "three": [Rect(0, 0, 2560, 1440), Rect(-1920, 200, 1920, 1080), Rect(2560, -600, 3840, 2160)],
}
MONITORS: Final = st.builds(
    Rect, st.integers(-9_000, 9_000), st.integers(-9_000, 9_000), st.integers(1, 5_000), st.integers(1, 5_000)
)
LAYOUTS: Final = st.one_of(st.sampled_from(list(DESKS.values())), st.lists(MONITORS, min_size=1, max_size=5))


def around(monitors: list[Rect]) -> Rect:
    """Return the virtual screen that Windows makes of them."""
    whole = monitors[0]
    for each in monitors[1:]:
        whole = whole.joined(each)
    return whole


@contextmanager
def layout(monitors: list[Rect]) -> Iterator[pytest.MonkeyPatch]:
    """Have Windows tell of these monitors."""
    whole = around(monitors)
    metrics = {
        win32.SM_XVIRTUALSCREEN: whole.x, win32.SM_YVIRTUALSCREEN: whole.y,
        win32.SM_CXVIRTUALSCREEN: whole.width, win32.SM_CYVIRTUALSCREEN: whole.height, win32.SM_SWAPBUTTON: 0,
    }  # fmt: skip

    def enumerate_them(_context: Any, _clip: Any, call: Callable[..., int], data: int) -> int:
        for each in monitors:
            call(None, None, ctypes.pointer(w.RECT(each.x, each.y, each.x + each.width, each.y + each.height)), data)
        return 1

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(win32, "GetSystemMetrics", metrics.__getitem__)
        patch.setattr(win32, "EnumDisplayMonitors", enumerate_them)
        yield patch


def reached(event: win32.INPUT, whole: Rect) -> tuple[int, int]:
    """Return where Windows puts the pointer: it takes 65,536ths of the virtual screen, and the pixel they lie in."""
    assert event.u.mi.dwFlags == win32.MOUSEEVENTF_MOVE | win32.MOUSEEVENTF_ABSOLUTE | win32.MOUSEEVENTF_VIRTUALDESK
    assert 0 <= event.u.mi.dx < 65_536
    assert 0 <= event.u.mi.dy < 65_536
    return whole.x + (event.u.mi.dx * whole.width >> 16), whole.y + (event.u.mi.dy * whole.height >> 16)


@settings(max_examples=300, deadline=None)
@given(LAYOUTS, st.data())
def test_the_pointer_comes_to_the_pixel_that_was_looked_at_and_that_is_on_a_monitor(
    monitors: list[Rect], data: st.DataObject
) -> None:
    whole, allowed = around(monitors), Allowed()
    x, y = data.draw(st.integers(-5, whole.width + 5)), data.draw(st.integers(-5, whole.height + 5))
    looked_at: list[tuple[int, int]] = []
    sent: list[win32.INPUT] = []
    with layout(monitors) as patch:
        patch.setattr(win32, "WindowFromPoint", lambda point: looked_at.append((point.x, point.y)))
        patch.setattr(injector_module, "_send", sent.extend)
        injector = WindowsInjector(allowed.prompt_open)
        injector.move(allowed.control, x, y)
        injector.button(allowed.control, 0, True, x, y)
        injector.button(allowed.control, 0, False, x, y)
        injector.wheel(allowed.control, 0, 120, x, y)
        injector.close()
    moves = [each for each in sent if each.u.mi.dwFlags & win32.MOUSEEVENTF_MOVE]
    (place,) = {*looked_at, *(reached(each, whole) for each in moves)}
    assert len(moves) == 4
    assert any(each.contains(*place) for each in monitors)
    if any(each.contains(whole.x + x, whole.y + y) for each in monitors):
        assert place == (whole.x + x, whole.y + y)


@pytest.mark.parametrize("name", DESKS)
def test_the_corners_of_every_monitor_are_reached(name: str) -> None:
    monitors = DESKS[name]
    whole = around(monitors)
    with layout(monitors):
        assert screen.monitors() == tuple(monitors)
        for each in monitors:
            right, bottom = each.x + each.width - 1, each.y + each.height - 1
            for at in ((each.x, each.y), (right, each.y), (each.x, bottom), (right, bottom)):
                assert screen.on_a_monitor(at[0] - whole.x, at[1] - whole.y) == at
                assert reached(injector_module._move(at[0] - whole.x, at[1] - whole.y), whole) == at


def test_while_windows_names_no_monitor_the_virtual_screen_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(win32, "EnumDisplayMonitors", lambda *_: 0)
    assert screen.monitors() == (screen.virtual_screen(),)


def test_windows_own_monitor_is_seen_in_its_own_pixels() -> None:
    WindowsPlatform()
    assert screen.see_native_pixels()
    assert screen.monitors() == (screen.virtual_screen(),) == (Rect(0, 0, 1920, 1080),)


def test_the_picture_begins_at_the_virtual_screens_corner(
    program: Program, allowed: Allowed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which is elsewhere than at 0, 0 with a monitor on the left of the first one; Wine reads nothing from there."""
    for module in (capture_module, cursor_module):
        monkeypatch.setattr(module, "virtual_screen", lambda: Rect(60, 70, 1200, 900))
    program.tell("colour #13579b")
    program.wait_for("colour")
    capture, cursor = WindowsCapture(), WindowsCursor()
    assert (capture.size().width, capture.size().height) == (1200, 900)
    place = 4 * ((program.y + 10 - 70) * 1200 + program.x + 10 - 60)
    until(lambda: capture.grab(allowed.view).pixels[place : place + 3] == b"\x9b\x57\x13")
    injector = WindowsInjector(allowed.prompt_open)
    injector.move(allowed.control, program.x + 7, program.y + 9)
    until(lambda: (cursor.read(allowed.view).x, cursor.read(allowed.view).y) == (program.x - 53, program.y - 61))
    injector.close()
    capture.close()
