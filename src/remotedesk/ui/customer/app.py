"""Runs the customer's windows around an engine."""

import sys
from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from remotedesk import __version__
from remotedesk.engine.api import CustomerApi, Listener
from remotedesk.ui.customer.flow import CustomerFlow
from remotedesk.ui.i18n.language import choose_language, install_language
from remotedesk.ui.shared.icons import Icon, icon_of
from remotedesk.ui.shared.interrupt import InterruptWatch
from remotedesk.ui.shared.options import UiOptions
from remotedesk.ui.shared.theme import apply_theme, colors


def run(make_engine: Callable[[Listener], CustomerApi], options: UiOptions) -> int:
    """Show the customer's windows until he is done; returns the exit status. Call it once, in the main thread."""
    app = QApplication([sys.argv[0]])
    app.setApplicationName("remotedesk")
    app.setApplicationVersion(__version__)
    app.setQuitOnLastWindowClosed(False)  # between the windows of a session there may be none
    language = choose_language(options.language)
    install_language(app, language)
    apply_theme(app, language)
    app.setWindowIcon(icon_of(Icon.LOGO, colors().accent, 64))
    footer = " · ".join(part for part in (options.server_name, f"remotedesk {__version__}") if part)
    flow = CustomerFlow(make_engine, options.number, footer)
    interrupts = InterruptWatch(app)
    flow.start()
    try:
        return app.exec()
    finally:
        flow.close()
        interrupts.close()
