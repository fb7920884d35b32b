"""What is offered in a session description: AV1 beside aiortc's codecs, and transport-wide congestion control.

aiortc keeps its codecs and header extensions in two module tables, from which every offer and answer is made; here is
the one place that changes them, once for the process. A description is not asked for media unless tracks are added, so
connections without any do not notice.
"""

from typing import Final

from aiortc import sdp
from aiortc.codecs import CODECS, HEADER_EXTENSIONS
from aiortc.rtcrtpparameters import (
    ParametersDict,
    RTCRtcpFeedback,
    RTCRtpCodecParameters,
    RTCRtpHeaderExtensionParameters,
)

from remotedesk.transport.rtp.feedback import EXTENSION_URI
from remotedesk.transport.video import VideoCodec

AV1_PAYLOAD_TYPE: Final = 120  # aiortc uses 96 to 102
# Profile Main (4:2:0, 8 bit), tier Main, level 5.1: 1920×1080 at 60 and 4096×2176 at 60 pictures a second.
AV1_PARAMETERS: Final[ParametersDict] = {"profile": "0", "level-idx": "13", "tier": "0"}
_EXTENSION_ID: Final = 4  # aiortc uses 1 to 3
_ABS_SEND_TIME: Final = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
_TRANSPORT_CC: Final = RTCRtcpFeedback(type="transport-cc")
_REPAIR: Final = (RTCRtcpFeedback(type="nack"), RTCRtcpFeedback(type="nack", parameter="pli"))


def extend_tables() -> None:
    """Offer AV1 first, and transport-wide congestion control in place of REMB; calling it again changes nothing."""
    video = CODECS["video"]
    if any(codec.name == VideoCodec.AV1 for codec in video):
        return
    video[:0] = [
        RTCRtpCodecParameters("video/AV1", 90_000, payloadType=AV1_PAYLOAD_TYPE, parameters=dict(AV1_PARAMETERS)),
        RTCRtpCodecParameters(
            "video/rtx", 90_000, payloadType=AV1_PAYLOAD_TYPE + 1, parameters={"apt": AV1_PAYLOAD_TYPE}
        ),
    ]
    for codec in video:
        codec.rtcpFeedback = [] if codec.name == "rtx" else [*_REPAIR, _TRANSPORT_CC]
    for codec in CODECS["audio"]:
        if codec.name == "opus":
            codec.rtcpFeedback = [_TRANSPORT_CC]
    for kind, extensions in HEADER_EXTENSIONS.items():
        kept = [extension for extension in extensions if extension.uri != _ABS_SEND_TIME]
        HEADER_EXTENSIONS[kind] = [*kept, RTCRtpHeaderExtensionParameters(id=_EXTENSION_ID, uri=EXTENSION_URI)]


def agreed(codecs: list[RTCRtpCodecParameters], offered: str | None) -> list[RTCRtpCodecParameters]:
    """Return the codecs without those AV1 ones that are of another profile in the other side's offer.

    aiortc compares the parameters of H.264 only, and browsers offer AV1 in profile High (4:4:4), too.
    """
    if offered is None:
        return codecs
    others = {
        codec.payloadType
        for media in sdp.SessionDescription.parse(offered).media
        for codec in media.rtp.codecs
        if codec.name.upper() == VideoCodec.AV1
        and str(codec.parameters.get("profile", "0")) != AV1_PARAMETERS["profile"]
    }
    return [codec for codec in codecs if not {codec.payloadType, codec.parameters.get("apt")} & others]
