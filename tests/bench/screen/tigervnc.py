"""A peer: X0tigervnc on the customer's display and TigerVNC's viewer at full screen on the engineer's."""

import shutil
import socket
from contextlib import ExitStack
from typing import Final

from tests.bench.screen.layout import PARKED
from tests.bench.screen.network import ADDRESSES
from tests.bench.screen.seats import Seats, run_at
from tests.support.xserver import wait_until

_PORT: Final = 5900
_PACKAGES: Final = {"X0tigervnc": "tigervnc-scraping-server", "xtigervncviewer": "tigervnc-viewer"}


class TigerVnc:
    """Without passwords or encryption, which only flatters it."""

    name = "tigervnc"
    takes_clicks = True

    def __init__(self, seats: Seats) -> None:
        for program, package in _PACKAGES.items():
            if shutil.which(program) is None:
                raise SystemExit(f"the peer tigervnc needs {program}: apt-get install {package}")
        with ExitStack() as opening:
            # Not Debian's x0tigervncserver, which serves only its own host when there is no password.
            server = ["X0tigervnc", "-SecurityTypes", "None", "-rfbport", str(_PORT), "-localhost=0"]
            self.customer_pid = run_at(seats, opening, "customer", *server)
            wait_until(lambda: seats.network.make_in("customer", _listens), what="X0tigervnc")
            viewer = [
                "xtigervncviewer",
                "-FullScreen",
                "-RemoteResize=0",
                "-AlertOnFatalError=0",
                "-SecurityTypes=None",
            ]
            self.engineer_pid = run_at(seats, opening, "engineer", *viewer, f"{ADDRESSES['customer']}::{_PORT}")
            for display in (seats.customer.server, seats.engineer.server):
                display.xdotool("mousemove", *map(str, PARKED))
            self._open = opening.pop_all()

    def close(self) -> None:
        """End both."""
        self._open.close()


def _listens() -> bool:
    with socket.socket() as client:
        return client.connect_ex((ADDRESSES["customer"], _PORT)) == 0
