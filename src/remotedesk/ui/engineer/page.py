"""What all pages of the console have in common."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

PAGE_MARGIN: Final = 32  # around every page, logical pixels


def show_elided(label: QLabel, text: str, width: int) -> None:
    """Show as much of `text` as `width` logical pixels hold; screen readers read all of it."""
    label.ensurePolished()
    label.setText(label.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width))
    label.setAccessibleName(text)
