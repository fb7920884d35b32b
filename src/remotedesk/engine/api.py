"""The engine as the user interface sees it. Every method may be called from the Qt thread and returns at once.

The real ones are engine.customer.CustomerEngine and engine.engineer.EngineerEngine; tests/fakes has scripted ones.
Events arrive through the listener given to the constructor, in the engine's thread.
"""

from collections.abc import Callable
from typing import Protocol

from remotedesk.core.consent import Feature
from remotedesk.core.session_number import SessionNumber
from remotedesk.engine.events import EngineEvent
from remotedesk.features.screen import Cursor as Cursor
from remotedesk.features.screen import Picture as Picture
from remotedesk.wire.input import Button

Listener = Callable[[EngineEvent], None]


class CustomerApi(Protocol):
    """What the customer's windows may do."""

    def join(self, number: SessionNumber, name: str) -> None:
        """Ask the server for the engineer with this number; again after RetryAllowed."""

    def answer(self, prompt: int, allowed: frozenset[Feature]) -> None:
        """Answer the open question. Too early an answer is refused by the gate and the question stays."""

    def set_allowed(self, feature: Feature, allowed: bool) -> None:
        """The customer moves a switch: off takes effect before this returns."""

    def engineer_idle_s(self) -> float:
        """Return the seconds since the engineer's mouse or keyboard did anything on this computer."""

    def send_chat(self, text: str) -> None:
        """Write to the engineer."""

    def end(self) -> None:
        """STOP: nothing is captured, sent or injected once this has returned."""

    def close(self) -> None:
        """End, and join the engine's thread."""


class EngineerApi(Protocol):
    """What the engineer's console may do."""

    def sign_in(self, name: str, password: str) -> None:
        """Prove the account to the server."""

    def issue_number(self) -> None:
        """Get a new number; an unused one is burnt."""

    def allow_retry(self) -> None:
        """Let the customer try the secret again."""

    def ask(self, features: frozenset[Feature]) -> None:
        """Ask the customer, at the start or later."""

    def send_chat(self, text: str) -> None:
        """Write to the customer."""

    def latest_frame(self) -> Picture | None:
        """Take the newest picture; None when it has been taken already. Its pixels last until the next one is taken."""

    def latest_cursor(self) -> Cursor | None:
        """Take where the customer's pointer is and what it looks like; None when it has been taken already."""

    def key(self, code: str, pressed: bool) -> None:
        """Pass on a physical key by its W3C `code`."""

    def text(self, text: str) -> None:
        """Pass on text from an input method."""

    def pointer_move(self, x: int, y: int) -> None:
        """Pass on a pointer position in frame pixels."""

    def pointer_button(self, button: Button, pressed: bool, x: int, y: int) -> None:
        """Pass on a button, W3C numbering."""

    def wheel(self, dx: int, dy: int, x: int, y: int) -> None:
        """Pass on the wheel in 1/120 notches, positive right and down."""

    def release_all(self) -> None:
        """The view lost the focus."""

    def end(self) -> None:
        """End the session; the console can issue a new number afterwards."""

    def close(self) -> None:
        """End, and join the engine's thread."""
