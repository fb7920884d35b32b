"""aiortc's DTLS transport, made to number, pace and account for every RTP packet, and to say what arrives when.

tests/loopback/test_rtp_seams.py fails when aiortc changes under what is overridden.
"""

import asyncio
import logging
import struct
from collections.abc import Mapping
from struct import pack_into, unpack_from
from typing import Final

from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpParameters
from aiortc.rtp import (
    RTCP_RTPFB,
    RTP_HEADER_LENGTH,
    HeaderExtensions,
    HeaderExtensionsMap,
    RtpPacket,
    is_rtcp,
    pack_rtcp_packet,
)

from remotedesk.core.errors import ProtocolError
from remotedesk.transport.rtp.budget import Kind, SendBudget
from remotedesk.transport.rtp.feedback import EXTENSION_URI, FORMAT, ArrivalLog

log = logging.getLogger(__name__)
TOLD_S: Final = 0.05  # how long arrivals are gathered before the other side is told
TIMER_S: Final = 0.001  # no timer is finer
MOST_SOURCES: Final = 64  # whose packets are looked at
OVERHEAD_BYTES: Final = 44  # of a packet: UDP and IP headers, and what SRTP adds
_RTCP_HEADER_BYTES: Final = 4
_PADDED: Final = 0x20
_ONE_BYTE_PROFILE: Final = 0xBEDE


class NumberedExtensions(HeaderExtensionsMap):
    """Leaves room for the transport-wide number in every packet, if that extension was agreed on."""

    def __init__(self) -> None:
        super().__init__()
        self.number_id: int | None = None

    def configure(self, parameters: RTCRtpParameters) -> None:
        """Note under which id the number goes."""
        super().configure(parameters)
        for extension in parameters.headerExtensions:
            if extension.uri == EXTENSION_URI:
                self.number_id = extension.id

    def set(self, values: HeaderExtensions) -> tuple[int, bytes]:
        """Write all extensions; the number is filled in when the packet leaves."""
        values.transport_sequence_number = 0
        return super().set(values)


class BudgetedDtlsTransport(RTCDtlsTransport):
    """A transport as aiortc makes it, with a SendBudget; `attach` makes it of a new one."""

    budget: SendBudget
    kinds: Mapping[int, Kind]  # by the source's number; what is not there is a repeat
    _extensions: NumberedExtensions
    _arrivals: ArrivalLog
    _telling: asyncio.TimerHandle | None
    _tellers: set[asyncio.Task[None]]
    _heard_from: int

    async def _send_rtp(self, data: bytes) -> None:
        if is_rtcp(data) or self._extensions.number_id is None:
            await super()._send_rtp(data)
            return
        loop = asyncio.get_running_loop()
        kind, nbytes = self.kinds.get(unpack_from("!L", data, 8)[0], Kind.REPEAT), len(data) + OVERHEAD_BYTES
        wait = self.budget.departure(kind, nbytes, loop.time()) - loop.time()
        if wait > TIMER_S:
            await asyncio.sleep(wait)
        number = self.budget.sent(kind, nbytes, loop.time())
        await super()._send_rtp(numbered(data, self._extensions.number_id, number))

    async def _handle_rtp_data(self, data: bytes, arrival_time_ms: int) -> None:
        """Do as aiortc does, and note when which packet came."""
        try:
            packet = RtpPacket.parse(data, self._extensions)
        except (ValueError, struct.error):
            return
        number = packet.extensions.transport_sequence_number
        if number is not None:
            self._heard_from = packet.ssrc
            loop = asyncio.get_running_loop()
            self._arrivals.add(number, loop.time())
            if self._telling is None:
                self._telling = loop.call_later(TOLD_S, self._tell)
        sources = self._rtp_router.ssrc_table
        if packet.ssrc not in sources and len(sources) >= MOST_SOURCES:
            return
        receiver = self._rtp_router.route_rtp(packet)
        if receiver is not None:
            await receiver._handle_rtp_packet(packet, arrival_time_ms=arrival_time_ms)

    async def _handle_rtcp_data(self, data: bytes) -> None:
        """Take the transport-wide feedback out; aiortc would read it as a list of lost packets."""
        now = asyncio.get_running_loop().time()
        try:
            for message in feedback_in(data):
                self.budget.feedback(message, now)
            await super()._handle_rtcp_data(data)
        except (ProtocolError, struct.error):
            log.debug("a control packet that nobody can read")

    def _tell(self) -> None:
        self._telling = None
        for message in self._arrivals.take():
            teller = asyncio.ensure_future(self._send_feedback(message))
            self._tellers.add(teller)
            teller.add_done_callback(self._tellers.discard)

    async def _send_feedback(self, message: bytes) -> None:
        try:
            await super()._send_rtp(feedback_packet(message, self._heard_from))
        except ConnectionError:
            log.debug("the connection ended before the other side was told what arrived")

    async def stop(self) -> None:
        """Stop and close; nobody is told anything any more."""
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None
        for teller in self._tellers:
            teller.cancel()
        await asyncio.gather(*self._tellers, return_exceptions=True)
        await super().stop()


def attach(transport: RTCDtlsTransport, budget: SendBudget, kinds: Mapping[int, Kind]) -> None:
    """Give a transport that has not been started yet the behaviour above."""
    transport.__class__ = BudgetedDtlsTransport
    assert isinstance(transport, BudgetedDtlsTransport)  # noqa: S101 (for the type checker)
    transport.budget, transport.kinds = budget, kinds
    transport._extensions = transport._rtp_header_extensions_map = NumberedExtensions()
    transport._arrivals, transport._telling, transport._tellers, transport._heard_from = ArrivalLog(), None, set(), 0


def numbered(data: bytes, number_id: int, number: int) -> bytes:
    """Return an RTP packet with the transport-wide number written where room was left for it (RFC 8285)."""
    at = RTP_HEADER_LENGTH + 4 * (data[0] & 0x0F)
    profile, words = unpack_from("!HH", data, at)
    at, end = at + 4, at + 4 + 4 * words
    filled = bytearray(data)
    while at < end:
        if profile == _ONE_BYTE_PROFILE:
            found, length, head = data[at] >> 4, (data[at] & 0x0F) + 1, 1
        else:
            found, length, head = data[at], data[at + 1] if data[at] else 0, 2
        if found == number_id:
            pack_into("!H", filled, at + head, number)
            break
        at += head + length if found else 1
    return bytes(filled)


def feedback_packet(message: bytes, about: int) -> bytes:
    """Return the RTCP packet with a feedback message about what source number `about` sent (RFC 4585, 6.1)."""
    padding = -len(message) % 4
    padded = message + bytes(padding - 1) + bytes([padding]) if padding else message
    packet = bytearray(pack_rtcp_packet(RTCP_RTPFB, FORMAT, bytes(4) + about.to_bytes(4, "big") + padded))
    packet[0] |= _PADDED if padding else 0
    return bytes(packet)


def feedback_in(data: bytes) -> list[bytes]:
    """Return the feedback messages in a compound RTCP packet; what is cut short ends it."""
    found = []
    at = 0
    while at + 12 <= len(data):
        end = at + _RTCP_HEADER_BYTES + 4 * unpack_from("!H", data, at + 2)[0]
        if end > len(data):
            break
        if data[at + 1] == RTCP_RTPFB and data[at] & 0x1F == FORMAT:
            padding = data[end - 1] if data[at] & _PADDED else 0
            found.append(data[at + 12 : end - padding])
        at = end
    return found
