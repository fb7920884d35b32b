"""The hot key, the screen saver, the lock and the local user's activity, on real X servers and a real D-Bus."""

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from Xlib import X

from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.platform.ports import HotKey
from remotedesk.platform.x11.hot_key import X11HotKey
from remotedesk.platform.x11.injector import X11Injector
from remotedesk.platform.x11.keycodes import KEYCODES
from remotedesk.platform.x11.local_activity import X11LocalActivity
from remotedesk.platform.x11.lock import X11LockWatch
from remotedesk.platform.x11.platform import X11Platform
from tests.fakes.desktop_services import DesktopServices
from tests.support.grants import Allowed
from tests.support.x11 import Onlooker
from tests.support.xserver import XServer, wait_until


class Calls:
    """Counts calls from any thread and keeps what came with them."""

    def __init__(self) -> None:
        self.values: list[bool | None] = []

    def __call__(self, value: bool | None = None) -> None:
        self.values.append(value)


# -- hot key ----------------------------------------------------------------------------------------------------


def test_the_hot_key_is_heard_in_any_program_whatever_the_locks(xserver: XServer) -> None:
    calls = Calls()
    watch = X11HotKey(xserver.display, HotKey.END, calls)
    xserver.xdotool("key", "ctrl+shift+F12")
    wait_until(lambda: len(calls.values) == 1)
    xserver.xdotool("key", "Caps_Lock", "key", "ctrl+shift+F12")
    wait_until(lambda: len(calls.values) == 2)
    xserver.xdotool("key", "Num_Lock", "key", "ctrl+shift+F12")
    wait_until(lambda: len(calls.values) == 3)
    xserver.xdotool("key", "shift+F12", "key", "ctrl+F12", "key", "ctrl+shift+F11", "key", "ctrl+shift+F12")
    wait_until(lambda: len(calls.values) == 4)
    watch.close()
    watch.close()
    again = X11HotKey(xserver.display, HotKey.END, calls)
    again.close()


def test_each_hot_key_is_one_of_its_own(xserver: XServer) -> None:
    end, bar = Calls(), Calls()
    watches = [X11HotKey(xserver.display, HotKey.END, end), X11HotKey(xserver.display, HotKey.BAR, bar)]
    xserver.xdotool("key", "ctrl+shift+F11")
    wait_until(lambda: len(bar.values) == 1)
    xserver.xdotool("key", "ctrl+shift+F12")
    wait_until(lambda: len(end.values) == 1)
    assert len(bar.values) == 1
    for watch in watches:
        watch.close()


def test_a_hot_key_that_is_taken_is_refused(xserver: XServer) -> None:
    with Onlooker(xserver.display) as another_program:
        another_program.grab_key(KEYCODES["F12"], X.ControlMask | X.ShiftMask)
        with pytest.raises(PlatformError) as refusal:
            X11HotKey(xserver.display, HotKey.END, Calls())
        assert refusal.value.code is ErrorCode.HOT_KEY_TAKEN


def test_the_hot_key_may_close_its_own_watch(xserver: XServer) -> None:
    closed = threading.Event()

    def close() -> None:
        watch.close()
        closed.set()

    watch = X11HotKey(xserver.display, HotKey.END, close)
    xserver.xdotool("key", "ctrl+shift+F12")
    assert closed.wait(20)
    watch.close()
    X11HotKey(xserver.display, HotKey.END, Calls()).close()


# -- screen saver and lock --------------------------------------------------------------------------------------


@pytest.fixture
def services(tmp_path: Path) -> Iterator[DesktopServices]:
    with DesktopServices(tmp_path) as running:
        yield running


def test_the_screen_saver(xserver: XServer) -> None:
    calls = Calls()
    watch = X11LockWatch(xserver.display, {}, calls)
    xserver.run("xset", "s", "activate")
    wait_until(lambda: calls.values == [True])
    xserver.run("xset", "s", "reset")
    wait_until(lambda: calls.values == [True, False])
    watch.close()
    xserver.run("xset", "s", "activate")
    later = X11LockWatch(xserver.display, {}, calls)
    wait_until(lambda: calls.values == [True, False, True], what="a saver that was on before")
    later.close()


@pytest.mark.parametrize("service", ["org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver"])
def test_the_desktops_lock_screen(xserver: XServer, services: DesktopServices, service: str) -> None:
    calls = Calls()
    watch = X11LockWatch(xserver.display, services.environment, calls)
    services.await_listener()
    services.say_active(service, True)
    wait_until(lambda: calls.values == [True])
    services.say_active(service, False)
    wait_until(lambda: calls.values == [True, False])
    services.set_active(service, True)
    second = Calls()
    late = X11LockWatch(xserver.display, services.environment, second)
    wait_until(lambda: second.values == [True], what="a lock that was there before")
    services.set_active(service, False)
    late.close()
    watch.close()


@pytest.mark.parametrize(
    ("away", "back"),
    [
        (("Lock", None), ("Unlock", None)),
        (("Lock", None), ("LockedHint", False)),
        (("LockedHint", True), ("LockedHint", False)),
        (("Active", False), ("Active", True)),
        (("PrepareForSleep", True), ("PrepareForSleep", False)),
    ],
)
def test_the_login_session(
    xserver: XServer, services: DesktopServices, away: tuple[str, bool | None], back: tuple[str, bool | None]
) -> None:
    calls = Calls()
    watch = X11LockWatch(xserver.display, services.environment, calls)
    services.await_listener()
    services.say_login(*away)
    wait_until(lambda: calls.values == [True])
    services.say_login(*back)
    wait_until(lambda: calls.values == [True, False])
    watch.close()


def test_away_for_two_reasons_is_back_when_both_are_gone(xserver: XServer, services: DesktopServices) -> None:
    calls = Calls()
    watch = X11LockWatch(xserver.display, services.environment, calls)
    services.await_listener()
    services.say_login("LockedHint", True)
    wait_until(lambda: calls.values == [True])
    xserver.run("xset", "s", "activate")
    services.say_login("PrepareForSleep", True)
    services.say_login("LockedHint", False)
    services.say_login("PrepareForSleep", False)
    assert calls.values == [True]
    xserver.run("xset", "s", "reset")
    wait_until(lambda: calls.values == [True, False])
    watch.close()


def test_a_bus_that_is_not_there_is_no_error(xserver: XServer, tmp_path: Path) -> None:
    nowhere = f"unix:path={tmp_path}/nothing"
    environment = {"DBUS_SESSION_BUS_ADDRESS": nowhere, "DBUS_SYSTEM_BUS_ADDRESS": nowhere}
    X11LockWatch(xserver.display, environment, Calls()).close()


def test_a_bus_that_goes_is_no_error(xserver: XServer, tmp_path: Path) -> None:
    with DesktopServices(tmp_path) as services:
        watch = X11LockWatch(xserver.display, services.environment, Calls())
        services.await_listener()
    watch.close()


# -- the local user ---------------------------------------------------------------------------------------------


def test_injected_input_is_not_the_local_user(xserver: XServer) -> None:
    allowed, calls = Allowed(), Calls()
    watch = X11LocalActivity(xserver.display, calls)
    injector = X11Injector(xserver.display, allowed.prompt_open)
    for x in range(100, 200):
        injector.move(allowed.control, x, 100)
    injector.key(allowed.control, "KeyA", True)
    injector.button(allowed.control, 0, True, 100, 100)
    injector.wheel(allowed.control, 0, 240, 100, 100)
    injector.close()
    devices = {name: number for number, name in xinput_devices(xserver).items()}
    assert watch.injects(devices["Virtual core XTEST pointer"])
    assert watch.injects(devices["Virtual core XTEST keyboard"])
    assert not watch.injects(devices["Xvfb mouse"])
    assert not watch.injects(devices["Xvfb keyboard"])
    assert not watch.injects(99)
    watch.close()
    assert calls.values == []


def xinput_devices(xserver: XServer) -> dict[int, str]:
    """Return device names by number."""
    numbers = xserver.run("xinput", "list", "--id-only").split()
    names = xserver.run("xinput", "list", "--name-only").splitlines()
    return {int(number.lstrip("~")): name.lstrip("∼") for number, name in zip(numbers, names, strict=True)}


def test_the_local_user_is_heard_beside_injected_input() -> None:
    """A nested server takes the outer one's input as its real mouse and keyboard."""
    with XServer(window_manager=False) as outer, NestedServer(outer) as inner:
        allowed, calls = Allowed(), Calls()
        watch = X11LocalActivity(inner.display, calls)
        injector = X11Injector(inner.display, allowed.prompt_open)
        injector.move(allowed.control, 10, 10)
        injector.key(allowed.control, "KeyA", True)
        injector.key(allowed.control, "KeyA", False)
        assert calls.values == []
        outer.xdotool("mousemove", "200", "200")
        wait_until(lambda: calls.values, what="the local mouse")
        calls.values.clear()
        outer.xdotool("key", "b")
        wait_until(lambda: len(calls.values) >= 2, what="the local keyboard")
        injector.close()
        watch.close()


class NestedServer:
    """A Xephyr inside another display, in its top left corner."""

    def __init__(self, outer: XServer) -> None:
        self._process = subprocess.Popen(
            ["Xephyr", "-displayfd", "1", "-screen", "400x300", "-nolisten", "tcp", "-noreset"],
            env=outer.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        with self._process.stdout as answer:
            self.display = f":{answer.readline().decode().strip()}"
        outer.xdotool("search", "--sync", "--onlyvisible", "--name", "Xephyr")
        outer.xdotool("mousemove", "250", "250")
        with Onlooker(self.display) as onlooker:
            wait_until(lambda: onlooker.pointer() == (250, 250), what="the nested server's pointer")

    def __enter__(self) -> "NestedServer":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)


# -- the platform as a whole ------------------------------------------------------------------------------------


def test_the_platform_hands_them_out(xserver: XServer) -> None:
    platform = X11Platform({"DISPLAY": xserver.display})
    platform.require_supported()
    allowed, calls = Allowed(), Calls()
    watches = [
        platform.watch_hot_key(HotKey.END, calls),
        platform.watch_lock(calls),
        platform.watch_local_activity(calls),
        platform.open_capture(allowed.view),
        platform.open_injector(allowed.control, allowed.prompt_open),
    ]
    assert platform.code_for_native_key(38) == "KeyA"
    for watch in watches:
        watch.close()


def test_watches_outlive_their_x_server() -> None:
    server = XServer(window_manager=False)
    platform, calls = X11Platform({"DISPLAY": server.display}), Calls()
    watches = [
        platform.watch_hot_key(HotKey.END, calls),
        platform.watch_lock(calls),
        platform.watch_local_activity(calls),
    ]
    server.close()
    for watch in watches:
        watch.close()
