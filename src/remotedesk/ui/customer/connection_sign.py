"""One calm word about the connection in the session bar; everything else is in its tooltip.

The bar lies on the screen that is shared: what is drawn here travels. So it is drawn anew only when the word changes.
"""

from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from remotedesk.core.quality import Grade, Quality, Reason, Verdict
from remotedesk.ui.shared.icons import Icon, IconView
from remotedesk.ui.shared.quality_text import GRADE_ICONS, figures
from remotedesk.ui.shared.theme import SPACE_XS, colors
from remotedesk.ui.shared.widgets import Kind, Label

translate = QCoreApplication.translate

_ICON: Final = 14  # logical pixels
_INTERRUPTED: Final = Icon.RECONNECT


class ConnectionSign(QWidget):
    """As wide as its longest word from the start, so that nothing beside it ever moves; empty until it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("connection_sign")
        self.word = Label(kind=Kind.SMALL, name="connection")
        self._icon = IconView(Icon.SIGNAL_GOOD, _ICON, colors().muted)
        self._icon.setVisible(False)
        self._shown: Icon | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        row.addWidget(self._icon)
        row.addWidget(self.word)
        kept = self._icon.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self._icon.setSizePolicy(kept)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.word.ensurePolished()
        self.word.setFixedWidth(max(self.word.fontMetrics().horizontalAdvance(text) for text in _words()) + 2)

    def show_quality(self, quality: Quality, verdict: Verdict) -> None:
        """Show the newest second."""
        self._show(_word(verdict), GRADE_ICONS[verdict.grade], calm=verdict.grade is Grade.GOOD)
        lines = [f"{name}: {value}" for name, value in figures(quality)]
        self._explain("\n".join((*_because(verdict.reason), *lines)))

    def show_interrupted(self) -> None:
        """The engineer cannot be reached."""
        self._show(translate("ConnectionSign", "Connection: interrupted"), _INTERRUPTED, calm=False)
        self._explain("")

    def _explain(self, text: str) -> None:
        """Give the tooltip to the word as well: screen readers look for it there, and it draws nothing."""
        self.setToolTip(text)
        self.word.setToolTip(text)

    def _show(self, word: str, icon: Icon, *, calm: bool) -> None:
        if (word, icon) == (self.word.text(), self._shown):
            return
        self._shown = icon
        self.word.setText(word)
        self._icon.show_icon(icon, colors().muted if calm else colors().warn)
        self._icon.setVisible(True)


def _words() -> tuple[str, ...]:
    verdicts = [Verdict(grade, reason) for grade in Grade for reason in Reason]
    return (translate("ConnectionSign", "Connection: interrupted"), *map(_word, verdicts))


def _word(verdict: Verdict) -> str:
    fair = verdict.grade is Grade.FAIR
    if verdict.grade is Grade.GOOD:
        return translate("ConnectionSign", "Connection: good")
    if verdict.reason is Reason.LOSSY:
        if fair:
            return translate("ConnectionSign", "Connection: a bit unstable")
        return translate("ConnectionSign", "Connection: unstable")
    if fair:
        return translate("ConnectionSign", "Connection: a bit slow")
    return translate("ConnectionSign", "Connection: slow")


def _because(reason: Reason) -> tuple[str, ...]:
    match reason:
        case Reason.SLOW:
            return (translate("ConnectionSign", "The screen changes faster than the line can carry it."),)
        case Reason.FAR:
            return (translate("ConnectionSign", "It takes long until an answer comes back."),)
        case Reason.LOSSY:
            return (translate("ConnectionSign", "Some of what is sent gets lost on the way and is sent again."),)
        case Reason.NONE:
            return ()
