"""remotedesk itself: both real clients and the real server, used by two people with mouse and keyboard."""

import time
from contextlib import ExitStack
from typing import Final

from tests.bench.screen.layout import PARKED, SCREEN
from tests.bench.screen.network import ADDRESSES
from tests.bench.screen.seats import Seats, run_at
from tests.support.accessibility import Control
from tests.support.person import Person
from tests.support.signaling_process import SignalingProcess
from tests.support.stage import CLIENT, CUSTOMER, ENGINEER
from tests.support.xserver import XServer

_PATIENCE_S: Final = 60.0
_BAR_HIDES_S: Final = 4.0


class Product:
    """A session with everything allowed, the engineer's view at full screen; the server is on the engineer's host."""

    name = ""
    takes_clicks = True

    def __init__(self, seats: Seats) -> None:
        self._seats = seats
        with ExitStack() as opening:
            inside = seats.network.inside("engineer")
            self._server = SignalingProcess(seats.folder / "server", ADDRESSES["engineer"], inside)
            opening.callback(self._server.close)
            self._server.add_engineer(ENGINEER)
            self._server.start()
            self._customer = self._sit_down(opening, "customer", seats.customer.server)
            self._engineer = self._sit_down(opening, "engineer", seats.engineer.server)
            self.engineer_pid = self._start(opening, self._engineer, "engineer", "engineer")
            self.customer_pid = self._start(opening, self._customer, "customer")
            self._meet()
            # Found while it can be seen; a screen reader may go on asking it.
            self._exact = self._engineer.sees("exact")
            self._fill_screen()
            self._open = opening.pop_all()

    def _sit_down(self, opening: ExitStack, role: str, screen: XServer) -> Person:
        person = Person.at(screen, self._seats.folder / f"{role}-bus")
        opening.callback(person.leaves)
        return person

    def _start(self, opening: ExitStack, person: Person, role: str, *arguments: str) -> int:
        reaching = ["--server", self._server.url, "--ca-file", str(self._server.certificates.authority)]
        own = ["--language", "en", "--record-dir", str(self._seats.folder / f"{role}-records")]
        return run_at(self._seats, opening, role, str(CLIENT), *arguments, *reaching, *own, **person.environment)

    def _meet(self) -> None:
        """From signing in to the session."""
        customer, engineer = self._customer, self._engineer
        engineer.fills_in("name", ENGINEER.name)
        engineer.fills_in("password", ENGINEER.password)
        engineer.clicks("sign_in")
        engineer.clicks("new_number", _PATIENCE_S)
        customer.fills_in("number", engineer.reads("number", _PATIENCE_S))
        customer.fills_in("name", CUSTOMER)
        customer.clicks("connect")
        engineer.reads("customer_name", _PATIENCE_S)
        for feature in ("view", "control"):
            engineer.ticks(f"want_{feature}")
        engineer.clicks("ask")
        customer.sees("ask_control", timeout_s=_PATIENCE_S)
        customer.ticks("ask_control")
        customer.clicks("accept")
        engineer.sees("screen", timeout_s=_PATIENCE_S)

    def _fill_screen(self) -> None:
        """Show nothing but the picture on the engineer's display."""
        engineer = self._engineer
        engineer.clicks("full_screen")

        def is_full(view: Control) -> bool:
            extents = view.extents
            return (extents.width, extents.height) == (SCREEN.width, SCREEN.height)

        engineer.sees("screen", is_full)
        engineer.moves(SCREEN.width // 2, SCREEN.height // 2)  # off the bar, which hides then
        engineer.moves(*PARKED)
        time.sleep(_BAR_HIDES_S)

    def says_exact(self) -> bool:
        """True if the engineer's client calls its picture exact."""
        return self._exact.text.strip() == "Exact"

    def close(self) -> None:
        """End both clients and the server."""
        self._open.close()
