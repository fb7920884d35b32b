"""One customer's client a display: another start brings it to the front, with the number, and ends."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from remotedesk.platform.x11.platform import X11Platform
from tests.support.xserver import XServer, wait_until

NUMBER = "123456789018"


@pytest.fixture(scope="module")
def display() -> Iterator[XServer]:
    with XServer() as server:
        yield server


def test_the_first_is_told_of_every_other_until_it_ends(display: XServer) -> None:
    platform = X11Platform({"DISPLAY": display.display})
    heard: list[str] = []
    first = platform.claim_customer("", heard.append)
    assert first is not None
    for number in (NUMBER, "", "é1234-5678-9018" + 20 * "1"):
        assert platform.claim_customer(number, heard.append) is None
    wait_until(lambda: len(heard) == 3, what="three starts")
    assert heard == [NUMBER, "", "1234-5678-9018111111"]
    first.close()
    second = platform.claim_customer("", heard.append)
    assert second is not None
    second.close()
    assert len(heard) == 3


def test_starting_the_program_again_fills_in_the_number_and_shows_the_first(display: XServer, tmp_path: Path) -> None:
    environment = {"QT_QPA_PLATFORM": "xcb", "XDG_CONFIG_HOME": str(tmp_path)}
    command = (sys.executable, "-m", "remotedesk", "--server", "support.example.com", "--language", "en")

    def windows() -> list[str]:
        return display.run("xdotool", "search", "--onlyvisible", "--name", "^Remote support$", check=False).split()

    def active() -> str:
        return display.run("xdotool", "getactivewindow", check=False).strip()

    first = display.start(*command, log=tmp_path / "first", **environment)
    wait_until(windows, what="the window")
    (window,) = windows()
    other = display.start("xterm", log=tmp_path / "xterm")
    wait_until(lambda: active() not in (window, ""), what="another program in front")
    second = display.start(*command, f"remotedesk:{NUMBER}", log=tmp_path / "second", **environment)
    assert second.wait(30) == 0
    wait_until(lambda: active() == window, what="the first in front")
    display.xdotool("windowminimize", "--sync", window)
    assert display.start(*command, log=tmp_path / "third", **environment).wait(30) == 0
    wait_until(lambda: windows() == [window], what="the first again")
    assert first.poll() is None
    for process in (first, other):
        process.terminate()
        process.wait(20)
    assert NUMBER not in "".join((tmp_path / name).read_text("utf-8") for name in ("first", "second", "third"))
