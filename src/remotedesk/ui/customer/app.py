"""Runs the customer's windows around an engine."""

import sys
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from remotedesk import __version__
from remotedesk.engine.api import CustomerApi, Listener
from remotedesk.platform.ports import Origin, Watch
from remotedesk.ui.customer.flow import CustomerFlow
from remotedesk.ui.customer.input_guard import InputGuard
from remotedesk.ui.doctor.network_window import NetworkOpener
from remotedesk.ui.i18n.language import choose_language, install_language
from remotedesk.ui.shared.icons import Icon, icon_of
from remotedesk.ui.shared.interrupt import InterruptWatch
from remotedesk.ui.shared.options import UiOptions
from remotedesk.ui.shared.theme import apply_theme, colors


class _StartedAgain(QObject):
    """Brings into Qt's thread that the program was started again."""

    with_number = Signal(str)


def run(
    make_engine: Callable[[Listener], CustomerApi],
    options: UiOptions,
    claim: Callable[[str, Callable[[str], None]], Watch | None] | None = None,
    origin_of: Callable[[int], Origin] | None = None,
) -> int:
    """Show the customer's windows until he is done; returns the exit status. Call it once, in the main thread.

    `claim` is a platform's `claim_customer`; where another client is the first, that comes to the front and this ends.
    `origin_of` tells who made a native event, see platform.ports.Platform.input_judge.
    """
    app = QApplication([sys.argv[0]])
    app.setApplicationName("remotedesk")
    app.setApplicationVersion(__version__)
    app.setQuitOnLastWindowClosed(False)  # between the windows of a session there may be none
    language = choose_language(options.language)
    install_language(app, language)
    apply_theme(app, language)
    app.setWindowIcon(icon_of(Icon.LOGO, colors().accent, 64))
    footer = " · ".join(part for part in (options.server_name, f"remotedesk {__version__}") if part)
    again = _StartedAgain()
    claimed = claim(options.number, again.with_number.emit) if claim else None
    if claim and claimed is None:
        return 0
    guard = InputGuard(origin_of or (lambda _: Origin.PERSON))
    if origin_of is not None:
        app.installNativeEventFilter(guard)
    flow = CustomerFlow(make_engine, options.number, footer, guard.program_idle_s)
    again.with_number.connect(flow.come_forward, Qt.ConnectionType.QueuedConnection)
    opener = _opener(flow, options)
    interrupts = InterruptWatch(app)
    flow.start()
    try:
        return app.exec()
    finally:
        if claimed is not None:
            claimed.close()
        opener.close()
        flow.close()
        interrupts.close()


def _opener(flow: CustomerFlow, options: UiOptions) -> NetworkOpener:
    """Have the first page offer to look at the network, if that can be done; a session puts the window away."""
    opener = NetworkOpener(options.make_check)
    if options.make_check is not None:
        flow.window.start.offer_check(opener.open)
        flow.window.start.submitted.connect(opener.close)
    return opener
