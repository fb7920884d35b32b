"""A client that is killed leaves no key and no button pressed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from remotedesk.platform.x11.keycodes import KEYCODES
from tests.support.x11 import Onlooker
from tests.support.xserver import XServer, wait_until

# A client that holds keys and a button, and has begun a text, when it is killed.
CLIENT = """
import sys, threading, time
import psutil
sys.path.insert(0, {root!r})
from remotedesk.platform.x11.injector import X11Injector
from tests.support.grants import Allowed
allowed = Allowed()
injector = X11Injector({display!r}, allowed.prompt_open)
injector.move(allowed.control, 640, 400)  # the hand is up, and has started its guardian
hand = psutil.Process(injector._hand._process.pid)
print(hand.pid, hand.children()[0].pid, flush=True)
if {text}:
    threading.Thread(target=injector.text, args=(allowed.control, "一二三四五六七八九十" * 20)).start()
injector.key(allowed.control, "ShiftLeft", True)
injector.key(allowed.control, "KeyA", True)
injector.button(allowed.control, 2, True, 640, 400)
time.sleep(600)
"""


class Client:
    """A process that injects, in a process group of its own as a terminal would start it."""

    def __init__(self, server: XServer, directory: Path, *, text: bool) -> None:
        program = directory / "client.py"
        root = str(Path(__file__).parents[2])
        program.write_text(CLIENT.format(root=root, display=server.display, text=text))
        self.log = directory / "client.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(program)], env=server.environment(), stdout=log, stderr=log, start_new_session=True
            )

    def helpers(self) -> tuple[int, int]:
        """Return the process ids of the hand and of its guardian."""
        wait_until(lambda: self.log.read_text().endswith("\n"), what="the client's guardian")
        hand, guardian = map(int, self.log.read_text().split())
        return hand, guardian


def gone(pid: int) -> bool:
    """True once a process has ended; a zombie nobody waits for has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1].startswith("Z")
    except OSError:
        return True


def ignores(pid: int, number: signal.Signals) -> bool:
    """True once a process ignores a signal."""
    status = Path(f"/proc/{pid}/status").read_text()
    (ignored,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigIgn:"))
    return bool(int(ignored, 16) >> (number - 1) & 1)


@pytest.mark.parametrize("with_hand", [False, True])
@pytest.mark.parametrize("text", [False, True])
def test_killed(xserver: XServer, tmp_path: Path, text: bool, with_hand: bool) -> None:
    with Onlooker(xserver.display) as onlooker:
        mapping, repeating = onlooker.keyboard_mapping(), onlooker.repeating_keys()
        client = Client(xserver, tmp_path, text=text)
        held = {KEYCODES["ShiftLeft"], KEYCODES["KeyA"]}
        wait_until(lambda: held <= onlooker.keys_down() and onlooker.buttons_down(), what="the client to hold keys")
        if text:
            wait_until(lambda: onlooker.keyboard_mapping() != mapping, what="the text")
        hand, guardian = client.helpers()
        for helper in (hand, guardian):
            wait_until(lambda helper=helper: ignores(helper, signal.SIGHUP), what="the helpers to be up")
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                os.kill(helper, number)
        if with_hand:
            os.kill(hand, signal.SIGKILL)
        client.process.kill()
        client.process.wait()
        wait_until(onlooker.nothing_down, what="everything to be released")
        wait_until(lambda: onlooker.keyboard_mapping() == mapping, what="the keyboard as it was")
        wait_until(lambda: gone(guardian) and gone(hand), what="the helpers to go")
        assert onlooker.repeating_keys() == repeating


def test_killed_before_the_guardian_is_up(xserver: XServer, tmp_path: Path) -> None:
    with Onlooker(xserver.display) as onlooker:
        client = Client(xserver, tmp_path, text=False)
        hand, guardian = client.helpers()
        os.kill(guardian, signal.SIGSTOP)
        wait_until(onlooker.buttons_down, what="the client to hold a button")
        os.kill(hand, signal.SIGKILL)
        client.process.kill()
        client.process.wait()
        assert not onlooker.nothing_down()
        os.kill(guardian, signal.SIGCONT)
        wait_until(onlooker.nothing_down, what="everything to be released")
        wait_until(lambda: gone(guardian), what="the guardian to go")


def test_the_guardian_imports_little(xserver: XServer) -> None:
    """It lives as long as the client: it must stay light, and depend on nothing that could break it."""
    program = "import sys, remotedesk.platform.x11.guardian; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert {name.split(".")[0] for name in modules}.isdisjoint({"asyncio", "mss", "dbus_fast", "msgspec", "PySide6"})
    assert [name for name in modules if name.startswith("remotedesk.")] == [
        "remotedesk.platform",
        "remotedesk.platform.x11",
        "remotedesk.platform.x11.guardian",
    ]
