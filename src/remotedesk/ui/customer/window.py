"""The customer's main window: start, waiting and end, one after the other."""

from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from remotedesk.ui.customer.end_page import EndPage
from remotedesk.ui.customer.start_page import StartPage
from remotedesk.ui.customer.waiting_page import WaitingPage
from remotedesk.ui.shared.placement import centred, primary_area

_WIDTH: Final = 460  # logical pixels
_HEIGHT: Final = 500


class CustomerWindow(QWidget):
    """Holds the pages; emits `closed` when the customer closes it."""

    closed = Signal()

    def __init__(self, prefilled: str, footer: str) -> None:
        super().__init__()
        self.setObjectName("customer_window")
        self.setWindowTitle(self.tr("Remote support"))
        self.start = StartPage(prefilled, footer)
        self.waiting = WaitingPage()
        self.end = EndPage()
        self._pages = QStackedWidget()
        for page in (self.start, self.waiting, self.end):
            self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self.setFixedWidth(_WIDTH)
        self.resize(_WIDTH, _HEIGHT)

    @property
    def page(self) -> QWidget | None:
        """The one that is shown, when the window is."""
        return self._pages.currentWidget()

    def show_page(self, page: QWidget) -> None:
        """Turn to `page` and show the window, in the middle of the primary screen at first."""
        self._pages.setCurrentWidget(page)
        if not self.isVisible():
            self.move(centred(self.size(), primary_area()))
            self.show()
        self.raise_()
        self.activateWindow()

    def come_forward(self) -> None:
        """Come before other windows, minimised or not, if it is what the customer is at."""
        if self.isVisible():
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
            self.raise_()
            self.activateWindow()

    def event(self, event: QEvent) -> bool:
        """Grow with what a page has to say, so that no line is cut off."""
        handled = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            needed = max((page.heightForWidth(_WIDTH) for page in self._shown()), default=0)
            self.setMinimumHeight(max(needed, _HEIGHT))
        return handled

    def _shown(self) -> list[QWidget]:
        return [page for page in (self.start, self.waiting, self.end) if page is self._pages.currentWidget()]

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell; whoever owns the window decides what ends with it."""
        self.closed.emit()
