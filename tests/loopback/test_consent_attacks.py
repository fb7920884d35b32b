"""The engineer cannot say yes for the customer, whatever he does with the mouse and keyboard he was allowed.

The customer's client is the real one in a window manager; the attacks go through a real session and its injector.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from remotedesk.core.geometry import Size
from tests.support.attacked_session import AttackedSession, attack, require_held
from tests.support.stage import Stage
from tests.support.x11 import Onlooker
from tests.support.xserver import XServer


def keep_terminal(screen: XServer) -> None:
    """Have a terminal all over the screen."""
    if not screen.run("xdotool", "search", "--class", "attacked", check=False).split():
        screen.start("xterm", "-class", "attacked", "-geometry", "220x70+0+0", "-e", "sleep", "infinity")
        screen.run("xdotool", "search", "--sync", "--onlyvisible", "--class", "attacked")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[AttackedSession]:
    with Stage(tmp_path, display=Size(1280, 800)) as stage:
        screen = stage.customer.screen
        with Onlooker(screen.display) as onlooker:
            made = AttackedSession(tmp_path, stage, onlooker, lambda: keep_terminal(screen))
            try:
                made.begin()
                yield made
            finally:
                made.close()
        stage.require_clean_logs()


def test_a_thousand_attempts_to_say_yes_for_the_customer_gain_nothing(session: AttackedSession) -> None:
    attacker = attack(session, rounds=5, tries=85)
    require_held(session, attacker, 1_000)


@pytest.mark.soak
@pytest.mark.timeout(1_200)
def test_ten_thousand_attempts_gain_nothing(session: AttackedSession) -> None:
    attacker = attack(session, rounds=40, tries=105)
    require_held(session, attacker, 10_000)
