"""The engineer's end of the screen takes no more memory than a screen needs."""

import asyncio

import pytest
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import VideoFrame

from remotedesk.features.screen import MOST_PIXELS, ScreenView


class Frames(MediaStreamTrack):
    """A remote track that brings these frames."""

    kind = "video"

    def __init__(self, *sizes: tuple[int, int]) -> None:
        super().__init__()
        self._sizes = list(sizes)

    async def recv(self) -> VideoFrame:
        if not self._sizes:
            raise MediaStreamError
        return VideoFrame(*self._sizes.pop(0), "yuv420p")


@pytest.mark.parametrize("huge", [(16_000, MOST_PIXELS // 16_000 + 1), (MOST_PIXELS // 16 + 1, 16)])
async def test_a_picture_larger_than_any_screen_is_passed_over(huge: tuple[int, int]) -> None:
    ready = asyncio.Event()
    view = ScreenView(ready.set)
    view.start(Frames((640, 480), huge))
    try:
        async with asyncio.timeout(20):
            await ready.wait()
        picture = view.take()
        assert picture is not None
        assert (picture.width, picture.height) == (640, 480)
        await asyncio.sleep(0.2)
        assert view.take() is None
    finally:
        await view.close()
