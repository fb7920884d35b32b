"""How the connection does, for the engineer: one line in the toolbar, and on demand all figures and the last minute."""

from collections import deque
from typing import Final

from PySide6.QtCore import QCoreApplication, QPoint, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from remotedesk.core.quality import Grade, Quality, Reason, Verdict
from remotedesk.ui.engineer.quality_graph import SECONDS, History, QualityGraph
from remotedesk.ui.shared.icons import icon_of
from remotedesk.ui.shared.quality_text import GRADE_ICONS, NOT_KNOWN, figures, rate_text, round_trip_text
from remotedesk.ui.shared.theme import SPACE_M, SPACE_S, SPACE_XS, colors
from remotedesk.ui.shared.widgets import Button, Kind, Label, Role, Size, Surface

translate = QCoreApplication.translate

_WIDEST: Final = Quality(0, 8_800_000, 0.888, 0.0, 60, None, False, None)
_ROOM: Final = 44  # logical pixels for the icon, the button's padding and its frame
_SEPARATOR: Final = " · "


class QualityButton(Button):
    """Shows as much of the newest second as there is room for, in a width that never changes with it.

    Pressed, it opens the rest.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("quality")
        self.setProperty("role", str(Role.QUIET))
        self.setProperty("size", str(Size.SMALL))
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("Connection"))
        self._grade: Grade | None = None
        self._verdict = Verdict()
        self._newest: tuple[str, ...] = (NOT_KNOWN,)
        self._history: deque[Quality | None] = deque(maxlen=SECONDS)
        self.panel = QualityPanel(self)
        self.clicked.connect(self._open)
        self.setStyleSheet("text-align: left;")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(self.sizeHint().width())
        self.reset()

    def sizeHint(self) -> QSize:
        """Room for the longest reading."""
        return QSize(self._width_of(self._reading(_WIDEST)), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Room for the round trip, which says most, in a window that is small."""
        return QSize(self._width_of(self._reading(_WIDEST)[:1]), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show more or less."""
        super().resizeEvent(event)
        self._show_reading()

    def reset(self) -> None:
        """Begin a session: nothing is known."""
        self.panel.hide()
        self.show_quality(None)
        self._history.clear()

    def show_quality(self, quality: Quality | None, verdict: Verdict | None = None) -> None:
        """Show the newest second; None while there is no connection."""
        self._verdict = Verdict() if quality is None or verdict is None else verdict
        self._newest = (NOT_KNOWN,) if quality is None else self._reading(quality)
        self._show_reading()
        self._show_grade(None if quality is None else self._verdict.grade)
        said = verdict_text(self._verdict) if quality is not None else ""
        self.setToolTip(said)
        self.setAccessibleDescription(_SEPARATOR.join((said, *self._newest)) if said else "")
        self._history.append(quality)
        if self.panel.isVisible():
            self.panel.show_history(self._verdict, self._history)

    def _show_grade(self, grade: Grade | None) -> None:
        if grade is self._grade:
            return
        self._grade = grade
        tint = {Grade.GOOD: colors().good, Grade.FAIR: colors().warn, Grade.POOR: colors().danger}
        icon = GRADE_ICONS[Grade.POOR if grade is None else grade]
        self.setIcon(icon_of(icon, colors().muted if grade is None else tint[grade], 18))

    def _show_reading(self) -> None:
        widest = self._reading(_WIDEST)
        fitting = sum(self._width_of(widest[:count]) <= self.width() for count in range(1, len(widest) + 1))
        self.setText(_SEPARATOR.join(self._newest[: max(1, fitting)]))

    def _width_of(self, reading: tuple[str, ...]) -> int:
        self.ensurePolished()
        return self.fontMetrics().horizontalAdvance(_SEPARATOR.join(reading)) + _ROOM

    def _reading(self, quality: Quality) -> tuple[str, ...]:
        pictures = self.tr("%1/s", "pictures a second").replace("%1", f"{quality.pictures_per_s:.0f}")
        return round_trip_text(quality.rtt_s), rate_text(quality.received_bps), pictures

    def _open(self) -> None:
        self.panel.show_history(self._verdict, self._history)
        self.panel.open_below(self)


class QualityPanel(QFrame):
    """Goes with Escape or a click elsewhere, which then does nothing else."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("quality_panel")
        self.setAttribute(Qt.WidgetAttribute.WA_NoMouseReplay)
        self.setAccessibleName(self.tr("Connection"))
        self.setProperty("kind", str(Surface.CARD))
        self.setStyleSheet(
            f"QFrame#quality_panel {{ background: {colors().surface}; border: 1px solid {colors().field_line};"
            " border-radius: 0; }"
        )
        self.graph = QualityGraph()
        self._verdict = Label(kind=Kind.FIELD, name="quality_verdict")
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(SPACE_M)
        self._rows.setVerticalSpacing(SPACE_XS)
        self._rows.setColumnStretch(1, 1)
        self._values: list[Label] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addWidget(self._verdict)
        column.addLayout(self._rows)
        column.addSpacing(SPACE_XS)
        column.addWidget(self.graph)
        ends = QHBoxLayout()
        ends.addWidget(Label(self.tr("60 seconds ago"), Kind.SMALL))
        ends.addStretch(1)
        ends.addWidget(Label(self.tr("now"), Kind.SMALL))
        column.addLayout(ends)

    def show_history(self, verdict: Verdict, history: History) -> None:
        """Show these seconds, the newest last."""
        newest = history[-1] if history else None
        self._verdict.setText(self.tr("No connection") if newest is None else verdict_text(verdict))
        self.graph.show_history(history)
        if newest is None:
            for value in self._values:
                value.setText(NOT_KNOWN)
            return
        for number, (name, text) in enumerate(figures(newest)):
            if number == len(self._values):
                self._add_row(number, name)
            self._values[number].setText(text)
            self._values[number].setAccessibleName(f"{name}: {text}")

    def open_below(self, button: QWidget) -> None:
        """Open under `button`, its right edges in line, but never off the screen."""
        self.adjustSize()
        corner = button.mapToGlobal(QPoint(button.width() - self.width(), button.height() + SPACE_XS))
        area = button.screen().availableGeometry()
        x = min(max(corner.x(), area.left()), area.right() + 1 - self.width())
        y = min(max(corner.y(), area.top()), area.bottom() + 1 - self.height())
        self.move(x, y)
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def _add_row(self, number: int, name: str) -> None:
        self._values.append(Label(name=f"quality_{number}"))
        self._rows.addWidget(Label(name, Kind.MUTED), number, 0)
        self._rows.addWidget(self._values[number], number, 1)


def verdict_text(verdict: Verdict) -> str:
    """Return the verdict in the words of somebody who knows what packets are."""
    reasons = {
        Reason.SLOW: translate("QualityPanel", "the line cannot keep up with the screen"),
        Reason.FAR: translate("QualityPanel", "long round trip"),
        Reason.LOSSY: translate("QualityPanel", "packets get lost"),
    }
    if verdict.grade is Grade.GOOD:
        return translate("QualityPanel", "Good connection")
    if verdict.grade is Grade.FAIR:
        text = translate("QualityPanel", "Fair connection: %1")
    else:
        text = translate("QualityPanel", "Poor connection: %1")
    return text.replace("%1", reasons.get(verdict.reason, NOT_KNOWN))
