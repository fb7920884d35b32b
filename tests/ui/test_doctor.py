"""The doctor's findings in a window, where there is no console to read them from."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton, QWidget

from remotedesk.core.errors import ErrorCode
from remotedesk.engine.doctor import Check, Finding, Outcome, Why
from remotedesk.ui.doctor.window import FindingsWindow
from remotedesk.ui.i18n.findings import finding_line, summary
from tests.support.xserver import XServer, wait_until

FINDINGS = [
    *(Finding(check, Outcome.FAILED, why) for check in Check for why in (*Why, ErrorCode.CAPTURE_FAILED)),
    Finding(Check.SCREEN, Outcome.OK, facts={"width": 1920, "height": 1080, "ms": 5.234}),
    Finding(Check.X264, Outcome.OK, facts={"ms": 5.234}),
    Finding(Check.SVT_AV1, Outcome.OK, facts={"ms": 5.234}),
    Finding(Check.HARDWARE, Outcome.OK, facts={"names": "h264_mf, av1_mf"}),
    Finding(Check.SERVER, Outcome.OK, facts={"ms": 5.234}),
]


def test_every_finding_is_one_line(app: QApplication) -> None:
    lines = [finding_line(each) for each in FINDINGS]
    assert len(set(lines)) == len(lines)
    assert not any("\n" in line or "{" in line for line in lines)
    assert finding_line(FINDINGS[-5]) == (
        "ok: the screen is read, and a change in it is seen – 1920 × 1080 pixels, read in 5.2 ms"
    )
    assert finding_line(FINDINGS[-2]) == "ok: moving pictures with the graphics card – h264_mf, av1_mf"


def test_every_finding_is_told_in_japanese(app: QApplication, japanese: None) -> None:
    lines = [finding_line(each) for each in FINDINGS]
    assert all(line.startswith(("異常: ", "正常: ")) for line in lines)
    assert len(set(lines)) == len(lines)
    assert summary(0).endswith("。")
    assert "3" in summary(3)


@pytest.mark.parametrize("way", ["button", "frame"])
def test_the_window_can_be_copied_from_and_tells_that_it_is_closed(
    app: QApplication, keep: Callable[[QWidget], QWidget], way: str
) -> None:
    window = FindingsWindow()
    keep(window)
    closed: list[bool] = []
    window.closed.connect(lambda: closed.append(True))
    window.add("ok: one")
    window.add("failed: two")
    window.show()
    field = window.findChild(QPlainTextEdit, "findings")
    assert field is not None
    assert field.isReadOnly()
    copy, close = (window.findChild(QPushButton, name) for name in ("copy", "close"))
    copy.click()
    assert QGuiApplication.clipboard().text() == "ok: one\nfailed: two"
    if way == "button":
        close.click()
    else:
        window.close()
    assert closed == [True]


def test_without_a_console_the_window_stays_until_it_is_closed(xserver: XServer, tmp_path: Path) -> None:
    script = "import sys; sys.stdout = None; from remotedesk.cli import main; sys.exit(main(['doctor', *sys.argv[1:]]))"
    program = xserver.start(
        *(sys.executable, "-c", script, "--language", "en"),
        log=tmp_path / "log", QT_QPA_PLATFORM="xcb", XDG_CONFIG_HOME=str(tmp_path),
    )  # fmt: skip

    def windows(title: str) -> list[str]:
        return xserver.run("xdotool", "search", "--onlyvisible", "--name", title, check=False).split()

    wait_until(lambda: windows("^remotedesk doctor$"), what="the window that is looked for")
    wait_until(lambda: not windows("^remotedesk doctor$"), 60, "the end of the checks")
    (window,) = windows("what works on this machine")
    assert program.poll() is None
    xserver.xdotool("windowactivate", "--sync", window, "key", "alt+F4")
    assert program.wait(20) == 0
    assert (tmp_path / "log").read_text(encoding="utf-8") == ""
