"""What the engineer passes on to the customer when the server runs in his own client, on their network."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout

from remotedesk.ui.engineer.page import PAGE_MARGIN
from remotedesk.ui.shared.icons import Icon
from remotedesk.ui.shared.options import ServeInfo
from remotedesk.ui.shared.theme import SPACE_M, SPACE_S, SPACE_XS, colors
from remotedesk.ui.shared.widgets import Kind, Label, Role, Size, button

COPIED_FOR_MS = 2_000


class ServeCard(QFrame):
    """Address and fingerprint of the server in this window, to copy or read out."""

    def __init__(self, info: ServeInfo) -> None:
        super().__init__()
        self._info = info
        self.setObjectName("serve_info")
        self.setStyleSheet(
            f"QFrame#serve_info {{ background: {colors().surface}; border: none;"
            f" border-top: 1px solid {colors().line}; }}"
        )
        self._copy = button(self.tr("Copy both"), "copy_serve_info", Role.QUIET, size=Size.SMALL, icon=Icon.COPY)
        self._copy.clicked.connect(self._copy_both)
        grid = QGridLayout(self)
        grid.setContentsMargins(PAGE_MARGIN, SPACE_S, PAGE_MARGIN, SPACE_M)
        grid.setHorizontalSpacing(SPACE_M)
        grid.setVerticalSpacing(SPACE_XS)
        grid.setColumnStretch(1, 1)
        grid.addWidget(Label(self.tr("This window is the server. The customer needs:"), Kind.SMALL), 0, 0, 1, 2)
        grid.addWidget(self._copy, 0, 2)
        for row, (title, text, name) in enumerate(
            (
                (self.tr("Address"), info.address, "serve_address"),
                (self.tr("Fingerprint"), info.fingerprint, "serve_fingerprint"),
            ),
            start=1,
        ):
            value = Label(text, name=name, wrap=True)
            value.setAccessibleName(f"{title}: {text}")
            value.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            grid.addWidget(Label(title, Kind.MUTED), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1, 1, 2)

    def _copy_both(self) -> None:
        QGuiApplication.clipboard().setText(f"{self._info.address}\n{self._info.fingerprint}")
        self._copy.setText(self.tr("Copied"))
        QTimer.singleShot(COPIED_FOR_MS, self, lambda: self._copy.setText(self.tr("Copy both")))
