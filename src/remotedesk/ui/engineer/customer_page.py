"""The customer has come: compare the code by phone, then ask for what the work needs."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from remotedesk.core.consent import Feature
from remotedesk.core.errors import ErrorCode
from remotedesk.ui.engineer.page import PAGE_MARGIN, show_elided
from remotedesk.ui.i18n.sentences import sentence_with_code
from remotedesk.ui.shared.features import feature_icon, feature_list, feature_name
from remotedesk.ui.shared.icons import Icon, IconView
from remotedesk.ui.shared.notice import Notice
from remotedesk.ui.shared.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, colors, digits_font
from remotedesk.ui.shared.widgets import Kind, Label, Role, Size, Surface, Tick, button, panel, separator

CODE_PX = 40
NAME_WIDTH = 460  # logical pixels
OFFERED = (Feature.VIEW, Feature.CONTROL, Feature.CHAT)


class CustomerPage(QWidget):
    """Who is there, the comparison code, and the question to him."""

    asked = Signal(object)  # frozenset[Feature]
    ended = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._ticks: dict[Feature, Tick] = {}
        self._asked: frozenset[Feature] = frozenset()
        self._customer = Label(kind=Kind.TITLE, name="customer_name")
        self._code = Label(name="comparison_code")
        self._code.setFont(digits_font(CODE_PX))
        self._status = Notice("ask_status")
        self._ask = button(self.tr("&Ask the customer"), "ask", Role.PRIMARY, size=Size.LARGE)
        self._end = button(self.tr("&End"), "end_before", size=Size.LARGE, accessible=self.tr("End the session"))
        column = QVBoxLayout(self)
        column.setContentsMargins(PAGE_MARGIN, SPACE_L, PAGE_MARGIN, PAGE_MARGIN)
        column.setSpacing(SPACE_M)
        column.addLayout(self._make_head())
        column.addWidget(self._make_comparison())
        column.addWidget(self._make_question())
        column.addWidget(self._status)
        actions = QHBoxLayout()
        actions.addWidget(self._ask, 1)
        actions.addWidget(self._end)
        column.addLayout(actions)
        column.addStretch(1)
        self._ask.clicked.connect(self._on_ask)
        self._end.clicked.connect(self.ended)
        self.reset()

    def _make_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE_S + SPACE_XS)
        row.addWidget(IconView(Icon.PERSON, 32, colors().accent))
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self._customer)
        names.addWidget(Label(self.tr("has typed your number"), Kind.MUTED))
        row.addLayout(names, 1)
        return row

    def _make_comparison(self) -> QFrame:
        card = panel(Surface.CARD)
        row = QHBoxLayout(card)
        row.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        row.setSpacing(SPACE_L)
        row.addWidget(self._code)
        row.addWidget(
            Label(
                self.tr("Compare this code on the phone. If the customer sees another one, end the session."),
                Kind.MUTED,
                wrap=True,
            ),
            1,
        )
        return card

    def _make_question(self) -> QFrame:
        card = panel(Surface.CARD)
        column = QVBoxLayout(card)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addWidget(Label(self.tr("What to ask for"), Kind.HEADING))
        for feature in OFFERED:
            tick = Tick(f"want_{feature.value}", feature_name(feature))
            tick.setChecked(True)
            tick.toggled.connect(self._on_toggled)
            self._ticks[feature] = tick
            column.addWidget(separator())
            column.addLayout(self._make_row(tick, feature))
        return card

    def _make_row(self, tick: Tick, feature: Feature) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE_S + SPACE_XS)
        label = Label(feature_name(feature))
        label.setBuddy(tick)
        row.addWidget(tick)
        row.addWidget(IconView(feature_icon(feature), 22, colors().muted))
        row.addWidget(label, 1)
        return row

    # -- what the console tells -----------------------------------------------------------------------------

    def reset(self) -> None:
        """Forget the customer before."""
        self._customer.setText("")
        self._code.setText("")
        self._status.tell("")
        for tick in self._ticks.values():
            tick.setChecked(True)
        self._open(True)

    def set_customer(self, name: str) -> None:
        """Show who is there."""
        show_elided(self._customer, name, NAME_WIDTH)

    def set_code(self, code: str) -> None:
        """Show the comparison code."""
        self._code.setText(code)

    @property
    def ready(self) -> bool:
        """True when there is somebody to ask and a code to compare."""
        return bool(self._customer.text() and self._code.text())

    def showEvent(self, event: QShowEvent) -> None:
        """One key is enough to ask."""
        super().showEvent(event)
        self._ask.setFocus()

    def show_answer(self, allowed: frozenset[Feature]) -> None:
        """Say what the customer allowed of what was asked."""
        if not allowed:
            self._open(True)
            self._ask.setFocus()
            self._status.tell(
                self.tr("The customer said no. Talk it over and ask again."), Surface.NOTICE, Icon.WARNING
            )
            return
        said = [self.tr("Accepted: %1").replace("%1", feature_list(allowed))]
        if refused := self._asked - allowed:
            said.append(self.tr("Not accepted: %1").replace("%1", feature_list(refused)))
        said.append(self.tr("Connecting…"))
        self._status.tell("\n".join(said), Surface.GOOD)

    def fail(self, code: ErrorCode) -> None:
        """Say what went wrong, and let him ask again."""
        self._open(True)
        self._status.tell(sentence_with_code(code, for_engineer=True), Surface.PROBLEM)

    # -- own ------------------------------------------------------------------------------------------------

    def _open(self, open_: bool) -> None:
        """Let him choose and ask, or not."""
        for tick in self._ticks.values():
            tick.setEnabled(open_)
        self._ask.setEnabled(open_ and bool(self._wanted()))

    def _wanted(self) -> frozenset[Feature]:
        return frozenset(feature for feature, tick in self._ticks.items() if tick.isChecked())

    def _on_toggled(self) -> None:
        self._open(True)

    def _on_ask(self) -> None:
        self._asked = self._wanted()
        self.setFocus()  # Qt would give it to End, and a second Enter would end the session
        self._open(False)
        self._status.tell(self.tr("Asked. Waiting for the customer's answer…"))
        self.asked.emit(self._asked)
