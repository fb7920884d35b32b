"""The hot keys, the lock, the person's own hands: what Windows tells reaches who asked for it, until he closes."""

import subprocess
import time
from typing import Final

import pytest

from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.platform.ports import HotKey
from remotedesk.platform.windows import win32
from remotedesk.platform.windows.hot_key import WindowsHotKey
from remotedesk.platform.windows.injector import WindowsInjector
from remotedesk.platform.windows.local_activity import WindowsLocalActivity
from remotedesk.platform.windows.lock import WindowsLockWatch
from remotedesk.platform.windows.message_thread import MessageThread
from remotedesk.platform.windows.platform import WindowsPlatform
from tests.conftest import WarningLog
from tests.support.grants import Allowed
from tests.windows.program import Program, until

# The hand of the person at the machine: Wine takes X events for hardware, and starts what is not Windows' so.
XDOTOOL: Final = ("start.exe", "/wait", "/unix", "/usr/bin/xdotool")


def person(*arguments: str) -> None:
    subprocess.run([*XDOTOOL, *arguments], check=True, stdin=subprocess.DEVNULL)


def test_the_hot_key_works_in_another_program_until_it_is_given_back(program: Program, allowed: Allowed) -> None:
    pressed: list[float] = []
    watch = WindowsHotKey(HotKey.END, lambda: pressed.append(time.monotonic()))
    person("key", "ctrl+shift+F12")
    until(lambda: len(pressed) == 1)
    watch.close()
    person("key", "ctrl+shift+F12")
    time.sleep(0.5)
    assert len(pressed) == 1


def test_a_hot_key_that_is_taken_is_told() -> None:
    first = WindowsHotKey(HotKey.BAR, lambda: None)
    with pytest.raises(PlatformError) as refusal:
        WindowsHotKey(HotKey.BAR, lambda: None)
    assert refusal.value.code is ErrorCode.HOT_KEY_TAKEN
    first.close()
    WindowsHotKey(HotKey.BAR, lambda: None).close()


def test_the_persons_own_hands_are_told_and_ours_are_not(program: Program, allowed: Allowed) -> None:
    seen: list[float] = []
    person("mousemove", str(program.x + 30), str(program.y + 30))  # Wine hears of a mouse over its windows only
    time.sleep(0.5)
    watch = WindowsLocalActivity(lambda: seen.append(time.monotonic()))
    injector = WindowsInjector(allowed.prompt_open)
    x, y, *_ = program.field
    for step in range(0, 90, 30):  # Wine moves the X server's pointer after ours, and hears of that as of a mouse
        injector.move(allowed.control, x + step, y + step)
        time.sleep(0.1)
    injector.button(allowed.control, 0, True, x + 60, y + 60)
    injector.button(allowed.control, 0, False, x + 60, y + 60)
    injector.text(allowed.control, "これは注入")
    injector.key(allowed.control, "KeyA", True)
    injector.key(allowed.control, "KeyA", False)
    time.sleep(0.5)
    assert seen == []
    person("mousemove_relative", "5", "5")
    until(lambda: len(seen) >= 1)
    seen.clear()
    person("click", "1")
    until(lambda: len(seen) >= 2)
    seen.clear()
    person("key", "b")
    until(lambda: len(seen) >= 1)
    watch.close()
    seen.clear()
    person("mousemove_relative", "5", "5")
    time.sleep(0.3)
    assert seen == []
    injector.close()


def say_to(watch: WindowsLockWatch, message: int, w_param: int) -> None:
    """Send what Windows sends: Wine neither locks nor sleeps."""
    win32.PostMessageW(watch._thread._window, message, w_param, 0)


@pytest.mark.played
def test_away_lasts_as_long_as_one_reason_does() -> None:
    changes: list[bool] = []
    watch = WindowsLockWatch(changes.append)
    say_to(watch, win32.WM_WTSSESSION_CHANGE, win32.WTS_SESSION_LOCK)
    until(lambda: changes == [True])
    say_to(watch, win32.WM_POWERBROADCAST, win32.PBT_APMSUSPEND)
    say_to(watch, win32.WM_WTSSESSION_CHANGE, win32.WTS_SESSION_UNLOCK)
    time.sleep(0.3)
    assert changes == [True]
    say_to(watch, win32.WM_POWERBROADCAST, win32.PBT_APMRESUMEAUTOMATIC)
    until(lambda: changes == [True, False])
    say_to(watch, win32.WM_WTSSESSION_CHANGE, 9)  # WTS_SESSION_REMOTE_CONTROL says nothing of this
    say_to(watch, win32.WM_POWERBROADCAST, 10)
    say_to(watch, win32.WM_WTSSESSION_CHANGE, win32.WTS_CONSOLE_DISCONNECT)
    until(lambda: changes == [True, False, True])
    watch.close()


def test_what_cannot_be_subscribed_is_told_and_leaves_no_thread() -> None:
    closed: list[int] = []
    with pytest.raises(PlatformError) as refusal:
        MessageThread("never", lambda _: False, lambda *_: None, closed.append)
    assert refusal.value.code is ErrorCode.PLATFORM_UNSUPPORTED
    assert len(closed) == 1


def test_an_error_of_ours_does_not_reach_windows(warning_log: WarningLog) -> None:
    def broken(message: int, _w_param: int, _l_param: int) -> None:
        if message == win32.WM_APP + 1:
            raise ZeroDivisionError

    warning_log.expect("message 0x8001")
    seen: list[int] = []
    thread = MessageThread("broken", lambda _: True, broken, seen.append)
    win32.PostMessageW(thread._window, win32.WM_APP + 1, 0, 0)
    time.sleep(0.2)
    thread.close()
    assert len(seen) == 1


def test_the_hot_key_is_had_from_the_platform() -> None:
    watch = WindowsPlatform().watch_hot_key(HotKey.BAR, lambda: None)
    with pytest.raises(PlatformError):
        WindowsPlatform().watch_hot_key(HotKey.BAR, lambda: None)
    watch.close()


def test_a_watch_may_be_closed_by_its_own_callback() -> None:
    closed: list[int] = []

    def take(message: int, _w_param: int, _l_param: int) -> None:
        if message == win32.WM_APP + 1:
            watch.close()

    watch = MessageThread("self closing", lambda _: True, take, closed.append)
    win32.PostMessageW(watch._window, win32.WM_APP + 1, 0, 0)
    until(lambda: not watch._thread.is_alive())
    assert len(closed) == 1
    watch.close()
