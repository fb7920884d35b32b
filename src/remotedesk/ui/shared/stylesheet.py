"""The style sheet of all windows: buttons by their `role`, labels by their `kind`, fields by their `problem`."""

from string import Template
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from remotedesk.ui.shared.theme import Colors

_SHEET: Final = Template("""
QLabel[kind="title"] { font-size: 22px; font-weight: 600; color: $text; }
QLabel[kind="heading"] { font-size: 16px; font-weight: 600; color: $text; }
QLabel[kind="field"] { font-weight: 600; color: $text; }
QLabel[kind="muted"] { color: $muted; }
QLabel[kind="small"] { color: $muted; font-size: 12px; }
QLabel[kind="problem"] { color: $danger; }

QFrame[kind="card"] { background: $surface; border: 1px solid $line; border-radius: 10px; }
QFrame[kind="sunken"] { background: $sunken; border: none; border-radius: 8px; }
QFrame[kind="notice"] { background: $warn_soft; border: none; border-radius: 8px; }
QFrame[kind="problem"] { background: $danger_soft; border: none; border-radius: 8px; }
QFrame[kind="good"] { background: $good_soft; border: none; border-radius: 8px; }
QLabel[kind="problem"], QLabel[kind="good"] { background: transparent; }
QFrame[kind="separator"] { background: $line; border: none; max-height: 1px; min-height: 1px; }

QPushButton {
    background: $surface; color: $text; border: 1px solid $field_line; border-radius: 6px;
    padding: 8px 17px; min-height: 20px;
}
QPushButton:hover { background: $sunken; }
QPushButton:pressed { background: $line; }
QPushButton:focus { border: 2px solid $focus; padding: 7px 16px; }
QPushButton:disabled { color: $field_line; border-color: $line; background: $window; }

QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[role="primary"]:hover { background: $accent_hover; }
QPushButton[role="primary"]:pressed { background: $accent_pressed; }
QPushButton[role="primary"]:focus { border-color: $focus; }
QPushButton[role="primary"]:disabled { background: $sunken; color: $muted; border-color: $line; }

QPushButton[role="danger"] { background: $danger; color: $on_accent; border-color: $danger; font-weight: 600; }
QPushButton[role="danger"]:hover { background: $danger_hover; }
QPushButton[role="danger"]:pressed { background: $danger_pressed; }
QPushButton[role="danger"]:focus { border-color: $focus; }
QPushButton[role="danger"]:disabled { background: $sunken; color: $muted; border-color: $line; }

QPushButton[role="quiet"] { background: transparent; border-color: transparent; color: $accent; }
QPushButton[role="quiet"]:hover { background: $accent_soft; }
QPushButton[role="quiet"]:focus { border-color: $focus; }
QPushButton[role="quiet"]:checked { background: $accent_soft; }
QPushButton[role="quiet"]:disabled { color: $field_line; }

QPushButton[size="small"] { padding: 3px 10px; min-height: 18px; font-size: 13px; }
QPushButton[size="small"]:focus { padding: 2px 9px; }
QPushButton[size="large"] { padding: 11px 24px; min-height: 22px; font-size: 16px; }
QPushButton[size="large"]:focus { padding: 10px 23px; }

QLineEdit, QPlainTextEdit {
    background: $surface; color: $text; border: 1px solid $field_line; border-radius: 6px; padding: 8px 11px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit:focus, QPlainTextEdit:focus { border: 2px solid $accent; padding: 7px 10px; }
QLineEdit[problem="true"] { border: 2px solid $danger; padding: 7px 10px; }
QLineEdit:disabled, QPlainTextEdit:disabled { background: $window; color: $muted; border-color: $line; }

QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget[kind="scrolled"] { background: transparent; }
QTableWidget {
    background: $surface; border: 1px solid $line; border-radius: 8px; gridline-color: $line;
}
QTableWidget:focus { border: 2px solid $accent; }
QTableWidget::item { padding: 5px 8px; }
QTableWidget::item:selected { background: $accent_soft; color: $text; }
QHeaderView { background: $surface; }
QHeaderView::section {
    background: $surface; color: $muted; border: none; border-bottom: 1px solid $line; padding: 8px; font-weight: 600;
}
QToolTip { background: $surface; color: $text; border: 1px solid $line; padding: 4px 8px; }
""")


def stylesheet(scheme: "Colors") -> str:
    """Return the style sheet in the colours of `scheme`."""
    return _SHEET.substitute(vars(scheme))
