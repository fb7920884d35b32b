"""The customer's program as a process of its own: it opens, speaks the language told, and ends in order."""

import signal
import sys
from pathlib import Path

import pytest

from tests.support.xserver import XServer, wait_until

PROGRAM = """
import sys
from remotedesk.ui.customer.app import run
from remotedesk.ui.shared.options import UiOptions
from tests.fakes.engines import ScriptedCustomer

class Saying(ScriptedCustomer):
    def close(self):
        print("closed", flush=True)

    def join(self, number, name):
        print("joined", name, flush=True)

sys.exit(run(Saying, UiOptions(language=sys.argv[1], number="1234-5678-9018", server_name="support.example.jp")))
"""


def shown(xserver: XServer, title: str) -> None:
    """Wait for a window with this title that has the keyboard."""

    def found() -> list[str]:
        return xserver.run("xdotool", "search", "--onlyvisible", "--name", title, check=False).split()

    wait_until(found, what=title)
    window = found()[0]
    wait_until(lambda: xserver.run("xdotool", "getactivewindow", check=False).strip() == window, what="the focus")


@pytest.mark.parametrize(("language", "title"), [("en", "Remote support"), ("ja", "リモートサポート")])
def test_it_opens_in_the_language_told_and_ends_at_ctrl_c(
    xserver: XServer, tmp_path: Path, language: str, title: str
) -> None:
    log = tmp_path / "log"
    program = xserver.start(sys.executable, "-c", PROGRAM, language, log=log, QT_QPA_PLATFORM="xcb")
    shown(xserver, title)
    xserver.xdotool("type", "Taro")
    xserver.xdotool("key", "Return")
    wait_until(lambda: b"joined Taro" in log.read_bytes(), what="the engine being asked")
    program.send_signal(signal.SIGINT)
    assert program.wait(20) == 130
    assert log.read_text(encoding="utf-8") == "joined Taro\nclosed\n"


def test_closing_the_window_ends_it(xserver: XServer, tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = xserver.start(sys.executable, "-c", PROGRAM, "en", log=log, QT_QPA_PLATFORM="xcb")
    shown(xserver, "Remote support")
    xserver.xdotool("key", "alt+F4")
    assert program.wait(20) == 0
    assert log.read_text(encoding="utf-8") == ""
