"""Two of our media sides over real sockets, with a lossy link between them; and aiortc as it was when this was written.

Every test here that names an internal of aiortc fails when aiortc changes under transport/rtp/.
"""

import asyncio
import contextlib
import inspect
import itertools
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import sha256

import av
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCRtpSender, codecs, rtcpeerconnection, rtp
from aiortc.codecs import CODECS, HEADER_EXTENSIONS, h264, vpx
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, MediaStreamTrack
from aiortc.rtcdtlstransport import RTCDtlsTransport, RtpRouter
from aiortc.rtp import RtpPacket, is_rtcp

from remotedesk.transport.rtp import receiver, sender
from remotedesk.transport.rtp.budget import Kind
from remotedesk.transport.rtp.codecs import extend_tables
from remotedesk.transport.rtp.dtls import BudgetedDtlsTransport
from remotedesk.transport.rtp.media import MediaSide, prefer
from remotedesk.transport.rtp.receiver import VideoReceiver
from remotedesk.transport.rtp.sender import VideoSender
from remotedesk.transport.video import VideoCodec
from tests.support import moving_picture
from tests.support.moving_picture import MovingPicture


class LossyLink(RTCDtlsTransport):
    """aiortc's own transport on a link that loses what `loses` says; keeps what was to leave."""

    loses: Callable[[bytes], bool]
    left: list[bytes]

    async def _send_rtp(self, data: bytes) -> None:
        self.left.append(data)
        if not self.loses(data):
            await super()._send_rtp(data)


class LossyTransport(BudgetedDtlsTransport, LossyLink):
    """The same with a budget."""


class Ends:
    """A sender and a receiver of one track of pictures, and of sound if asked for."""

    def __init__(self, codec: VideoCodec, sound: bool) -> None:
        self.pcs = [RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2)]
        self.media = [MediaSide(pc) for pc in self.pcs]
        self.camera = MovingPicture()
        self.pcs[0].addTrack(self.camera)
        prefer(self.pcs[0].getTransceivers()[0], codec)
        if sound:
            self.pcs[0].addTrack(AudioStreamTrack())
        self.pictures: list[av.VideoFrame] = []
        self.watching: list[asyncio.Task[None]] = []
        self.pcs[1].on("track", lambda track: self.watching.append(asyncio.ensure_future(self._watch(track))))

    async def connect(self) -> None:
        first, second = self.pcs
        self.media[0].attach()
        self._lossy().loses = lambda _: False
        await first.setLocalDescription(await first.createOffer())
        await second.setRemoteDescription(first.localDescription)
        self.media[1].attach()
        await second.setLocalDescription(await second.createAnswer())
        await first.setRemoteDescription(second.localDescription)
        await until(lambda: first.connectionState == second.connectionState == "connected")

    def _lossy(self) -> LossyTransport:
        transport = self.pcs[0].getTransceivers()[0].sender.transport
        transport.__class__ = LossyTransport
        assert isinstance(transport, LossyTransport)
        transport.left = []
        return transport

    async def _watch(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if isinstance(frame, av.VideoFrame):
                    self.pictures.append(frame)

    @property
    def transport(self) -> LossyTransport:
        transport = self.sender.transport
        assert isinstance(transport, LossyTransport)
        return transport

    @property
    def sender(self) -> VideoSender:
        found = self.pcs[0].getTransceivers()[0].sender
        assert isinstance(found, VideoSender)
        return found

    @property
    def receiver(self) -> VideoReceiver:
        found = self.pcs[1].getTransceivers()[0].receiver
        assert isinstance(found, VideoReceiver)
        return found

    def left(self, source: int) -> list[RtpPacket]:
        """Return the RTP packets of one source that were to leave."""
        packets = [RtpPacket.parse(data) for data in self.transport.left if not is_rtcp(data)]
        return [packet for packet in packets if packet.ssrc == source]

    async def close(self) -> None:
        for pc in self.pcs:
            await pc.close()
        await asyncio.gather(*self.watching)


@asynccontextmanager
async def ends(codec: VideoCodec = VideoCodec.VP8, sound: bool = False) -> AsyncIterator[Ends]:
    made = Ends(codec, sound)
    try:
        await made.connect()
        yield made
    finally:
        await made.close()


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not done():  # noqa: ASYNC110 (what is waited for happens inside aiortc)
            await asyncio.sleep(0.005)


def number(picture: av.VideoFrame) -> int | None:
    return moving_picture.read(picture.to_ndarray(format="rgb24"))


@pytest.mark.parametrize("codec", VideoCodec)
async def test_pictures_arrive_whole_and_in_order(codec: VideoCodec) -> None:
    async with ends(codec) as link:
        await until(lambda: len(link.pictures) >= 10)
        numbers = [number(picture) for picture in link.pictures[:10]]
        assert None not in numbers
        assert numbers == sorted(numbers, key=lambda found: found or 0)
        assert moving_picture.is_picture(link.pictures[9].to_ndarray(format="rgb24"), numbers[9] or 0)
        assert f"{codec}/90000" in link.pcs[1].localDescription.sdp


@pytest.mark.parametrize("codec", VideoCodec)
async def test_what_is_lost_is_repeated_and_no_picture_is_missing(codec: VideoCodec) -> None:
    async with ends(codec) as link:
        await until(lambda: len(link.pictures) >= 2)
        dice = random.Random(2)
        link.transport.loses = lambda data: not is_rtcp(data) and dice.random() < 0.05
        decoded = len(link.pictures)
        await until(lambda: len(link.pictures) >= decoded + 40)
        link.transport.loses = lambda _: False
        repeats = link.left(link.sender._rtx_ssrc)
        assert repeats
        originals = link.left(link.sender._ssrc)
        assert len(repeats) < len(originals) / 4  # nothing is asked for without need


async def test_the_last_picture_before_a_pause_is_shown() -> None:
    """aiortc shows it when the next one begins."""
    async with ends() as link:
        await until(lambda: len(link.pictures) >= 2)
        link.camera.going.clear()
        await until(lambda: number(link.pictures[-1]) == link.camera.newest)


async def test_after_a_gap_that_nobody_can_fill_a_key_frame_comes() -> None:
    async with ends(VideoCodec.H264) as link:
        await until(lambda: len(link.pictures) >= 2)
        link.transport.loses = lambda data: not is_rtcp(data)
        sent = len(link.left(link.sender._ssrc))
        await until(lambda: len(link.left(link.sender._ssrc)) > sent + 10)
        link.sender._sent._kept.clear()  # so nothing can be repeated
        link.transport.loses = lambda _: False
        seen = len(link.pictures)
        await until(lambda: len(link.pictures) > seen + 5)


async def test_requests_for_key_frames_are_answered_with_measure() -> None:
    """aiortc makes a key frame for each."""
    async with ends() as link:
        await until(lambda: len(link.pictures) >= 2)
        asked: list[float] = []
        loop = asyncio.get_running_loop()
        plain = link.sender._key_frame_now

        def note() -> None:
            asked.append(loop.time())
            plain()

        link.sender._key_frame_now = note  # type: ignore[method-assign]
        for _ in range(40):
            await link.receiver._send_rtcp_pli(link.sender._ssrc)
            await asyncio.sleep(0.02)
        await until(lambda: len(asked) >= 2)
        assert all(later - earlier >= sender.KEY_FRAMES_S * 0.9 for earlier, later in itertools.pairwise(asked))
        assert len(asked) <= 4


async def test_the_receiver_asks_for_a_key_frame_with_measure() -> None:
    async with ends() as link:
        await until(lambda: len(link.pictures) >= 2)
        asked = 0

        async def note(source: int) -> None:
            nonlocal asked
            asked += 1

        link.receiver._send_rtcp_pli = note  # type: ignore[method-assign]
        assert link.receiver._stream is not None
        link.receiver._stream.frames.lose()
        link.receiver._damaged.set()
        before = asyncio.get_running_loop().time()
        await asyncio.sleep(1.2)
        passed = asyncio.get_running_loop().time() - before
        assert 1 <= asked <= passed / receiver.KEY_FRAME_ASKED_S + 1


async def test_every_packet_has_a_number_and_what_arrives_is_told() -> None:
    async with ends(sound=True) as link:
        await until(lambda: len(link.pictures) >= 5 and link.media[0].budget.estimator.rtt_s > 0)
        budget, loop = link.media[0].budget, asyncio.get_running_loop()
        await until(lambda: all(budget.sent_bps(kind, loop.time()) > 0 for kind in (Kind.PICTURE, Kind.VOICE)))
        assert budget.estimator.loss == 0
        assert budget.pictures_bps < budget.target_bps
        await until(lambda: budget.target_bps > 400_000)  # it rises from the start


async def test_a_rate_that_falls_holds_the_pictures_back() -> None:
    async with ends() as link:
        await until(lambda: len(link.pictures) >= 5)
        told: list[float] = []
        link.media[0].budget.on_target = told.append
        link.transport.loses = lambda data: not is_rtcp(data)  # so nobody tells of anything
        await until(lambda: len(told) >= 2)
        assert told[-1] < told[0]


async def test_broken_packets_of_a_peer_end_nothing() -> None:
    async with ends() as link:
        await until(lambda: len(link.pictures) >= 2)
        transport = link.receiver.transport
        assert isinstance(transport, BudgetedDtlsTransport)
        dice = random.Random(4)
        for _ in range(300):
            good = dice.choice([data for data in link.transport.left[-50:] if not is_rtcp(data)])
            bad = bytearray(good[: dice.randrange(12, len(good))])
            bad[dice.randrange(len(bad))] ^= dice.randrange(1, 256)
            await transport._handle_rtp_data(bytes(bad), 0)
            await transport._handle_rtcp_data(b"\x8f\xcd" + bytes(bad[2:]))
        assert len(transport._rtp_router.ssrc_table) <= 64
        seen = len(link.pictures)
        await until(lambda: len(link.pictures) > seen + 5)


async def test_a_remb_that_says_more_than_it_holds_ends_nothing() -> None:
    """aiortc would let go of the whole connection."""
    async with ends() as link:
        await until(lambda: len(link.pictures) >= 2)
        await link.transport._handle_rtcp_data(b"\x8f\xce\x00\x04" + bytes(8) + b"REMB" + b"\xff\x00\x00\x00")
        assert link.transport.state == "connected"


def test_the_tables_are_extended_once() -> None:
    extend_tables()
    before = [list(codecs) for codecs in CODECS.values()], [list(found) for found in HEADER_EXTENSIONS.values()]
    extend_tables()
    assert before == (
        [list(codecs) for codecs in CODECS.values()],
        [list(found) for found in HEADER_EXTENSIONS.values()],
    )
    assert [codec.name for codec in CODECS["video"]].count("AV1") == 1
    numbers = [codec.payloadType for codecs in CODECS.values() for codec in codecs]
    assert len(numbers) == len(set(numbers))


PINNED: dict[tuple[object, str], str] = {
    (RTCRtpSender, "__init__"): "beb1bc0ae04db20d",
    (RTCRtpSender, "send"): "3969482b77a2a65f",
    (RTCRtpSender, "stop"): "38c1e92baf8e2997",
    (RTCRtpSender, "_handle_rtcp_packet"): "a4ee4c7355f8de7a",
    (RTCRtpSender, "_next_encoded_frame"): "89dd9fa4fb33741c",
    (RTCRtpSender, "_retransmit"): "ae0b2491944b52dc",
    (RTCRtpSender, "_send_keyframe"): "26c49629470d1928",
    (RTCRtpSender, "_run_rtp"): "ff597a1d554cb373",
    (RTCRtpReceiver, "__init__"): "3e3b7b5cefbaac6f",
    (RTCRtpReceiver, "receive"): "d6d8d8d7a0bf4e95",
    (RTCRtpReceiver, "stop"): "63734b6894ce67a5",
    (RTCRtpReceiver, "_handle_rtcp_packet"): "ec9f46214c3495b2",
    (RTCRtpReceiver, "_handle_rtp_packet"): "4e54983d021a6336",
    (RTCRtpReceiver, "_handle_disconnect"): "8dfa058c843f92d5",
    (RTCRtpReceiver, "_run_rtcp"): "0f57daa3218616c0",
    (RTCRtpReceiver, "_send_rtcp_nack"): "5735e597c91b5cf6",
    (RTCRtpReceiver, "_send_rtcp_pli"): "ae74c43d50f6eb7b",
    (RTCDtlsTransport, "__init__"): "3bffce6c2b56b5dc",
    (RTCDtlsTransport, "stop"): "44a8b3fc40aa9d7b",
    (RTCDtlsTransport, "_send_rtp"): "763b02bceb0b0ab9",
    (RTCDtlsTransport, "_handle_rtp_data"): "5def9061cc3da1f6",
    (RTCDtlsTransport, "_handle_rtcp_data"): "5469e786d77b37b2",
    (RTCDtlsTransport, "_recv_next"): "998076720c05aa13",
    (RTCPeerConnection, "createOffer"): "3aa9df8d94497820",
    (RTCPeerConnection, "setRemoteDescription"): "42c5e2eb7ca58b5f",
    (RTCPeerConnection, "_RTCPeerConnection__connect"): "9199a73a7cde4776",
    (RTCPeerConnection, "_RTCPeerConnection__remoteRtp"): "1dc79068e0cae573",
    (RTCPeerConnection, "_RTCPeerConnection__createTransceiver"): "00201d6e03cc00f7",
    (rtp.HeaderExtensionsMap, "configure"): "e7bc27f7de53a334",
    (rtp.HeaderExtensionsMap, "set"): "55c43cd8952bc31a",
    (rtp.HeaderExtensionsMap, "get"): "7abeb1022f1d6bc1",
    (rtp.RtpPacket, "parse"): "22109861dfce7bab",
    (rtp.RtpPacket, "serialize"): "3231bbe4ef6ca07f",
    (RtpRouter, "route_rtp"): "e4bcc08d181438b7",
    (RtpRouter, "route_rtcp"): "199bd7e279f1945a",
    (rtp, "unwrap_rtx"): "9b428a97cc83607f",
    (rtp, "wrap_rtx"): "0f099d4ba56fb887",
    (rtp, "pack_rtcp_packet"): "e7b0fb7b1fc1aea5",
    (rtp.RtcpRtpfbPacket, "parse"): "1d2540018f872085",
    (h264.H264Encoder, "_packetize"): "85ce3fe3b3174b5a",
    (h264.H264Encoder, "_split_bitstream"): "f6a4817f670e6e26",
    (h264, "h264_depayload"): "ebab8e19a401c5c3",
    (h264.H264PayloadDescriptor, "parse"): "05784986f349e6d4",
    (vpx.Vp8Encoder, "_packetize"): "03f61a0f38aa0d62",
    (vpx.VpxPayloadDescriptor, "parse"): "79619961962f23e6",
    (rtcpeerconnection, "find_common_codecs"): "2415d76d0aa2c211",
    (rtcpeerconnection, "find_common_header_extensions"): "3aa88596534d4ed2",
    (rtcpeerconnection, "is_codec_compatible"): "23cf2acabed4b8ec",
    (rtcpeerconnection, "filter_preferred_codecs"): "599df15a0c5451d5",
    (codecs, "init_codecs"): "fa2bb865311166b3",
}


@pytest.mark.parametrize(("owner", "name"), PINNED, ids=lambda part: getattr(part, "__name__", part))
def test_aiortc_is_as_it_was_when_this_was_written(owner: object, name: str) -> None:
    """A changed function is to be read, the seam thought over, and the new digest written here."""
    source = inspect.getsource(getattr(owner, name))
    assert sha256(source.encode()).hexdigest()[:16] == PINNED[owner, name]
