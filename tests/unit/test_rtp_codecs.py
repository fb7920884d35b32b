"""What stands in a description with media: the codecs, their repair, and transport-wide congestion control."""

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from remotedesk.transport.rtp.media import MediaSide, prefer
from remotedesk.transport.rtp.payload import FORMATS
from remotedesk.transport.video import VideoCodec


async def offer(*codecs: VideoCodec) -> str:
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        media = MediaSide(pc)
        pc.addTransceiver("video", direction="recvonly")
        pc.addTransceiver("audio", direction="recvonly")
        if codecs:
            prefer(pc.getTransceivers()[0], *codecs)
        media.attach()
        return str((await pc.createOffer()).sdp)
    finally:
        await pc.close()


async def answered(description: str) -> str:
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        media = MediaSide(pc)
        await pc.setRemoteDescription(RTCSessionDescription(description, "offer"))
        media.attach()
        return str((await pc.createAnswer()).sdp)
    finally:
        await pc.close()


async def test_an_offer_names_three_codecs_av1_first() -> None:
    lines = (await offer()).splitlines()
    known = [line.partition(" ")[2] for line in lines if line.startswith("a=rtpmap:") and "/90000" in line]
    assert [name for name in known if not name.startswith("rtx")] == [
        "AV1/90000", "VP8/90000", "H264/90000", "H264/90000",
    ]  # fmt: skip
    assert "a=fmtp:120 profile=0;level-idx=13;tier=0" in lines
    assert "a=fmtp:121 apt=120" in lines


async def test_congestion_control_is_transport_wide_and_nothing_else() -> None:
    text = await offer()
    assert text.count("draft-holmer-rmcat-transport-wide-cc-extensions-01") == 2  # pictures and sound
    assert "a=rtcp-fb:120 transport-cc" in text
    assert "a=rtcp-fb:120 nack pli" in text
    assert "goog-remb" not in text
    assert "abs-send-time" not in text


@pytest.mark.parametrize("codec", VideoCodec)
async def test_one_codec_may_be_preferred(codec: VideoCodec) -> None:
    text = (await offer(codec)).partition("m=audio")[0]
    assert {line.split()[1].split("/")[0] for line in text.splitlines() if "rtpmap" in line} == {codec, "rtx"}


async def test_av1_of_another_profile_is_not_agreed_on() -> None:
    """aiortc does not compare it; Chromium offers 4:4:4, too."""
    text = (await offer(VideoCodec.AV1)).replace("SAVPF 120 121", "SAVPF 118 119 120 121")
    high = "a=rtpmap:118 AV1/90000\r\na=fmtp:118 profile=1\r\na=rtpmap:119 rtx/90000\r\na=fmtp:119 apt=118\r\n"
    text = text.replace("a=rtpmap:120", high + "a=rtpmap:120")
    video = (await answered(text.replace("a=setup:auto", "a=setup:actpass"))).partition("m=audio")[0]
    assert "SAVPF 120 121" in video
    assert "118" not in video.partition("a=")[0]


def test_key_frames_are_told_from_others() -> None:
    starts = {codec: form.starts_key for codec, form in FORMATS.items()}
    assert starts[VideoCodec.VP8](b"\x10\x00data")
    assert not starts[VideoCodec.VP8](b"\x10\x01data")
    assert not starts[VideoCodec.VP8](b"\x00\x00data")
    assert not starts[VideoCodec.VP8](b"\x80")
    assert starts[VideoCodec.H264](b"\x67data")
    assert starts[VideoCodec.H264](b"\x78\x00\x04\x67abc")
    assert not starts[VideoCodec.H264](b"\x61data")
    assert not starts[VideoCodec.H264](b"")
    assert starts[VideoCodec.AV1](b"\x18\x08x")
    assert not starts[VideoCodec.AV1](b"\x98\x08x")
    assert not starts[VideoCodec.AV1](b"")
