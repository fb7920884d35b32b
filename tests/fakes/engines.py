"""Engines without a network, for the windows' tests: they note what they are told, and tell what the test says."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from remotedesk.core.consent import Feature
from remotedesk.core.session_number import SessionNumber
from remotedesk.engine.api import Cursor, Picture
from remotedesk.engine.events import EngineEvent

Listener = Callable[[EngineEvent], None]


@dataclass
class ScriptedCustomer:
    """Stands for engine.customer.CustomerEngine."""

    tell: Listener
    calls: list[tuple[object, ...]] = field(default_factory=list)
    idle_s: float = math.inf

    def join(self, number: SessionNumber, name: str) -> None:
        self.calls.append(("join", number.grouped(), name))

    def answer(self, prompt: int, allowed: frozenset[Feature]) -> None:
        self.calls.append(("answer", prompt, allowed))

    def set_allowed(self, feature: Feature, allowed: bool) -> None:
        self.calls.append(("set_allowed", feature, allowed))

    def engineer_idle_s(self) -> float:
        return self.idle_s

    def send_chat(self, text: str) -> None:
        self.calls.append(("send_chat", text))

    def end(self) -> None:
        self.calls.append(("end",))

    def close(self) -> None:
        self.calls.append(("close",))


@dataclass
class ScriptedEngineer:
    """Stands for engine.engineer.EngineerEngine; `picture` is what `latest_frame` gives out once."""

    tell: Listener
    calls: list[tuple[object, ...]] = field(default_factory=list)
    picture: Picture | None = None
    cursor: Cursor | None = None

    def sign_in(self, name: str, password: str) -> None:
        self.calls.append(("sign_in", name, password))

    def issue_number(self) -> None:
        self.calls.append(("issue_number",))

    def allow_retry(self) -> None:
        self.calls.append(("allow_retry",))

    def ask(self, features: frozenset[Feature]) -> None:
        self.calls.append(("ask", features))

    def send_chat(self, text: str) -> None:
        self.calls.append(("send_chat", text))

    def latest_frame(self) -> Picture | None:
        picture, self.picture = self.picture, None
        return picture

    def latest_cursor(self) -> Cursor | None:
        cursor, self.cursor = self.cursor, None
        return cursor

    def key(self, code: str, pressed: bool) -> None:
        self.calls.append(("key", code, pressed))

    def text(self, text: str) -> None:
        self.calls.append(("text", text))

    def pointer_move(self, x: int, y: int) -> None:
        self.calls.append(("pointer_move", x, y))

    def pointer_button(self, button: int, pressed: bool, x: int, y: int) -> None:
        self.calls.append(("pointer_button", button, pressed, x, y))

    def wheel(self, dx: int, dy: int, x: int, y: int) -> None:
        self.calls.append(("wheel", dx, dy, x, y))

    def release_all(self) -> None:
        self.calls.append(("release_all",))

    def end(self) -> None:
        self.calls.append(("end",))

    def close(self) -> None:
        self.calls.append(("close",))
