"""A picture that moves, costs an encoder bits, and says which it is: grey blocks, noise, and a stamp in a corner."""

import asyncio
from fractions import Fraction
from typing import Final, TypeVar

import av
import numpy as np
from aiortc import MediaStreamTrack
from numpy.typing import NDArray

from tests.bench.screen import stamp

WIDTH: Final = 640
HEIGHT: Final = 360
BLOCK: Final = 40
NOISE: Final = 4  # pixels each way of one grain
LOUDNESS: Final = 24  # of the noise, to either side
FPS: Final = 30
ALIKE: Final = 24.0  # how much the mean of a block may differ: VP8 does not say whether black is 0 or 16
_TIME_BASE: Final = Fraction(1, 90_000)
_COLUMNS: Final = WIDTH // BLOCK
_ROWS: Final = HEIGHT // BLOCK


def grey(number: int) -> NDArray[np.int64]:
    """Return the grey of each block of picture `number`, of shape (rows, columns)."""
    row, column = np.mgrid[0:_ROWS, 0:_COLUMNS]
    return (row * 37 + column * 91 + number * 2) % 150 + 52


def draw(number: int) -> NDArray[np.uint8]:
    """Return the grey of each pixel of picture `number`, of shape (HEIGHT, WIDTH)."""
    chance = np.random.default_rng(number)
    grains = _enlarged(grey(number), BLOCK // NOISE)
    grains = grains + chance.integers(-LOUDNESS, LOUDNESS + 1, grains.shape)
    marks = _enlarged(stamp.cells(number), stamp.CELL // NOISE)
    grains[: marks.shape[0], : marks.shape[1]] = np.where(marks, 235, 16)
    return _enlarged(grains.astype(np.uint8), NOISE)


def frame(number: int) -> av.VideoFrame:
    """Return picture `number` as a camera gives it."""
    luma = (draw(number) * (219 / 255) + 16).astype(np.uint8)
    planes = np.concatenate([luma, np.full((HEIGHT // 2, WIDTH), 128, np.uint8)])
    taken = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    taken.pts, taken.time_base = number * 90_000 // FPS, _TIME_BASE
    return taken


def read(pixels: NDArray[np.uint8]) -> int | None:
    """Return which picture this is, of shape (HEIGHT, WIDTH, 3 or more); None if no stamp can be read."""
    return stamp.read(pixels[: stamp.HEIGHT, : stamp.WIDTH])


def is_picture(pixels: NDArray[np.uint8], number: int) -> bool:
    """Return whether the whole picture is there, not its stamp alone: the mean of every block is right."""
    means = pixels[..., 1].reshape(_ROWS, BLOCK, _COLUMNS, BLOCK).mean(axis=(1, 3))
    differs = np.abs(means - grey(number))
    differs[: -(-stamp.HEIGHT // BLOCK), : -(-stamp.WIDTH // BLOCK)] = 0
    return bool(differs.max() < ALIKE)


class MovingPicture(MediaStreamTrack):
    """A camera that takes pictures of it."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self.going = asyncio.Event()  # cleared: it takes no more pictures
        self.going.set()
        self.newest = -1  # the number of the last picture it took
        self._started_at: float | None = None

    async def recv(self) -> av.VideoFrame:
        """Return the picture of now, at most FPS times a second."""
        loop = asyncio.get_running_loop()
        await self.going.wait()
        self._started_at = self._started_at if self._started_at is not None else loop.time()
        number = max(self.newest + 1, int((loop.time() - self._started_at) * FPS))
        await asyncio.sleep(max(0.0, self._started_at + number / FPS - loop.time()))
        self.newest = number
        return frame(number)


Pixels = TypeVar("Pixels", bound=np.generic)


def _enlarged(pixels: NDArray[Pixels], times: int) -> NDArray[Pixels]:
    return pixels.repeat(times, 0).repeat(times, 1)
