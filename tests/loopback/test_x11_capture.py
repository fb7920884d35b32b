"""Capture gives the screen's pixels exactly, whatever its size becomes."""

import time
from pathlib import Path

import pytest
from PIL import Image
from Xlib import display

from remotedesk.core.consent import Feature
from remotedesk.core.errors import ConsentError, ErrorCode, PlatformError
from remotedesk.core.geometry import Size
from remotedesk.platform.ports import CapturedFrame
from remotedesk.platform.x11 import capture as module
from remotedesk.platform.x11.capture import X11Capture
from tests.support.grants import Allowed
from tests.support.x11 import Onlooker
from tests.support.xserver import XServer


def picture(frame: CapturedFrame) -> Image.Image:
    """Return the frame as an RGB image."""
    return Image.frombytes("RGB", (frame.width, frame.height), frame.pixels, "raw", "BGRX")


def test_the_picture_is_the_screen(xserver: XServer, tmp_path: Path) -> None:
    allowed = Allowed()
    with Onlooker(xserver.display) as onlooker:
        onlooker.window(100, 50, managed=True)
        onlooker.window(1100, 700)
        capture = X11Capture(xserver.display)
        taken = picture(capture.grab(allowed.view))
        expected = Image.open(xserver.screenshot(tmp_path / "screen.png")).convert("RGB")
        assert taken.size == (1280, 800)
        assert taken.tobytes() == expected.tobytes()
        assert len(set(taken.get_flattened_data())) > 2
        capture.close()


def test_only_what_was_drawn_is_read_and_at_rest_all_of_it_once(xserver: XServer, tmp_path: Path) -> None:
    allowed = Allowed()
    with Onlooker(xserver.display) as onlooker:
        capture = X11Capture(xserver.display)
        assert capture.grab(allowed.view).dirty is None
        while capture.wait_changed(0.3):
            capture.grab(allowed.view)
        for at in ((100, 50), (1_100, 700), (640, 400)):
            onlooker.window(*at)
            assert capture.wait_changed(5)
            dirty = []
            while not dirty or capture.wait_changed(0.3):
                frame = capture.grab(allowed.view)
                assert frame.dirty is not None
                dirty += frame.dirty
            assert any(area.contains(*at) for area in dirty)
            assert sum(area.area for area in dirty) < 1_280 * 800 / 4
            expected = Image.open(xserver.screenshot(tmp_path / "screen.png")).convert("RGB")
            assert picture(frame).tobytes() == expected.tobytes()
        waits = [capture.wait_changed(0.3) for _ in range(6)]
        assert waits.count(True) == 6 - waits.index(True)  # until it has been read
        whole = capture.grab(allowed.view)
        assert whole.dirty is None
        assert whole.pixels == frame.pixels
        assert not any(capture.wait_changed(0.3) for _ in range(5))
        capture.close()


def test_all_is_read_now_and_then_though_something_blinks(xserver: XServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PROVEN_EVERY_S", 0.5)
    allowed = Allowed()
    with Onlooker(xserver.display) as onlooker:
        capture = X11Capture(xserver.display)
        capture.grab(allowed.view)
        whole = 0
        for at in range(8):
            onlooker.window(100 + 50 * at, 50)
            assert capture.wait_changed(5)
            whole += capture.grab(allowed.view).dirty is None
            time.sleep(0.15)
        assert 1 <= whole < 8
        capture.close()


def test_another_keyboard_mapping_is_nothing_that_was_drawn(xserver: XServer) -> None:
    allowed = Allowed()
    capture = X11Capture(xserver.display)
    capture.grab(allowed.view)
    while capture.wait_changed(0.3):
        capture.grab(allowed.view)
    with Onlooker(xserver.display) as onlooker:
        keyboard = display.Display(xserver.display)
        keyboard.change_keyboard_mapping(250, [(0x61, 0x41)])
        keyboard.sync()
        assert not capture.wait_changed(0.5)
        onlooker.window(100, 50)
        assert capture.wait_changed(5)
        assert capture.grab(allowed.view).dirty is not None
        keyboard.close()
    capture.close()


def test_a_change_of_resolution_is_followed(xserver: XServer, tmp_path: Path) -> None:
    allowed = Allowed()
    capture = X11Capture(xserver.display)
    for mode in (Size(1024, 768), Size(640, 480), Size(1280, 800)):
        xserver.resize(mode.width, mode.height)
        frame = capture.grab(allowed.view)
        assert (frame.width, frame.height) == (mode.width, mode.height)
        assert capture.size() == mode
        assert len(frame.pixels) == mode.width * mode.height * 4
        expected = Image.open(xserver.screenshot(tmp_path / "screen.png")).convert("RGB")
        assert picture(frame).tobytes() == expected.tobytes()
    capture.close()


def test_revoking_ends_it_at_the_next_picture(xserver: XServer) -> None:
    allowed = Allowed()
    capture = X11Capture(xserver.display)
    capture.grab(allowed.view)
    allowed.gate.revoke(Feature.VIEW)
    with pytest.raises(ConsentError) as refusal:
        capture.grab(allowed.view)
    assert refusal.value.code is ErrorCode.GRANT_REVOKED
    capture.close()


def test_an_x_server_that_goes_is_an_error_with_a_code() -> None:
    allowed = Allowed()
    server = XServer(window_manager=False)
    capture = X11Capture(server.display)
    server.close()
    with pytest.raises(PlatformError) as refusal:
        capture.grab(allowed.view)
    assert refusal.value.code is ErrorCode.CAPTURE_FAILED
    capture.close()
