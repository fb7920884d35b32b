"""Reads the record of a session to people: what happened when, whether it is untouched, and a copy to keep."""

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from remotedesk.core.audit import Entry, verify
from remotedesk.core.errors import ErrorCode, RecordError
from remotedesk.ui.i18n.acts import act_sentence
from remotedesk.ui.i18n.sentences import sentence_with_code
from remotedesk.ui.shared.icons import Icon
from remotedesk.ui.shared.notice import Notice
from remotedesk.ui.shared.placement import centred, primary_area
from remotedesk.ui.shared.theme import SPACE_M, SPACE_S
from remotedesk.ui.shared.widgets import Kind, Label, Role, Surface, button

_LARGEST: Final = 64 * 1024 * 1024  # bytes of a file that is read


class RecordView(QWidget):
    """A window on one record file."""

    def __init__(self, path: Path, short_code: str = "") -> None:
        super().__init__()
        self.setObjectName("record_window")
        self.setWindowTitle(self.tr("Record of the session"))
        self._path = path
        self.verdict = Notice("record_verdict")
        self.table = self._make_table()
        self.save_button = button(self.tr("Save a copy…"), "record_copy", icon=Icon.SAVE)
        self.save_button.clicked.connect(lambda: ask_and_save(self, self._path))
        self.close_button = button(self.tr("Close"), "record_close", Role.PRIMARY)
        self.close_button.clicked.connect(self.close)
        self._lay_out(short_code)
        self._read()
        self.resize(820, 560)

    def open(self) -> None:
        """Show it in the middle of the primary screen."""
        self.move(centred(self.size(), primary_area()))
        self.show()
        self.activateWindow()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _read(self) -> None:
        try:
            self._fill(_entries(self._path))
        except RecordError as error:
            self.verdict.tell(sentence_with_code(error.code), Surface.PROBLEM)
        else:
            self.verdict.tell(self.tr("Verified: nothing in this record has been changed."), Surface.GOOD)

    def _fill(self, entries: Sequence[Entry]) -> None:
        self.table.setRowCount(len(entries))
        for row, entry in enumerate(entries):
            for column, text in enumerate((str(entry.seq + 1), _local_time(entry.at), act_sentence(entry))):
                self.table.setItem(row, column, QTableWidgetItem(text))
        if entries:
            self.table.setCurrentCell(0, 2)

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(0, 3)
        table.setObjectName("record_table")
        table.setAccessibleName(self.tr("Record of the session"))
        table.setHorizontalHeaderLabels([self.tr("No."), self.tr("Time"), self.tr("What happened")])
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        return table

    def _lay_out(self, short_code: str) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        layout.setSpacing(SPACE_M)
        layout.addWidget(self.verdict)
        layout.addWidget(self.table, 1)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        if short_code:
            text = self.tr("Short code: {code}").format(code=short_code)
            row.addWidget(Label(text, Kind.FIELD, name="record_short_code"))
        row.addStretch(1)
        row.addWidget(self.save_button)
        row.addWidget(self.close_button)
        layout.addLayout(row)


def ask_and_save(parent: QWidget, path: Path) -> None:
    """Let the user choose where a copy of the record goes."""
    title = QCoreApplication.translate("RecordView", "Save the record")
    chosen, _ = QFileDialog.getSaveFileName(parent, title, str(Path.home() / path.name), "*.jsonl")
    if chosen:
        save_copy(path, Path(chosen))


def save_copy(path: Path, to: Path) -> None:
    """Copy the record byte for byte, so that it still verifies; raises OSError."""
    to.write_bytes(path.read_bytes())


def _entries(path: Path) -> tuple[Entry, ...]:
    try:
        if path.stat().st_size > _LARGEST:
            raise RecordError(ErrorCode.RECORD_UNREADABLE, "too large")
        with path.open(encoding="utf-8", newline="\n") as lines:
            return verify(lines)
    except OSError:
        raise RecordError(ErrorCode.RECORD_UNREADABLE) from None


def _local_time(at: str) -> str:
    try:
        return datetime.datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError):
        return at[:40]
