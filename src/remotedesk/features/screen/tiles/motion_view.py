"""The engineer's end of coded regions: puts their parts together and decodes them within bounds."""

from typing import Final

import numpy as np

from remotedesk.core.errors import ErrorCode, PlatformError, ProtocolError
from remotedesk.core.geometry import Rect
from remotedesk.features.screen.tiles.coder import CODECS
from remotedesk.features.screen.tiles.grid import TILE, Mask, Pixels
from remotedesk.transport.video import VideoDecoder, open_decoder, pixels_of
from remotedesk.wire.video import MOST_CODED, Coding, VideoPart, mask_shape

_NOWHERE: Final = Rect(0, 0, 0, 0)


class MotionView:
    """Decodes one stream of coded pictures at a time; used from one thread."""

    def __init__(self) -> None:
        self._coded = bytearray()  # the parts of a picture so far
        self._fresh = False
        self._stream: tuple[Rect, Coding] = (_NOWHERE, Coding.AV1)
        self._decoder: VideoDecoder | None = None

    def add(self, message: VideoPart) -> Pixels | None:
        """Take the next part; return the region's pixels, BGRX with any X, once its picture is complete.

        Raises ProtocolError(MESSAGE_MALFORMED): broken, larger than MOST_CODED, or of another stream, and not fresh.
        """
        if not self._coded:
            self._begin(message)
        if self._stream != (message.region, message.coding) or self._fresh != message.fresh:
            raise _malformed()
        self._coded += message.data
        if len(self._coded) > MOST_CODED or self._decoder is None:
            raise _malformed()
        if not message.end:
            return None
        data = bytes(self._coded)
        self._coded.clear()
        return pixels_of(self._decoder.decode(data), message.region.width, message.region.height)

    def close(self) -> None:
        """Free the decoder."""
        if self._decoder is not None:
            self._decoder.close()
            self._decoder = None

    def _begin(self, message: VideoPart) -> None:
        self._fresh = message.fresh
        if message.fresh:
            self.close()
            self._stream = message.region, message.coding
            try:
                self._decoder = open_decoder(CODECS[message.coding], message.region.width, message.region.height)
            except PlatformError:  # this build lacks it, and asked for nothing of the kind
                raise _malformed() from None


def tiles_to_draw(message: VideoPart) -> list[Rect]:
    """Return the tiles of the mask, cut to the region."""
    region = message.region
    rows, columns = mask_shape(region)
    bits = np.unpackbits(np.frombuffer(message.mask, np.uint8), bitorder="little")[: rows * columns]
    mask: Mask = bits.reshape(rows, columns).astype(np.bool_)
    return [
        _cut(Rect((region.x // TILE + column) * TILE, (region.y // TILE + row) * TILE, TILE, TILE), region)
        for row, column in np.argwhere(mask).tolist()
    ]


def _cut(rect: Rect, region: Rect) -> Rect:
    x, y = max(rect.x, region.x), max(rect.y, region.y)
    right, bottom = (
        min(rect.x + rect.width, region.x + region.width),
        min(rect.y + rect.height, region.y + region.height),
    )
    return Rect(x, y, right - x, bottom - y)


def _malformed() -> ProtocolError:
    return ProtocolError(ErrorCode.MESSAGE_MALFORMED, "coded picture")
