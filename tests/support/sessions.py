"""Both real engines and the real server in one process, for loopback tests."""

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from remotedesk.core.consent import PROMPT_ARMS_AFTER_S, Feature
from remotedesk.core.session_number import SessionNumber
from remotedesk.core.session_state import State
from remotedesk.engine.customer import CustomerEngine
from remotedesk.engine.engineer import EngineerEngine
from remotedesk.engine.events import (
    Asked,
    CodeReady,
    EngineEvent,
    GrantsChanged,
    NumberIssued,
    RecordClosed,
    SignedIn,
    StateChanged,
)
from remotedesk.engine.options import EngineOptions, Patience
from remotedesk.platform.fake import FakePlatform
from remotedesk.platform.ports import Platform
from remotedesk.transport.server_address import ServerAddress, Trust
from tests.support.server import LocalServer

E = TypeVar("E")

VIEW_AND_CHAT = frozenset({Feature.VIEW, Feature.CHAT})
EVERYTHING = VIEW_AND_CHAT | {Feature.CONTROL}
NAME = "山田太郎"
ENGINES_THREADS = ("engine", "capture", "cursor", "inject", "record", "asyncio")


class Heard:
    """A listener that keeps every event and lets a test wait for one."""

    def __init__(self) -> None:
        self.events: list[tuple[float, EngineEvent]] = []
        self._arrived = threading.Condition()

    def __call__(self, event: EngineEvent) -> None:
        with self._arrived:
            self.events.append((time.monotonic(), event))
            self._arrived.notify_all()

    def mark(self) -> int:
        """Return a place in the stream, to wait from."""
        return len(self.events)

    def wait(
        self,
        kind: type[E],
        where: Callable[[E], bool] = lambda _: True,
        *,
        since: int = 0,
        timeout_s: float = 20.0,
    ) -> E:
        """Return the first event of `kind` for which `where` holds, from `since` on; fails after the timeout."""
        deadline = time.monotonic() + timeout_s
        with self._arrived:
            while True:
                for _, event in self.events[since:]:
                    if isinstance(event, kind) and where(event):
                        return event
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"no {kind.__name__} in {timeout_s} s; heard {self.events[since:]}")
                self._arrived.wait(left)

    def state(self, state: State, *, since: int = 0, timeout_s: float = 20.0) -> StateChanged:
        """Wait until the session is in `state`."""
        return self.wait(StateChanged, lambda event: event.state is state, since=since, timeout_s=timeout_s)

    def all(self, kind: type[E]) -> list[E]:
        """Return all events of `kind` so far."""
        return [event for _, event in self.events if isinstance(event, kind)]


class SessionPair:
    """A server, an engineer's engine and a customer's engine, and the steps people take with them."""

    def __init__(
        self,
        folder: Path,
        platform: Platform | None = None,
        server: LocalServer | None = None,
        through: int = 0,
        patience: Patience = Patience(),  # noqa: B008 - a frozen value
    ) -> None:
        """`through` is the port of something between the clients and the server, instead of the server's own."""
        self._threads_before = threading.enumerate()
        self.folder = folder
        self._patience = patience
        self.server = server or LocalServer(folder)
        self._owns_server = server is None
        self.fake = FakePlatform()
        self.platform = platform or self.fake
        self.address = ServerAddress.parse(f"ws://127.0.0.1:{through or self.server.port}")
        self.engineer_heard = Heard()
        self.customer_heard = Heard()
        self.engineer = EngineerEngine(self._options("engineer"), FakePlatform(), self.engineer_heard)
        self.customer = CustomerEngine(self._options("customer"), self.platform, self.customer_heard)

    def _options(self, role: str) -> EngineOptions:
        return EngineOptions(self.address, Trust(), self.folder / "records" / role, self._patience)

    def sign_in(self) -> None:
        """The engineer signs in."""
        self.engineer.sign_in(self.server.engineer_name, self.server.password)
        self.engineer_heard.wait(SignedIn)

    def issue(self) -> SessionNumber:
        """The engineer gets a number."""
        since = self.engineer_heard.mark()
        self.engineer.issue_number()
        return SessionNumber.parse(self.engineer_heard.wait(NumberIssued, since=since).number)

    def join(self, number: SessionNumber) -> None:
        """The customer types the number and his name."""
        self.customer.join(number, NAME)

    def pair(self) -> None:
        """From nothing to both looking at the comparison code."""
        self.sign_in()
        self.join(self.issue())
        codes = {self.engineer_heard.wait(CodeReady).code, self.customer_heard.wait(CodeReady).code}
        assert len(codes) == 1
        self.engineer_heard.state(State.ASKING)

    def ask(self, features: frozenset[Feature]) -> Asked:
        """The engineer asks; returns what the customer is shown, once it may be answered."""
        since = self.customer_heard.mark()
        self.engineer.ask(features)
        asked = self.customer_heard.wait(Asked, since=since)
        time.sleep(PROMPT_ARMS_AFTER_S + 0.02)
        return asked

    def activate(self, features: frozenset[Feature] = EVERYTHING) -> None:
        """From nothing to a live session with these features allowed."""
        self.pair()
        self.customer.answer(self.ask(features | VIEW_AND_CHAT).number, features)
        self.customer_heard.state(State.ACTIVE)
        self.engineer_heard.state(State.ACTIVE)
        self.engineer_heard.wait(GrantsChanged, lambda event: event.features == features and not event.suspensions)

    def engineer_sends(self, channel: str, *frames: bytes | str) -> None:
        """Put raw frames on one of the engineer's channels, past everything his client would check."""
        self._put(self.engineer, channel, frames)

    def customer_sends(self, channel: str, *frames: bytes | str) -> None:
        """Put raw frames on one of the customer's channels, past everything his client would check."""
        self._put(self.customer, channel, frames)

    def customer_receives(self, channel: str, *frames: bytes | str) -> None:
        """Have raw frames come out of one of the customer's channels at once, however fast this machine's SCTP is."""
        session = self.customer._session
        assert session is not None
        assert session.connection is not None
        receive = getattr(session.connection.link, channel)._receive

        def arrive() -> None:
            for frame in frames:
                receive(frame)

        self.customer._thread.post(arrive)

    @staticmethod
    def _put(engine: EngineerEngine | CustomerEngine, channel: str, frames: tuple[bytes | str, ...]) -> None:
        session = engine._session
        assert session is not None
        assert session.connection is not None
        raw = getattr(session.connection.link, channel)._channel

        def send() -> None:
            for frame in frames:
                raw.send(frame)

        engine._thread.post(send)

    def stall_engineer(self, seconds: float) -> None:
        """Let the engineer's client hang: its engine answers nothing for this long."""
        self.engineer._thread.post(lambda: time.sleep(seconds))

    def records(self) -> tuple[RecordClosed, RecordClosed]:
        """Wait for the end; return the customer's and the engineer's closed records."""
        return self.customer_heard.wait(RecordClosed), self.engineer_heard.wait(RecordClosed)

    def close(self) -> None:
        """End both engines, and the server if it is this pair's; fails if an engine leaves a thread or task behind."""
        self.customer.close()
        self.engineer.close()
        if self._owns_server:
            self.server.close()
        loops = self.customer._thread.loop, self.engineer._thread.loop
        left = [task for loop in loops for task in asyncio.all_tasks(loop)]
        assert not left, left
        names = [thread.name for thread in threading.enumerate() if thread not in self._threads_before]
        threads = [name for name in names if name.startswith(ENGINES_THREADS)]
        assert not threads, threads

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
