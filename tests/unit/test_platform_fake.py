"""The made-up desktop behaves as its ports say, so that what is tested on it holds on a real one."""

from itertools import pairwise

import pytest

from remotedesk.core.consent import Feature
from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.core.geometry import Rect, Size
from remotedesk.platform.fake import FakePlatform, Injected
from remotedesk.platform.ports import CapturedCursor, HotKey, Platform
from tests.support.grants import Allowed


def test_the_picture_moves_and_has_its_size() -> None:
    allowed, platform = Allowed(), FakePlatform(Size(64, 40))
    capture = platform.open_capture(allowed.view)
    frames = [capture.grab(allowed.view) for _ in range(12)]
    assert all((frame.width, frame.height, len(frame.pixels)) == (64, 40, 64 * 40 * 4) for frame in frames)
    assert all(before.pixels != after.pixels for before, after in pairwise(frames))
    assert capture.size() == Size(64, 40)
    assert platform.grabs == 12
    capture.close()


def test_the_pointer_is_where_its_user_put_it() -> None:
    allowed, platform = Allowed(), FakePlatform()
    watch = platform.open_cursor(allowed.view)
    assert watch.wait_changed(1)
    assert watch.read(allowed.view) == platform.cursor
    assert not watch.wait_changed(0.02)
    platform.cursor = CapturedCursor(3, 4, None)
    assert watch.wait_changed(1)
    assert watch.read(allowed.view) == CapturedCursor(3, 4, None)
    watch.close()


def test_input_is_recorded_and_released() -> None:
    allowed, platform = Allowed(), FakePlatform()
    injector = platform.open_injector(allowed.control, allowed.prompt_open)
    injector.key(allowed.control, "KeyA", True)
    injector.key(allowed.control, "KeyB", True)
    injector.key(allowed.control, "KeyB", False)
    injector.button(allowed.control, 0, True, 3, 4)
    injector.move(allowed.control, 5, 6)
    injector.wheel(allowed.control, 0, 120, 5, 6)
    injector.text(allowed.control, "あ")
    assert platform.held == {"KeyA", 0}
    assert platform.injected[-3:] == [
        Injected("move", (5, 6)),
        Injected("wheel", (0, 120, 5, 6)),
        Injected("text", ("あ",)),
    ]
    injector.release_all()
    assert not platform.held
    injector.key(allowed.control, "KeyA", True)
    injector.close()
    assert not platform.held
    with pytest.raises(PlatformError) as refusal:
        injector.move(allowed.control, 1, 1)
    assert refusal.value.code is ErrorCode.INPUT_REFUSED


def test_an_open_question_lets_go_and_stops_input() -> None:
    allowed, platform = Allowed(), FakePlatform()
    injector = platform.open_injector(allowed.control, allowed.prompt_open)
    injector.key(allowed.control, "KeyA", True)
    allowed.gate.ask([Feature.VOICE])
    with pytest.raises(PlatformError) as refusal:
        injector.key(allowed.control, "KeyA", False)
    assert refusal.value.code is ErrorCode.INPUT_BLOCKED_OWN_WINDOW
    assert not platform.held
    assert len(platform.injected) == 1


def test_triggers_reach_open_watches_only() -> None:
    platform = FakePlatform()
    heard: list[object] = []
    watches = [
        platform.watch_hot_key(HotKey.END, lambda: heard.append("hot key")),
        platform.watch_lock(heard.append),
        platform.watch_local_activity(lambda: heard.append("touched")),
    ]
    for _ in range(2):
        platform.press_hot_key()
        platform.set_locked(True)
        platform.set_locked(False)
        platform.touch()
        for watch in watches:
            watch.close()
    assert heard == ["hot key", True, False, "touched"]


def test_what_is_set_by_hand() -> None:
    platform = FakePlatform()
    as_port: Platform = platform
    as_port.require_supported()
    assert as_port.own_window_rects() == ()
    platform.own_rects = (Rect(1, 2, 3, 4),)
    assert as_port.own_window_rects() == (Rect(1, 2, 3, 4),)
    assert as_port.code_for_native_key(38) == "KeyA"
    platform.hot_key_taken = True
    with pytest.raises(PlatformError) as refusal:
        as_port.watch_hot_key(HotKey.END, print)
    assert refusal.value.code is ErrorCode.HOT_KEY_TAKEN


def test_only_the_first_customers_client_is_it() -> None:
    platform, heard = FakePlatform(), list[str]()
    first = platform.claim_customer("1", heard.append)
    assert first is not None
    assert platform.claim_customer("2", heard.append) is None
    assert heard == ["2"]
    first.close()
    assert platform.claim_customer("3", heard.append) is not None


def test_links_are_noted() -> None:
    platform = FakePlatform()
    platform.handle_links(["remotedesk", "customer"])
    assert platform.links == ("remotedesk", "customer")
    platform.handle_links(None)
    assert platform.links is None
