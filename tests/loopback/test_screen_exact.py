"""What is called exact is exact: a real display, both ends of the screen and a lossy connection between them."""

import asyncio
import math
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.rtcsctptransport import Chunk

from remotedesk.core.consent import Grant
from remotedesk.core.errors import ErrorCode
from remotedesk.core.geometry import Rect
from remotedesk.features.screen import Picture, ScreenShare, ScreenView, TileFlow, share
from remotedesk.platform.fake import FakePlatform
from remotedesk.platform.ports import CapturedFrame, ScreenCapture
from remotedesk.platform.x11.capture import X11Capture
from remotedesk.transport.channels import TILES_CHANNEL, Channel
from remotedesk.transport.sctp.recovery import RecoveringSctpTransport, tune
from remotedesk.wire.tiles import TileMessage, Update
from tests.support.grants import Allowed
from tests.support.random_scenes import HEIGHT, WIDTH, Artist, colours
from tests.support.xserver import XServer

SCENES = 200
LOSS = 0.03


class NotedCapture(X11Capture):
    """Keeps what each picture it gave looked like."""

    def __init__(self, display_name: str, captured: set[bytes]) -> None:
        super().__init__(display_name)
        self._captured = captured

    def grab(self, grant: Grant) -> CapturedFrame:
        frame = super().grab(grant)
        self._captured.add(colours(frame.pixels))
        return frame


class OneDisplay(FakePlatform):
    """A desktop of which only the screen is real."""

    def __init__(self, display_name: str) -> None:
        super().__init__()
        self._display_name = display_name
        self.captured: set[bytes] = set()

    def open_capture(self, grant: Grant) -> ScreenCapture:  # type: ignore[override]
        return NotedCapture(self._display_name, self.captured)


class LossyAssociation(RecoveringSctpTransport):
    """An association on a link that loses some packets each way."""

    chance: random.Random

    async def _send_chunk(self, chunk: Chunk) -> None:
        if self.chance.random() >= LOSS:
            await super()._send_chunk(chunk)


async def until(done: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not done():  # noqa: ASYNC110 (what is waited for happens in threads and inside aiortc)
            await asyncio.sleep(0.002)


async def connect(connections: list[RTCPeerConnection], channels: list[Channel[TileMessage]], seed: int) -> None:
    first, second = connections
    await first.setLocalDescription(await first.createOffer())
    await second.setRemoteDescription(first.localDescription)
    await second.setLocalDescription(await second.createAnswer())
    await first.setRemoteDescription(second.localDescription)
    await until(lambda: all(channel.open for channel in channels))
    for number, pc in enumerate(connections):
        assert pc.sctp is not None
        pc.sctp.__class__ = LossyAssociation
        assert isinstance(pc.sctp, LossyAssociation)
        pc.sctp.chance = random.Random(seed + number)


class Session:
    """The customer's screen and the engineer's view of it; looks at every picture that is shown."""

    def __init__(self, platform: OneDisplay, artist: Artist) -> None:
        self._platform, self._artist = platform, artist
        self.shown: list[Picture] = []  # the last hundred
        self.count = 0  # of all that were shown
        self.wrong = 0  # pictures called exact that the customer's screen never showed
        self.whole = 0  # times that everything was sent
        self.strips = 0
        self.view = ScreenView(self._show)

    def attach(self, channel: Channel[TileMessage]) -> None:
        self.view.attach(channel)
        take = channel.on_message

        def counting(message: TileMessage) -> None:
            self.whole += isinstance(message, Update) and message.blank
            self.strips += isinstance(message, Update) and message.strips is not None
            take(message)

        channel.on_message = counting

    def _show(self) -> None:
        picture = self.view.take()
        assert picture is not None
        self.shown.append(picture)
        self.count += 1
        self.wrong += picture.exact and colours(picture.pixels) not in self._platform.captured
        del self.shown[:-100]

    @property
    def is_exact(self) -> bool:
        """True if the engineer's newest picture is called exact and is what the customer sees now."""
        return bool(self.shown) and self.shown[-1].exact and colours(self.shown[-1].pixels) == self._artist.screen()


@asynccontextmanager
async def session(seed: int) -> AsyncIterator[tuple[Session, Artist]]:
    failed = list[ErrorCode]()
    connections = [RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2)]
    channels: list[Channel[TileMessage]] = [Channel(pc, TILES_CHANNEL) for pc in connections]
    for pc in connections:
        assert pc.sctp is not None
        tune(pc.sctp)
    with XServer(WIDTH, HEIGHT, window_manager=False) as server:
        artist, platform = Artist(server.display, seed), OneDisplay(server.display)
        sharing, made = ScreenShare(platform, failed.append), Session(platform, artist)
        try:
            await connect(connections, channels, seed)
            made.attach(channels[1])
            sharing.attach(TileFlow(channels[0]))
            sharing.start(Allowed().view)
            yield made, artist
        finally:
            await asyncio.to_thread(sharing.join)
            await made.view.close()
            for pc in connections:
                await pc.close()
            artist.close()
    assert not failed


async def test_every_scene_is_exact_when_it_says_so_and_in_the_end() -> None:
    dice = random.Random(4)
    async with session(seed=4) as (shown, artist):
        for number in range(SCENES):
            for _ in artist.scene():
                await asyncio.sleep(dice.choice((0.0, 0.005, 0.02)))
            still = artist.screen()
            await until(lambda: shown.is_exact)
            assert artist.screen() == still, number
            assert shown.wrong == 0, number
        assert shown.whole == 1


async def test_a_turning_part_goes_as_strips_and_is_exact_whenever_it_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(share, "SPARING_UP_TO_BPS", math.inf)  # however fast this machine is
    async with session(seed=6) as (shown, artist):
        for number in range(10):
            for _ in artist.turning(25):
                await asyncio.sleep(0.02)
            still = artist.screen()
            await until(lambda: shown.is_exact)
            assert artist.screen() == still, number
            assert shown.wrong == 0, number
        assert shown.strips
        assert shown.whole == 1


async def test_a_wrong_tile_puts_the_mark_out_and_the_picture_is_sent_anew() -> None:
    async with session(seed=5) as (shown, artist):
        for _ in artist.scene():
            await asyncio.sleep(0.01)
        await until(lambda: shown.is_exact)
        for x, y in ((10, 10), (150, 100), (299, 212)):
            before, whole = shown.count, shown.whole
            with shown.view._lock:
                tiles = shown.view._tiles
                tiles.pixels[4 * (y * WIDTH + x)] ^= 1
                tiles._hashes.touch(Rect(x, y, 1, 1))  # as drawing it would have
            artist.dot(200, 20)  # of another tile
            await until(lambda before=before: shown.count > before)  # type: ignore[misc]
            assert not shown.shown[before - shown.count].exact
            assert shown.whole == whole
            await until(lambda: shown.is_exact)
            assert shown.whole == whole + 1
        assert shown.wrong == 0
