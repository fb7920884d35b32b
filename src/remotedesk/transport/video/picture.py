"""Between pixels as a screen has them and pictures as encoders take them.

Encoders take 8-bit 4:2:0 in limited range (Rec. ITU-T BT.709; BT.601 for VP8, whose format knows no other), so its size
is even, and at least 64 × 64, below which SVT-AV1 does not work: the last row and column are repeated up to there.
"""

from typing import Final

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

from remotedesk.transport.video.port import VideoCodec

LEAST_SIDE: Final = 64  # pixels of a coded picture
MOST_SIDE: Final = 8_192  # pixels

Pixels = NDArray[np.uint32]  # height × width, each a little-endian blue, green, red, anything


def coded_size(width: int, height: int) -> tuple[int, int]:
    """Return the width and height at which a picture of this size travels. Raises ValueError: nothing, or too large."""
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE):
        raise ValueError("size")
    return max(LEAST_SIDE, width + width % 2), max(LEAST_SIDE, height + height % 2)


def frame_of(pixels: NDArray[np.uint32] | NDArray[np.uint8], codec: VideoCodec) -> av.VideoFrame:
    """Return what the encoders of `codec` take, from BGRX pixels of shape (height, width) or (height, width, 4).

    The pixels are copied. Raises ValueError: another shape or size.
    """
    bgrx = np.ascontiguousarray(pixels).view(np.uint8)
    if pixels.ndim == 2 and pixels.itemsize == 4:
        bgrx = bgrx.reshape(*pixels.shape, 4)
    if bgrx.ndim != 3 or bgrx.shape[2] != 4:
        raise ValueError("shape")
    height, width = bgrx.shape[:2]
    wide, high = coded_size(width, height)
    if (wide, high) != (width, height):
        bgrx = np.pad(bgrx, ((0, high - height), (0, wide - width), (0, 0)), "edge")
    space = Colorspace.ITU601 if codec is VideoCodec.VP8 else Colorspace.ITU709
    screen = av.VideoFrame.from_numpy_buffer(bgrx, "bgra")
    return screen.reformat(format="yuv420p", dst_colorspace=space, dst_color_range=ColorRange.MPEG)


def pixels_of(frame: av.VideoFrame, width: int, height: int) -> Pixels:
    """Return the top left `width` × `height` pixels of a decoded picture as BGRX, X undefined.

    A picture that does not say which colours it means is read as BT.601, limited, which is what browsers make of a
    screen. Raises ValueError: the picture is smaller.
    """
    if frame.width < width or frame.height < height:
        raise ValueError("size")
    space = Colorspace.ITU709 if frame.colorspace == Colorspace.ITU709 else Colorspace.ITU601
    value_range = ColorRange.JPEG if frame.color_range == ColorRange.JPEG else ColorRange.MPEG
    screen = frame.reformat(format="bgra", src_colorspace=space, src_color_range=value_range)
    bgrx = np.asarray(screen.to_ndarray(), dtype=np.uint8)[:height, :width]
    return np.ascontiguousarray(bgrx).view(np.dtype("<u4"))[..., 0]
