"""The engineer cannot say yes for a customer on Windows either, whatever he does with mouse and keyboard.

The client is the real one under Wine and the attacks go through a real session and its injector. Wine has neither
taskbar nor Start menu nor Alt+Tab: attacks by way of those are tried, and prove nothing here.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from remotedesk.core.geometry import Size
from tests.support.attacked_session import AttackedSession, attack, require_held
from tests.winlab.build import build
from tests.winlab.lab import Lab
from tests.winlab.onlooker import WindowsOnlooker
from tests.winlab.stage import WindowsStage
from tests.winlab.wine_python import WinePython

DISPLAY = Size(1280, 800)

pytestmark = [pytest.mark.wine, pytest.mark.timeout(300)]


class AttackedStage(WindowsStage):
    """The customer's client does not stand aside for him."""

    client = "tests.windows.attacked_client"


class BlindStage(WindowsStage):
    """And its injector does not look where its events go."""

    client = "tests.windows.blind_client"


class Filler:
    """A program all over the screen; the engineer may close it by Alt+F4."""

    def __init__(self, windows: WinePython) -> None:
        self._windows = windows
        self._process: subprocess.Popen[bytes] | None = None

    def keep(self) -> None:
        """Start it again if it has ended."""
        if self._process is not None and self._process.poll() is None:
            return
        place = map(str, (0, 0, DISPLAY.width, DISPLAY.height))
        self._process = self._windows.start("-m", "tests.windows.edit_control", *place)
        assert self._process.stdout
        assert b"window" in self._process.stdout.readline()


@contextmanager
def attacked(stage: WindowsStage, folder: Path) -> Iterator[AttackedSession]:
    """Hold a session up to where the customer has allowed view and control."""
    filler, onlooker = Filler(stage.windows), WindowsOnlooker(stage.windows)
    session = AttackedSession(folder, stage, onlooker, filler.keep)
    try:
        session.begin()
        yield session
    finally:
        session.close()


@contextmanager
def staged(make: type[WindowsStage], folder: Path) -> Iterator[AttackedSession]:
    """Hold one on a stage of its own, on which nothing may have complained in the end."""
    build(Lab())
    with make(folder, display=DISPLAY) as stage:
        with attacked(stage, folder) as made:
            yield made
        stage.require_clean_logs()


@pytest.fixture
def session(tmp_path: Path) -> Iterator[AttackedSession]:
    with staged(AttackedStage, tmp_path) as made:
        yield made


@pytest.fixture
def blind_session(tmp_path: Path) -> Iterator[AttackedSession]:
    with staged(BlindStage, tmp_path) as made:
        yield made


def test_a_thousand_attempts_to_say_yes_for_the_customer_gain_nothing(session: AttackedSession) -> None:
    attacker = attack(session, rounds=5, tries=85)
    require_held(session, attacker, 1_000)


def test_our_windows_alone_let_nothing_of_the_engineers_in(blind_session: AttackedSession) -> None:
    attacker = attack(blind_session, rounds=5, tries=85, injector_looks=False)
    require_held(blind_session, attacker, 1_000, injector_looks=False)


@pytest.mark.soak
@pytest.mark.timeout(2_400)
def test_ten_thousand_attempts_gain_nothing(session: AttackedSession) -> None:
    attacker = attack(session, rounds=40, tries=105)
    require_held(session, attacker, 10_000)
