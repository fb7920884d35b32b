"""The screen feature without a connection: what is worth sending, what may be given out, what is shown."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest
from aiortc.mediastreams import MediaStreamError, VideoStreamTrack
from av import VideoFrame

from remotedesk.core.consent import Feature, Grant, Suspension
from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.features.screen import (
    REPEATS_AFTER_CHANGE,
    STILL_INTERVAL_S,
    ScreenShare,
    ScreenTrack,
    ScreenView,
    _Pace,
)
from remotedesk.platform.fake import FakeCapture, FakePlatform
from remotedesk.platform.ports import CapturedFrame
from tests.support.grants import Allowed
from tests.support.xserver import wait_until


def frame(colour: int = 0, at_s: float = 0.0) -> CapturedFrame:
    return CapturedFrame(bytes([colour]) * 16 * 8 * 4, 16, 8, at_s)


def test_a_still_picture_is_repeated_a_few_times_and_then_once_a_second() -> None:
    pace = _Pace()
    assert all(pace.wants(frame()) for _ in range(1 + REPEATS_AFTER_CHANGE))
    assert not pace.wants(frame())
    assert not pace.wants(frame(at_s=STILL_INTERVAL_S - 0.01))
    assert pace.wants(frame(at_s=STILL_INTERVAL_S))
    assert not pace.wants(frame(at_s=STILL_INTERVAL_S + 0.01))
    assert pace.wants(frame(1, at_s=STILL_INTERVAL_S + 0.02))


async def given_out(track: ScreenTrack) -> VideoFrame | None:
    """Return what the track gives out, None if nothing comes for a moment."""
    try:
        async with asyncio.timeout(0.2):
            return await track.recv()
    except TimeoutError:
        return None


async def test_the_track_gives_out_the_newest_frame_only() -> None:
    track, allowed = ScreenTrack(), Allowed()
    for second in range(1, 5):
        track.offer(frame(second, at_s=second), allowed.view)
    shown = await given_out(track)
    assert shown is not None
    assert shown.time == 4
    assert bytes(shown.planes[0])[:1] == b"\x04"
    assert await given_out(track) is None


def revoke(allowed: Allowed) -> None:
    allowed.gate.revoke(Feature.VIEW)


def replace(allowed: Allowed) -> None:
    allowed.gate.allow(Feature.VIEW)


def suspend(allowed: Allowed) -> None:
    allowed.gate.suspend(Suspension.LOCKED)


def stop(allowed: Allowed) -> None:
    allowed.gate.stop()


@pytest.mark.parametrize("end", [revoke, replace, suspend, stop])
async def test_a_frame_of_a_dead_grant_is_never_given_out(end: Callable[[Allowed], None]) -> None:
    track, allowed = ScreenTrack(), Allowed()
    track.offer(frame(), allowed.view)
    end(allowed)
    assert await given_out(track) is None


async def test_a_stopped_track_lets_its_reader_go() -> None:
    track = ScreenTrack()
    reader = asyncio.create_task(track.recv())
    await asyncio.sleep(0)
    track.stop()
    with pytest.raises(MediaStreamError):
        await reader


class Takes:
    """Stands where a track would be, and keeps what is offered."""

    def __init__(self) -> None:
        self.offered: list[CapturedFrame] = []

    def offer(self, captured: CapturedFrame, grant: Grant) -> None:
        grant.require(Feature.VIEW)
        self.offered.append(captured)


def captures() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "capture"]


def test_the_share_follows_its_grant_and_leaves_no_thread() -> None:
    platform, allowed, takes, failed = FakePlatform(), Allowed(), Takes(), list[ErrorCode]()
    share = ScreenShare(platform, failed.append)
    share.attach(takes)  # type: ignore[arg-type]
    share.start(allowed.view)
    wait_until(lambda: takes.offered, what="a frame")
    allowed.gate.suspend(Suspension.SILENCE)
    time.sleep(0.1)
    still = platform.grabs
    time.sleep(0.2)
    assert platform.grabs == still
    allowed.gate.resume(Suspension.SILENCE)
    wait_until(lambda: platform.grabs > still, what="the screen after the pause")
    for _ in range(3):  # each start ends the one before, and none is forgotten
        share.start(allowed.view)
    allowed.gate.revoke(Feature.VIEW)
    wait_until(lambda: not captures(), what="the capture to end by itself")
    share.start(allowed.gate.allow(Feature.VIEW))
    share.join()
    assert not captures()
    assert not failed


def test_a_share_without_a_live_grant_reads_nothing() -> None:
    platform, allowed, failed = FakePlatform(), Allowed(), list[ErrorCode]()
    allowed.gate.stop()
    share = ScreenShare(platform, failed.append)
    share.start(allowed.view)
    share.join()
    assert platform.grabs == 0
    assert not failed


class BrokenScreen(FakePlatform):
    """A desktop whose screen cannot be read."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def open_capture(self, grant: Grant) -> FakeCapture:
        raise self.error


def test_a_screen_that_cannot_be_read_is_told() -> None:
    failed = list[ErrorCode]()
    share = ScreenShare(BrokenScreen(PlatformError(ErrorCode.CAPTURE_FAILED)), failed.append)
    share.start(Allowed().view)
    share.join()
    assert failed == [ErrorCode.CAPTURE_FAILED]


class Pictures(VideoStreamTrack):
    """A remote track with as many pictures as it is given, all at once."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._left = count

    async def recv(self) -> VideoFrame:
        if not self._left:
            await asyncio.Event().wait()
        self._left -= 1
        return VideoFrame(16 + 2 * self._left, 8, "yuv420p")


async def test_the_view_keeps_the_newest_picture_and_tells_once() -> None:
    told = asyncio.Event()
    times = list[None]()

    def ready() -> None:
        times.append(None)
        told.set()

    view = ScreenView(ready)
    assert view.take() is None
    view.start(Pictures(50))
    await told.wait()
    await asyncio.sleep(0.2)
    assert len(times) == 1
    picture = view.take()
    assert picture is not None
    assert (picture.width, picture.height) == (16, 8)
    assert len(picture.pixels) == picture.stride * picture.height
    assert view.take() is None
    told.clear()
    view.start(Pictures(1))  # after a reconnection
    await told.wait()
    await view.close()
    assert view.take() is None
    assert asyncio.all_tasks() == {asyncio.current_task()}
