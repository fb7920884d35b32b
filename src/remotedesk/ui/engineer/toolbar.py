"""The engineer's bar over the customer's screen: what is allowed, what can be asked, how it is shown, and End."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton

from remotedesk.core.consent import Feature
from remotedesk.ui.engineer.page import show_elided
from remotedesk.ui.engineer.placement import Mode
from remotedesk.ui.shared.features import feature_icon, feature_short_name
from remotedesk.ui.shared.icons import Icon, IconView, icon_of
from remotedesk.ui.shared.theme import SPACE_M, SPACE_S, SPACE_XS, colors
from remotedesk.ui.shared.widgets import Kind, Label, Role, Size, Surface, button, restyle

_NAME_WIDTH = 200  # logical pixels


class Chip(QFrame):
    """One feature and whether the customer allows it: a picture, a word, and a mark that needs no colour."""

    def __init__(self, feature: Feature) -> None:
        super().__init__()
        self.setObjectName(f"chip_{feature.value}")
        self._text, self._icon = feature_short_name(feature), feature_icon(feature)
        self._picture, self._mark = IconView(self._icon, 16), IconView(Icon.CLOSE, 12)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_S, SPACE_XS, SPACE_S, SPACE_XS)
        row.setSpacing(SPACE_XS + 2)
        self._label = Label(self._text)
        for widget in (self._picture, self._label, self._mark):
            row.addWidget(widget)
        self.show_state(False, False)

    def show_state(self, allowed: bool, paused: bool) -> None:
        """Show allowed, allowed but standing still, or not allowed."""
        scheme = colors()
        if not allowed:
            surface, mark, color, said = Surface.SUNKEN, Icon.CLOSE, scheme.muted, self.tr("%1: not allowed")
        elif paused:
            surface, mark, color, said = Surface.NOTICE, Icon.PAUSE, scheme.warn, self.tr("%1: paused")
        else:
            surface, mark, color, said = Surface.GOOD, Icon.CHECK, scheme.good, self.tr("%1: allowed")
        restyle(self, "kind", surface)
        self._label.setStyleSheet(f"color: {color};")
        self._picture.show_icon(self._icon, color)
        self._mark.show_icon(mark, color)
        self.setAccessibleName(said.replace("%1", self._text))
        self.setToolTip(said.replace("%1", self._text))


class Toolbar(QFrame):
    """Its buttons never take the focus from the picture when they are clicked."""

    ask_control = Signal()
    chat_toggled = Signal(bool)
    mode_chosen = Signal(object)  # Mode
    full_screen_toggled = Signal(bool)
    end = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("toolbar")
        self.setAccessibleName(self.tr("Session"))
        self.setStyleSheet(
            f"QFrame#toolbar {{ background: {colors().surface}; border: none;"
            f" border-bottom: 1px solid {colors().line}; }}"
        )
        self._customer = Label(kind=Kind.FIELD, name="viewer_customer")
        self._elapsed = Label("0:00", Kind.MUTED, name="elapsed")
        self._exact = Label("", Kind.SMALL, name="exact")
        self._exact_shown: bool | None = None
        self._chips = {feature: Chip(feature) for feature in (Feature.VIEW, Feature.CONTROL, Feature.CHAT)}
        self._ask = button(self.tr("Ask for control"), "ask_control", size=Size.SMALL, icon=Icon.CONTROL)
        self._chat = self._make_toggle(self.tr("Chat", "open the panel"), "toggle_chat", Icon.CHAT)
        self._fit = self._make_toggle(self.tr("Fit"), "fit", None)
        self._actual = self._make_toggle(self.tr("1:1"), "actual", Icon.ACTUAL_SIZE)
        self._full = self._make_toggle(self.tr("Full screen"), "full_screen", Icon.EXPAND)
        self._end = button(self.tr("End"), "end", Role.DANGER, size=Size.SMALL, accessible=self.tr("End the session"))
        self._lay_out()
        self._connect()

    def _make_toggle(self, text: str, name: str, icon: Icon | None) -> QPushButton:
        made = button(text, name, Role.QUIET, size=Size.SMALL, icon=icon)
        made.setCheckable(True)
        return made

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        row.setSpacing(SPACE_S)
        row.addWidget(self._customer)
        row.addWidget(self._elapsed)
        row.addSpacing(SPACE_S)
        for chip in self._chips.values():
            row.addWidget(chip, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._ask)
        row.addStretch(1)
        row.addWidget(self._exact)
        row.addSpacing(SPACE_S)
        for widget in (self._chat, self._fit, self._actual, self._full):
            row.addWidget(widget)
        row.addSpacing(SPACE_S)
        row.addWidget(self._end)
        for each in (self._ask, self._chat, self._fit, self._actual, self._full, self._end):
            each.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _connect(self) -> None:
        modes = QButtonGroup(self)
        modes.addButton(self._fit)
        modes.addButton(self._actual)
        self._fit.setChecked(True)
        self._fit.setAccessibleName(self.tr("Fit the picture into the window"))
        self._actual.setAccessibleName(self.tr("Show the picture's pixels one to one"))
        self._fit.clicked.connect(lambda: self.mode_chosen.emit(Mode.FIT))
        self._actual.clicked.connect(lambda: self.mode_chosen.emit(Mode.ACTUAL))
        self._ask.clicked.connect(self.ask_control)
        self._chat.toggled.connect(self.chat_toggled)
        self._full.toggled.connect(self.full_screen_toggled)
        self._end.clicked.connect(self.end)

    # -- what the viewer tells ------------------------------------------------------------------------------

    def reset(self) -> None:
        """Begin a session."""
        self.show_customer("")
        self.show_elapsed(0)
        self.show_allowed(frozenset(), False)
        self.set_asked(False)
        self._chat.setChecked(False)
        self._full.setChecked(False)
        self.show_unread(0)
        self.show_exact(None)

    def show_exact(self, exact: bool | None) -> None:
        """Show whether the picture is proven to be the customer's, pixel by pixel; None while there is none."""
        if exact is self._exact_shown:  # told with each picture, and a style sheet set anew costs half a millisecond
            return
        self._exact_shown = exact
        if exact is None:
            self._exact.setText("")
            self._exact.setToolTip("")
        elif exact:
            self._exact.setText(self.tr("Exact"))
            self._exact.setToolTip(self.tr("Every pixel is as on the customer's screen"))
        else:
            self._exact.setText(self.tr("Updating…"))
            self._exact.setToolTip(self.tr("Parts of the picture are still on their way"))
        self._exact.setStyleSheet(f"color: {colors().good if exact else colors().muted};")

    def show_customer(self, name: str) -> None:
        """Show who is on the other side."""
        show_elided(self._customer, name, _NAME_WIDTH)

    def show_elapsed(self, seconds: int) -> None:
        """Show how long the session lives."""
        hours, rest = divmod(seconds, 3_600)
        minutes = f"{hours}:{rest // 60:02}" if hours else str(rest // 60)
        self._elapsed.setText(f"{minutes}:{rest % 60:02}")
        self._elapsed.setAccessibleName(self.tr("Elapsed time %1").replace("%1", self._elapsed.text()))

    def show_allowed(self, features: frozenset[Feature], paused: bool) -> None:
        """Show what the customer allows right now."""
        for feature, chip in self._chips.items():
            chip.show_state(feature in features, paused)
        self._ask.setVisible(Feature.CONTROL not in features)

    def set_asked(self, asked: bool) -> None:
        """While a question is out there is no second one."""
        self._ask.setEnabled(not asked)
        self._ask.setText(self.tr("Asked for control…") if asked else self.tr("Ask for control"))

    def show_unread(self, count: int) -> None:
        """Show how many chat lines nobody has looked at."""
        text = self.tr("Chat", "open the panel")
        self._chat.setText(f"{text} ({count})" if count else text)
        self._chat.setIcon(icon_of(Icon.CHAT, colors().danger if count else colors().accent))
