"""One side of a measured session, in a process of its own: a line of JSON tells what to do, a line of JSON answers.

Times are seconds of CLOCK_MONOTONIC, which all processes of one machine share.
Run by bench_session: python -m tests.bench.session_side ROLE SERVER CA_FILE FOLDER
"""

import itertools
import json
import os
import socket
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from remotedesk.core.consent import PROMPT_ARMS_AFTER_S, Grant
from remotedesk.core.session_number import SessionNumber
from remotedesk.core.session_state import State
from remotedesk.engine.customer import CustomerEngine, EngineOptions
from remotedesk.engine.engineer import EngineerEngine
from remotedesk.engine.events import Asked, EngineEvent, FrameReady, GrantsChanged, NumberIssued, RecordClosed, SignedIn
from remotedesk.platform.fake import FakePlatform
from remotedesk.platform.x11.platform import X11Platform
from remotedesk.transport.server_address import ServerAddress, Trust
from tests.support.sessions import EVERYTHING, NAME, Heard

AFTER_THE_END_S: Final = 1.5  # how long is looked for something that still happens
FLOOD_INTERVAL_S: Final = 0.008
_SO_TIMESTAMPNS: Final = 35  # asm-generic/socket.h; Python does not name it
_SO_RCVBUFFORCE: Final = 33
_STAMPS_AFTER_S: Final = 0.2  # the kernel begins to stamp packets a while after it was asked to
_ETH_P_ALL: Final = 3
_UDP: Final = 17


class Instants:
    """When something was done for the last time, and how often."""

    def __init__(self) -> None:
        self.last = 0.0
        self.count = 0

    def now(self) -> None:
        """It has just been done."""
        self.last = time.monotonic()
        self.count += 1


class TimedPort:
    """A port of the platform that notes when its acting methods have returned, and changes nothing."""

    def __init__(self, port: Any, acting: tuple[str, ...], instants: Instants) -> None:
        self._port = port
        self._acting = acting
        self._instants = instants

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        return self._timed(method) if name in self._acting else method

    def _timed(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def act(*arguments: Any) -> Any:
            result = method(*arguments)
            self._instants.now()
            return result

        return act


class TimedPlatform(X11Platform):
    """The real platform, with times."""

    def __init__(self) -> None:
        super().__init__(os.environ)
        self.grabbed = Instants()
        self.injected = Instants()

    def open_capture(self, grant: Grant) -> Any:
        return TimedPort(super().open_capture(grant), ("grab",), self.grabbed)

    def open_injector(self, grant: Grant, prompt_open: Callable[[], bool]) -> Any:
        acting = ("key", "text", "move", "button", "wheel")
        return TimedPort(super().open_injector(grant, prompt_open), acting, self.injected)


class UdpTap:
    """Keeps every packet that leaves this host with the kernel's time of it, and is read afterwards."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 256 << 20)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.setblocking(False)
        time.sleep(_STAMPS_AFTER_S)
        self.sent()

    def sent(self) -> list[float]:
        """Return when each UDP packet so far was sent."""
        ahead = time.clock_gettime(time.CLOCK_REALTIME) - time.monotonic()
        sent = []
        while True:
            try:
                data, ancillary, _flags, address = self._socket.recvmsg(64, 64)
            except BlockingIOError:
                return sent
            if address[2] == socket.PACKET_OUTGOING and data[0] >> 4 == 4 and data[9] == _UDP:
                seconds, nanoseconds = struct.unpack("qq", ancillary[0][2])
                sent.append(seconds + nanoseconds / 1e9 - ahead)

    def close(self) -> None:
        """Keep no more."""
        self._socket.close()


class CustomerSide:
    """The customer's engine with the real screen, mouse and keyboard."""

    def __init__(self, options: EngineOptions) -> None:
        self._platform = TimedPlatform()
        self._heard = Heard()
        self._engine = CustomerEngine(options, self._platform, self._heard)
        self._mark = 0
        self._tap: UdpTap | None = None

    def join(self, number: str) -> None:
        """Type the number."""
        self._mark = self._heard.mark()
        self._engine.join(SessionNumber.parse(number), NAME)

    def answer(self) -> float:
        """Say yes to everything once it may be said, and return when."""
        asked = self._heard.wait(Asked, since=self._mark)
        time.sleep(PROMPT_ARMS_AFTER_S + 0.3)
        said_at = time.monotonic()
        self._engine.answer(asked.number, EVERYTHING)
        return said_at

    def watch(self) -> None:
        """From now on count what is done and sent."""
        self._tap = UdpTap()
        self._platform.grabbed.count = self._platform.injected.count = 0

    def end(self) -> float:
        """Press End, and return when."""
        pressed_at = time.monotonic()
        self._engine.end()
        return pressed_at

    def report(self) -> dict[str, tuple[int, float]]:
        """Wait for the end and a while more; return for each act how often and when for the last time."""
        self._heard.wait(RecordClosed, since=self._mark)
        time.sleep(AFTER_THE_END_S)
        assert self._tap is not None
        sent = self._tap.sent()
        self._tap.close()
        grabbed, injected = self._platform.grabbed, self._platform.injected
        return {
            "capture": (grabbed.count, grabbed.last),
            "inject": (injected.count, injected.last),
            "send": (len(sent), max(sent, default=0.0)),
        }

    def close(self) -> None:
        """Free the engine."""
        self._engine.close()


class Viewer(Heard):
    """Hears, takes every picture at once, as the engineer's window does, and notes those that are whole and exact."""

    def __init__(self) -> None:
        super().__init__()
        self.engine: EngineerEngine | None = None
        self.pictures: deque[tuple[float, int, int]] = deque(maxlen=10_000)

    def __call__(self, event: EngineEvent) -> None:
        if isinstance(event, FrameReady):
            at = time.monotonic()
            picture = self.engine.latest_frame() if self.engine is not None else None
            if picture is not None and picture.exact:
                self.pictures.append((at, picture.width, picture.height))
        else:
            super().__call__(event)


class EngineerSide:
    """The engineer's engine, and hands that never rest."""

    def __init__(self, options: EngineOptions) -> None:
        self._heard = Viewer()
        self._engine = EngineerEngine(options, FakePlatform(), self._heard)
        self._heard.engine = self._engine
        self._flooding = threading.Event()
        self._mark = 0

    def sign_in(self, name: str, password: str) -> None:
        """Prove the account."""
        self._engine.sign_in(name, password)
        self._heard.wait(SignedIn)

    def issue(self) -> str:
        """Get a number."""
        self._mark = self._heard.mark()
        self._heard.pictures.clear()
        self._engine.issue_number()
        return self._heard.wait(NumberIssued, since=self._mark).number

    def ask(self) -> None:
        """Ask for everything as soon as the customer is there."""
        self._heard.state(State.ASKING, since=self._mark)
        self._engine.ask(EVERYTHING)

    def first_picture(self) -> tuple[float, int, int]:
        """Return when the first whole picture of this session came, proven to be the customer's, and its size."""
        while not self._heard.pictures:
            time.sleep(0.02)
        return self._heard.pictures[0]

    def flood(self, x: int, y: int) -> None:
        """Move, click, type and turn the wheel around a pixel until `rest`."""
        self._heard.wait(GrantsChanged, lambda event: event.features == EVERYTHING, since=self._mark)
        self._flooding.clear()
        threading.Thread(target=self._flood, args=(x, y, self._flooding), daemon=True).start()

    def _flood(self, x: int, y: int, rest: threading.Event) -> None:
        engine = self._engine
        for turn in itertools.count():
            at_x, at_y = x + turn % 50, y + turn // 50 % 50
            engine.pointer_move(at_x, at_y)
            acts: tuple[Callable[[], None], ...] = (
                lambda at=(at_x, at_y): engine.pointer_button(0, True, *at),
                lambda at=(at_x, at_y): engine.pointer_button(0, False, *at),
                lambda: engine.key("KeyA", True),
                lambda: engine.key("KeyA", False),
                lambda at=(at_x, at_y): engine.wheel(0, 120, *at),
            )
            acts[turn % len(acts)]()
            if rest.wait(FLOOD_INTERVAL_S):
                return

    def rest(self) -> None:
        """Stop flooding, and wait for the end."""
        self._flooding.set()
        self._heard.wait(RecordClosed, since=self._mark)

    def close(self) -> None:
        """Free the engine."""
        self._flooding.set()
        self._engine.close()


def main() -> None:
    """Do what the lines say until there are no more."""
    role, server, ca_file, folder = sys.argv[1:]
    options = EngineOptions(ServerAddress.parse(server), Trust(ca_file=Path(ca_file)), Path(folder))
    side = CustomerSide(options) if role == "customer" else EngineerSide(options)
    try:
        for line in sys.stdin:
            name, arguments = json.loads(line)
            print(json.dumps(getattr(side, name)(*arguments)), flush=True)
    finally:
        side.close()


if __name__ == "__main__":
    main()
