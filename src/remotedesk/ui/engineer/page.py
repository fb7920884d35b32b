"""What all pages of the console have in common."""

from typing import Final

PAGE_MARGIN: Final = 32  # around every page, logical pixels
