"""A Chromium and a peer connection of ours that send one another the moving picture over a thin link."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from aiohttp import web
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from numpy.typing import NDArray

from remotedesk.transport.rtp.media import MediaSide, prefer
from remotedesk.transport.video import VideoCodec
from tests.support import moving_picture
from tests.support.chromium import Tab
from tests.support.media_relay import MediaRelay, media_relay
from tests.support.moving_picture import MovingPicture

OURS: Final = 0  # ports of the relay
BROWSERS: Final = 1
PATIENCE_S: Final = 90.0
FLAGS: Final = (
    # Candidates by address, not by a name that nobody resolves here; and from this machine's own addresses alone.
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
)
_PAGE: Final = Path(__file__).parents[1] / "browser" / "media.html"


class Call:
    """One direction between the two: pictures of one codec, and who sends them."""

    def __init__(self, tab: Tab, relay: MediaRelay, pc: RTCPeerConnection, media: MediaSide, sender: int) -> None:
        self.tab, self.relay, self.pc, self.media, self.sender = tab, relay, pc, media, sender
        self.newest: av.VideoFrame | None = None
        self.decoded = 0

    async def pixels(self) -> NDArray[np.uint8] | None:
        """Return what the receiver shows now."""
        if self.sender == BROWSERS:
            return None if self.newest is None else self.newest.to_ndarray(format="rgb24")
        text = await self.tab.evaluate("seen()")
        if text is None:
            return None
        flat = np.frombuffer(base64.b64decode(text), np.uint8)
        return flat.reshape(moving_picture.HEIGHT, moving_picture.WIDTH, 4)

    async def shown(self) -> int | None:
        """Return the number of the picture that is shown now, if all of it is there."""
        pixels = await self.pixels()
        if pixels is None or pixels.shape[:2] != (moving_picture.HEIGHT, moving_picture.WIDTH):
            return None
        number = moving_picture.read(pixels)
        return number if number is not None and moving_picture.is_picture(pixels, number) else None

    async def moves(self, pictures: int) -> None:
        """Return once so many different pictures were shown whole."""
        seen: set[int] = set()

        async def enough() -> bool:
            if (number := await self.shown()) is not None:
                seen.add(number)
            return len(seen) >= pictures

        await until(enough)

    async def sends(self, at_least_bps: float = 0.0, below_bps: float = float("inf")) -> None:
        """Return once the sender sends that much in a second."""

        async def fits() -> bool:
            return at_least_bps <= self.relay.sent_bps(self.sender) < below_bps

        await until(fits)

    async def watch(self, track: MediaStreamTrack) -> None:
        """Keep the newest picture of a track, to its end."""
        with suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                assert isinstance(frame, av.VideoFrame)
                self.newest = frame
                self.decoded += 1

    async def figures(self) -> list[dict[str, Any]]:
        """Return the browser's own statistics."""
        found: list[dict[str, Any]] = await self.tab.evaluate("figures()")
        return found


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that is asked again and again. Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE_S):
        while not await done():  # noqa: ASYNC110 (what is waited for happens in another program)
            await asyncio.sleep(0.05)


@asynccontextmanager
async def call(tab: Tab, codec: VideoCodec, sender: int, kbps: int) -> AsyncIterator[Call]:
    """Connect the browser and a new peer connection, with one direction of pictures."""
    async with media_relay(kbps) as relay, page() as url:
        pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        made = Call(tab, relay, pc, MediaSide(pc), sender)
        watching: list[asyncio.Task[None]] = []
        pc.on("track", lambda track: watching.append(asyncio.ensure_future(made.watch(track))))
        try:
            await tab.open(url)
            await (_we_offer(made, codec) if sender == OURS else _browser_offers(made, codec))
            yield made
        finally:
            await pc.close()
            await asyncio.gather(*watching)


async def _we_offer(call: Call, codec: VideoCodec) -> None:
    call.pc.addTrack(MovingPicture())
    transceiver = call.pc.getTransceivers()[0]
    transceiver.direction = "sendonly"
    prefer(transceiver, codec)
    call.media.attach()
    await call.pc.setLocalDescription(await call.pc.createOffer())
    offer = call.relay.described(call.pc.localDescription.sdp, BROWSERS)
    answer = await call.tab.evaluate(f"answer({json.dumps(offer)})")
    await call.pc.setRemoteDescription(RTCSessionDescription(call.relay.described(answer, OURS), "answer"))


async def _browser_offers(call: Call, codec: VideoCodec) -> None:
    offer = await call.tab.evaluate(f"offer({json.dumps(str(codec))})")
    await call.pc.setRemoteDescription(RTCSessionDescription(call.relay.described(offer, OURS), "offer"))
    call.media.attach()
    await call.pc.setLocalDescription(await call.pc.createAnswer())
    answer = call.relay.described(call.pc.localDescription.sdp, BROWSERS)
    await call.tab.evaluate(f"accept({json.dumps(answer)})")


@asynccontextmanager
async def page() -> AsyncIterator[str]:
    """Serve the page, on loopback."""
    app = web.Application()

    async def serve(request: web.Request) -> web.StreamResponse:
        return web.FileResponse(_PAGE)

    app.add_routes([web.get("/", serve)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()
