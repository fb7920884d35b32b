"""Shows a sheet in a window: its verdict, and its sections line by line."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from remotedesk.ui.doctor.sheet import Mark, Row, Section, Sheet
from remotedesk.ui.shared.icons import Icon, IconView
from remotedesk.ui.shared.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, colors
from remotedesk.ui.shared.widgets import Kind, Label, Surface, panel, separator

_ICONS: Final = {Mark.GOOD: Icon.CHECK_CIRCLE, Mark.WARN: Icon.WARNING, Mark.BAD: Icon.CLOSE, Mark.NONE: Icon.DOT}
_SURFACES: Final = {
    Mark.GOOD: Surface.GOOD,
    Mark.WARN: Surface.NOTICE,
    Mark.BAD: Surface.PROBLEM,
    Mark.NONE: Surface.SUNKEN,
}
_WHAT_WIDTH: Final = 220  # logical pixels
_SIGN_DOWN: Final = 3


class SheetView(QScrollArea):
    """Scrolls by keyboard, too."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("network_sheet")
        self.setAccessibleName(self.tr("Result of the network check"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.show_nothing()

    def show_nothing(self) -> None:
        """Show no sheet."""
        self.setWidget(_page())

    def show_sheet(self, sheet: Sheet) -> None:
        """Show this one from its top."""
        page = _page()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, SPACE_S, 0)
        layout.setSpacing(SPACE_XS)
        layout.addWidget(Label(sheet.title, Kind.TITLE, name="network_title"))
        layout.addWidget(Label(sheet.subtitle, Kind.MUTED, name="network_subtitle", wrap=True))
        layout.addSpacing(SPACE_M)
        layout.addWidget(_verdict(sheet))
        for section in sheet.sections:
            layout.addSpacing(SPACE_M)
            layout.addWidget(Label(section.heading, Kind.HEADING))
            layout.addWidget(separator())
            layout.addLayout(_rows(section))
        layout.addSpacing(SPACE_M)
        layout.addWidget(Label(sheet.foot, Kind.SMALL, wrap=True))
        layout.addStretch(1)
        self.setWidget(page)
        self.verticalScrollBar().setValue(0)


def _page() -> QWidget:
    page = QWidget()
    page.setProperty("kind", "scrolled")
    return page


def _verdict(sheet: Sheet) -> QFrame:
    strip = panel(_SURFACES[sheet.mark], "network_verdict_strip")
    row = QHBoxLayout(strip)
    row.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
    row.setSpacing(SPACE_M)
    row.addWidget(IconView(_ICONS[sheet.mark], SPACE_L, _color(sheet.mark)), 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(SPACE_XS)
    words.addWidget(Label(sheet.verdict, Kind.HEADING, name="network_verdict", wrap=True))
    if sheet.advice:
        words.addWidget(Label(sheet.advice, name="network_advice", wrap=True))
    row.addLayout(words, 1)
    return strip


def _rows(section: Section) -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, SPACE_XS, 0, 0)
    grid.setHorizontalSpacing(SPACE_S)
    grid.setVerticalSpacing(SPACE_S)
    grid.setColumnMinimumWidth(1, _WHAT_WIDTH)
    grid.setColumnStretch(1, 2)
    grid.setColumnStretch(2, 3)
    for at, row in enumerate(section.rows):
        grid.addLayout(_sign(row.mark), at, 0)
        grid.addWidget(Label(row.what, Kind.FIELD, wrap=True), at, 1, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(_how(row), at, 2)
    return grid


def _sign(mark: Mark) -> QVBoxLayout:
    """Return the sign in the middle of the first line's height."""
    column = QVBoxLayout()
    column.setContentsMargins(0, _SIGN_DOWN, 0, 0)
    column.addWidget(IconView(_ICONS[mark], SPACE_M + 2, _color(mark)))
    column.addStretch(1)
    return column


def _how(row: Row) -> QVBoxLayout:
    words = QVBoxLayout()
    words.setSpacing(0)
    words.addWidget(Label(row.how, wrap=True))
    if row.note:
        words.addWidget(Label(row.note, Kind.SMALL, wrap=True))
    return words


def _color(mark: Mark) -> str:
    scheme = colors()
    return {Mark.GOOD: scheme.good, Mark.WARN: scheme.warn, Mark.BAD: scheme.danger}.get(mark, scheme.field_line)
