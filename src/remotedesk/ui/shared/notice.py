"""A coloured strip that says something: a problem, a pause, a hint."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout

from remotedesk.ui.shared.icons import Icon, IconView
from remotedesk.ui.shared.theme import SPACE_M, SPACE_S, colors
from remotedesk.ui.shared.widgets import Label, Surface, restyle

_ICONS: Final = {
    Surface.PROBLEM: Icon.WARNING,
    Surface.NOTICE: Icon.PAUSE,
    Surface.GOOD: Icon.CHECK_CIRCLE,
    Surface.SUNKEN: Icon.INFO,
    Surface.CARD: Icon.INFO,
}


class Notice(QFrame):
    """Hidden until `tell`; the text is announced to screen readers as the label's name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._icon = IconView(Icon.INFO, 20)
        self._text = Label(name=name, wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M, SPACE_S + 2, SPACE_M, SPACE_S + 2)
        row.setSpacing(SPACE_S + 2)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def tell(self, text: str, surface: Surface = Surface.SUNKEN, icon: Icon | None = None) -> None:
        """Show `text`, with `icon` if the surface's own does not fit; an empty text hides the strip."""
        self._text.setText(text)
        scheme = colors()
        tint = {Surface.PROBLEM: scheme.danger, Surface.NOTICE: scheme.warn, Surface.GOOD: scheme.good}
        self._icon.show_icon(icon or _ICONS[surface], tint.get(surface, scheme.muted))
        restyle(self, "kind", surface)
        self.setVisible(bool(text))
