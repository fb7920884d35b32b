"""The customer's engine: what the customer's windows hold in their hands."""

import math

from remotedesk.core.consent import Feature
from remotedesk.core.errors import ErrorCode
from remotedesk.core.session_number import SessionNumber
from remotedesk.core.session_state import State
from remotedesk.engine.api import Listener
from remotedesk.engine.customer_session import CustomerSession
from remotedesk.engine.events import StateChanged
from remotedesk.engine.guesses import Guesses
from remotedesk.engine.options import EngineOptions
from remotedesk.engine.thread import EngineThread
from remotedesk.engine.way_out import find_ways
from remotedesk.engine.world import World
from remotedesk.platform.ports import Platform


class CustomerEngine:
    """Implements engine.api.CustomerApi over one session at a time."""

    def __init__(
        self, options: EngineOptions, platform: Platform, listener: Listener, guesses: Guesses | None = None
    ) -> None:
        """`guesses` is to outlive the engine, where one engine follows another."""
        self._thread = EngineThread()
        self._world = World(self._thread, platform, options, listener, find_ways(platform, options.way_out))
        self._session: CustomerSession | None = None
        self._leaving: list[CustomerSession] = []  # ended, and still saying goodbye
        self._guesses = guesses or Guesses()

    def join(self, number: SessionNumber, name: str) -> None:
        """Ask the server for the engineer with this number; again after RetryAllowed."""
        self._thread.post(lambda: self._join(number, name))

    def answer(self, prompt: int, allowed: frozenset[Feature]) -> None:
        """Answer the open question."""
        if (session := self._session) is not None:
            session.answer(prompt, allowed)

    def set_allowed(self, feature: Feature, allowed: bool) -> None:
        """Move a switch; off has taken effect when this returns."""
        if (session := self._session) is not None:
            session.set_allowed(feature, allowed)

    def engineer_idle_s(self) -> float:
        """Return the seconds since the engineer's mouse or keyboard did anything here."""
        return math.inf if (session := self._session) is None else session.features.engineer_idle_s

    def send_chat(self, text: str) -> None:
        """Write to the engineer."""
        if (session := self._session) is not None:
            self._thread.post(lambda: session.features.send_chat(text))

    def end(self) -> None:
        """STOP: nothing is captured or injected any more when this returns."""
        if (session := self._session) is not None:
            session.quiet()
        self._thread.post(self._end)  # behind a join that is still on its way

    def close(self) -> None:
        """End, and join the engine's thread."""
        self.end()
        self._thread.close(self._finish)

    def _end(self) -> None:
        if self._session is not None:
            self._session.finish(None)

    def _join(self, number: SessionNumber, name: str) -> None:
        session = self._session
        if session is not None and session.state is State.WAITING:
            session.retype(number)
        elif session is None or session.state is State.ENDED:
            if session is not None:
                self._leaving = [each for each in (*self._leaving, session) if not each.over]
            self._session = CustomerSession(self._world, number, name, self._guesses)
            self._session.start()
        else:
            self._world.tell(StateChanged(session.state, ErrorCode.STATE_FORBIDS))

    async def _finish(self) -> None:
        if self._session is not None:
            self._session.finish(None)
            await self._session.done()
        for session in self._leaving:
            await session.done()
