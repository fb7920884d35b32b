"""The media side of one RTCPeerConnection: which codecs it offers, and the one budget that all it sends shares.

For whoever sends or receives pictures or voice: the browser companion, the camera, voice. Usage, beside aiortc's own
calls, with the bundle policy MAX_BUNDLE:

    media = MediaSide(pc)                     # first
    pc.addTrack(camera)                       # or apply the other side's offer
    media.attach()                            # before each setLocalDescription
    media.budget.on_target = voice.set_rate   # what the connection may send, and who wants to know
"""

from typing import Final

from aiortc import RTCPeerConnection, RTCRtpCodecCapability, RTCRtpSender, RTCRtpTransceiver

from remotedesk.transport.rtp import dtls, receiver, sender
from remotedesk.transport.rtp.budget import Kind, SendBudget
from remotedesk.transport.rtp.codecs import agreed, extend_tables
from remotedesk.transport.rtp.dtls import BudgetedDtlsTransport, NumberedExtensions
from remotedesk.transport.rtp.receiver import VideoReceiver
from remotedesk.transport.rtp.sender import VideoOptions, VideoSender
from remotedesk.transport.video import VideoCodec

_RTX: Final = "video/rtx"


class MediaSide:
    """What a connection needs beside aiortc to carry pictures and voice; ends with the connection."""

    def __init__(self, pc: RTCPeerConnection, options: VideoOptions | None = None) -> None:
        """Make the process offer our codecs. `options` hold for all pictures of this connection."""
        extend_tables()
        self.budget = SendBudget()
        self._pc = pc
        self._kinds: dict[int, Kind] = {}  # by source; bundling moves sources from one transport to another
        self._options = options or VideoOptions()

    def attach(self) -> None:
        """Take over whatever tracks were added since the last call; call before each local description is made."""
        offered = self._pc.remoteDescription.sdp if self._pc.signalingState == "have-remote-offer" else None
        for transceiver in self._pc.getTransceivers():
            self._attach_transport(transceiver)
            if transceiver.kind == "video":
                transceiver._codecs = agreed(transceiver._codecs, offered)
                self._attach_video(transceiver)

    def _attach_transport(self, transceiver: RTCRtpTransceiver) -> None:
        if not isinstance(transceiver.sender.transport, BudgetedDtlsTransport):
            dtls.attach(transceiver.sender.transport, self.budget, self._kinds)
        if transceiver.sender._ssrc not in self._kinds:
            self._kinds[transceiver.sender._ssrc] = Kind.VOICE if transceiver.kind == "audio" else Kind.PICTURE
            transceiver.sender._RTCRtpSender__rtp_header_extensions_map = NumberedExtensions()  # type: ignore[attr-defined]

    def _attach_video(self, transceiver: RTCRtpTransceiver) -> None:
        if not isinstance(transceiver.sender, VideoSender):
            sender.attach(transceiver.sender, self.budget, self._options)
        if not isinstance(transceiver.receiver, VideoReceiver):
            receiver.attach(transceiver.receiver, self._options)


def prefer(transceiver: RTCRtpTransceiver, *codecs: VideoCodec) -> None:
    """Use only these codecs, the first that the other side knows; call before the description is made or applied."""
    extend_tables()
    known = RTCRtpSender.getCapabilities("video").codecs
    wanted = [capability for codec in codecs for capability in known if capability.name.upper() == codec]
    transceiver.setCodecPreferences([*wanted, RTCRtpCodecCapability(_RTX, 90_000)])
