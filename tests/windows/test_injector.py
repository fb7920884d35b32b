"""What is injected reaches another program exactly as it was meant, and never a window of ours."""

import random
import time
from collections.abc import Callable, Iterator
from typing import Final

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from remotedesk.core.consent import Feature
from remotedesk.core.errors import ConsentError, ErrorCode, PlatformError
from remotedesk.platform.windows import injector as module
from remotedesk.platform.windows import win32
from remotedesk.platform.windows.injector import WindowsInjector
from remotedesk.platform.windows.keycodes import SCAN_CODES
from remotedesk.platform.windows.platform import WindowsPlatform
from tests.support.grants import Allowed
from tests.windows.program import EditControl, Program, until

# Those that would do something to the machine, or that Windows keeps for itself.
KEPT_BY_WINDOWS: Final = {"Power", "Sleep", "WakeUp", "PrintScreen"}
LETTERS: Final = 'あいうえおカキクケコ漢字図面寸法公差㎜①髙﨑𠮷🙂ｱｲｳ abcXYZ 0123 ~!@#$%^&*()_+{}|:"<>?\\'


def wait_for_text(program: Program, text: str) -> str:
    """Return what the program has once nothing more comes, at most a few seconds later."""
    deadline = time.monotonic() + 10
    while (has := program.text) != text and time.monotonic() < deadline:
        time.sleep(0.05)
    return has


@pytest.fixture
def injector(allowed: Allowed) -> Iterator[WindowsInjector]:
    """Return one that is closed in the end."""
    made = WindowsInjector(allowed.prompt_open)
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared_program() -> Iterator[Program]:
    """Return one program for many tests."""
    with Program() as started:
        yield started


@pytest.fixture
def own_button() -> Iterator[QPushButton]:
    """Return a window of ours at a known place, with the keyboard."""
    app = QApplication.instance() or QApplication([])
    button = QPushButton("own")
    button.setWindowFlags(Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
    button.setGeometry(700, 100, 200, 100)
    button.clicked.connect(lambda: button.setText("clicked"))
    button.show()
    button.raise_()
    button.activateWindow()
    until(lambda: (app.processEvents(), win32.GetForegroundWindow() == int(button.winId()))[1])
    yield button
    button.close()
    button.deleteLater()
    app.processEvents()


def test_texts_arrive_exactly(injector: WindowsInjector, allowed: Allowed) -> None:
    dice = random.Random(5)
    with EditControl() as field:
        for _ in range(40):
            field.clear()
            text = "".join(dice.choice(LETTERS) for _ in range(dice.randrange(1, 60)))
            injector.text(allowed.control, text)
            assert wait_for_text(field, text) == text
        field.clear()
        injector.text(allowed.control, "一行目\n二行目\r\n\t三")
        assert wait_for_text(field, "一行目\n二行目\n\t三") == "一行目\n二行目\n\t三"


def test_another_program_of_qt_gets_them_too(program: Program, injector: WindowsInjector, allowed: Allowed) -> None:
    text = "図面の寸法を確認してください。ABC 123"
    injector.text(allowed.control, text)
    assert wait_for_text(program, text) == text


@pytest.mark.parametrize("code", sorted(set(SCAN_CODES) - KEPT_BY_WINDOWS))
def test_each_key_arrives_as_the_key_it_is(
    shared_program: Program, injector: WindowsInjector, allowed: Allowed, code: str
) -> None:
    if not module._key(SCAN_CODES[code], True).u.ki.wVk:
        pytest.skip("Wine's keyboard layout has no such key, and Wine goes by that, not by the scan code")
    injector.key(allowed.control, code, True)
    pressed = shared_program.wait_for("key")
    injector.key(allowed.control, code, False)
    released = shared_program.wait_for("key")
    platform = WindowsPlatform()
    assert (pressed["key"], platform.code_for_native_key(pressed["scan_code"])) == ("pressed", code)
    assert (released["key"], platform.code_for_native_key(released["scan_code"])) == ("released", code)


def test_the_pointer_goes_to_the_pixel_and_presses_there(
    program: Program, injector: WindowsInjector, allowed: Allowed
) -> None:
    x, y, width, height = program.field
    for at_x, at_y in ((x + 5, y + 5), (x + width - 9, y + height - 9), (x + 77, y + 31)):
        for button, name in ((0, "LeftButton"), (1, "MiddleButton"), (3, "BackButton"), (4, "ForwardButton")):
            injector.button(allowed.control, button, True, at_x, at_y)
            down = program.wait_for("button")
            injector.button(allowed.control, button, False, at_x, at_y)
            up = program.wait_for("button")
            assert down == {"button": "down", "which": name, "x": at_x, "y": at_y}
            assert (up["button"], up["which"]) == ("up", name)


def test_the_wheel_turns_by_parts_of_a_notch_and_downwards(
    program: Program, injector: WindowsInjector, allowed: Allowed, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, y, *_ = program.field
    injector.wheel(allowed.control, 0, 120, x + 20, y + 20)
    assert program.wait_for("wheel")["wheel"] == [0, -120]
    injector.wheel(allowed.control, 0, -40, x + 20, y + 20)
    assert program.wait_for("wheel")["wheel"] == [0, 40]
    sent: list[win32.INPUT] = []
    monkeypatch.setattr(module, "_send", sent.extend)  # what turns sideways reaches no program under Wine
    injector.wheel(allowed.control, 120, 0, x + 20, y + 20)
    assert (sent[-1].u.mi.dwFlags, sent[-1].u.mi.mouseData) == (win32.MOUSEEVENTF_HWHEEL, 120)


def test_what_is_held_is_let_go(program: Program, injector: WindowsInjector, allowed: Allowed) -> None:
    x, y, *_ = program.field
    injector.key(allowed.control, "KeyA", True)
    injector.button(allowed.control, 0, True, x + 20, y + 20)
    program.wait_for("button")
    injector.release_all()
    told = program.told_within(1.0)
    assert {"key": "released", "scan_code": SCAN_CODES["KeyA"]} in told
    assert any(each.get("button") == "up" for each in told)
    injector.release_all()
    assert program.told_within(0.3) == []


def test_only_what_was_pressed_here_is_released(program: Program, injector: WindowsInjector, allowed: Allowed) -> None:
    injector.key(allowed.control, "KeyA", False)
    injector.button(allowed.control, 0, False, *program.field[:2])
    assert program.told_within(0.5) == []


ACTS: Final[dict[str, Callable[[WindowsInjector, Allowed], None]]] = {
    "key": lambda injector, allowed: injector.key(allowed.control, "Space", True),
    "text": lambda injector, allowed: injector.text(allowed.control, "y"),
    "move": lambda injector, allowed: injector.move(allowed.control, 750, 150),
    "button": lambda injector, allowed: injector.button(allowed.control, 0, True, 750, 150),
    "wheel": lambda injector, allowed: injector.wheel(allowed.control, 0, 120, 750, 150),
}


@pytest.mark.parametrize("act", ACTS)
def test_windows_of_ours_get_nothing(
    own_button: QPushButton, injector: WindowsInjector, allowed: Allowed, act: str
) -> None:
    with pytest.raises(PlatformError) as refusal:
        ACTS[act](injector, allowed)
    assert refusal.value.code is ErrorCode.INPUT_BLOCKED_OWN_WINDOW
    for _ in range(10):
        QApplication.processEvents()
        time.sleep(0.02)
    assert own_button.text() == "own"
    assert not own_button.isDown()


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_done_without_a_live_grant_or_while_a_question_is_open(
    program: Program, allowed: Allowed, act: str
) -> None:
    asked = [True]
    injector = WindowsInjector(lambda: asked[0])
    with pytest.raises(PlatformError) as refusal:
        ACTS[act](injector, allowed)
    assert refusal.value.code is ErrorCode.INPUT_BLOCKED_OWN_WINDOW
    asked[0] = False
    allowed.gate.revoke(Feature.CONTROL)
    with pytest.raises(ConsentError):
        ACTS[act](injector, allowed)
    injector.close()
    assert program.told_within(0.3) == []


def test_the_number_pad_is_kept_from_our_windows_since_it_may_be_a_mouse(
    program: Program, injector: WindowsInjector, allowed: Allowed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.own_windows, "own_under_pointer", lambda: True)
    with pytest.raises(PlatformError) as refusal:
        injector.key(allowed.control, "Numpad5", True)
    assert refusal.value.code is ErrorCode.INPUT_BLOCKED_OWN_WINDOW
    assert program.told_within(0.3) == []


def test_the_main_button_of_a_left_handed_person_lies_on_the_right(
    program: Program, injector: WindowsInjector, allowed: Allowed, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = win32.GetSystemMetrics
    monkeypatch.setattr(win32, "GetSystemMetrics", lambda what: what == win32.SM_SWAPBUTTON or real(what))
    sent: list[win32.INPUT] = []
    monkeypatch.setattr(module, "_send", sent.extend)
    injector.button(allowed.control, 0, True, *program.field[:2])
    injector.button(allowed.control, 0, False, *program.field[:2])
    assert [each.u.mi.dwFlags for each in sent if not each.u.mi.dwFlags & win32.MOUSEEVENTF_MOVE] == [0x8, 0x10]


def test_nothing_is_done_after_the_end(program: Program, injector: WindowsInjector, allowed: Allowed) -> None:
    injector.close()
    with pytest.raises(PlatformError) as refusal:
        injector.text(allowed.control, "x")
    assert refusal.value.code is ErrorCode.INPUT_REFUSED
    assert program.told_within(0.3) == []


def test_an_unknown_key_is_ignored(program: Program, injector: WindowsInjector, allowed: Allowed) -> None:
    injector.key(allowed.control, "Hyper", True)
    assert program.told_within(0.3) == []


def test_what_windows_does_not_take_is_told(
    program: Program, injector: WindowsInjector, allowed: Allowed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stands for the secure desktop, which Wine does not have: SendInput takes nothing there."""
    monkeypatch.setattr(win32, "SendInput", lambda *_: 0)
    with pytest.raises(PlatformError) as refusal:
        injector.key(allowed.control, "KeyA", True)
    assert refusal.value.code is ErrorCode.INPUT_REFUSED


def test_an_administrators_window_is_told(
    program: Program, injector: WindowsInjector, allowed: Allowed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stands for a program with more rights, which Wine does not have: Windows keeps our input from it silently."""
    monkeypatch.setattr(module.integrity, "outranks_us", lambda pid: pid != 0)
    with pytest.raises(PlatformError) as refusal:
        injector.text(allowed.control, "x")
    assert refusal.value.code is ErrorCode.INPUT_ELEVATED
