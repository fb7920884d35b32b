"""The Windows process of bench_windows: captures, or shares its screen with a viewer in the same process.

Lines in: `frames SECONDS`, `share`, `idle SECONDS`, `stop`. Lines out: one of JSON for each.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from aiortc import RTCConfiguration, RTCPeerConnection

from remotedesk.core.consent import Grant
from remotedesk.core.errors import ErrorCode
from remotedesk.features.screen import ScreenShare, ScreenView, TileFlow
from remotedesk.features.screen.tiles.grid import changes_between
from remotedesk.platform.ports import CapturedFrame, ScreenCapture
from remotedesk.platform.windows.capture import WindowsCapture
from remotedesk.platform.windows.platform import WindowsPlatform
from remotedesk.transport.channels import TILES_CHANNEL, Channel
from remotedesk.transport.sctp.recovery import tune
from remotedesk.wire.tiles import TileMessage
from tests.support.grants import Allowed

FRAME_S: Final = 1 / 30


class MeasuredCapture(WindowsCapture):
    """Notes how much of a processor its thread has used, and how many pictures it took."""

    def __init__(self) -> None:
        super().__init__()
        self.cpu_s, self.pictures = 0.0, 0

    def wait_changed(self, timeout_s: float) -> bool:
        self.cpu_s = time.thread_time()
        return super().wait_changed(timeout_s)

    def grab(self, grant: Grant) -> CapturedFrame:
        self.pictures += 1
        return super().grab(grant)


class MeasuredPlatform(WindowsPlatform):
    """A desktop whose capture is measured."""

    capture: MeasuredCapture

    def open_capture(self, grant: Grant) -> ScreenCapture:
        self.capture = MeasuredCapture()
        return self.capture


def frames(seconds: float) -> list[float]:
    """Return what each picture took, from the call to the rectangles that differ from the one before."""
    capture, allowed, times = WindowsCapture(), Allowed(), []
    first = capture.grab(allowed.view)
    shown, until = bytes(first.pixels), time.monotonic() + seconds
    while (start := time.monotonic()) < until:
        before = time.perf_counter()
        frame = capture.grab(allowed.view)
        changes = changes_between(frame.pixels, shown, frame.width, frame.height, frame.dirty)
        times.append(time.perf_counter() - before)
        if changes is not None:
            shown = bytes(frame.pixels)
        time.sleep(max(0.0, start + FRAME_S - time.monotonic()))
    capture.close()
    return times


@asynccontextmanager
async def sharing(platform: MeasuredPlatform) -> AsyncIterator[None]:
    """Share the screen with a viewer, over a connection on this machine."""
    failed = list[ErrorCode]()
    connections = [RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2)]
    channels: list[Channel[TileMessage]] = [Channel(pc, TILES_CHANNEL) for pc in connections]
    for pc in connections:
        assert pc.sctp is not None
        tune(pc.sctp)
    first, second = connections
    await first.setLocalDescription(await first.createOffer())
    await second.setRemoteDescription(first.localDescription)
    await second.setLocalDescription(await second.createAnswer())
    await first.setRemoteDescription(second.localDescription)
    while not all(channel.open for channel in channels):  # noqa: ASYNC110 (it happens inside aiortc)
        await asyncio.sleep(0.01)
    share, view = ScreenShare(platform, failed.append), ScreenView(lambda: None)
    view.attach(channels[1])
    share.attach(TileFlow(channels[0]))
    share.start(Allowed().view)
    try:
        yield
    finally:
        await asyncio.to_thread(share.join)
        await view.close()
        for pc in connections:
            await pc.close()
    assert not failed


async def idle(capture: MeasuredCapture, seconds: float) -> float:
    """Return how many processors the capturing thread uses."""
    before, start = capture.cpu_s, time.monotonic()
    await asyncio.sleep(seconds)
    return (capture.cpu_s - before) / (time.monotonic() - start)


async def main() -> None:
    """Do what the lines say."""
    platform = MeasuredPlatform()
    async with AsyncExitStack() as undo:
        while words := (await asyncio.to_thread(sys.stdin.readline)).split():
            answer: object = None
            match words:
                case ["frames", seconds]:
                    answer = frames(float(seconds))
                case ["share"]:
                    await undo.enter_async_context(sharing(platform))
                case ["idle", seconds]:
                    answer = await idle(platform.capture, float(seconds))
                case ["stop"]:
                    await undo.aclose()
                    answer = platform.capture.pictures
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())  # type: ignore[attr-defined,unused-ignore]
    asyncio.run(main())
