"""How a frame of each codec goes into RTP packets and comes out of them."""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeVar

from aiortc.codecs.h264 import H264Encoder, h264_depayload
from aiortc.codecs.vpx import Vp8Encoder, VpxPayloadDescriptor

from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.transport.rtp import av1
from remotedesk.transport.video import VideoCodec

LARGEST_PAYLOAD: Final = 1_200  # bytes, as browsers send; aiortc's formats for H.264 and VP8 go up to 1,300
_NAL_KIND: Final = 0x1F
_SPS: Final = 7
_STAP_A: Final = 24
Read = TypeVar("Read")
_PICTURE_IDS: Final = 1 << 15


@dataclass(frozen=True, slots=True)
class PayloadFormat:
    """One codec's format. `packetize` gets a frame and its number in the stream; it and `join` raise ProtocolError."""

    packetize: Callable[[bytes, int], list[bytes]]
    join: Callable[[Sequence[bytes]], bytes]
    starts_key: Callable[[bytes], bool]


def _packetize_av1(frame: bytes, number: int) -> list[bytes]:
    return av1.packetize(frame, LARGEST_PAYLOAD)


def _packetize_h264(frame: bytes, number: int) -> list[bytes]:
    return H264Encoder._packetize(H264Encoder._split_bitstream(frame))


def _packetize_vp8(frame: bytes, number: int) -> list[bytes]:
    return Vp8Encoder._packetize(frame, number % _PICTURE_IDS)


def _join_h264(payloads: Sequence[bytes]) -> bytes:
    return b"".join(_checked(h264_depayload, payload) for payload in payloads)


def _join_vp8(payloads: Sequence[bytes]) -> bytes:
    return b"".join(_checked(VpxPayloadDescriptor.parse, payload)[1] for payload in payloads)


def _starts_key_h264(payload: bytes) -> bool:
    """Tell by the sequence parameter set, without which a decoder that begins here could do nothing."""
    kind = payload[0] & _NAL_KIND if payload else 0
    return kind == _SPS or (kind == _STAP_A and len(payload) > 3 and payload[3] & _NAL_KIND == _SPS)


def _starts_key_vp8(payload: bytes) -> bool:
    try:
        descriptor, data = _checked(VpxPayloadDescriptor.parse, payload)
    except ProtocolError:
        return False
    return bool(descriptor.partition_start and not descriptor.partition_id and data and not data[0] & 1)


def _checked(read: Callable[[bytes], Read], payload: bytes) -> Read:
    try:
        return read(payload)
    except (ValueError, IndexError, struct.error):
        raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "payload") from None


FORMATS: Final[Mapping[VideoCodec, PayloadFormat]] = MappingProxyType(
    {
        VideoCodec.AV1: PayloadFormat(_packetize_av1, av1.depacketize, av1.starts_key_frame),
        VideoCodec.H264: PayloadFormat(_packetize_h264, _join_h264, _starts_key_h264),
        VideoCodec.VP8: PayloadFormat(_packetize_vp8, _join_vp8, _starts_key_vp8),
    }
)
