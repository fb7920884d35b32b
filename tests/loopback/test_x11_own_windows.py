"""Remote input never reaches a window of remotedesk, nor anything while a question is open."""

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from remotedesk.core.consent import Feature
from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.core.geometry import Rect
from remotedesk.platform.x11.injector import X11Injector
from remotedesk.platform.x11.keycodes import KEYCODES
from remotedesk.platform.x11.platform import X11Platform
from tests.support.grants import Allowed
from tests.support.x11 import Onlooker, Window
from tests.support.xserver import XServer, wait_until

FOREIGN = (700, 600)  # nothing of ours is there in any of these tests

# A program that is called remotedesk to the process list, with a window of its own.
OTHER_REMOTEDESK = """
import sys, time
sys.path.insert(0, {root!r})
from tests.support.x11 import Onlooker
onlooker = Onlooker({display!r})
window = onlooker.window(600, 100)
print("mapped", flush=True)
time.sleep(600)
"""


@pytest.fixture
def allowed() -> Allowed:
    return Allowed()


@pytest.fixture
def injector(xserver: XServer, allowed: Allowed) -> Iterator[X11Injector]:
    opened = X11Injector(xserver.display, allowed.prompt_open)
    yield opened
    opened.close()


@pytest.fixture
def onlooker(xserver: XServer) -> Iterator[Onlooker]:
    with Onlooker(xserver.display) as looking:
        yield looking


@pytest.fixture
def typed(xserver: XServer, tmp_path: Path) -> Path:
    """Start another program, with the focus, that writes what is typed into the returned file."""
    out = tmp_path / "typed"
    xserver.start("xterm", "-geometry", "40x10+0+400", "-e", "sh", "-c", f"stty -echo; exec cat > {out}")
    wait_until(out.exists)
    window = xserver.xdotool("search", "--onlyvisible", "--class", "xterm").split()[-1]
    xserver.xdotool("windowactivate", "--sync", window)
    return out


def refuses(injector: X11Injector, allowed: Allowed, method: str, *arguments: object) -> bool:
    """Return True if the call is refused because of our own windows, False if it acts."""
    try:
        getattr(injector, method)(allowed.control, *arguments)
    except PlatformError as refusal:
        if refusal.code is not ErrorCode.INPUT_BLOCKED_OWN_WINDOW:
            raise
        return True
    return False


@pytest.mark.parametrize("managed", [True, False])
def test_buttons_and_wheel_over_our_window_are_refused(
    injector: X11Injector, allowed: Allowed, onlooker: Onlooker, managed: bool
) -> None:
    window = onlooker.window(300, 200, managed=managed)
    x, y = window.place()
    for button in range(5):
        assert refuses(injector, allowed, "button", button, True, x + 10, y + 10)
    assert refuses(injector, allowed, "wheel", 0, 120, x + 10, y + 10)
    assert refuses(injector, allowed, "button", 0, True, x, y)
    assert refuses(injector, allowed, "button", 0, True, x + 199, y + 149)
    assert not refuses(injector, allowed, "button", 0, True, *FOREIGN)
    injector.release_all()
    assert not window.happened()
    assert onlooker.nothing_down()


def test_the_frame_around_our_window_is_ours(
    xserver: XServer, injector: X11Injector, allowed: Allowed, onlooker: Onlooker
) -> None:
    x, y = onlooker.window(300, 200, managed=True).place()
    assert refuses(injector, allowed, "button", 0, True, x + 30, y - 8)
    (rect,) = X11Platform({"DISPLAY": xserver.display}).own_window_rects()
    assert rect.contains(x, y - 8)
    assert rect.width >= 200
    assert rect.height > 150


def test_a_position_outside_the_screen_is_where_the_pointer_would_stop(
    injector: X11Injector, allowed: Allowed, onlooker: Onlooker
) -> None:
    width, height = onlooker.screen_size()
    window = onlooker.window(width - 200, height - 150)
    inside_x, inside_y = width - 10, height - 10
    for x, y in ((32_767, inside_y), (width, inside_y), (inside_x, 32_767), (inside_x, height), (width, height)):
        assert refuses(injector, allowed, "button", 0, True, x, y)
        assert refuses(injector, allowed, "wheel", 0, 120, x, y)
    assert not refuses(injector, allowed, "button", 0, True, *FOREIGN)
    assert refuses(injector, allowed, "move", 32_767, inside_y), "a drag over our window"
    injector.button(allowed.control, 0, False, 32_767, inside_y)
    assert not window.happened()
    assert onlooker.nothing_down()


def test_a_pointer_that_is_kept_over_our_window_does_not_act(
    injector: X11Injector, allowed: Allowed, onlooker: Onlooker
) -> None:
    window = onlooker.window(300, 200)
    window.confine_pointer()
    assert refuses(injector, allowed, "button", 0, True, *FOREIGN)
    assert refuses(injector, allowed, "wheel", 0, 120, *FOREIGN)
    assert not window.happened()
    assert onlooker.nothing_down()


def test_a_window_in_front_of_ours_takes_input(
    xserver: XServer, injector: X11Injector, allowed: Allowed, onlooker: Onlooker, typed: Path
) -> None:
    window = onlooker.window(0, 400, managed=True)
    x, y = window.place()
    assert refuses(injector, allowed, "button", 0, True, x + 50, y + 50)
    terminal = xserver.xdotool("search", "--onlyvisible", "--class", "xterm").split()[-1]
    xserver.xdotool("windowactivate", "--sync", terminal, "windowmove", "--sync", terminal, str(x), str(y))
    wait_until(lambda: not refuses(injector, allowed, "button", 0, True, x + 50, y + 50))
    injector.release_all()
    assert not window.happened()


def test_an_overlay_that_passes_input_through_is_passed_over(
    xserver: XServer, injector: X11Injector, allowed: Allowed, onlooker: Onlooker
) -> None:
    overlay = onlooker.window(0, 0, 1280, 800)
    assert refuses(injector, allowed, "button", 0, True, *FOREIGN)
    platform = X11Platform({"DISPLAY": xserver.display})
    assert platform.own_window_rects() == (Rect(0, 0, 1280, 800),)
    overlay.pass_input_through()
    assert not refuses(injector, allowed, "button", 0, True, *FOREIGN)
    assert platform.own_window_rects() == ()


def test_the_pointer_never_comes_to_our_window(injector: X11Injector, allowed: Allowed, onlooker: Onlooker) -> None:
    window = onlooker.window(300, 200)
    onlooker_before = onlooker.pointer()
    assert refuses(injector, allowed, "move", 350, 250)
    assert onlooker.pointer() == onlooker_before
    assert not refuses(injector, allowed, "button", 0, True, *FOREIGN)
    assert refuses(injector, allowed, "move", 350, 250)
    assert onlooker.pointer() == FOREIGN
    assert not refuses(injector, allowed, "button", 0, False, 350, 250)
    assert onlooker.nothing_down()
    assert onlooker.pointer() == FOREIGN
    assert not window.happened()


def test_a_press_that_a_window_manager_replays_does_not_come_to_our_window(
    injector: X11Injector, allowed: Allowed, onlooker: Onlooker
) -> None:
    """X11 gives a replayed press to what is under the pointer by then, not to what it was aimed at."""
    window = onlooker.window(300, 200)
    onlooker.hold_presses()
    injector.button(allowed.control, 0, True, *FOREIGN)
    injector.button(allowed.control, 0, False, *FOREIGN)
    assert refuses(injector, allowed, "move", 350, 250)
    onlooker.replay_press()
    wait_until(onlooker.nothing_down, what="the held release")
    assert not window.happened()


def test_settling_waits_for_a_pointer_that_is_held(injector: X11Injector, allowed: Allowed, onlooker: Onlooker) -> None:
    injector.move(allowed.control, 10, 10)
    onlooker.hold_presses()
    injector.button(allowed.control, 0, True, *FOREIGN)
    injector.move(allowed.control, 20, 20)
    settling = threading.Thread(target=injector.settle)
    settling.start()
    time.sleep(0.1)
    assert settling.is_alive()
    assert onlooker.pointer() == FOREIGN
    onlooker.replay_press()
    settling.join()
    assert onlooker.pointer() == (20, 20)


def test_settling_does_not_wait_long_for_a_pointer_that_is_kept(
    injector: X11Injector, allowed: Allowed, onlooker: Onlooker
) -> None:
    onlooker.hold_presses()
    injector.button(allowed.control, 0, True, *FOREIGN)
    injector.move(allowed.control, 20, 20)
    injector.settle()
    assert onlooker.pointer() == FOREIGN
    injector.release_all()
    onlooker.replay_press()
    wait_until(onlooker.nothing_down)


def test_keys_and_text_are_refused_while_our_window_has_the_focus(
    injector: X11Injector, allowed: Allowed, onlooker: Onlooker, typed: Path
) -> None:
    before = onlooker.keyboard_mapping()
    assert not refuses(injector, allowed, "key", "KeyA", True)
    window = onlooker.window(300, 200)
    window.focus()
    assert not refuses(injector, allowed, "key", "KeyA", False), "what is down may always come up"
    assert [happened.kind for happened in window.happened()] == ["KeyRelease"]
    for code in KEYCODES:
        assert refuses(injector, allowed, "key", code, True)
    assert refuses(injector, allowed, "text", "yes")
    assert onlooker.keyboard_mapping() == before
    assert not window.happened()


def test_a_key_held_elsewhere_does_not_repeat_into_our_window(
    injector: X11Injector, allowed: Allowed, onlooker: Onlooker, typed: Path
) -> None:
    """The X server's own repeat would press Enter there with nobody asked."""
    before = onlooker.repeating_keys()
    injector.key(allowed.control, "Enter", True)
    window = onlooker.window(300, 200)
    window.focus()
    time.sleep(1.5)  # the server begins to repeat after 0.5 to 0.7 s
    assert not window.happened()
    assert refuses(injector, allowed, "key", "Enter", True)
    injector.key(allowed.control, "Enter", False)
    assert [happened.kind for happened in window.happened()] == ["KeyRelease"]
    assert onlooker.repeating_keys() == before


def test_the_focus_following_the_pointer_onto_our_window_counts(allowed: Allowed) -> None:
    with XServer(window_manager=False) as server, Onlooker(server.display) as onlooker:
        injector = X11Injector(server.display, allowed.prompt_open)
        window = onlooker.window(300, 200)
        onlooker.focus_follows_pointer()
        server.xdotool("mousemove", "350", "250")
        assert refuses(injector, allowed, "key", "Enter", True)
        injector.move(allowed.control, *FOREIGN)
        assert not refuses(injector, allowed, "key", "Enter", True)
        injector.close()
        assert not window.happened()


def test_mouse_keys_cannot_click_our_window(
    xserver: XServer, injector: X11Injector, allowed: Allowed, onlooker: Onlooker, typed: Path
) -> None:
    xserver.run("setxkbmap", "-option", "keypad:pointerkeys")
    elsewhere, window = onlooker.window(600, 100), onlooker.window(300, 200)
    injector.key(allowed.control, "ShiftLeft", True)
    assert refuses(injector, allowed, "key", "NumLock", True)  # only the customer himself can switch them on
    injector.release_all()
    xserver.xdotool("key", "shift+Num_Lock")
    xserver.xdotool("mousemove", "350", "250")
    for code in ("Numpad5", "NumpadAdd", "Numpad0", "NumpadDivide"):
        assert refuses(injector, allowed, "key", code, True)
    assert not refuses(injector, allowed, "key", "Digit5", True)
    assert not window.happened()
    xserver.xdotool("mousemove", "650", "150", "key", str(KEYCODES["Numpad5"]))
    wait_until(elsewhere.happened, what="the click that shows that Mouse Keys are on")


def test_text_stops_when_our_window_takes_the_focus(
    injector: X11Injector, allowed: Allowed, onlooker: Onlooker, typed: Path
) -> None:
    before = onlooker.keyboard_mapping()
    window = onlooker.window(300, 200)

    class FocusComesWithTheThirdCharacter:
        """Stands for the focus moving while a text is typed: asked once before the first and for every character."""

        def __init__(self) -> None:
            self.asked = 0

        def __call__(self) -> bool:
            self.asked += 1
            if self.asked == 8:
                window.focus()
            return False

    injector._prompt_open = FocusComesWithTheThirdCharacter()
    assert refuses(injector, allowed, "text", "0123456789" * 20)
    assert len(window.happened()) <= 2
    assert onlooker.keyboard_mapping() == before


def test_nothing_is_injected_while_a_question_is_open(
    injector: X11Injector, allowed: Allowed, onlooker: Onlooker, typed: Path
) -> None:
    before = onlooker.keyboard_mapping()
    injector.key(allowed.control, "ShiftLeft", True)
    injector.button(allowed.control, 0, True, *FOREIGN)
    allowed.gate.ask([Feature.VOICE])
    for method, arguments in (
        ("key", ("KeyA", True)),
        ("key", ("ShiftLeft", False)),
        ("text", ("yes",)),
        ("move", (5, 5)),
        ("button", (0, True, *FOREIGN)),
        ("button", (0, False, *FOREIGN)),
        ("wheel", (0, 120, *FOREIGN)),
    ):
        assert refuses(injector, allowed, method, *arguments), method
        assert onlooker.nothing_down(), "what was down came up with the question"
    assert onlooker.pointer() == FOREIGN
    assert onlooker.keyboard_mapping() == before
    allowed.gate.withdraw_prompt()
    assert not refuses(injector, allowed, "move", 5, 5)


def test_windows_of_another_running_remotedesk_are_ours(
    xserver: XServer, injector: X11Injector, allowed: Allowed, tmp_path: Path
) -> None:
    root = str(Path(__file__).parents[2])
    for name, refused in (("harmless", False), ("remotedesk", True)):
        program, log = tmp_path / name, tmp_path / f"{name}.log"
        program.write_text(OTHER_REMOTEDESK.format(root=root, display=xserver.display))
        child = xserver.start(sys.executable, str(program), log=log)
        wait_until(lambda log=log: "mapped" in log.read_text())  # type: ignore[misc]
        assert refuses(injector, allowed, "button", 0, True, 650, 150) is refused
        injector.release_all()
        child.kill()
        child.wait()


def test_a_window_that_comes_and_goes_is_never_hit(injector: X11Injector, allowed: Allowed, onlooker: Onlooker) -> None:
    windows: list[Window] = []
    for _ in range(20):
        windows.append(onlooker.window(300, 200))
        assert refuses(injector, allowed, "button", 0, True, 350, 250)
        windows[-1].unmap()
        assert not refuses(injector, allowed, "button", 0, True, 350, 250)
        injector.release_all()
    assert not any(window.happened() for window in windows)
