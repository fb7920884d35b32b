"""A session in which the engineer, by mouse and keyboard, tries to say yes for the customer, on any system."""

import json
import random
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from remotedesk.core.consent import Feature
from remotedesk.core.session_number import SessionNumber
from remotedesk.core.session_state import State
from remotedesk.engine.customer import EngineOptions
from remotedesk.engine.engineer import EngineerEngine
from remotedesk.engine.events import GrantsChanged, NumberIssued, SignedIn, StateChanged
from remotedesk.platform.fake import FakePlatform
from remotedesk.transport.server_address import ServerAddress, Trust
from tests.support.accessibility import AccessibilityError
from tests.support.attacks import Attacker, Spot
from tests.support.sessions import EVERYTHING, Heard
from tests.support.stage import ENGINEER, Stage
from tests.support.xserver import wait_until

ALLOWED = frozenset({Feature.VIEW, Feature.CONTROL})
WANTED = frozenset({Feature.CHAT})
OUTSIDE: Spot = (160, 700)  # in that program, where no window of the client comes
START_S = 60.0
STILL_S = 0.5
SWITCHES = ("allow_view", "allow_control", "allow_chat", "chat")
ANSWERS = ("accept", "decline", "accept_prompt")


class Onlooker(Protocol):
    """Sees what lies behind the windows of the customer's display."""

    def pointer(self) -> tuple[int, int]:
        """Return where the pointer is."""

    def nothing_down(self) -> bool:
        """True while no key and no button is down."""


class AttackedSession:
    """A customer at a real display, who allowed view and control but not chat, and an engineer who wants chat."""

    def __init__(self, folder: Path, stage: Stage, onlooker: Onlooker, keep_program: Callable[[], None]) -> None:
        """`keep_program` has a program of somebody else's all over the customer's screen, again if it was closed."""
        self._stage = stage
        self.onlooker = onlooker
        self.keep_program = keep_program
        self.person = stage.customer
        self.heard = Heard()
        address = ServerAddress.parse(stage.server.url)
        trust = Trust(ca_file=stage.server.certificates.authority)
        self.engine = EngineerEngine(EngineOptions(address, trust, folder / "engine"), FakePlatform(), self.heard)

    def begin(self) -> None:
        """Hold the session up to where the customer has allowed view and control."""
        self.keep_program()
        self._stage.start_customer()
        self.person.sees("connect", timeout_s=START_S)
        self.engine.sign_in(ENGINEER.name, ENGINEER.password)
        self.heard.wait(SignedIn)
        self.engine.issue_number()
        number = SessionNumber.parse(self.heard.wait(NumberIssued).number)
        self.person.fills_in("number", number.grouped())
        self.person.fills_in("name", "Taro Yamada")
        self.person.clicks("connect")
        self.heard.state(State.ASKING)
        self.engine.ask(EVERYTHING)
        self.person.ticks("ask_control")
        self.person.ticks("ask_chat", on=False)
        self.person.clicks("accept")
        self.heard.wait(GrantsChanged, lambda event: event.features == ALLOWED)

    def spots(self, *identifiers: str) -> list[Spot]:
        """Return where these controls are, as a screen reader knows it."""
        return [self.person.sees(identifier).extents.centre for identifier in identifiers]

    def ask_until_open(self) -> None:
        """Ask for chat until the customer's client, which takes few questions, shows one."""

        def open_now() -> bool:
            self.engine.ask(WANTED)
            try:
                self.person.sees("accept", timeout_s=1.5)
            except AccessibilityError:
                return False
            return True

        wait_until(open_now, timeout_s=40, what="the question")

    def await_still_pointer(self) -> None:
        """Return once all the engineer's moves have been made: both have one pointer, and a click goes where it is."""
        seen, since_s = self.onlooker.pointer(), time.monotonic()

        def rests() -> bool:
            nonlocal seen, since_s
            if (now := self.onlooker.pointer()) != seen:
                seen, since_s = now, time.monotonic()
            return time.monotonic() - since_s > STILL_S

        wait_until(rests, what="the pointer to rest")

    def decline(self) -> None:
        """Say no, as often as it takes: the first click may only close a menu the engineer left open."""
        self.await_still_pointer()

        def gone() -> bool:
            if self.person.reader.find("decline") is not None:
                self.person.clicks("decline")
                time.sleep(0.5)
            return self.person.reader.find("accept") is None

        wait_until(gone, what="the answered question to go")

    def end(self, since: int) -> None:
        """End it, as often as it takes, for the same reason."""
        self.await_still_pointer()

        def over() -> bool:
            if self.person.reader.find("end") is not None:
                self.person.clicks("end")
                time.sleep(0.5)
            return any(
                isinstance(event, StateChanged) and event.state is State.ENDED for _, event in self.heard.events[since:]
            )

        wait_until(over, what="the end")

    def require_nothing_gained(self) -> None:
        """Fail if anything was allowed or switched off since the customer's first answer."""
        told = self.heard.all(GrantsChanged)
        assert {event.features for event in told} <= {ALLOWED}, "somebody allowed more, or moved a switch"
        assert not [event for event in self.heard.all(StateChanged) if event.state is State.ENDED]

    def recorded(self, act: str) -> list[dict[str, Any]]:
        """Return the facts of every such entry of the customer's record so far."""
        (record,) = self._stage.records("customer")
        entries = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
        return [entry["facts"] for entry in entries if entry["act"] == act]

    def close(self) -> None:
        """End the engineer's engine."""
        self.engine.close()


def attack(session: AttackedSession, *, rounds: int, tries: int, injector_looks: bool = True) -> Attacker:
    """Attack the bar, the moment a question opens, and the open question; the customer declines each question.

    Unless `injector_looks`, what is injected is not kept from the windows by the injector.
    """
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    attacker = Attacker(session.engine, chance)
    beginnings = [
        attacker.hold_key,
        attacker.half_double_click,
        attacker.park,
        attacker.hold_button,
        attacker.leave_focus,
    ]
    answers: list[Spot] = [(640, 400)]  # until one has been seen: the middle, where it would open
    for turn in range(rounds):
        attacker.tries(session.spots(*SWITCHES), OUTSIDE, tries)
        session.require_nothing_gained()
        session.keep_program()
        beginnings[turn % len(beginnings)](chance.choice(answers), OUTSIDE)
        session.engine.ask(WANTED)
        attacker.tries(answers, OUTSIDE, tries // 2)
        session.ask_until_open()
        if injector_looks:
            require_safe_opening(session)
        answers = session.spots(*ANSWERS)
        attacker.tries([*answers, *session.spots(*SWITCHES)], OUTSIDE, tries)
        attacker.close_window()
        session.person.sees("accept", lambda button: button.is_enabled)
        session.require_nothing_gained()
        session.decline()
    return attacker


def require_safe_opening(session: AttackedSession) -> None:
    """Fail if the question opened under the pointer, or with something of the engineer's held down."""
    onlooker = session.onlooker
    place = session.person.sees("accept_prompt").extents
    x, y = onlooker.pointer()
    under = place.x <= x < place.x + place.width and place.y <= y < place.y + place.height
    assert not under, f"the pointer is at {x}, {y}, in {place}"
    wait_until(onlooker.nothing_down, what="held keys and buttons to be let go")


def require_held(session: AttackedSession, attacker: Attacker, least: int, *, injector_looks: bool = True) -> None:
    """The tries were many and real, nothing came of them, and the customer himself still can."""
    assert attacker.count >= least
    session.require_nothing_gained()
    session.ask_until_open()
    session.person.clicks("accept")
    session.heard.wait(GrantsChanged, lambda event: event.features >= WANTED)
    since = session.heard.mark()
    session.end(since)
    wait_until(lambda: session.recorded("heads_exchanged"), what="the record to be complete")
    granted = [facts["feature"] for facts in session.recorded("granted")]
    assert granted == ["control", "view", "chat"], "somebody else said yes"
    injected = sum(sum(counts.values()) for counts in session.recorded("control_used"))
    refused = sum(sum(counts.values()) for counts in session.recorded("input_refused"))
    print(f"{attacker.count} attempts, {injected} events injected, {refused} refused")
    assert injected > least // 10
    assert refused > least or not injector_looks
