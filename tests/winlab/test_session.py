"""The whole session with the customer's client on a Windows, that is under Wine, and everything else on Linux."""

import shutil
from collections.abc import Iterator
from typing import Final

import pytest
from PIL import Image, ImageChops

from remotedesk.core.geometry import Rect, Size
from tests.demo.played import chat, end, verify_records
from tests.demo.steps import Steps
from tests.support.xserver import wait_until
from tests.winlab.build import build
from tests.winlab.lab import ROOT, Lab
from tests.winlab.onlooker import WindowsOnlooker
from tests.winlab.stage import WindowsStage

FOLDER: Final = ROOT / "build" / "windows-session"
CUSTOMERS, ENGINEERS = Size(1280, 800), Size(1920, 1080)  # so that the picture is shown 1:1
FIRST_START_S: Final = 60.0  # the first time, Python writes its bytecode
NOTEPAD: Final = "Notepad"
IN_NOTEPAD: Final = (640, 500)

TYPED: Final = 'Hello, World! 0123 (a+b)*c/d = "x_y"; ~#@$%^&|?<>[]{}'
JAPANESE: Final = "図面の寸法公差を①確認してください。髙﨑ｱｲｳ𠮷"
COMPOSED: Final = f'<Multi_key> <j> : "{JAPANESE}"\n'

pytestmark = [pytest.mark.wine, pytest.mark.timeout(240)]


@pytest.fixture
def stage() -> Iterator[WindowsStage]:
    """Return two people, of whom the engineer has an input method for Japanese: one text, by Compose and j."""
    build(Lab())
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    composed = FOLDER / "XCompose"
    composed.write_text(COMPOSED, encoding="utf-8")
    methods = {"QT_IM_MODULE": "compose", "XCOMPOSEFILE": str(composed), "LC_ALL": "C.UTF-8"}
    with WindowsStage(FOLDER, display=CUSTOMERS, engineer_display=ENGINEERS) as made:
        made.engineer.environment.update(methods)
        yield made
        made.require_clean_logs()


def differing(stage: WindowsStage) -> tuple[int, int, int, int] | None:
    """Return where the engineer's picture is another than the customer's screen; None if it is the same."""
    left, top = stage.on_picture(0, 0)
    box = (left, top, left + CUSTOMERS.width, top + CUSTOMERS.height)
    with (
        Image.open(stage.customer.screen.screenshot(FOLDER / "exact-customer.png")) as original,
        Image.open(stage.engineer.screen.screenshot(FOLDER / "exact-engineer.png")) as shown,
    ):
        return ImageChops.difference(original.convert("RGB"), shown.convert("RGB").crop(box)).getbbox()


def await_exact(stage: WindowsStage) -> None:
    """The engineer's picture is the customer's screen, pixel by pixel, and he is told so."""
    assert stage.picture.scale == 1

    def same() -> bool:
        stage.engineer.sees("exact", lambda mark: mark.text == "Exact")
        return differing(stage) is None

    wait_until(same, timeout_s=30, what=f"the same picture; they differ in {differing(stage)}")


def type_all(stage: WindowsStage, onlooker: WindowsOnlooker) -> None:
    """What the engineer types, by key and by input method, is what Notepad has."""
    engineer = stage.engineer

    def notepad_has(text: str) -> None:
        wait_until(lambda: onlooker.text(NOTEPAD) == text, what=f"{text!r}; Notepad has {onlooker.text(NOTEPAD)!r}")

    engineer.clicks_at(*stage.on_picture(*IN_NOTEPAD))
    engineer.types(TYPED)
    notepad_has(TYPED)
    engineer.presses("Return", "Multi_key", "j")
    notepad_has(f"{TYPED}\n{JAPANESE}")
    engineer.presses("Home", "shift+End", "BackSpace", "Up", "Home", "Delete")
    notepad_has(f"{TYPED[1:]}\n")
    engineer.presses("ctrl+a", "Delete")
    notepad_has("")
    engineer.presses("Multi_key", "j")
    notepad_has(JAPANESE)


def test_a_customer_on_windows_is_helped_from_number_to_end(stage: WindowsStage) -> None:
    steps = Steps(stage, FOLDER)
    with steps.step("start"):
        stage.start_engineer()
        stage.windows.start_program("notepad.exe")
        onlooker = WindowsOnlooker(stage.windows)
        wait_until(lambda: onlooker.put(NOTEPAD, Rect(200, 250, 800, 450)), timeout_s=FIRST_START_S, what=NOTEPAD)
        stage.start_customer()
        stage.customer.sees("connect", timeout_s=FIRST_START_S)
    with steps.step("engineer_gets_number"):
        stage.sign_in()
        number = stage.issue_number()
    with steps.step("customer_types_number"):
        stage.join(number)
    with steps.step("engineer_asks"):
        stage.ask()
    with steps.step("customer_accepts"):
        stage.accept()
        stage.engineer.sees("screen")
    with steps.step("engineer_types"):
        type_all(stage, onlooker)
    with steps.step("picture_is_exact"):
        await_exact(stage)
    with steps.step("both_chat"):
        chat(stage)
    with steps.step("customer_ends"):
        end(stage)
    with steps.step("records_verified"):
        verify_records(stage)
