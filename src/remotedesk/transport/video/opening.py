"""Opens the encoder that was chosen."""

from typing import Final

from remotedesk.transport.video.encoder import RecipeEncoder, Target
from remotedesk.transport.video.hardware import HARDWARE
from remotedesk.transport.video.picture import coded_size
from remotedesk.transport.video.port import Effort, VideoCodec, VideoEncoder
from remotedesk.transport.video.software import H264_BASELINE, SOFTWARE, STILL

STILL_ENCODER: Final = STILL.name
_ONE: Final = Target(1_000_000, 1.0)  # what a picture of constant quality makes of it is nothing


def open_still_encoder(width: int, height: int) -> VideoEncoder:
    """Return an encoder for one picture of this size as AV1, as small as can be read: `STILL_ENCODER`.

    Raises ValueError: size out of bounds. PlatformError(PLATFORM_UNSUPPORTED): it can't be opened here.
    """
    return RecipeEncoder(STILL, coded_size(width, height), _ONE, Effort.LEAST)


def open_encoder(
    codec: VideoCodec,
    width: int,
    height: int,
    *,
    bits_per_second: int,
    frames_per_second: float,
    effort: Effort = Effort.LESS,
    name: str = "",
    baseline: bool = False,
) -> VideoEncoder:
    """Return an encoder for pictures of this size, in pixels; what it takes is of `coded_size`.

    It is the program's own, or the graphics card's of this `name`, which may take no pictures as small. The program's
    own makes H.264 in the Main profile or, for a receiver that has agreed to no more, in the constrained `baseline`.

    Raises ValueError: size or rate out of bounds, or the name is of another codec.
    PlatformError(PLATFORM_UNSUPPORTED): it can't be opened here.
    """
    recipe = HARDWARE.get(name, SOFTWARE[codec])
    if baseline and codec is VideoCodec.H264:
        recipe = H264_BASELINE
    if recipe.codec is not codec:
        raise ValueError("name")
    return RecipeEncoder(recipe, coded_size(width, height), Target(bits_per_second, frames_per_second), effort)
