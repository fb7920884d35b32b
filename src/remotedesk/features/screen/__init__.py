"""The screen as exact tiles, and its pointer: the shares are the customer's end, the views the engineer's."""

from remotedesk.features.screen.cursor import Cursor, CursorShare, CursorView
from remotedesk.features.screen.share import ScreenShare, TileFlow
from remotedesk.features.screen.view import MOST_WAITING, Picture, ScreenView

__all__ = ["MOST_WAITING", "Cursor", "CursorShare", "CursorView", "Picture", "ScreenShare", "ScreenView", "TileFlow"]
