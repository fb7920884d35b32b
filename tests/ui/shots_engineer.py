"""Saves a picture of every state of the engineer's windows: `python -m tests.ui.shots_engineer OUTDIR`.

Each language and scale factor runs in a process of its own, on a display of its own.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QEventLoop, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from remotedesk.core.consent import Feature, Suspension
from remotedesk.core.errors import ErrorCode
from remotedesk.core.quality import Grade, Quality, Reason, Route, Verdict
from remotedesk.core.session_state import State
from remotedesk.engine.api import Cursor, EngineerApi, Listener, Picture
from remotedesk.engine.events import (
    Answered,
    ChatAdded,
    CodeReady,
    CursorChanged,
    EngineEvent,
    Failed,
    FrameReady,
    GrantsChanged,
    GuessFailed,
    NumberIssued,
    PeerNamed,
    QualityChanged,
    RecordClosed,
    SignedIn,
    StateChanged,
)
from remotedesk.ui.engineer.app import EngineerWindows
from remotedesk.ui.i18n.language import install_language
from remotedesk.ui.shared.options import ServeInfo, UiOptions
from remotedesk.ui.shared.theme import apply_theme
from tests.fakes.engines import ScriptedEngineer
from tests.support.xserver import XServer

ALL = frozenset({Feature.VIEW, Feature.CONTROL, Feature.CHAT})
LOOK = frozenset({Feature.VIEW})


def drawing(width: int = 1920, height: int = 1080) -> Picture:
    """Return a picture that looks like a CAD program: thin lines, text, a dark canvas."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#f0f0f0"))
    painter = QPainter(image)
    painter.fillRect(0, 90, width, height - 130, QColor("#101820"))
    painter.setFont(QFont("DejaVu Sans", 11))
    painter.drawText(12, 24, "LibreCAD - [bracket.dxf]")
    for at, name in enumerate(("File", "Edit", "View", "Plugins", "Options", "Drawing", "Help")):
        painter.drawText(12 + at * 80, 52, name)
    painter.drawText(12, height - 14, "X: 120.000  Y: 45.500")
    painter.setPen(QPen(QColor("#2a3b4c"), 1))
    for x in range(0, width, 40):
        painter.drawLine(x, 90, x, height - 40)
    for y in range(90, height - 40, 40):
        painter.drawLine(0, y, width, y)
    painter.setPen(QPen(QColor("#ffffff"), 1))
    painter.drawRect(600, 300, 700, 460)
    painter.setPen(QPen(QColor("#ff5050"), 1))
    for radius in (40, 90, 150):
        painter.drawEllipse(QRectF(950 - radius, 530 - radius, 2 * radius, 2 * radius))
    painter.setPen(QPen(QColor("#50ff80"), 1))
    painter.drawLine(600, 820, 1300, 820)
    painter.drawText(930, 812, "700.00")
    painter.end()
    return Picture(bytes(image.constBits()), width, height, image.bytesPerLine(), 1)


def minute() -> Iterator[QualityChanged]:
    """Yield a minute of work on a link of 2 Mbit/s: stillness, typing, a new screen now and then."""
    for second in range(60):
        bps = 1_900_000 if second % 20 in (3, 4) else 39_000 + 8_000 * (second % 7)
        rtt_s = 0.061 + (0.04 if bps > 1_000_000 else 0.002 * (second % 3))
        yield QualityChanged(Quality(2_000, bps, rtt_s, 0.018, second % 16, True, False, Route.DIRECT), Verdict())


class Shoot:
    """The windows on a scripted engine, led from state to state."""

    def __init__(self, folder: Path, suffix: str) -> None:
        self._folder, self._suffix = folder, suffix
        self._windows: EngineerWindows | None = None

    def open(self, options: UiOptions) -> None:
        if self._windows is not None:
            self._windows.close()
        self._engine: ScriptedEngineer

        def make(tell: Listener) -> EngineerApi:
            self._engine = ScriptedEngineer(tell)
            return self._engine

        self._windows = EngineerWindows(make, options, lambda code: None)
        self.wait()

    def tell(self, *events: EngineEvent) -> None:
        for event in events:
            self._engine.tell(event)
        self.wait()

    def frame(self, picture: Picture) -> None:
        self._engine.picture = picture
        self.tell(FrameReady())

    def pointer(self, cursor: Cursor) -> None:
        self._engine.cursor = cursor
        self.tell(CursorChanged())

    def wait(self, ms: int = 150) -> None:
        loop = QEventLoop()
        QTimer.singleShot(ms, loop.quit)
        loop.exec()

    def child(self, name: str) -> QWidget:
        assert self._windows is not None
        for window in (self._windows.console, self._windows.viewer):
            found = window.findChild(QWidget, name)
            if isinstance(found, QWidget):
                return found
        raise LookupError(name)

    def click(self, name: str) -> None:
        button = self.child(name)
        assert isinstance(button, QAbstractButton)
        button.click()
        self.wait()

    def fill_in(self, name: str, text: str) -> None:
        field = self.child(name)
        assert isinstance(field, QLineEdit)
        field.setText(text)

    def save(self, name: str) -> None:
        assert self._windows is not None
        window = self._windows.viewer if self._windows.viewer.isVisible() else self._windows.console
        self.wait()
        popup = QApplication.activePopupWidget()
        (popup or window).grab().save(str(self._folder / f"{name}{self._suffix}.png"))

    def finish(self) -> None:
        assert self._windows is not None
        self._windows.close()


def console_states(shoot: Shoot) -> Iterator[str]:
    """Go through the console; yields a name when a picture is due."""
    shoot.open(UiOptions(server_name="support.example.com"))
    yield "01-sign-in"
    shoot.click("sign_in")
    yield "02-name-missing"
    shoot.fill_in("name", "hanako.suzuki")
    shoot.fill_in("password", "wrong")
    shoot.click("sign_in")
    shoot.tell(Failed(ErrorCode.SIGN_IN_FAILED))
    yield "03-sign-in-failed"
    shoot.tell(SignedIn("Hanako Suzuki", "Example Engineering K.K."))
    yield "04-no-number"
    shoot.click("new_number")
    shoot.tell(NumberIssued("4829-1056-3378", 600), StateChanged(State.WAITING))
    yield "05-waiting"
    shoot.tell(StateChanged(State.PAIRING))
    yield "06-pairing"
    shoot.tell(StateChanged(State.WAITING), GuessFailed(ErrorCode.SECRET_WRONG, 2))
    yield "07-wrong-number"
    shoot.tell(GuessFailed(ErrorCode.SECRET_WRONG, 0), StateChanged(State.ENDED, ErrorCode.NUMBER_BURNT))
    yield "08-burnt"
    shoot.tell(StateChanged(State.WAITING), NumberIssued("4829-1056-3378", 600), StateChanged(State.PAIRING))
    shoot.tell(StateChanged(State.ASKING), PeerNamed("山田 太郎", ""), CodeReady("4719"))
    yield "09-customer"
    shoot.click("ask")
    yield "10-asked"
    shoot.tell(Answered(frozenset()))
    yield "11-declined"
    shoot.click("ask")
    shoot.tell(Answered(frozenset({Feature.VIEW, Feature.CHAT})), StateChanged(State.CONNECTING))
    yield "12-accepted"


def viewer_states(shoot: Shoot) -> Iterator[str]:
    """Go on in the viewer, to the end."""
    shoot.tell(StateChanged(State.VERIFYING), StateChanged(State.ACTIVE), GrantsChanged(LOOK, frozenset()))
    yield "20-first-picture"
    shoot.frame(drawing())
    shoot.tell(*minute())
    shoot.pointer(Cursor(930, 520, None))
    yield "21-look-only"
    shoot.tell(QualityChanged(next(minute()).quality, Verdict(Grade.FAIR, Reason.LOSSY)))
    shoot.click("quality")
    yield "21b-quality"
    shoot.child("quality_panel").hide()
    QTest.mouseClick(shoot.child("screen"), Qt.MouseButton.LeftButton)
    yield "22-hint"
    shoot.click("ask_control")
    shoot.tell(Answered(frozenset({Feature.CONTROL})), GrantsChanged(ALL, frozenset()))
    shoot.tell(ChatAdded("図面の寸法が表示されません。", False))
    yield "23-control"
    shoot.click("toggle_chat")
    shoot.tell(ChatAdded("Please open the Options menu; I will mark the setting for you.", True))
    shoot.tell(ChatAdded("はい、開きました。", False))
    yield "24-chat"
    shoot.click("toggle_chat")
    shoot.click("actual")
    yield "25-one-to-one"
    shoot.click("fit")
    shoot.tell(GrantsChanged(ALL, frozenset({Suspension.LOCKED})))
    yield "26-locked"
    shoot.tell(GrantsChanged(ALL, frozenset({Suspension.SILENCE})), StateChanged(State.RECONNECTING))
    yield "27-reconnecting"
    shoot.tell(StateChanged(State.ACTIVE), GrantsChanged(frozenset({Feature.CHAT}), frozenset()))
    yield "28-view-off"
    shoot.tell(GrantsChanged(ALL, frozenset()))
    shoot.frame(drawing())
    shoot.click("full_screen")
    shoot.wait(500)
    yield "29-full-screen-bar"
    shoot.wait(3_500)
    yield "30-full-screen"
    shoot.tell(StateChanged(State.ENDED, ErrorCode.PEER_ENDED))
    yield "31-ended"
    shoot.tell(RecordClosed("/home/hanako/records/2026-11-23.jsonl", "7F3A-90C2"))
    yield "32-record"
    shoot.open(
        UiOptions(
            server_name="192.168.10.21",
            serve_info=ServeInfo("https://192.168.10.21:8443", "4A:9C:11:E0:73:5D:88:02:B1:6F:3E:90:C4:27:A8:5B"),
            auto_sign_in=("engineer", "secret"),
        )
    )
    shoot.tell(SignedIn("Hanako Suzuki", ""), StateChanged(State.WAITING), NumberIssued("4829-1056-3378", 600))
    yield "40-serve"


def shoot_all(folder: Path, language: str, suffix: str) -> None:
    """Take every picture in this process."""
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    app.setAttribute(Qt.ApplicationAttribute.AA_DontShowIconsInMenus)
    install_language(app, language)
    apply_theme(app, language, dark=False)
    shoot = Shoot(folder, suffix)
    for states in (console_states, viewer_states):
        for name in states(shoot):
            shoot.save(name)
    shoot.finish()


def main(folder: Path) -> None:
    """Start one process per language and scale factor."""
    folder.mkdir(parents=True, exist_ok=True)
    for language in ("en", "ja"):
        for scale in (1, 2):
            with XServer(1600 * scale, 1000 * scale) as display:
                command = [sys.executable, "-m", __spec__.name, str(folder), language, f"-{language}-{scale}x"]
                subprocess.run(command, env=display.environment(QT_SCALE_FACTOR=str(scale)), check=True)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        shoot_all(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
    else:
        main(Path(sys.argv[1]))
