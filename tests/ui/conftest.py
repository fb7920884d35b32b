"""One real X display and one QApplication for all tests of windows; a Qt warning fails the test it came in."""

import os
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QWidget

from remotedesk.ui.i18n.language import install_language
from remotedesk.ui.shared.theme import apply_theme
from tests.support.customer_stage import Stage
from tests.support.xserver import XServer

_complaints: list[str] = []


def _hear(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    if kind in (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg):
        _complaints.append(f"{kind.name}: {message}")


@pytest.fixture(scope="session")
def xserver() -> Iterator[XServer]:
    """The display all windows of this test run are on."""
    with XServer() as server:
        yield server


@pytest.fixture(scope="session")
def app(xserver: XServer) -> Iterator[QApplication]:
    """The one QApplication, in English, dressed as the product is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISPLAY", xserver.display)
        patch.setenv("QT_QPA_PLATFORM", "xcb")
        patch.delenv("WAYLAND_DISPLAY", raising=False)
        os.environ.pop("XAUTHORITY", None)
        qInstallMessageHandler(_hear)
        made = QApplication(["remotedesk-tests"])
        made.setQuitOnLastWindowClosed(False)
        install_language(made, "en")
        apply_theme(made, "en", dark=False)
        yield made
        made.shutdown()
        qInstallMessageHandler(None)


@pytest.fixture(autouse=True)
def no_qt_warnings() -> Iterator[None]:
    """Fail the test in which Qt complained."""
    _complaints.clear()
    yield
    assert not _complaints, _complaints


@pytest.fixture
def keep(app: QApplication) -> Iterator[Callable[[QWidget], QWidget]]:
    """Give a function that closes and deletes a window after the test."""
    kept: list[QWidget] = []

    def take(widget: QWidget) -> QWidget:
        kept.append(widget)
        return widget

    yield take
    for widget in kept:
        widget.hide()
        widget.deleteLater()
    app.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def stage(app: QApplication) -> Iterator[Stage]:
    """The customer's windows with a scripted engine."""
    made = Stage()
    yield made
    made.close()
    app.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def japanese(app: QApplication) -> Iterator[None]:
    """Let the application speak Japanese for one test."""
    translators = install_language(app, "ja")
    yield
    for translator in translators:
        app.removeTranslator(translator)
        translator.deleteLater()
    install_language(app, "en")
