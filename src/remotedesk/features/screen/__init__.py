"""The screen as exact tiles: `ScreenShare` is the customer's end, `ScreenView` the engineer's."""

from remotedesk.features.screen.share import ScreenShare, TileFlow
from remotedesk.features.screen.view import MOST_WAITING, Picture, ScreenView

__all__ = ["MOST_WAITING", "Picture", "ScreenShare", "ScreenView", "TileFlow"]
