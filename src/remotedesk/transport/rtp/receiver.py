"""aiortc's receiver of video, made to give a frame out with its last packet, and to ask for what is lost with measure.

tests/loopback/test_rtp_seams.py fails when aiortc changes under what is overridden.
"""

import asyncio
import logging
from collections import deque
from typing import Final

import av
from aiortc import RTCRtpReceiver
from aiortc.codecs import is_rtx
from aiortc.mediastreams import VIDEO_TIME_BASE
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpCodecParameters, RTCRtpReceiveParameters
from aiortc.rtcrtpreceiver import RemoteStreamTrack, StreamStatistics, TimestampMapper
from aiortc.rtp import AnyRtcpPacket, RtcpByePacket, RtpPacket, unwrap_rtx

from remotedesk.core.errors import ProtocolError
from remotedesk.transport.rtp.frames import Frame, FrameBuffer, Packet
from remotedesk.transport.rtp.nack import MissingPackets
from remotedesk.transport.rtp.payload import FORMATS, PayloadFormat
from remotedesk.transport.rtp.sender import VideoOptions
from remotedesk.transport.video import VideoCodec, VideoDecoder, open_decoder

log = logging.getLogger(__name__)
KEY_FRAME_ASKED_S: Final = 0.5  # between two requests for a key frame
LOOKED_S: Final = 0.01  # between two looks at what is missing, while anything is
MOST_WAITING: Final = 30  # frames to be decoded; when there are more, decoding begins again with a key frame
MOST_SOURCES: Final = 4  # a stream and its repeats, and both again after a restart of the sender


class Stream:
    """What is known of the one stream of pictures that a receiver takes: its codec's frames, and what is missing."""

    def __init__(self, source: int, codec: VideoCodec, arrived: asyncio.Event) -> None:
        self.source = source
        self.codec = codec
        self.format: PayloadFormat = FORMATS[codec]
        self.frames = FrameBuffer(self.format.starts_key)
        self.missing = MissingPackets()
        self.waiting: deque[Frame] = deque()
        self._arrived = arrived  # set when something waits

    @property
    def is_damaged(self) -> bool:
        """True while anything is missing that somebody can be asked for."""
        return self.frames.needs_key or self.missing.count > 0

    def add(self, packet: RtpPacket, now: float) -> None:
        """Take a packet; what is whole then waits to be decoded."""
        if self.missing.add(packet.sequence_number, now):
            self.frames.skip()
        marker, number = bool(packet.marker), packet.sequence_number
        for frame in self.frames.add(Packet(number, packet.timestamp, marker, packet.payload)):
            self.missing.forget_before(frame.next_number)
            if frame.is_key:
                self.waiting.clear()
            self.waiting.append(frame)
            self._arrived.set()
        if len(self.waiting) > MOST_WAITING:
            self.waiting.clear()
            self.frames.skip()


class VideoReceiver(RTCRtpReceiver):
    """A receiver as aiortc makes it; `attach` makes it of a new one."""

    options: VideoOptions
    _stream: Stream | None
    _arrived: asyncio.Event
    _damaged: asyncio.Event
    _key_frame_asked_at: float
    _tasks: list[asyncio.Task[None]]
    _track: RemoteStreamTrack | None
    # aiortc's own, of which these are used; its decoder's thread never starts.
    _RTCRtpReceiver__codecs: dict[int, RTCRtpCodecParameters]
    _RTCRtpReceiver__remote_streams: dict[int, StreamStatistics]
    _RTCRtpReceiver__rtcp_task: asyncio.Future[None] | None
    _RTCRtpReceiver__rtx_ssrc: dict[int, int]
    _RTCRtpReceiver__started: bool
    _RTCRtpReceiver__timestamp_mapper: TimestampMapper
    _RTCRtpReceiver__transport: RTCDtlsTransport

    async def receive(self, parameters: RTCRtpReceiveParameters) -> None:
        """Begin to receive, once."""
        if self._RTCRtpReceiver__started:
            return
        for codec in parameters.codecs:
            if codec.payloadType is not None:
                self._RTCRtpReceiver__codecs[codec.payloadType] = codec
        for encoding in parameters.encodings:
            if encoding.rtx:
                self._RTCRtpReceiver__rtx_ssrc[encoding.rtx.ssrc] = encoding.ssrc
        self._RTCRtpReceiver__transport._register_rtp_receiver(self, parameters)
        self._RTCRtpReceiver__rtcp_task = asyncio.ensure_future(self._run_rtcp())
        self._tasks = [asyncio.ensure_future(self._decode()), asyncio.ensure_future(self._repair())]
        self._RTCRtpReceiver__started = True

    async def _handle_rtp_packet(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        codec = self._RTCRtpReceiver__codecs.get(packet.payload_type)
        if not self._enabled or codec is None:
            return
        statistics = self._RTCRtpReceiver__remote_streams
        if packet.ssrc not in statistics:
            if len(statistics) >= MOST_SOURCES:
                return
            statistics[packet.ssrc] = StreamStatistics(codec.clockRate)
        statistics[packet.ssrc].add(packet)
        if is_rtx(codec):
            apt, source = codec.parameters.get("apt"), self._RTCRtpReceiver__rtx_ssrc.get(packet.ssrc)
            if source is None or not isinstance(apt, int) or len(packet.payload) <= 2:
                return  # repeats of nobody's, or padding by which the sender probes
            packet = unwrap_rtx(packet, payload_type=apt, ssrc=source)
            codec = self._RTCRtpReceiver__codecs.get(apt)
        if codec is not None:
            await self._take(packet, VideoCodec(codec.name.upper()))

    async def _take(self, packet: RtpPacket, codec: VideoCodec) -> None:
        stream = self._stream
        if stream is None or (stream.source, stream.codec) != (packet.ssrc, codec):
            stream = self._stream = Stream(packet.ssrc, codec, self._arrived)
            self._key_frame_asked_at = float("-inf")
        stream.add(packet, asyncio.get_running_loop().time())
        if stream.is_damaged:
            self._damaged.set()

    async def _ask_for_key_frame(self, stream: Stream) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._key_frame_asked_at >= KEY_FRAME_ASKED_S:
            self._key_frame_asked_at = now
            await self._send_rtcp_pli(stream.source)

    async def _repair(self) -> None:
        """Ask for what is missing, again and again, until it is here or nobody needs it."""
        loop = asyncio.get_running_loop()
        while True:
            if (stream := self._stream) is None or not stream.is_damaged:
                self._damaged.clear()
                await self._damaged.wait()
                continue
            now = loop.time()
            if stream.missing.given_up(now):
                stream.frames.skip()
            if lost := stream.missing.due(now):
                await self._send_rtcp_nack(stream.source, lost)
            if stream.frames.needs_key:
                await self._ask_for_key_frame(stream)
            await asyncio.sleep(LOOKED_S)

    async def _decode(self) -> None:
        """Decode frame by frame; of the pictures only the newest waits for whoever looks at them."""
        decoder: VideoDecoder | None = None
        try:
            while True:
                if (stream := self._stream) is None or not stream.waiting:
                    self._arrived.clear()
                    await self._arrived.wait()
                    continue
                frame = stream.waiting.popleft()
                if decoder is None or decoder.codec is not stream.codec:
                    decoder = self._opened(stream.codec)
                if (picture := await _decoded(decoder, stream.format, frame)) is not None:
                    self._show(picture, frame)
                    continue
                log.debug("a frame of %s that cannot be decoded", stream.codec)
                stream.waiting.clear()
                stream.frames.skip()
                self._damaged.set()
        finally:
            if decoder is not None:
                decoder.close()

    def _opened(self, codec: VideoCodec) -> VideoDecoder:
        return open_decoder(codec, self.options.most_width, self.options.most_height, exact=False)

    def _show(self, picture: av.VideoFrame, frame: Frame) -> None:
        picture.pts = self._RTCRtpReceiver__timestamp_mapper.map(frame.timestamp)
        picture.time_base = VIDEO_TIME_BASE
        assert self._track is not None  # noqa: S101 (aiortc makes it before anything is received)
        queue = self._track._queue
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(picture)

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        await super()._handle_rtcp_packet(packet)
        if isinstance(packet, RtcpByePacket):
            self._handle_disconnect()

    def _handle_disconnect(self) -> None:
        """End the track, as aiortc does when its decoder ends."""
        for task in self._tasks:
            task.cancel()
        if self._track is not None:
            self._track._queue.put_nowait(None)

    async def stop(self) -> None:
        """Irreversibly stop the receiver."""
        await super().stop()
        self._handle_disconnect()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def attach(receiver: RTCRtpReceiver, options: VideoOptions) -> None:
    """Give a receiver of video that has not been started yet the behaviour above."""
    receiver.__class__ = VideoReceiver
    assert isinstance(receiver, VideoReceiver)  # noqa: S101 (for the type checker)
    receiver.options, receiver._stream, receiver._tasks = options, None, []
    receiver._key_frame_asked_at = float("-inf")
    receiver._arrived, receiver._damaged = asyncio.Event(), asyncio.Event()


async def _decoded(decoder: VideoDecoder, form: PayloadFormat, frame: Frame) -> av.VideoFrame | None:
    """Return the picture of a frame, or None if there is none to see; does not end before the decoder rests."""

    def decode() -> av.VideoFrame | None:
        try:
            return decoder.decode(form.join(frame.payloads))
        except ProtocolError:
            return None

    work = asyncio.ensure_future(asyncio.to_thread(decode))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await work
        raise
