"""The decoders: dav1d for AV1, FFmpeg's own for H.264 and VP8, each held to one picture of an allowed size per call.

What they read comes from the peer. The size is bounded before a picture is allocated, broken data is an error instead
of being made up for, and no decoder keeps a picture back or starts threads.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, cast

import av
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext

from remotedesk.core.errors import ErrorCode, PlatformError, ProtocolError
from remotedesk.transport.video.encoder import is_built_in
from remotedesk.transport.video.obu import is_one_picture
from remotedesk.transport.video.picture import coded_size
from remotedesk.transport.video.port import VideoCodec, VideoDecoder

_ALIGNED: Final = 64  # pixels: what FFmpeg allocates for a row or column, and counts, is a multiple at most of this
_STRICT: Final = {"flags": "low_delay", "err_detect": "crccheck+bitstream+buffer+explode", "ec": "0"}
_DECODERS: Final[Mapping[VideoCodec, tuple[str, Mapping[str, str]]]] = MappingProxyType(
    {
        VideoCodec.AV1: ("libdav1d", {"max_frame_delay": "1"}),
        VideoCodec.H264: ("h264", _STRICT),
        VideoCodec.VP8: ("vp8", _STRICT),
    }
)


def open_decoder(codec: VideoCodec, width: int, height: int, *, exact: bool = True) -> VideoDecoder:
    """Return a decoder of pictures that were encoded for this size, in pixels.

    Not `exact`, as a browser needs it: of this or a smaller size, and with the full range of brightness, too, which
    Chromium gives what was drawn; `yuv420p` is made of it.

    Raises ValueError: size out of bounds. PlatformError(PLATFORM_UNSUPPORTED): it was left out of this build.
    """
    return _Decoder(codec, coded_size(width, height), exact)


def decodable() -> frozenset[VideoCodec]:
    """Return what can be decoded here."""
    return frozenset(codec for codec, (name, _) in _DECODERS.items() if is_built_in(name, "r"))


class _Decoder:
    """A `VideoDecoder`."""

    def __init__(self, codec: VideoCodec, most: tuple[int, int], exact: bool) -> None:
        self.codec: Final = codec
        self._most = most
        self._exact = exact
        name, options = _DECODERS[codec]
        wide, high = (-(-side // _ALIGNED) * _ALIGNED for side in most) if codec is not VideoCodec.AV1 else most
        try:
            context = cast("VideoCodecContext", av.CodecContext.create(name, "r"))
            context.thread_count = 1
            context.options = {**options, "max_pixels": str(wide * high)}
            context.open()
        except (FFmpegError, ValueError):
            raise PlatformError(ErrorCode.PLATFORM_UNSUPPORTED, name) from None
        self._context = context

    def decode(self, data: bytes) -> av.VideoFrame:
        """See `VideoDecoder.decode`."""
        # To FFmpeg nothing would mean the end of the stream.
        if not data or (self.codec is VideoCodec.AV1 and not is_one_picture(data)):
            raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "no picture, or several")
        try:
            frames = self._context.decode(av.Packet(data))
        except FFmpegError:
            raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, self.codec) from None
        if len(frames) != 1 or not self._allows(frames[0]):
            raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, self.codec)
        picture = frames[0]
        return picture if picture.format.name == "yuv420p" else picture.reformat(format="yuv420p")

    def _allows(self, frame: av.VideoFrame) -> bool:
        wide, high = self._most
        fits = frame.width <= wide and frame.height <= high
        same = (frame.width, frame.height) == self._most
        known = frame.format.name == "yuv420p" or (frame.format.name == "yuvj420p" and not self._exact)
        return (same if self._exact else fits) and known and not frame.is_corrupt

    def close(self) -> None:
        """See `VideoDecoder.close`."""
        del self._context
