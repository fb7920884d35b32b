"""Pictures of the network check, to look at: `python -m tests.ui.shots_doctor OUTDIR` on displays of its own."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from remotedesk.engine.doctor import NetworkReport, Step
from remotedesk.ui.customer.flow import CustomerFlow
from remotedesk.ui.doctor.network_window import NetworkOpener, write_html
from remotedesk.ui.engineer.console import Console
from remotedesk.ui.i18n.language import install_language
from remotedesk.ui.shared.icons import Icon, icon_of
from remotedesk.ui.shared.options import RunsCheck, UiOptions
from remotedesk.ui.shared.theme import apply_theme, colors
from tests.fakes.engines import ScriptedCustomer, ScriptedEngineer
from tests.support.reports import HOST, SAMPLES, ScriptedCheck
from tests.support.xserver import XServer


def main() -> None:
    """Start one program per language, scale and scheme."""
    out = Path(sys.argv[1]).resolve()
    out.mkdir(parents=True, exist_ok=True)
    for scale, scheme in ((1, "light"), (2, "light"), (1, "dark")):
        with XServer(1280 * scale, 800 * scale) as server:
            for language in ("en", "ja"):
                command = [sys.executable, "-m", "tests.ui.shots_doctor", str(out), language, str(scale), scheme]
                environment = server.environment(QT_SCALE_FACTOR=str(scale), QT_QPA_PLATFORM="xcb")
                subprocess.run(command, env=environment, check=True, timeout=300)


def draw(out: Path, language: str, scale: str, scheme: str) -> None:
    """Show each kind of network in one look, and both windows that lead there."""
    app = QApplication(["remotedesk-shots"])
    app.setQuitOnLastWindowClosed(False)
    install_language(app, language)
    apply_theme(app, language, dark=scheme == "dark")
    app.setWindowIcon(icon_of(Icon.LOGO, colors().accent, 64))

    def shoot(name: str) -> None:
        QTest.qWait(400)
        file = out / f"{name}_{language}_{scale}x_{scheme}.png"
        subprocess.run(["import", "-silent", "-window", "root", str(file)], check=True, timeout=60)

    flow = CustomerFlow(ScriptedCustomer, "", f"{HOST} · remotedesk 0.1.0")
    flow.window.start.offer_check(app.beep)
    flow.start()
    shoot("start")
    flow.close()
    console = Console(ScriptedEngineer(lambda _: None), UiOptions(server_name=HOST))
    console.offer_check(app.beep)
    console.show()
    shoot("console")
    console.hide()
    for name, report in SAMPLES.items():
        opener = NetworkOpener(_making(report))
        opener.open()
        shoot(f"network_{name}")
        opener.close()
        write_html(report, out / f"{name}_{language}.html")
    waiting = NetworkOpener(_making(None))
    waiting.open()
    shoot("network_running")
    waiting.close()


def _making(report: NetworkReport | None) -> Callable[[Callable[[Step], None]], RunsCheck]:
    return lambda tell: ScriptedCheck(tell, report)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        main()
    else:
        draw(Path(sys.argv[1]), *sys.argv[2:5])
