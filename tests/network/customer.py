"""A customer's client in a process of its own, who allows everything: python -m tests.network.customer SETTINGS."""

import json
import sys
import threading
from contextlib import closing

from remotedesk.core.consent import PROMPT_ARMS_AFTER_S
from remotedesk.core.session_number import SessionNumber
from remotedesk.engine.customer import CustomerEngine
from remotedesk.engine.events import Asked, EngineEvent
from remotedesk.engine.options import EngineOptions
from remotedesk.platform.fake import FakePlatform, Injected
from tests.network.peer_side import log_to_stderr, obey, options, tell, tell_event
from tests.support.sessions import NAME


class TellingList(list[Injected]):
    """Tells what is injected, when it is."""

    def append(self, injected: Injected) -> None:
        super().append(injected)
        tell("injected", method=injected.method, arguments=injected.arguments)


class Customer:
    """His machine is made up: a picture that always changes, and input that is told."""

    def __init__(self, settings: EngineOptions) -> None:
        self._platform = FakePlatform()
        self._platform.injected = TellingList()  # type: ignore[misc]
        self._engine = CustomerEngine(settings, self._platform, self._hear)

    def _hear(self, event: EngineEvent) -> None:
        if isinstance(event, Asked):
            tell("asked", features=sorted(event.features))
            threading.Timer(PROMPT_ARMS_AFTER_S + 0.02, self._accept, (event,)).start()
        tell_event(event, self._engine)

    def _accept(self, asked: Asked) -> None:
        tell("accepted")
        self._engine.answer(asked.number, asked.features)

    def join(self, number: str) -> None:
        """Type the number."""
        self._engine.join(SessionNumber.parse(number), NAME)

    def count(self) -> None:
        """Tell what is pressed, and how many pictures were taken."""
        tell("count", held=sorted(map(str, self._platform.held)), grabs=self._platform.grabs)

    def end(self) -> None:
        """STOP."""
        self._engine.end()

    def close(self) -> None:
        """Free the engine."""
        self._engine.close()


if __name__ == "__main__":
    log_to_stderr()
    with closing(Customer(options(json.loads(sys.argv[1])))) as side:
        obey(side)
