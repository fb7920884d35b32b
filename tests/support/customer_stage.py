"""The customer's windows with a scripted engine, as the tests play them."""

import math
from collections.abc import Callable, Iterable

from PySide6.QtTest import QTest

from remotedesk.core.consent import Feature, Suspension
from remotedesk.core.session_number import check_digit
from remotedesk.core.session_state import State
from remotedesk.engine.events import Asked, CodeReady, EngineEvent, GrantsChanged, PeerNamed, StateChanged
from remotedesk.ui.customer.accept_prompt import AcceptPrompt
from remotedesk.ui.customer.flow import CustomerFlow
from remotedesk.ui.customer.session_windows import SessionWindows
from tests.fakes.engines import Listener, ScriptedCustomer
from tests.support.qt_wait import wait_for

DIGITS = "12345678901" + check_digit("12345678901")
NUMBER = f"{DIGITS[:4]}-{DIGITS[4:8]}-{DIGITS[8:]}"
SESSION = frozenset({Feature.VIEW, Feature.CONTROL, Feature.CHAT})


class Stage:
    """Plays a session step by step; `calls` is what the engines were told, in order."""

    def __init__(self, prefilled: str = "", program_idle_s: Callable[[], float] = lambda: math.inf) -> None:
        self.engines: list[ScriptedCustomer] = []
        self.flow = CustomerFlow(self._make, prefilled, "support.example.jp", program_idle_s)
        self.flow.start()
        wait_for(self.flow.window.isActiveWindow)

    @property
    def calls(self) -> list[tuple[object, ...]]:
        return [call for engine in self.engines for call in engine.calls]

    @property
    def prompt(self) -> AcceptPrompt:
        assert self.flow.prompt is not None
        return self.flow.prompt

    @property
    def session(self) -> SessionWindows:
        assert self.flow.session is not None
        return self.flow.session

    def tell(self, *events: EngineEvent) -> None:
        """Let the newest engine tell something, and wait until it has arrived."""
        seen: list[object] = []
        bridge = self.flow._bridge
        assert bridge is not None
        connection = bridge.arrived.connect(seen.append)
        for event in events:
            self.engines[-1].tell(event)
        wait_for(lambda: len(seen) >= len(events))
        bridge.arrived.disconnect(connection)

    def join(self) -> None:
        """Type number and name and press the button."""
        start = self.flow.window.start
        QTest.keyClicks(start.number, DIGITS)
        QTest.keyClicks(start.name, "Taro Yamada")
        start.connect_button.click()
        self.tell(StateChanged(State.WAITING))

    def ask(self, features: Iterable[Feature] = SESSION, *, number: int = 1, first: bool = True) -> None:
        """Let the engineer ask, and wait until the prompt can be answered."""
        if first:
            self.tell(PeerNamed("Hanako Sato", "Example CAD Support"), CodeReady("0427"), StateChanged(State.ASKING))
        self.tell(Asked(number, frozenset(features), first))
        wait_for(lambda: self.prompt.decline_button.isEnabled())

    def share(self, features: Iterable[Feature] = SESSION) -> None:
        """Go all the way until `features` are allowed."""
        self.join()
        self.ask()
        self.prompt.accept_button.click()
        self.tell(StateChanged(State.ACTIVE))
        self.grant(features)

    def grant(self, features: Iterable[Feature], *suspensions: Suspension) -> None:
        """Let the engine tell what is allowed."""
        self.tell(GrantsChanged(frozenset(features), frozenset(suspensions)))

    def close(self) -> None:
        """Take the windows away."""
        self.flow.close()

    def _make(self, listener: Listener) -> ScriptedCustomer:
        self.engines.append(ScriptedCustomer(listener))
        return self.engines[-1]
