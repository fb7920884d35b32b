"""How long from the customer's yes to the engineer's first picture, and from STOP to nothing done and nothing sent.

Real parts: the server over TLS, the customer's engine on a display with LibreCAD in it and something that changes 20
times a second, and the engineer's engine, each in a process and on a network host of its own. While the engineer's
hands never rest, the customer ends the session, by End or by the hot key, with all well, with the engineer's process
stopped, or with the network swallowing every packet.

`accept_to_picture_ms`: from the answer to a whole picture at the engineer, proven exact, not the first part of one.
`stop_ms`: from End, or from the key press, to the last of: a picture read from the screen, an event injected, a UDP
packet sent. Figures without a suffix are the worst of all sessions. Needs root, for network namespaces and to see
packets.
Run: python -m tests.bench.bench_session [SESSIONS_PER_SCENARIO]
"""

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from Xlib import XK, X, display
from Xlib.ext import xtest

from tests.demo.played import BRACKET
from tests.support.librecad import LibreCad
from tests.support.network import SERVER, SwitchedNetwork
from tests.support.signaling_process import Account, SignalingProcess
from tests.support.xserver import XServer

ENGINEER: Final = Account("Hanako Suzuki", "Example Support", "correct horse battery staple")
SESSIONS: Final = 5  # of each scenario
CHANGES_PER_S: Final = 20
CHANGING: Final = (1100, 500, 700, 500)  # x, y, width, height
BUSY_S: Final = 0.7  # how long the engineer's hands work before the end
HANGING_S: Final = 0.5  # how long the peer or the network hangs before the end


class Side:
    """A process of tests.bench.session_side: calling a method of it is a line there and a line back."""

    def __init__(self, role: str, network: SwitchedNetwork, server: SignalingProcess, folder: Path, env: Any) -> None:
        arguments = [server.url, str(server.certificates.authority), str(folder / role)]
        command = [*network.inside(role), sys.executable, "-m", "tests.bench.session_side", role, *arguments]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env, bufsize=1
        )

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps([name, arguments]) + "\n")
            answer = self._process.stdout.readline()
            if not answer:
                raise RuntimeError(f"{name}: the process has ended")
            return json.loads(answer)

        return call

    def send_signal(self, number: signal.Signals) -> None:
        """Stop or continue the process."""
        self._process.send_signal(number)

    def close(self) -> None:
        """Let the process come to its end."""
        self._process.send_signal(signal.SIGCONT)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        self._process.stdout.close()


class Bystander:
    """Another program on the customer's display: its window changes 20 times a second, and it can press the hot key."""

    def __init__(self, name: str) -> None:
        self._display = display.Display(name)
        screen = self._display.screen()
        self._window = screen.root.create_window(
            *CHANGING, 0, screen.root_depth, background_pixel=screen.white_pixel, override_redirect=True
        )
        self._window.map()
        self._window.set_input_focus(X.RevertToParent, X.CurrentTime)
        self._context = self._window.create_gc()
        self._display.sync()
        self._keys = display.Display(name)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._change)
        self._thread.start()

    def _change(self) -> None:
        _x, _y, width, height = CHANGING
        chance = random.Random(1)
        while not self._over.wait(1 / CHANGES_PER_S):
            for _ in range(30):
                self._context.change(foreground=chance.randrange(1 << 24))
                self._window.fill_rectangle(self._context, chance.randrange(width), chance.randrange(height), 80, 50)
            self._display.flush()

    def press_hot_key(self) -> float:
        """Press Ctrl+Shift+F12; return when F12 went down."""
        control, shift, f12 = (
            self._keys.keysym_to_keycode(keysym) for keysym in (XK.XK_Control_L, XK.XK_Shift_L, XK.XK_F12)
        )
        for keycode in (control, shift):
            xtest.fake_input(self._keys, X.KeyPress, keycode)
        self._keys.sync()
        pressed_at = time.monotonic()
        xtest.fake_input(self._keys, X.KeyPress, f12)
        self._keys.sync()
        for keycode in (f12, shift, control):
            xtest.fake_input(self._keys, X.KeyRelease, keycode)
        self._keys.sync()
        return pressed_at

    def close(self) -> None:
        """Leave the display."""
        self._over.set()
        self._thread.join()
        self._display.close()
        self._keys.close()


@dataclass(frozen=True)
class Room:
    """Everything that the sessions of one run share."""

    network: SwitchedNetwork
    customer: Side
    engineer: Side
    bystander: Bystander

    def by_button(self) -> float:
        """All is well, and the customer presses End."""
        return float(self.customer.end())

    def by_hot_key(self) -> float:
        """All is well, and the customer presses the hot key."""
        return self.bystander.press_hot_key()

    def peer_hangs(self) -> float:
        """The engineer's process does nothing any more, and the customer presses End."""
        self.engineer.send_signal(signal.SIGSTOP)
        time.sleep(HANGING_S)
        return self.by_button()

    def network_hangs(self) -> float:
        """Nothing reaches the customer's host or leaves it, and he presses End."""
        self.network.hang("customer")
        time.sleep(HANGING_S)
        return self.by_button()

    def recover(self) -> None:
        """Let everything work again."""
        self.engineer.send_signal(signal.SIGCONT)
        self.network.mend("customer")


SCENARIOS: Final = {
    "button": Room.by_button,
    "hot_key": Room.by_hot_key,
    "peer_hangs": Room.peer_hangs,
    "network_hangs": Room.network_hangs,
}


def main() -> None:
    """Hold the sessions and print the figures."""
    sessions = int(sys.argv[1]) if len(sys.argv) > 1 else SESSIONS
    if os.geteuid() != 0:
        raise SystemExit("bench_session needs root: it makes network namespaces and looks at packets")
    pictures: list[float] = []
    stops: dict[str, list[float]] = {}
    with ExitStack() as opened:
        room = open_room(opened, Path(opened.enter_context(tempfile.TemporaryDirectory())))
        for name, end in SCENARIOS.items():
            measured = [hold_session(room, end) for _ in range(sessions)]
            pictures += [picture for picture, _ in measured]
            stops[name] = [max(parts.values()) for _, parts in measured]
            for act in measured[0][1]:
                show(f"session.stop_ms.{name}.{act}", max(parts[act] for _, parts in measured))
            show(f"session.stop_ms.{name}", max(stops[name]))
    show_all("session.accept_to_picture_ms", pictures)
    show_all("session.stop_ms", [each for measured in stops.values() for each in measured])


def open_room(opened: ExitStack, folder: Path) -> Room:
    """Start server, display, programs and both sides."""
    network = opened.enter_context(SwitchedNetwork())
    server = SignalingProcess(folder / "server", SERVER, network.inside("server"))
    server.add_engineer(ENGINEER)
    opened.callback(server.close)
    server.start()
    screen = opened.enter_context(XServer(1920, 1080))
    LibreCad.start(screen, BRACKET, folder / "cad")
    bystander = Bystander(screen.display)
    opened.callback(bystander.close)
    sides = []
    for role in ("customer", "engineer"):
        side = Side(role, network, server, folder, screen.environment())
        opened.callback(side.close)
        sides.append(side)
    customer, engineer = sides
    engineer.sign_in(ENGINEER.name, ENGINEER.password)
    return Room(network, customer, engineer, bystander)


def hold_session(room: Room, end: Callable[[Room], float]) -> tuple[float, dict[str, float]]:
    """Go through one session; return the milliseconds to the picture, and after the end to the last of each act."""
    customer, engineer = room.customer, room.engineer
    customer.join(engineer.issue())
    engineer.ask()
    said_at = customer.answer()
    seen_at, width, height = engineer.first_picture()
    assert (width, height) == (1920, 1080), (width, height)
    engineer.flood(CHANGING[0] + 100, CHANGING[1] + 100)
    customer.watch()
    time.sleep(BUSY_S)
    ended_at = end(room)
    acts = customer.report()
    room.recover()
    engineer.rest()
    for act, (count, _) in acts.items():
        assert count, f"the session was over before its end: no {act}"
    late = {act: max(0.0, (last - ended_at) * 1000) for act, (_, last) in acts.items()}
    return (seen_at - said_at) * 1000, late


def show_all(name: str, figures: list[float]) -> None:
    """Print the worst of all, and how they are spread."""
    show(name, max(figures))
    cuts = statistics.quantiles(figures, n=20, method="inclusive")
    for suffix, value in (("p50", statistics.median(figures)), ("p95", cuts[-1]), ("max", max(figures))):
        show(f"{name}.{suffix}", value)


def show(name: str, value: float) -> None:
    """Print one figure."""
    print(f"{name} {value:.1f} ms", flush=True)


if __name__ == "__main__":
    main()
