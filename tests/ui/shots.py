"""Pictures of every customer's screen, to look at: `python -m tests.ui.shots OUTDIR` on displays of its own.

Each screen is drawn in both languages, light at 1x and 2x, dark at 1x.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from remotedesk.core.audit import Act, AuditChain
from remotedesk.core.consent import Feature, Suspension
from remotedesk.core.errors import ErrorCode
from remotedesk.core.quality import Grade, Quality, Reason, Route, Verdict
from remotedesk.core.session_state import State
from remotedesk.engine.events import (
    Asked,
    ChatAdded,
    CodeReady,
    EngineEvent,
    GrantsChanged,
    GuessFailed,
    PeerNamed,
    QualityChanged,
    RecordClosed,
    StateChanged,
)
from remotedesk.ui.customer.flow import CustomerFlow
from remotedesk.ui.i18n.language import install_language
from remotedesk.ui.shared.icons import Icon, icon_of
from remotedesk.ui.shared.theme import apply_theme, colors
from tests.fakes.engines import ScriptedCustomer
from tests.support.xserver import XServer

NUMBER = "1234-5678-9018"
ALL = frozenset({Feature.VIEW, Feature.CONTROL, Feature.CHAT})
SMOOTH = Quality(1_800_000, 9_000, 0.012, 0.0, 30, True, False, Route.DIRECT)


def main() -> None:
    """Start one program per language, scale and scheme."""
    out = Path(sys.argv[1]).resolve()
    out.mkdir(parents=True, exist_ok=True)
    for scale, scheme in ((1, "light"), (2, "light"), (1, "dark")):
        with XServer(1280 * scale, 800 * scale) as server:
            for language in ("en", "ja"):
                command = [sys.executable, "-m", "tests.ui.shots", str(out), language, str(scale), scheme]
                environment = server.environment(QT_SCALE_FACTOR=str(scale), QT_QPA_PLATFORM="xcb")
                subprocess.run(command, env=environment, check=True, timeout=300)


def draw(out: Path, language: str, scale: str, scheme: str) -> None:
    """Go through a session in one look, taking a picture of the display at every step."""
    app = QApplication(["remotedesk-shots"])
    app.setQuitOnLastWindowClosed(False)
    install_language(app, language)
    apply_theme(app, language, dark=scheme == "dark")
    app.setWindowIcon(icon_of(Icon.LOGO, colors().accent, 64))
    desk = QWidget(None, Qt.WindowType.X11BypassWindowManagerHint)
    desk.setStyleSheet("background: #6d7a86;")
    desk.setGeometry(app.primaryScreen().geometry())
    desk.show()
    desk.lower()

    def shoot(name: str) -> None:
        QTest.qWait(250)
        file = out / f"{name}_{language}_{scale}x_{scheme}.png"
        subprocess.run(["import", "-silent", "-window", "root", str(file)], check=True, timeout=60)

    _session(shoot, language, out)


def _session(shoot: Callable[[str], None], language: str, out: Path) -> None:
    engines: list[ScriptedCustomer] = []

    def make(listener: Callable[[EngineEvent], None]) -> ScriptedCustomer:
        engines.append(ScriptedCustomer(listener))
        return engines[-1]

    flow = CustomerFlow(make, "", "support.example.jp · remotedesk 0.1.0")
    flow.start()
    shoot("01_start")
    start = flow.window.start
    QTest.keyClicks(start.number, "1234567890")
    shoot("02_typing")
    QTest.keyClicks(start.number, "99")
    shoot("03_mistyped")
    start.number.clear()
    QTest.keyClicks(start.number, _right_number())
    start.name.setText("山田 太郎" if language == "ja" else "Taro Yamada")
    start.connect_button.click()
    tell = engines[-1].tell
    tell(StateChanged(State.WAITING))
    shoot("04_waiting")
    tell(StateChanged(State.PAIRING))
    tell(GuessFailed(ErrorCode.SECRET_WRONG, 2))
    shoot("05_guess_failed")
    tell(StateChanged(State.ENDED, ErrorCode.SERVER_CERTIFICATE))
    shoot("06_error")
    start.connect_button.click()
    tell = engines[-1].tell
    _accept(flow, tell, shoot, language)
    _share(flow, tell, shoot, language)
    tell(StateChanged(State.ENDED, ErrorCode.PEER_LOST))
    shoot("15_lost")
    record = _record(out / f"record_{language}.jsonl", language)
    tell(RecordClosed(str(record), "3F9A-07C2"))
    shoot("16_end")
    flow.window.end.open_button.click()
    shoot("17_record")
    flow.close()


def _accept(
    flow: CustomerFlow, tell: Callable[[EngineEvent], None], shoot: Callable[[str], None], language: str
) -> None:
    names = ("佐藤 花子", "サンプルCADサポート株式会社") if language == "ja" else ("Hanako Sato", "Example CAD Support")
    tell(PeerNamed(*names))
    tell(CodeReady("0427"))
    tell(StateChanged(State.ASKING))
    QTest.qWait(50)
    tell(Asked(1, ALL, first=True))
    shoot("07_accept_arming")
    QTest.qWait(500)
    shoot("08_accept")
    assert flow.prompt is not None
    QTest.keyClick(flow.prompt, Qt.Key.Key_Tab)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    shoot("09_accept_focus")
    flow.prompt.accept_button.click()


def _share(
    flow: CustomerFlow, tell: Callable[[EngineEvent], None], shoot: Callable[[str], None], language: str
) -> None:
    shoot("10_connecting")
    tell(StateChanged(State.ACTIVE))
    tell(GrantsChanged(frozenset({Feature.VIEW, Feature.CHAT}), frozenset()))
    tell(QualityChanged(SMOOTH, Verdict()))
    shoot("11_viewing")
    tell(Asked(2, frozenset({Feature.CONTROL}), first=False))
    QTest.qWait(600)
    shoot("12_asks_control")
    assert flow.prompt is not None
    flow.prompt.accept_button.click()
    tell(GrantsChanged(ALL, frozenset()))
    tell(QualityChanged(SMOOTH, Verdict(Grade.FAIR, Reason.LOSSY)))
    chat = (
        (
            ("線が一本消えてしまいました。", True),
            ("「元に戻す」で戻せます。こちらで操作してもよろしいですか。", False),
            ("お願いします。", True),
        )
        if language == "ja"
        else (
            ("One line has disappeared.", True),
            ("You can undo that. May I do it for you?", False),
            ("Yes please.", True),
        )
    )
    assert flow.session is not None
    QTest.qWait(50)
    for text, mine in chat:
        tell(ChatAdded(text, mine))
    QTest.qWait(50)
    shoot("13a_unread")
    flow.session.bar.chat_button.click()
    shoot("13_control_and_chat")
    tell(GrantsChanged(ALL, frozenset({Suspension.LOCKED})))
    shoot("14_paused")


def _right_number() -> str:
    from remotedesk.core.session_number import check_digit

    return "12345678901" + check_digit("12345678901")


def _record(path: Path, language: str) -> Path:
    chain = AuditChain()
    at = "2026-11-23T05:0{}:1{}.000+00:00"
    engineer = "佐藤 花子" if language == "ja" else "Hanako Sato"
    chain.append(at.format(0, 0), Act.STARTED, role="customer", server="support.example.jp", routing="12345")
    chain.append(at.format(0, 4), Act.PAIRED, engineer=engineer, company="Example CAD Support", code="0427")
    chain.append(at.format(0, 5), Act.ASKED, features="chat,control,view")
    chain.append(at.format(1, 0), Act.GRANTED, feature="view")
    chain.append(at.format(1, 0), Act.GRANTED, feature="chat")
    chain.append(at.format(1, 1), Act.CONNECTED)
    chain.append(at.format(1, 1), Act.VIEW_STARTED)
    chain.append(at.format(2, 1), Act.GRANTED, feature="control")
    chain.append(at.format(3, 1), Act.CONTROL_USED, Key=42, PointerButton=7, PointerMove=310)
    chain.append(at.format(4, 0), Act.SUSPENDED, why="locked")
    chain.append(at.format(5, 0), Act.RESUMED, why="locked")
    chain.append(at.format(6, 0), Act.CHAT_SENT, characters=11)
    chain.append(at.format(7, 0), Act.REVOKED, feature="control")
    chain.append(at.format(8, 0), Act.ENDED, by="customer", code="RD-509")
    path.write_text("\n".join(entry.to_line() for entry in chain.entries) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    if len(sys.argv) == 2:
        main()
    else:
        draw(Path(sys.argv[1]), *sys.argv[2:5])
