"""The decoder for what a browser sends: as the client's own, but H.264 may use the full range of brightness.

Chromium says so of pictures that were drawn and not filmed; our own encoders never do, and transport/video refuses it.
"""

from typing import Final

import av
from av.error import FFmpegError

from remotedesk.core.errors import ErrorCode, PlatformError, ProtocolError
from remotedesk.transport.video import VideoCodec, VideoDecoder, open_decoder

_ALIGNED: Final = 64  # pixels: FFmpeg counts what it allocates, which is rounded up to this at most
_FORMATS: Final = ("yuv420p", "yuvj420p")
_OPTIONS: Final = {"flags": "low_delay", "err_detect": "crccheck+bitstream+buffer+explode", "ec": "0"}


def open_browser_decoder(codec: VideoCodec, width: int, height: int) -> VideoDecoder:
    """Return a decoder of pictures up to this size, in pixels.

    Raises ValueError: size out of bounds. PlatformError(PLATFORM_UNSUPPORTED): it was left out of this build.
    """
    if codec is VideoCodec.H264:
        return _H264Decoder(width, height)
    return open_decoder(codec, width, height, exact=False)


class _H264Decoder:
    """A `VideoDecoder`."""

    codec: Final = VideoCodec.H264

    def __init__(self, width: int, height: int) -> None:
        self._most = width, height
        wide, high = (-(-side // _ALIGNED) * _ALIGNED for side in self._most)
        try:
            context = av.CodecContext.create("h264", "r")
            context.thread_count = 1
            context.options = {**_OPTIONS, "max_pixels": str(wide * high)}
            context.open()
        except (FFmpegError, ValueError):
            raise PlatformError(ErrorCode.PLATFORM_UNSUPPORTED, "h264") from None
        self._context = context

    def decode(self, data: bytes) -> av.VideoFrame:
        """See `VideoDecoder.decode`."""
        try:
            frames = self._context.decode(av.Packet(data)) if data else []
        except FFmpegError:
            raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, self.codec) from None
        if len(frames) != 1 or not self._allows(frames[0]):
            raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, self.codec)
        return frames[0].reformat(format="yuv420p")

    def _allows(self, frame: av.VideoFrame) -> bool:
        fits = frame.width <= self._most[0] and frame.height <= self._most[1]
        return fits and frame.format.name in _FORMATS and not frame.is_corrupt

    def close(self) -> None:
        """See `VideoDecoder.close`."""
        del self._context
