"""An engineer's client in a process of its own: python -m tests.network.engineer SETTINGS."""

import json
import sys
from contextlib import closing

from remotedesk.core.consent import Feature
from remotedesk.engine.engineer import EngineerEngine
from remotedesk.engine.events import EngineEvent, FrameReady, NumberIssued, SignedIn
from remotedesk.engine.options import EngineOptions
from remotedesk.platform.fake import FakePlatform
from tests.network.peer_side import log_to_stderr, obey, options, tell, tell_event
from tests.support.sessions import EVERYTHING


class Engineer:
    """He takes every picture at once, as his window does."""

    def __init__(self, settings: EngineOptions) -> None:
        self._engine = EngineerEngine(settings, FakePlatform(), self._hear)

    def _hear(self, event: EngineEvent) -> None:
        match event:
            case FrameReady():
                picture = self._engine.latest_frame()
                if picture is not None:
                    tell("picture", exact=picture.exact, width=picture.width, height=picture.height)
            case SignedIn():
                tell("signed in")
            case NumberIssued(number=number):
                tell("number", number=number)
            case _:
                tell_event(event, self._engine)

    def sign_in(self, name: str, password: str) -> None:
        """Prove the account."""
        self._engine.sign_in(name, password)

    def issue(self) -> None:
        """Get a number."""
        self._engine.issue_number()

    def ask(self, *features: str) -> None:
        """Ask for everything, or for these."""
        self._engine.ask(frozenset(map(Feature, features)) or EVERYTHING)

    def key(self, code: str, pressed: bool) -> None:
        """Press or let go of a key."""
        self._engine.key(code, pressed)

    def text(self, text: str) -> None:
        """Type."""
        self._engine.text(text)

    def chat(self, text: str) -> None:
        """Write to the customer."""
        self._engine.send_chat(text)

    def end(self) -> None:
        """End the session."""
        self._engine.end()

    def close(self) -> None:
        """Free the engine."""
        self._engine.close()


if __name__ == "__main__":
    log_to_stderr()
    with closing(Engineer(options(json.loads(sys.argv[1])))) as side:
        obey(side)
