"""What a real connection tells of its way; fails when aiortc or aioice change under transport/figures.py."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiortc import RTCConfiguration, RTCPeerConnection

from remotedesk.core.quality import Route
from remotedesk.transport.figures import LinkFigures, figures_of
from remotedesk.transport.peer import PeerLink
from remotedesk.wire.chat import Chat


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 (what is waited for happens inside aiortc)
            await asyncio.sleep(0.01)


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[PeerLink, PeerLink]]:
    links = PeerLink(), PeerLink()
    try:
        await links[0].accept(await links[1].answer(await links[0].offer()))
        for link in links:
            await link.opened()
        yield links
    finally:
        for link in links:
            await link.close()


async def test_a_connection_between_two_computers_is_direct_and_has_a_round_trip() -> None:
    async with connected() as links:
        for link in links:
            assert link.figures.route is Route.DIRECT
        before, received = [link.figures for link in links], list[object]()
        links[1].chat.on_message = received.append
        assert links[0].chat.send(Chat("x" * 3_000))
        await until(lambda: received and links[0].figures.rtt_s is not None)
        assert [link.figures.packets - were.packets for link, were in zip(links, before, strict=True)] == [3, 3]
        assert links[0].chat.sent_bytes == links[1].chat.received_bytes > 3_000
        assert 0 < (links[0].figures.rtt_s or 0) < 10


async def test_a_relay_at_either_end_is_seen_at_both_places() -> None:
    for side in ("local_candidate", "remote_candidate"):
        async with connected() as links:
            assert links[0]._pc.sctp is not None
            pairs = links[0]._pc.sctp.transport.transport._connection._nominated
            assert len(pairs) == 1
            getattr(pairs[1], side).type = "relay"
            assert links[0].figures.route is Route.RELAYED


async def test_before_it_stands_nothing_is_known() -> None:
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    assert figures_of(pc) == LinkFigures(None, 0, 0, None)
    link = PeerLink()
    try:
        await link.offer()
        assert link.figures == LinkFigures(None, 0, 0, None)
    finally:
        await link.close()
        await pc.close()
