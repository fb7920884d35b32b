"""aiortc's sender of video, made to encode for the budget, and to answer what the receiver asks for with measure.

aiortc takes the next picture when the last packet of the one before has left, and packets leave as the budget allows:
so nothing waits between the camera and the link but one picture.
"""

import asyncio
import contextlib
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from time import perf_counter
from typing import Any, Final

import av
from aiortc import RTCRtpSender
from aiortc.codecs.base import Encoder
from aiortc.mediastreams import VIDEO_TIME_BASE, convert_timebase
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_RTPFB_NACK,
    RTP_HISTORY_SIZE,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpRtpfbPacket,
    RtpPacket,
)
from av.frame import Frame
from av.packet import Packet

from remotedesk.transport.rtp.budget import SendBudget
from remotedesk.transport.rtp.payload import FORMATS
from remotedesk.transport.video import Effort, Ladder, VideoCodec, VideoEncoder, open_encoder, software_options

KEY_FRAMES_S: Final = 0.5  # between two that were asked for
KEPT_PACKETS: Final = 1_024
KEPT_S: Final = 2.0
REPEATED_S: Final = 0.05  # between two repeats of one packet
MOST_REPEATS: Final = 5  # of one packet
MOST_WAITING: Final = 256  # packets to be repeated
_TARGET_STEP: Final = 0.05  # smaller changes of the rate are not worth telling the encoder


@dataclass(frozen=True, slots=True)
class VideoOptions:
    """How pictures are encoded and up to which size, in pixels, they are decoded."""

    frames_per_second: float = 30.0
    effort: Effort = Effort.LESS
    most_width: int = 3840
    most_height: int = 2160


class RtpEncoder(Encoder):
    """What aiortc calls for each picture: encodes it for the rate there is, and cuts it into payloads."""

    def __init__(self, codec: VideoCodec, budget: SendBudget, options: VideoOptions) -> None:
        self._codec = codec
        self._budget = budget
        self._options = options
        self._encoder: VideoEncoder | None = None
        self._told_bps = 0.0
        self._frames = 0
        self._ladder: Ladder | None = None  # what effort this machine keeps up with
        self._effort = options.effort  # of the encoder
        self._working = Lock()  # aiortc encodes in a worker thread, and does not wait for it when it ends
        self._closed = False

    def encode(self, frame: Frame, force_keyframe: bool = False) -> tuple[list[bytes], int]:
        """Return the payloads of a picture, none if the encoder left it out, and its time in 1/90,000 s."""
        assert isinstance(frame, av.VideoFrame)  # noqa: S101 (aiortc encodes sound elsewhere)
        assert frame.pts is not None and frame.time_base is not None  # noqa: S101, PT018 (tracks give both)
        timestamp = convert_timebase(frame.pts, frame.time_base, VIDEO_TIME_BASE)
        with self._working:
            if self._closed:
                return [], timestamp
            encoder, began = self._ready(frame.width, frame.height), perf_counter()
            encoded = encoder.encode(frame, keyframe=force_keyframe)
            if not encoded.is_key:
                self._climb(perf_counter(), perf_counter() - began, frame.width * frame.height)
        return self._payloads(encoded.data), timestamp

    def pack(self, packet: "Packet[Any]") -> tuple[list[bytes], int]:
        """Return the payloads of a picture that is encoded already, and its time in 1/90,000 s."""
        assert packet.pts is not None  # noqa: S101 (tracks give it)
        return self._payloads(bytes(packet)), convert_timebase(packet.pts, packet.time_base, VIDEO_TIME_BASE)

    def close(self) -> None:
        """Free the encoder once it rests; pictures are left out then."""
        with self._working:
            self._closed = True
            self._free()

    def _climb(self, now: float, encode_s: float, pixels: int) -> None:
        """Begin anew with less effort when pictures take too long, with more when there is time for it."""
        rung = self._ladder.measured(now, encode_s, pixels, 0.0) if self._ladder else None
        if rung is not None and rung.effort is not self._effort:
            self._free()

    def _free(self) -> None:
        if self._encoder is not None:
            self._encoder.close()
            self._encoder = None

    def _payloads(self, data: bytes) -> list[bytes]:
        self._frames += 1
        return FORMATS[self._codec].packetize(data, self._frames) if data else []

    def _ready(self, width: int, height: int) -> VideoEncoder:
        rate, fps = self._budget.pictures_bps, self._options.frames_per_second
        if self._encoder is not None and (self._encoder.width, self._encoder.height) != (width, height):
            self._free()
        if self._encoder is None:
            self._ladder = self._ladder or _ladder_of(self._codec, self._options, width * height)
            self._effort = self._ladder.rung.effort if self._ladder.rung else self._options.effort
            self._told_bps = rate
            self._encoder = open_encoder(
                self._codec, width, height,
                bits_per_second=int(rate), frames_per_second=fps, effort=self._effort,
            )  # fmt: skip
        elif abs(rate - self._told_bps) > _TARGET_STEP * self._told_bps:
            self._told_bps = rate
            self._encoder.set_target(int(rate), fps)
        return self._encoder


def _ladder_of(codec: VideoCodec, options: VideoOptions, pixels: int) -> Ladder:
    """Return the ladder of one codec at the rate of its track: what gives way is the effort alone."""
    able = [
        replace(each, costs={effort: cost for effort, cost in each.costs.items() if effort >= options.effort})
        for each in software_options()
    ]
    rate = options.frames_per_second
    return Ladder(able, {codec}, pixels, (rate,), rate)


@dataclass(slots=True)
class _Kept:
    packet: RtpPacket
    sent_at: float
    repeated_at: float
    repeats: int = 0


class SentPackets(dict[int, RtpPacket]):
    """What aiortc writes its history of 128 packets into; keeps more of it, and says what may be repeated."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._kept: OrderedDict[int, _Kept] = OrderedDict()

    def __setitem__(self, _: int, packet: RtpPacket) -> None:
        """Keep a packet that is sent now."""
        now = self._clock()
        self._kept[packet.sequence_number] = _Kept(packet, now, now)
        self._kept.move_to_end(packet.sequence_number)
        while len(self._kept) > KEPT_PACKETS or next(iter(self._kept.values())).sent_at < now - KEPT_S:
            self._kept.popitem(last=False)

    def recall(self, number: int) -> bool:
        """Put a packet where aiortc looks for it; False if it is gone, or was repeated just now or often enough."""
        kept, now = self._kept.get(number), self._clock()
        if kept is None or kept.repeats >= MOST_REPEATS or (kept.repeats and now - kept.repeated_at < REPEATED_S):
            return False
        kept.repeats += 1
        kept.repeated_at = now
        super().__setitem__(number % RTP_HISTORY_SIZE, kept.packet)
        return True


class VideoSender(RTCRtpSender):
    """A sender as aiortc makes it; `attach` makes it of a new one."""

    budget: SendBudget
    options: VideoOptions
    _key_frame_at: float
    _key_frame_due: asyncio.TimerHandle | None
    _sent: SentPackets
    _wanted: deque[int]
    _repeating: asyncio.Task[None] | None
    _RTCRtpSender__encoder: Encoder | None
    _RTCRtpSender__rtp_history: dict[int, RtpPacket]
    _RTCRtpSender__loop: asyncio.AbstractEventLoop
    _RTCRtpSender__rtp_task: asyncio.Future[None] | None

    async def _run_rtp(self, codec: RTCRtpCodecParameters) -> None:
        encoder = RtpEncoder(VideoCodec(codec.name.upper()), self.budget, self.options)
        self._RTCRtpSender__encoder = encoder
        try:
            await super()._run_rtp(codec)
        finally:
            await asyncio.to_thread(encoder.close)

    def _send_keyframe(self) -> None:
        """Make the next picture a key frame, or, if the last one was just now, a later one."""
        loop = self._RTCRtpSender__loop
        if self._key_frame_due is None:
            wait = max(0.0, self._key_frame_at + KEY_FRAMES_S - loop.time())
            self._key_frame_due = loop.call_later(wait, self._key_frame_now)

    def _key_frame_now(self) -> None:
        self._key_frame_due = None
        self._key_frame_at = self._RTCRtpSender__loop.time()
        super()._send_keyframe()

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        """Take requests for packets; a rate that the receiver estimates is not asked for, so not heard."""
        if isinstance(packet, RtcpRtpfbPacket):
            if packet.fmt == RTCP_RTPFB_NACK:
                self._wanted.extend(number & 0xFFFF for number in packet.lost)
                self._repeat()
        elif not (isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP):
            await super()._handle_rtcp_packet(packet)

    def _repeat(self) -> None:
        if self._repeating is None or self._repeating.done():
            self._repeating = asyncio.ensure_future(self._repeat_wanted())

    async def _repeat_wanted(self) -> None:
        with contextlib.suppress(ConnectionError):
            while self._wanted:
                number = self._wanted.popleft()
                if self._sent.recall(number):
                    await self._retransmit(number)

    async def stop(self) -> None:
        """Irreversibly stop the sender, and what it was about to repeat."""
        if self._key_frame_due is not None:
            self._key_frame_due.cancel()
        if self._repeating is not None:
            self._repeating.cancel()
            await asyncio.gather(self._repeating, return_exceptions=True)
        await super().stop()
        if self._RTCRtpSender__rtp_task is not None:
            await asyncio.gather(self._RTCRtpSender__rtp_task, return_exceptions=True)


def attach(sender: RTCRtpSender, budget: SendBudget, options: VideoOptions) -> None:
    """Give a sender of video that has not been started yet the behaviour above."""
    sender.__class__ = VideoSender
    assert isinstance(sender, VideoSender)  # noqa: S101 (for the type checker)
    sender.budget, sender.options = budget, options
    sender._key_frame_at, sender._key_frame_due = float("-inf"), None
    sender._wanted, sender._repeating = deque(maxlen=MOST_WAITING), None
    sender._sent = sender._RTCRtpSender__rtp_history = SentPackets(sender._RTCRtpSender__loop.time)
