"""The packaged client under Wine goes through a session, by keyboard alone: nothing tells what its windows show."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from remotedesk.core.geometry import Rect, Size
from tests.support.stage import CUSTOMER
from tests.support.xserver import wait_until
from tests.winlab.lab import ROOT, windows_path
from tests.winlab.onlooker import WindowsOnlooker
from tests.winlab.package import make_package
from tests.winlab.stage import WindowsStage

FOLDER: Final = ROOT / "build" / "windows-package-session"
START_S: Final = 60.0
READ_S: Final = 1.0  # as a person reads a question; half a second is demanded
IN_NOTEPAD: Final = (640, 500)
TYPED: Final = "Hello from far away"

pytestmark = [pytest.mark.wine, pytest.mark.soak, pytest.mark.timeout(1_200)]


class PackagedStage(WindowsStage):
    """The customer has the packaged client."""

    program: Path

    def start_customer(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start it."""
        authority = windows_path(self.server.certificates.authority)
        records = windows_path(self._folder / "customer" / "records")
        reaching = ["--server", self.server.url, "--ca-file", authority, "--record-dir", records]
        return self.windows.start_program(str(self.program), *arguments, *reaching, "--language", self._language)

    def customer_sees(self, title: str) -> None:
        """Wait for a window with this title, and give it the keyboard as a window manager would."""
        found = ("xdotool", "search", "--onlyvisible", "--name", title)
        wait_until(lambda: self.customer.screen.run(*found, check=False).split(), timeout_s=START_S, what=title)
        time.sleep(READ_S)
        self.customer.screen.xdotool("search", "--onlyvisible", "--name", title, "windowfocus", "%1")


@pytest.fixture
def stage() -> Iterator[PackagedStage]:
    program = make_package() / "remotedesk.exe"
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with PackagedStage(FOLDER, display=Size(1280, 800), engineer_display=Size(1920, 1080)) as made:
        made.program = program
        yield made


def test_a_packaged_client_is_helped(stage: PackagedStage) -> None:
    customer, engineer = stage.customer, stage.engineer
    stage.windows.start_program("notepad.exe")
    onlooker = WindowsOnlooker(stage.windows)
    wait_until(lambda: onlooker.put("Notepad", Rect(200, 250, 800, 450)), timeout_s=START_S, what="Notepad")
    stage.start_engineer()
    stage.sign_in()
    number = stage.issue_number()
    stage.start_customer()
    stage.customer_sees("Remote support")
    customer.types(number)
    customer.presses("Tab")
    customer.types(CUSTOMER)
    customer.screen.screenshot(FOLDER / "1-typed-customer.png")
    customer.presses("Return")
    assert engineer.reads("customer_name") == CUSTOMER
    for feature in ("view", "control", "chat"):
        engineer.ticks(f"want_{feature}")
    engineer.clicks("ask")
    stage.customer_sees("Your engineer asks")
    customer.presses("Tab", "Tab", "space")  # mouse and keyboard, too
    customer.screen.screenshot(FOLDER / "2-asked-customer.png")
    customer.presses("Tab", "Tab", "Tab", "space")  # past "decline"
    engineer.sees("exact", lambda mark: mark.text == "Exact")
    engineer.clicks_at(*stage.on_picture(*IN_NOTEPAD))
    engineer.types(TYPED)
    wait_until(lambda: onlooker.text("Notepad") == TYPED, what=f"what was typed; {onlooker.text('Notepad')!r}")
    customer.screen.screenshot(FOLDER / "3-session-customer.png")
    engineer.screen.screenshot(FOLDER / "3-session-engineer.png")
    customer.presses("ctrl+shift+F12")
    code = engineer.reads("short_code")
    customer.screen.screenshot(FOLDER / "4-end-customer.png")
    assert code in {entry["facts"].get("code") for entry in entries(stage)}


def entries(stage: PackagedStage) -> list[dict[str, dict[str, str]]]:
    """Return the newest of the customer's records."""
    record = stage.records("customer")[-1]
    return [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
