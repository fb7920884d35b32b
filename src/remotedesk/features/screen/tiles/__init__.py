"""The screen as exact tiles: what changed travels as copies and compressed pixels, and hashes prove the result.

Pure: no thread, no clock, no channel. `TileSource` is the customer's end, `TileView` the engineer's.
"""

from remotedesk.features.screen.tiles.composite import Applied, TileView
from remotedesk.features.screen.tiles.draft import MESSAGE_BYTES
from remotedesk.features.screen.tiles.source import TileSource

__all__ = ["MESSAGE_BYTES", "Applied", "TileSource", "TileView"]
