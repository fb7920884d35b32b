"""Looks at the network and shows what came of it: one page to read, to copy and to save."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from remotedesk.engine.doctor import NetworkReport, Step
from remotedesk.ui.doctor.html import html_of
from remotedesk.ui.doctor.looking import Looking
from remotedesk.ui.doctor.sheet import text_of
from remotedesk.ui.doctor.sheet_view import SheetView
from remotedesk.ui.i18n.language import current_language
from remotedesk.ui.i18n.network import sheet_of, step_sentence
from remotedesk.ui.shared.icons import Icon
from remotedesk.ui.shared.notice import Notice
from remotedesk.ui.shared.options import MakeCheck
from remotedesk.ui.shared.placement import centred, primary_area
from remotedesk.ui.shared.spinner import Spinner
from remotedesk.ui.shared.theme import SPACE_L, SPACE_M, SPACE_S
from remotedesk.ui.shared.widgets import Kind, Label, Role, Surface, button

_WIDTH, _HEIGHT = 680, 720  # logical pixels
_SPINNER: Final = 48


class NetworkWindow(QWidget):
    """Begins to look when it is opened; emits `closed` when it is closed, and looks no longer then."""

    closed = Signal()

    def __init__(self, make_check: MakeCheck) -> None:
        super().__init__()
        self.setObjectName("network_window")
        self.setWindowTitle(self.tr("Network check"))
        self.report: NetworkReport | None = None
        self._looking = Looking(make_check, self)
        self._looking.stepped.connect(self._on_step)
        self._looking.ended.connect(self._on_end)
        self.view = SheetView()
        self._status = Label(kind=Kind.MUTED, name="network_status")
        self._pages = QStackedWidget()
        self._pages.addWidget(self._running_page())
        self._pages.addWidget(self.view)
        self._notice = Notice("network_notice")
        self.copy_button = button(self.tr("&Copy"), "network_copy", icon=Icon.COPY)
        self.save_button = button(self.tr("&Save…"), "network_save", icon=Icon.SAVE)
        self.again_button = button(self.tr("Check &again"), "network_again")
        self.close_button = button(self.tr("Close"), "network_close", Role.PRIMARY)
        self.copy_button.clicked.connect(self._copy)
        self.save_button.clicked.connect(self._ask_and_save)
        self.again_button.clicked.connect(self._begin)
        self.close_button.clicked.connect(self.close)
        self._lay_out()
        self.resize(_WIDTH, min(_HEIGHT, primary_area().height() - 2 * SPACE_L))

    @property
    def notice_text(self) -> str:
        """What it has said last about copying and saving."""
        return self._notice.text

    @property
    def status_text(self) -> str:
        """What is being done."""
        return self._status.text()

    def open(self) -> None:
        """Show it in the middle of the primary screen, and look."""
        self.move(centred(self.size(), primary_area()))
        self.show()
        self.raise_()
        self.activateWindow()
        self._begin()

    def save(self, file: Path) -> None:
        """Write the report as JSON or, whatever else the file's name ends in, as HTML. Raises OSError."""
        if self.report is not None:
            (write_json if file.suffix.lower() == ".json" else write_html)(self.report, file)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_M)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self._notice)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.copy_button)
        row.addWidget(self.save_button)
        row.addStretch(1)
        row.addWidget(self.again_button)
        row.addWidget(self.close_button)
        layout.addLayout(row)

    def _running_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_M)
        column.addWidget(Label(self.tr("Network check"), Kind.TITLE))
        told = self.tr("This tries the ways to the server and measures the line. It takes ten to thirty seconds.")
        column.addWidget(Label(told, Kind.MUTED, wrap=True))
        column.addStretch(2)
        column.addWidget(Spinner(_SPINNER), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._status, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        return page

    def _begin(self) -> None:
        self.report = None
        self._notice.tell("")
        self.view.show_nothing()
        self._show_running(True)
        self._status.setText(step_sentence(Step.SERVER))
        self.close_button.setFocus()
        self._looking.start()

    def _on_step(self, step: Step) -> None:
        self._status.setText(step_sentence(step))

    def _on_end(self, report: NetworkReport | None) -> None:
        self.report = report
        self._show_running(False)
        if report is None:
            self._notice.tell(self.tr("Something went wrong in this program. Please check again."), Surface.PROBLEM)
            return
        self.view.show_sheet(sheet_of(report))
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_running(self, running: bool) -> None:
        self._pages.setCurrentIndex(0 if running else 1)
        for each in (self.copy_button, self.save_button, self.again_button):
            each.setDisabled(running)

    def _copy(self) -> None:
        if self.report is not None:
            QApplication.clipboard().setText(text_of(sheet_of(self.report)))
            self._notice.tell(self.tr("Copied. You can paste it into a message now."), Surface.GOOD)

    def _ask_and_save(self) -> None:
        if self.report is None:
            return
        name = f"remotedesk-network-{self.report.at.astimezone():%Y%m%d-%H%M}.html"
        page, data = self.tr("Web page (*.html)"), self.tr("JSON (*.json)")
        title = self.tr("Save the result")
        chosen, kind = QFileDialog.getSaveFileName(self, title, str(Path.home() / name), f"{page};;{data}")
        if not chosen:
            return
        file = Path(chosen)
        if kind == data and file.suffix != ".json":
            file = file.with_suffix(".json")
        try:
            self.save(file)
        except OSError:
            self._notice.tell(self.tr("This file could not be written. Please choose another place."), Surface.PROBLEM)
        else:
            self._notice.tell(self.tr("Saved: {file}").format(file=file.name), Surface.GOOD)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Look no longer."""
        super().closeEvent(event)
        self._looking.close()
        self.closed.emit()


class NetworkOpener:
    """Opens the window for whoever has a button for it, one at a time."""

    def __init__(self, make_check: MakeCheck | None) -> None:
        """Without `make_check` there is nothing to open."""
        self._make_check = make_check
        self.window: NetworkWindow | None = None

    def open(self) -> None:
        """Open it, or bring it to the front."""
        if self._make_check is None:
            return
        if self.window is not None and self.window.isVisible():
            self.window.raise_()
            self.window.activateWindow()
            return
        self.close()
        self.window = NetworkWindow(self._make_check)
        self.window.open()

    def close(self) -> None:
        """Close and free it."""
        window, self.window = self.window, None
        if window is not None:
            window.close()
            window.deleteLater()


def write_json(report: NetworkReport, file: Path) -> None:
    """Write it for programs. Raises OSError."""
    file.write_text(report.to_json(), encoding="utf-8")


def write_html(report: NetworkReport, file: Path) -> None:
    """Write it for people, in the language that the windows speak. Raises OSError."""
    file.write_text(html_of(sheet_of(report), current_language()), encoding="utf-8")
