"""Nothing of the screen leaves once the connection is hushed, not even what is in aiortc's hands already."""

import asyncio
import time

from remotedesk.core.geometry import Size
from remotedesk.features.screen import ScreenTrack
from remotedesk.platform.ports import CapturedFrame
from remotedesk.transport.peer import PeerLink
from tests.support.grants import Allowed

SCREEN = Size(320, 240)


def offer_pictures(track: ScreenTrack, allowed: Allowed, seconds: float) -> None:
    """Offer pictures that differ, 50 a second."""
    for number in range(int(seconds * 50)):
        pixels = bytes([number % 256]) * (SCREEN.width * SCREEN.height * 4)
        track.offer(CapturedFrame(pixels, SCREEN.width, SCREEN.height, time.monotonic()), allowed.view)
        time.sleep(0.02)


async def packets_sent(link: PeerLink) -> int:
    stats = await link._pc.getStats()
    return sum(report.packetsSent for report in stats.values() if report.type == "outbound-rtp")


async def test_a_hushed_connection_sends_no_picture_and_keeps_its_channels() -> None:
    track, allowed = ScreenTrack(), Allowed()
    customer, engineer = PeerLink(track), PeerLink()
    try:
        await customer.accept(await engineer.answer(await customer.offer()))
        await asyncio.gather(customer.opened(), engineer.opened())
        await asyncio.to_thread(offer_pictures, track, allowed, 1.0)
        before = await packets_sent(customer)
        assert before > 20
        customer.hush()
        await asyncio.to_thread(offer_pictures, track, allowed, 0.5)
        assert await packets_sent(customer) == before
        assert customer.session.open
    finally:
        await customer.close()
        await engineer.close()
