"""A peer whose description says more than was agreed does not get a connection."""

import pytest
from aiortc import AudioStreamTrack, RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, VideoStreamTrack

from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.transport.peer import PeerLink


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
