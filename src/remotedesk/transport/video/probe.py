"""A short-lived process that tries out the encoders of graphics cards, since a driver can take its process down.

The client starts it from its own executable: `python -m remotedesk.transport.video.probe NAME…`, or in a frozen build
`remotedesk --internal-video-probe NAME…`. It writes one line of JSON (`Probed`) for each encoder as soon as it has been
tried, so that what it does not come to say tells where it ended.
"""

import sys
import time
from collections.abc import Mapping, Sequence
from typing import BinaryIO, Final

import av
import msgspec
import numpy as np

from remotedesk.core.errors import PlatformError, ProtocolError
from remotedesk.transport.video.decoder import open_decoder
from remotedesk.transport.video.encoder import Recipe, RecipeEncoder, Target
from remotedesk.transport.video.hardware import HARDWARE, Probed
from remotedesk.transport.video.ladder import REFERENCE_PIXELS
from remotedesk.transport.video.picture import Pixels, frame_of, pixels_of
from remotedesk.transport.video.port import Effort, VideoCodec
from remotedesk.transport.video.software import SOFTWARE

_SIZE: Final = (832, 640)
_TARGET: Final = Target(12_000_000, 30)
_PICTURES: Final = 6
_KEY_AT: Final = 3  # a key frame is asked for here
_MOST_ERROR: Final = 12.0  # of 255, mean over the picture; another picture than the one meant is off by 60


def try_out(recipe: Recipe) -> float | None:
    """Return the seconds it takes for a picture of `REFERENCE_PIXELS`, or None: it does not do what it must.

    Each picture has to come out of its own call, key frames when asked for and at no other time, and decoded by the
    program's own decoder it has to look like what went in.
    """
    width, height = _SIZE
    times = []
    try:
        encoder = RecipeEncoder(recipe, _SIZE, _TARGET, Effort.LESS)
        decoder = open_decoder(recipe.codec, width, height)
        for index in range(_PICTURES):
            picture = _picture(index)
            frame = frame_of(picture, recipe.codec)
            start = time.perf_counter()
            encoded = encoder.encode(frame, keyframe=index == _KEY_AT)
            times.append(time.perf_counter() - start)
            shown = pixels_of(decoder.decode(encoded.data), width, height)
            if encoded.is_key != (index in (0, _KEY_AT)) or _error(picture, shown) > _MOST_ERROR:
                return None
        encoder.close()
    except (PlatformError, ProtocolError, av.FFmpegError, ValueError):
        return None
    return min(times) * REFERENCE_PIXELS / (width * height)


def try_out_software(codec: VideoCodec) -> float | None:
    """Do that in this process with the program's own encoder; it has to be one of `software_options`."""
    return try_out(SOFTWARE[codec])


def serve(recipes: Mapping[str, Recipe], names: Sequence[str], out: BinaryIO) -> None:
    """Try out the encoders of these names, in order, and say of each."""
    for name in names:
        out.write(msgspec.json.encode(Probed(name, try_out(recipes[name]))) + b"\n")
        out.flush()


def main(arguments: Sequence[str]) -> None:
    """Try out what is named."""
    serve(HARDWARE, [name for name in arguments if name in HARDWARE], sys.stdout.buffer)


def _picture(index: int) -> Pixels:
    """Return blocks of any colour that move by twelve pixels a picture."""
    width, height = _SIZE
    colours = np.random.default_rng(1).integers(0, 1 << 24, (height // 32, width // 32), np.uint32)
    return np.roll(np.kron(colours, np.ones((32, 32), np.uint32)), 12 * index, axis=1)


def _error(one: Pixels, other: Pixels) -> float:
    bgr = (np.ascontiguousarray(side).view(np.uint8).reshape(-1, 4)[:, :3].astype(np.int16) for side in (one, other))
    first, second = bgr
    return float(np.abs(first - second).mean())


if __name__ == "__main__":
    main(sys.argv[1:])
