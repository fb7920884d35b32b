"""The screen: captured where it was allowed, encoded by aiortc, shown as the newest picture only."""

import asyncio
import contextlib
import fractions
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import VideoFrame

from remotedesk.core.consent import Grant
from remotedesk.core.errors import ConsentError, ErrorCode, PlatformError
from remotedesk.platform.ports import CapturedFrame, Platform, ScreenCapture

log = logging.getLogger(__name__)

VIDEO_CLOCK_HZ: Final = 90_000
FRAME_INTERVAL_S: Final = 1 / 20
# aiortc's jitter buffer gives a frame out only when the next one starts, and VP8 sharpens a still picture over
# several frames: after a change the same picture is sent again a few times, then once a second.
REPEATS_AFTER_CHANGE: Final = 12
STILL_INTERVAL_S: Final = 1.0
MOST_PIXELS: Final = 4 * 3840 * 2160  # more is no screen: a picture of 8192x8192 takes 110 KB on the wire, 256 MiB here


class ScreenTrack(MediaStreamTrack):
    """The video track of the shared screen; gives out the newest frame whose grant still lives."""

    kind = "video"

    def __init__(self) -> None:
        """Must be made in the engine's loop."""
        super().__init__()
        self._engine_loop = asyncio.get_running_loop()
        self._arrived = asyncio.Event()
        self._newest: tuple[VideoFrame, Grant] | None = None

    def offer(self, frame: CapturedFrame, grant: Grant) -> None:
        """Put a frame in the place of the one before it; from any thread but the loop's, which must stay free."""
        video = _video_frame(frame)
        with contextlib.suppress(RuntimeError):  # the loop has ended, and the session with it
            self._engine_loop.call_soon_threadsafe(self._put, video, grant)

    def _put(self, frame: VideoFrame, grant: Grant) -> None:
        self._newest = (frame, grant)
        self._arrived.set()

    async def recv(self) -> VideoFrame:
        """Return the next frame as aiortc's sender wants it. Raises MediaStreamError once stopped."""
        while self.readyState == "live":
            await self._arrived.wait()
            self._arrived.clear()
            newest, self._newest = self._newest, None
            if newest is not None and newest[1].live:
                return newest[0]
        raise MediaStreamError

    def stop(self) -> None:
        """End the track; whoever waits in `recv` is let go."""
        super().stop()
        self._newest = None
        self._arrived.set()


class ScreenShare:
    """Captures in a thread of its own for as long as the grant lives, and stands still while it is suspended."""

    def __init__(self, platform: Platform, failed: Callable[[ErrorCode], None]) -> None:
        """`failed` is called in the capture thread."""
        self._platform = platform
        self._track: ScreenTrack | None = None
        self._pace = _Pace()
        self._failed = failed
        self._threads: list[threading.Thread] = []
        self._stop = threading.Event()

    def attach(self, track: ScreenTrack) -> None:
        """Feed the track of a fresh connection, beginning with the whole picture."""
        self._pace = _Pace()
        self._track = track

    def detach(self) -> None:
        """Feed nothing until the next `attach`."""
        self._track = None

    def start(self, grant: Grant) -> None:
        """Capture under `grant` until it is revoked. One share captures once at a time."""
        self.stop()
        self._stop = threading.Event()
        thread = threading.Thread(target=self._run, args=(grant, self._stop), name="capture")
        self._threads = [*(each for each in self._threads if each.is_alive()), thread]
        thread.start()

    def stop(self) -> None:
        """Tell the capture to end, without waiting; from any thread."""
        self._stop.set()

    def join(self) -> None:
        """Stop and wait for the threads; not in the engine's loop, since a system call may hang."""
        self.stop()
        for thread in self._threads:
            thread.join()

    def _run(self, grant: Grant, stop: threading.Event) -> None:
        try:
            capture = self._platform.open_capture(grant)
            try:
                self._capture_until_revoked(capture, grant, stop)
            finally:
                capture.close()
        except ConsentError as error:
            log.info("capture not opened: %s", error.code)
        except PlatformError as error:
            self._failed(error.code)
        except Exception:  # thread entry
            log.exception("capture")
            self._failed(ErrorCode.CAPTURE_FAILED)

    def _capture_until_revoked(self, capture: ScreenCapture, grant: Grant, stop: threading.Event) -> None:
        self._pace = _Pace()
        while not stop.is_set():
            try:
                frame = capture.grab(grant)
            except ConsentError as error:
                if error.code is not ErrorCode.GRANT_SUSPENDED:
                    return
                self._pace = _Pace()  # everything is sent anew after a pause
            else:
                if (track := self._track) is not None and self._pace.wants(frame):
                    track.offer(frame, grant)
            stop.wait(FRAME_INTERVAL_S)


class _Pace:
    """Decides which captured frames are worth sending."""

    def __init__(self) -> None:
        self._pixels: bytes | bytearray = b""
        self._repeats = 0
        self._sent_at_s = 0.0

    def wants(self, frame: CapturedFrame) -> bool:
        if frame.pixels != self._pixels:
            self._pixels = frame.pixels
            self._repeats = REPEATS_AFTER_CHANGE
        elif self._repeats:
            self._repeats -= 1
        elif frame.captured_at_s - self._sent_at_s < STILL_INTERVAL_S:
            return False
        self._sent_at_s = frame.captured_at_s
        return True


def _video_frame(frame: CapturedFrame) -> VideoFrame:
    video = VideoFrame(frame.width, frame.height, "bgra")
    plane = video.planes[0]
    row = frame.width * 4
    if plane.line_size == row:
        plane.update(frame.pixels)  # type: ignore[arg-type]  # takes any buffer, as its .pyi does not say
    else:
        padding = bytes(plane.line_size - row)
        rows = (frame.pixels[at : at + row] for at in range(0, len(frame.pixels), row))
        plane.update(padding.join(rows) + padding)
    video.pts = int(frame.captured_at_s * VIDEO_CLOCK_HZ)
    video.time_base = fractions.Fraction(1, VIDEO_CLOCK_HZ)
    return video


@dataclass(frozen=True)
class Picture:
    """A decoded frame, ready to be painted: BGRX, `height` rows of `stride` bytes; `number` grows."""

    pixels: bytes
    width: int
    height: int
    stride: int
    number: int


class ScreenView:
    """Takes the remote screen apart from aiortc's unbounded queue and keeps only the newest picture."""

    def __init__(self, ready: Callable[[], None]) -> None:
        """`ready` is called in the engine's loop when a picture waits and none waited before."""
        self._ready = ready
        self._lock = threading.Lock()
        self._picture: Picture | None = None
        self._newest: VideoFrame | None = None
        self._arrived = asyncio.Event()
        self._number = 0
        self._closed = False
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, track: MediaStreamTrack) -> None:
        """Show this remote track from now on; nothing once closed, since a track can come late."""
        self._cancel()
        if self._closed:
            return
        leaving = [task for task in self._tasks if not task.done()]
        self._tasks = [*leaving, asyncio.create_task(self._drain(track)), asyncio.create_task(self._convert())]

    def take(self) -> Picture | None:
        """Return the newest picture once; from any thread."""
        with self._lock:
            picture, self._picture = self._picture, None
        return picture

    async def close(self) -> None:
        """Stop for good and forget the picture."""
        self._closed = True
        self._cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.take()

    def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _drain(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if isinstance(frame, VideoFrame) and frame.width * frame.height <= MOST_PIXELS:
                    self._newest = frame
                    self._arrived.set()

    async def _convert(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            frame, self._newest = self._newest, None
            if frame is None:
                continue
            self._number += 1
            picture = await asyncio.to_thread(_picture, frame, self._number)
            with self._lock:
                waited, self._picture = self._picture, picture
            if waited is None:
                self._ready()


def _picture(frame: VideoFrame, number: int) -> Picture:
    shown = frame.reformat(format="bgra")
    plane = shown.planes[0]
    return Picture(bytes(plane), shown.width, shown.height, plane.line_size, number)
