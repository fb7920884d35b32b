"""Starts the engineer's windows: the one entry for the command line."""

import sys
from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from remotedesk import __version__
from remotedesk.engine.api import EngineerApi, Listener
from remotedesk.ui.bridge import Bridge
from remotedesk.ui.doctor.network_window import NetworkOpener
from remotedesk.ui.engineer.console import Console
from remotedesk.ui.engineer.viewer import Viewer
from remotedesk.ui.i18n.language import choose_language, install_language
from remotedesk.ui.shared.icons import Icon, icon_of
from remotedesk.ui.shared.interrupt import InterruptWatch
from remotedesk.ui.shared.options import UiOptions
from remotedesk.ui.shared.theme import apply_theme, colors


class EngineerWindows:
    """Console and viewer on one engine; both listen from the start."""

    def __init__(
        self,
        make_engine: Callable[[Listener], EngineerApi],
        options: UiOptions,
        code_for_native_key: Callable[[int], str | None],
    ) -> None:
        self.bridge = Bridge()
        self.engine = make_engine(self.bridge.post)
        self.viewer = Viewer(self.engine, code_for_native_key)
        self.console = Console(self.engine, options)
        self._opener = NetworkOpener(options.make_check)
        if options.make_check is not None:
            self.console.offer_check(self._opener.open)
        self.bridge.listen(self.viewer.on_event)
        self.bridge.listen(self.console.on_event)
        self.console.show()

    def close(self) -> None:
        """End the session, join the engine, put the windows away."""
        self._opener.close()
        self.engine.close()
        self.viewer.hide()
        self.console.hide()


def run(
    make_engine: Callable[[Listener], EngineerApi],
    options: UiOptions,
    code_for_native_key: Callable[[int], str | None],
) -> int:
    """Show the console until it is closed and return the exit code.

    `code_for_native_key` gives the W3C `code` of a key event's native scan code, see platform.ports.Platform.
    """
    app = QApplication(sys.argv[:1])
    app.setApplicationName("remotedesk")
    app.setApplicationVersion(__version__)
    app.setQuitOnLastWindowClosed(False)  # the console hides while the viewer is open
    language = choose_language(options.language)
    install_language(app, language)
    apply_theme(app, language)
    app.setWindowIcon(icon_of(Icon.LOGO, colors().accent, 64))
    interrupts = InterruptWatch(app)
    windows = EngineerWindows(make_engine, options, code_for_native_key)
    windows.console.closed.connect(app.quit)
    try:
        return app.exec()
    finally:
        windows.close()
        interrupts.close()
