"""What an encoder and a decoder of moving pictures do for whoever sends or shows them.

Both work at once: what goes in comes out of the same call, nothing is kept for later. Neither is safe for two threads
at a time; both let go of the GIL while they work.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol

import av


class VideoCodec(StrEnum):
    """A format of moving pictures."""

    AV1 = "AV1"
    H264 = "H264"
    VP8 = "VP8"


class Effort(IntEnum):
    """How much CPU an encoder may spend for a better picture; greater is less of both."""

    FULL = 0
    LESS = 1
    LEAST = 2


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """One picture: a temporal unit (AV1), an access unit in Annex B (H.264), a frame (VP8); empty if it was dropped."""

    data: bytes
    is_key: bool  # it can be decoded without anything before it


class VideoEncoder(Protocol):
    """An open encoder of pictures of one size."""

    @property
    def codec(self) -> VideoCodec:
        """The format it makes."""

    @property
    def name(self) -> str:
        """FFmpeg's name of the encoder, such as `libsvtav1`."""

    @property
    def width(self) -> int:
        """Pixels across of the pictures it takes: the coded size."""

    @property
    def height(self) -> int:
        """Pixels down of the pictures it takes."""

    def encode(self, frame: av.VideoFrame, *, keyframe: bool = False) -> EncodedFrame:
        """Encode a picture of `frame_of`; `keyframe` asks for one that stands alone. Changes the frame's `pts`.

        Raises ValueError: another size. PlatformError(PLATFORM_UNSUPPORTED): the encoder broke down.
        """

    def set_target(self, bits_per_second: int, frames_per_second: float) -> None:
        """Aim at so many bits a second for so many pictures a second; what counts is the bits of a picture.

        A change by a factor of 1.5 starts it anew before the next picture, which is then a key frame. A smaller one is
        followed downwards by x264, and remembered by encoders that can't change while they run (SVT-AV1, libvpx); let
        pictures leave as the link has room, and it isn't felt. Raises ValueError: out of bounds.
        """

    def close(self) -> None:
        """Free it; nothing may be called afterwards."""


class VideoDecoder(Protocol):
    """An open decoder."""

    @property
    def codec(self) -> VideoCodec:
        """The format it reads."""

    def decode(self, data: bytes) -> av.VideoFrame:
        """Decode what one `EncodedFrame` holds, and return its picture, as `yuv420p`.

        Raises ProtocolError(MESSAGE_MALFORMED): broken, no picture, several, or one of a size or kind that is not
        allowed. After that only a key frame may follow.
        """

    def close(self) -> None:
        """Free it; nothing may be called afterwards."""
