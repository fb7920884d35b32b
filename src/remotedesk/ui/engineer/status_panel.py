"""One line that says in words how things stand, with a picture and a colour that say the same."""

from enum import Enum
from typing import Final

from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy

from remotedesk.ui.shared.icons import Icon, IconView
from remotedesk.ui.shared.theme import SPACE_M, SPACE_S, Colors, colors
from remotedesk.ui.shared.widgets import Label, Surface, restyle

PAGE_MARGIN: Final = 32  # around every page of the console, logical pixels


class Mood(Enum):
    """How a state is meant."""

    QUIET = (Surface.SUNKEN, Icon.INFO)
    BUSY = (Surface.SUNKEN, Icon.RECONNECT)
    GOOD = (Surface.GOOD, Icon.CHECK_CIRCLE)
    NOTICE = (Surface.NOTICE, Icon.WARNING)
    PROBLEM = (Surface.PROBLEM, Icon.WARNING)


class StatusPanel(QFrame):
    """Hidden until there is something to say."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._icon = IconView(Icon.INFO, 20)
        self.label = Label(name=name, wrap=True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M, SPACE_S + 4, SPACE_M, SPACE_S + 4)
        row.setSpacing(SPACE_S + 4)
        row.addWidget(self._icon)
        row.addWidget(self.label, 1)
        self.hide()

    def say(self, text: str, mood: Mood = Mood.QUIET) -> None:
        """Show `text`; nothing hides the panel."""
        surface, icon = mood.value
        restyle(self, "kind", surface)
        self._icon.show_icon(icon, _color(mood, colors()))
        self.label.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))


def _color(mood: Mood, scheme: Colors) -> str:
    return {Mood.GOOD: scheme.good, Mood.NOTICE: scheme.warn, Mood.PROBLEM: scheme.danger}.get(mood, scheme.muted)
