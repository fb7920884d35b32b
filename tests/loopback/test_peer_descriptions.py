"""A peer whose description says more than was agreed does not get a connection."""

import asyncio
import contextlib

import pytest
from aiortc import AudioStreamTrack, RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, VideoStreamTrack
from hypothesis import given, settings
from hypothesis import strategies as st

from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.transport.description import MOST_CANDIDATES
from remotedesk.transport.peer import PeerLink
from remotedesk.transport.reach.plan import Endpoint, Plan


@pytest.mark.parametrize("extra", [VideoStreamTrack, AudioStreamTrack])
async def test_a_further_track_is_refused_before_anything_is_received(
    extra: type[VideoStreamTrack | AudioStreamTrack],
) -> None:
    modified = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
    engineer = PeerLink()
    tracks: list[object] = []
    engineer.on_track = tracks.append
    try:
        for track in (VideoStreamTrack(), extra()):
            modified.addTransceiver(track, direction="sendonly")
        modified.createDataChannel("session", negotiated=True, id=1)
        await modified.setLocalDescription(await modified.createOffer())
        with pytest.raises(ProtocolError) as caught:
            await engineer.answer(modified.localDescription.sdp)
        assert caught.value.code is ErrorCode.MESSAGE_MALFORMED
        assert tracks == []
    finally:
        await engineer.close()
        await modified.close()


PIECES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["candidate:1", "1", "udp", "99999999", "203.0.113.7", "50000", "typ", "host", "raddr", "rport", "x"]
    ),
)


@given(st.lists(st.lists(PIECES, max_size=14).map(" ".join), max_size=16).map(tuple))
@settings(deadline=None, max_examples=150)
def test_late_candidates_of_any_kind_are_taken_or_refused(lines: tuple[str, ...]) -> None:
    async def take() -> None:
        link = PeerLink()
        with contextlib.suppress(ProtocolError):
            await link.add_late(tuple(f"candidate:{line.removeprefix('candidate:')}" for line in lines))
        tried = link._ice.getRemoteCandidates()
        await link.close()
        assert {candidate.ip for candidate in tried} <= {"203.0.113.7"}  # the one address that may be tried
        assert len(tried) <= MOST_CANDIDATES

    asyncio.run(take())


async def test_a_plan_of_the_relay_alone_tells_no_address_of_this_machine() -> None:
    link = PeerLink(Plan(relay_only=True))
    try:
        assert "a=candidate" not in await link.offer()
    finally:
        await link.close()


async def test_ports_that_were_found_are_kept_alive() -> None:
    heard: list[tuple[bytes, tuple[str, int]]] = []

    class Server(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            heard.append((data, addr))

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Server, ("0.0.0.0", 0))
    port = transport.get_extra_info("sockname")[1]
    link = PeerLink(Plan(stun=Endpoint("127.0.0.1", port)))
    try:
        await asyncio.wait_for(link.gather(), 10)  # which asks, and gets no answer
        asked = {addr for _, addr in heard}
        heard.clear()
        link.keep_alive()
        await asyncio.sleep(0.1)
        assert asked
        assert {addr for _, addr in heard} == asked
        assert all(data[:2] == b"\x00\x11" for data, _ in heard)  # Binding indication (RFC 8489, 5)
    finally:
        await link.close()
        transport.close()
