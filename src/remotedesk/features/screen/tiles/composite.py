"""The engineer's end: applies each message to a picture of its own, and proves whether that is the customer's."""

from dataclasses import dataclass
from typing import Final

from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.core.geometry import Rect
from remotedesk.features.screen.tiles.codec import OPAQUE, PACKED_BYTES, TileDecoder, unpacked
from remotedesk.features.screen.tiles.grid import BYTES_PER_PIXEL, Pixels, TileHashes, as_pixels, part
from remotedesk.features.screen.tiles.motion_view import MotionView, tiles_to_draw
from remotedesk.features.screen.tiles.strips import StripDecoder
from remotedesk.wire.tiles import TILES, Ack, Update
from remotedesk.wire.video import VideoPart

_SEQUENCES: Final = 1 << 32


@dataclass(frozen=True)
class Applied:
    """What one message did to the picture."""

    sequence: int
    dirty: tuple[Rect, ...]  # may overlap
    last: bool  # the picture is now the whole of a captured one …
    exact: bool  # … and equal to it, by the hash of all its pixels
    picture_hash: int  # of this picture if `last`, else 0

    @property
    def ack(self) -> Ack:
        """What the customer's side is to be told."""
        return Ack(self.sequence, self.picture_hash)


class TileView:
    """The viewer's picture: `height` rows of `width` opaque BGRX pixels; used from one thread."""

    def __init__(self) -> None:
        self.sequence = 0  # of the message to come
        self._motion = MotionView()
        self._set_up(0, 0)
        self._decoder: TileDecoder | None = None
        self._strips: StripDecoder | None = None

    def apply(self, message: bytes | Update | VideoPart) -> Applied:
        """Apply one message, as bytes or already read; nothing is drawn before all of it has been checked.

        Raises ProtocolError: MESSAGE_TOO_BIG, MESSAGE_MALFORMED (a broken message or stream, another size without a
        blank picture, a region that reaches out of it), MESSAGE_OUT_OF_ORDER (another sequence than the next, or an
        ack). The view is then of no use any more.
        """
        change = TILES.decode(message) if isinstance(message, bytes) else message
        if not isinstance(change, Update | VideoPart) or change.sequence != self.sequence:
            raise ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER, "tiles")
        applied = self._update(change) if isinstance(change, Update) else self._show(change)
        self.sequence = (self.sequence + 1) % _SEQUENCES
        return applied

    def close(self) -> None:
        """Free what decodes; the picture stays."""
        self._motion.close()

    def _update(self, update: Update) -> Applied:
        if not update.blank and (update.width, update.height) != (self.width, self.height):
            raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "tiles of another picture")
        raw, strips = self._decompress(update), self._decode(update)
        if update.blank:
            self._set_up(update.width, update.height)
        dirty = [Rect(0, 0, update.width, update.height)] if update.blank else []
        dirty += self._copy(update) + self._draw(update, raw) + self._lay(strips)
        picture_hash = self._hashes.picture_hash(self._picture) if update.last else 0
        exact = update.last and picture_hash == update.picture_hash
        return Applied(update.sequence, tuple(dirty), update.last, exact, picture_hash)

    def _show(self, message: VideoPart) -> Applied:
        region = message.region
        if region.x + region.width > self.width or region.y + region.height > self.height:
            raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "a region outside of the picture")
        pixels = self._motion.add(message)
        if pixels is None:
            return Applied(message.sequence, (), last=False, exact=False, picture_hash=0)
        dirty = tiles_to_draw(message)
        for tile in dirty:
            at = Rect(tile.x - region.x, tile.y - region.y, tile.width, tile.height)
            self._picture[part(tile)] = pixels[part(at)] | OPAQUE
            self._hashes.touch(tile)
        return Applied(message.sequence, tuple(dirty), last=False, exact=False, picture_hash=0)

    def _set_up(self, width: int, height: int) -> None:
        self._motion.close()
        self.width, self.height = width, height
        self.pixels = bytearray(width * height * BYTES_PER_PIXEL)
        self._picture = as_pixels(self.pixels, width, height)
        self._picture[:] = OPAQUE
        self._hashes = TileHashes(width, height)

    def _decompress(self, update: Update) -> bytearray:
        if update.fresh:
            self._decoder = TileDecoder()
        if not update.rects:
            return bytearray()
        if self._decoder is None:
            raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "tiles without a stream")
        return self._decoder.decode(update.data, update.drawn * PACKED_BYTES)

    def _decode(self, update: Update) -> list[tuple[Rect, Pixels]]:
        """Return the pixels of the strips and where they belong."""
        if update.strips is None:
            return []
        if update.strips.width:
            self._strips = StripDecoder(update.strips.width, update.strips.height)
        if self._strips is None:
            raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "strips without a stream")
        self._strips.learn(update.strips.colours)
        return [(strip.rect, self._strips.decode(strip)) for strip in update.strips.strips]

    def _copy(self, update: Update) -> list[Rect]:
        sources = [Rect(copy.x, copy.y, copy.target.width, copy.target.height) for copy in update.copies]
        before = [self._picture[part(source)].copy() for source in sources]
        for copy, moved in zip(update.copies, before, strict=True):
            self._picture[part(copy.target)] = moved
            self._hashes.touch(copy.target)
        return [copy.target for copy in update.copies]

    def _draw(self, update: Update, raw: bytearray) -> list[Rect]:
        start = 0
        for rect in update.rects:
            self._picture[part(rect)] = unpacked(raw, start, rect.width, rect.height)
            self._hashes.touch(rect)
            start += rect.width * rect.height * PACKED_BYTES
        return list(update.rects)

    def _lay(self, strips: list[tuple[Rect, Pixels]]) -> list[Rect]:
        for rect, pixels in strips:
            self._picture[part(rect)] = pixels
            self._hashes.touch(rect)
        return [rect for rect, _ in strips]
