"""Keys, text, buttons and wheel reach real programs on a real X server, exactly."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from remotedesk.core.consent import Feature
from remotedesk.core.errors import ConsentError, ErrorCode, PlatformError
from remotedesk.platform.x11 import text
from remotedesk.platform.x11.injector import X11Injector
from remotedesk.platform.x11.keycodes import KEYCODES
from tests.conftest import WarningLog
from tests.support.grants import Allowed
from tests.support.x11 import Onlooker
from tests.support.xserver import XServer, wait_until

JAPANESE = "日本語テスト、図面を開いてください。ÄÖéß€漢字かな交じり文🙂ABC abc 123!"


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


def tap(injector: X11Injector, allowed: Allowed, *codes: str) -> None:
    for code in codes:
        injector.key(allowed.control, code, True)
        injector.key(allowed.control, code, False)


def focused(xserver: XServer, name: str) -> None:
    """Wait for a window with this class and focus it."""
    wait_until(lambda: xserver.run("xdotool", "search", "--onlyvisible", "--class", name, check=False), what=name)
    window = xserver.xdotool("search", "--onlyvisible", "--class", name).split()[-1]
    xserver.xdotool("windowactivate", "--sync", window)


@pytest.fixture
def typed(xserver: XServer, tmp_path: Path) -> Path:
    """Start a terminal that writes what is typed into the returned file, line by line."""
    out = tmp_path / "typed"
    xserver.start("xterm", "-u8", "-e", "sh", "-c", f"stty -echo; exec cat > {out}")
    focused(xserver, "xterm")
    wait_until(out.exists)
    return out


@pytest.fixture
def seen(xserver: XServer, tmp_path: Path) -> Path:
    """Start xev, 400×300 in the top left, which writes every event it gets into the returned file."""
    log = tmp_path / "xev"
    xserver.start("stdbuf", "-oL", "xev", "-geometry", "400x300+0+0", log=log)
    wait_until(lambda: "MapNotify" in log.read_text(), what="xev")
    return log


def test_keys_arrive_in_a_terminal(injector: X11Injector, allowed: Allowed, typed: Path) -> None:
    injector.key(allowed.control, "ShiftLeft", True)
    tap(injector, allowed, "KeyH")
    injector.key(allowed.control, "ShiftLeft", False)
    tap(injector, allowed, "KeyI", "Space", "Digit1", "Numpad2", "Slash", "Enter")
    wait_until(lambda: typed.read_text().endswith("\n"))
    assert typed.read_text().startswith("Hi 1")


def test_a_further_down_is_a_repeat_and_a_modifier_does_not_repeat(
    injector: X11Injector, allowed: Allowed, typed: Path
) -> None:
    for _ in range(5):
        injector.key(allowed.control, "ShiftLeft", True)
        injector.key(allowed.control, "KeyA", True)
    injector.key(allowed.control, "KeyA", False)
    injector.key(allowed.control, "ShiftLeft", False)
    tap(injector, allowed, "Enter")
    wait_until(lambda: typed.read_text() == "AAAAA\n", what="five letters")


def test_text_arrives_exactly_and_gives_the_keys_back(
    injector: X11Injector, allowed: Allowed, typed: Path, onlooker: Onlooker
) -> None:
    before = onlooker.keyboard_mapping()
    injector.text(allowed.control, JAPANESE + "\x07\r\n")
    wait_until(lambda: typed.read_text() == JAPANESE + "\n", what="the text")
    assert onlooker.keyboard_mapping() == before


def test_borrowed_keys_are_given_back_at_once_when_control_is_revoked(
    injector: X11Injector, allowed: Allowed, seen: Path, onlooker: Onlooker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "_READ_WITHIN_S", 3_600.0)
    before = onlooker.keyboard_mapping()
    injector.move(allowed.control, 100, 100)
    thread = threading.Thread(target=injector.text, args=(allowed.control, "図"))
    thread.start()
    wait_until(lambda: "U56F3" in seen.read_text(), what="the character")
    assert onlooker.keyboard_mapping() != before
    allowed.gate.revoke(Feature.CONTROL)
    thread.join(20)
    assert not thread.is_alive()
    assert onlooker.keyboard_mapping() == before


def test_text_arrives_exactly_in_a_gtk_field(
    xserver: XServer, injector: X11Injector, allowed: Allowed, tmp_path: Path
) -> None:
    answer = tmp_path / "answer"
    xserver.start("zenity", "--entry", "--text", "?", log=answer, GTK_IM_MODULE="gtk-im-context-simple")
    focused(xserver, "zenity")
    injector.text(allowed.control, JAPANESE)
    tap(injector, allowed, "Enter")
    wait_until(lambda: JAPANESE in answer.read_text(), what="the answer")


def test_physical_keys_of_a_japanese_keyboard(
    xserver: XServer, injector: X11Injector, allowed: Allowed, seen: Path, onlooker: Onlooker
) -> None:
    xserver.run("setxkbmap", "-model", "jp106", "-layout", "jp")
    injector.move(allowed.control, 100, 100)
    keysyms = {
        "IntlYen": "backslash",
        "IntlRo": "backslash",
        "Convert": "Henkan_Mode",
        "NonConvert": "Muhenkan",
        "KanaMode": "Hiragana_Katakana",
        "Backquote": "Zenkaku_Hankaku",
        "BracketLeft": "at",
        "Quote": "colon",
    }
    tap(injector, allowed, *keysyms)
    for code, keysym in keysyms.items():
        line = f"keycode {KEYCODES[code]} (keysym"
        wait_until(lambda line=line: line in seen.read_text(), what=code)  # type: ignore[misc]
        assert any(line in row and f", {keysym})" in row for row in seen.read_text().splitlines()), code


@pytest.mark.parametrize(("button", "x_button"), [(0, 1), (1, 2), (2, 3), (3, 8), (4, 9)])
def test_buttons(injector: X11Injector, allowed: Allowed, seen: Path, button: int, x_button: int) -> None:
    injector.button(allowed.control, button, True, 150, 120)
    injector.button(allowed.control, button, False, 160, 120)
    wait_until(lambda: "ButtonRelease event" in seen.read_text())
    events = seen.read_text().split("\n\n")
    press, release = (next(e for e in events if e.startswith(kind)) for kind in ("ButtonPress", "ButtonRelease"))
    assert "root:(150,120)" in press
    assert "root:(160,120)" in release
    assert f"button {x_button}," in press


def test_the_wheel_adds_up_to_notches(injector: X11Injector, allowed: Allowed, seen: Path, onlooker: Onlooker) -> None:
    for dx, dy in ((0, 60), (0, 60), (0, -120), (240, 0), (-119, 0), (0, 110), (0, -119), (-1, 0), (0, -1)):
        injector.wheel(allowed.control, dx, dy, 100, 100)
    wait_until(lambda: seen.read_text().count("ButtonRelease event") == 6)
    presses = [e for e in seen.read_text().split("\n\n") if e.startswith("ButtonPress")]
    numbers = [part.split()[1].rstrip(",") for e in presses for part in [e[e.index("button ") :]]]
    assert numbers == ["5", "4", "7", "7", "6", "4"]
    assert onlooker.nothing_down()


def test_what_was_not_pressed_here_is_not_released(
    xserver: XServer, injector: X11Injector, allowed: Allowed, onlooker: Onlooker
) -> None:
    xserver.xdotool("keydown", "a", "mousedown", "1")
    injector.key(allowed.control, "KeyA", False)
    injector.button(allowed.control, 0, False, 5, 5)
    injector.release_all()
    assert onlooker.keys_down() == {KEYCODES["KeyA"]}
    assert onlooker.buttons_down()


def test_release_all_from_another_thread_lets_go_in_the_middle_of_a_text(
    injector: X11Injector, allowed: Allowed, typed: Path, onlooker: Onlooker
) -> None:
    """Revoking is what stops the text; release_all finds the lock free."""
    before = onlooker.keyboard_mapping()
    allowed.gate.listen(injector.release_all)
    injector.key(allowed.control, "ShiftLeft", True)
    failed: list[ErrorCode] = []

    def type_long() -> None:
        try:
            injector.text(allowed.control, "".join(chr(0x4E00 + number) for number in range(256)))
        except ConsentError as refusal:
            failed.append(refusal.code)

    thread = threading.Thread(target=type_long)
    thread.start()
    wait_until(lambda: onlooker.keyboard_mapping() != before, what="the text to begin")
    time.sleep(0.1)
    allowed.gate.revoke(Feature.CONTROL)
    assert onlooker.nothing_down()
    thread.join()
    assert failed == [ErrorCode.GRANT_REVOKED]
    assert onlooker.nothing_down()
    assert onlooker.keyboard_mapping() == before
    again = allowed.gate.allow(Feature.CONTROL)
    injector.key(again, "Enter", True)
    wait_until(lambda: typed.read_text().endswith("\n"))
    assert len(typed.read_text()) < 256


def test_the_end_of_the_injector_releases_everything_and_refuses_more(
    xserver: XServer, allowed: Allowed, onlooker: Onlooker
) -> None:
    injector = X11Injector(xserver.display, allowed.prompt_open)
    injector.key(allowed.control, "ControlLeft", True)
    injector.button(allowed.control, 2, True, 700, 700)
    assert not onlooker.nothing_down()
    injector.close()
    injector.close()
    injector.release_all()
    assert onlooker.nothing_down()
    with pytest.raises(PlatformError, match="closed"):
        injector.key(allowed.control, "KeyA", True)


def test_an_unknown_code_is_ignored(injector: X11Injector, allowed: Allowed, onlooker: Onlooker) -> None:
    injector.key(allowed.control, "NoSuchKey", True)
    assert onlooker.nothing_down()


def test_without_a_guardian_nothing_is_pressed(injector: X11Injector, allowed: Allowed, onlooker: Onlooker) -> None:
    injector.move(allowed.control, 1, 1)  # the hand is up, and its guardian with it
    (guardian,) = psutil.Process(injector._hand._process.pid).children()
    guardian.kill()
    wait_until(lambda: guardian.status() == psutil.STATUS_ZOMBIE, what="the guardian to end")
    with pytest.raises(PlatformError) as refusal:
        injector.key(allowed.control, "KeyA", True)
    assert refusal.value.code is ErrorCode.INPUT_REFUSED
    assert onlooker.nothing_down()


def test_an_x_server_that_goes_is_an_error_with_a_code(allowed: Allowed) -> None:
    server = XServer(window_manager=False)
    injector = X11Injector(server.display, allowed.prompt_open)
    injector.key(allowed.control, "KeyA", True)
    server.close()
    with pytest.raises(PlatformError) as refusal:
        injector.key(allowed.control, "KeyB", True)
    assert refusal.value.code is ErrorCode.INPUT_REFUSED
    with pytest.raises(PlatformError):
        injector.text(allowed.control, "a")
    injector.release_all()
    injector.close()


def test_a_hand_that_hangs_is_given_up_and_nothing_stays_pressed(
    injector: X11Injector, allowed: Allowed, onlooker: Onlooker, warning_log: WarningLog
) -> None:
    warning_log.expect("the hand does not answer")
    injector.key(allowed.control, "KeyA", True)
    os.kill(injector._hand._process.pid, signal.SIGSTOP)
    with pytest.raises(PlatformError) as refusal:
        injector.key(allowed.control, "KeyB", True)
    assert refusal.value.code is ErrorCode.INPUT_REFUSED
    wait_until(onlooker.nothing_down, what="the guardian to let go")


def test_nothing_is_imported_from_the_folder_the_client_was_started_in(
    xserver: XServer, allowed: Allowed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for planted in ("remotedesk", "Xlib", "json"):
        (tmp_path / planted).mkdir()
        (tmp_path / planted / "__init__.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    injector = X11Injector(xserver.display, allowed.prompt_open)
    try:
        injector.key(allowed.control, "KeyA", True)
    finally:
        injector.close()
    assert not (tmp_path / "ran").exists()
