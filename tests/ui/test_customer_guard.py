"""Once the engineer has had mouse and keyboard, what a program presses is no yes; until then it may be an aid."""

import math
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QApplication

from remotedesk.core.consent import ALONE_AFTER_S, PROMPT_ARMS_AFTER_S, Feature
from remotedesk.platform.ports import Origin
from remotedesk.ui.customer.input_guard import InputGuard
from tests.support.customer_stage import Stage
from tests.support.qt_wait import click_made, wait_for

EVENT = 0x1000  # an address nobody looks at


class Pressing:
    """Says for how long no program has pressed."""

    def __init__(self) -> None:
        self.at_s = -math.inf

    def __call__(self) -> float:
        return time.monotonic() - self.at_s

    def now(self) -> None:
        self.at_s = time.monotonic()


@pytest.fixture
def program() -> Pressing:
    return Pressing()


@pytest.fixture
def stage(app: QApplication, program: Pressing) -> Iterator[Stage]:
    made = Stage(program_idle_s=program)
    yield made
    made.close()


def answered(stage: Stage) -> list[tuple[object, ...]]:
    return [call for call in stage.calls if call[0] == "answer"]


def test_it_drops_what_the_engineer_made_and_remembers_what_a_program_did() -> None:
    origins = iter([Origin.PERSON, Origin.ENGINEER, Origin.PROGRAM])
    guard = InputGuard(lambda event: next(origins) if event == EVENT else pytest.fail(f"event {event}"))
    kind = QByteArray(b"windows_generic_MSG")
    assert guard.nativeEventFilter(kind, EVENT) == (False, 0)
    assert guard.nativeEventFilter(kind, EVENT) == (True, 0)
    assert guard.program_idle_s() == math.inf
    assert guard.nativeEventFilter(kind, EVENT) == (False, 0)
    assert guard.program_idle_s() < 60


def test_the_first_question_may_be_answered_by_an_aid(stage: Stage, program: Pressing) -> None:
    stage.join()
    stage.ask()
    program.now()
    click_made(stage.prompt.accept_button, ago_ms=0)
    assert len(answered(stage)) == 1


def test_after_control_a_programs_press_allows_nothing_and_a_persons_does(stage: Stage, program: Pressing) -> None:
    stage.share({Feature.VIEW, Feature.CONTROL})
    answers = len(answered(stage))
    stage.ask({Feature.CHAT}, number=2, first=False)
    program.now()
    click_made(stage.prompt.accept_button, ago_ms=0)
    assert len(answered(stage)) == answers
    wait_for(lambda: program() > ALONE_AFTER_S)
    click_made(stage.prompt.accept_button, ago_ms=0)
    assert len(answered(stage)) == answers + 1


def test_after_control_a_programs_press_moves_no_switch_to_on(stage: Stage, program: Pressing) -> None:
    stage.share({Feature.VIEW, Feature.CONTROL})
    chat = stage.session.bar.switches[Feature.CHAT]
    shown_s = time.monotonic()
    wait_for(lambda: time.monotonic() - shown_s > PROMPT_ARMS_AFTER_S)
    program.now()
    click_made(chat, ago_ms=0)
    assert ("set_allowed", Feature.CHAT, True) not in stage.calls
    wait_for(lambda: program() > ALONE_AFTER_S)
    click_made(chat, ago_ms=0)
    assert ("set_allowed", Feature.CHAT, True) in stage.calls


def test_without_control_an_aid_may_move_a_switch(stage: Stage, program: Pressing) -> None:
    stage.share({Feature.VIEW})
    shown_s = time.monotonic()
    wait_for(lambda: time.monotonic() - shown_s > PROMPT_ARMS_AFTER_S)
    program.now()
    click_made(stage.session.bar.switches[Feature.CHAT], ago_ms=0)
    assert ("set_allowed", Feature.CHAT, True) in stage.calls
