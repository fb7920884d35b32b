"""Acknowledgements of small packets travel with the next data: real associations, and what leaves each of them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection
from aiortc.rtcsctptransport import Chunk, DataChunk, RTCSctpTransport, SackChunk, parse_packet, serialize_packet

from remotedesk.transport.sctp.bundling import SACK_WAITS_S, SMALL, _Bundle
from remotedesk.transport.sctp.recovery import RecoveringSctpTransport, tune
from tests.loopback.test_sctp_recovery import until


class WatchedAssociation(RecoveringSctpTransport):
    """Notes what it is told to send, and the packets it received."""

    packets: list[list[Chunk]]

    async def _handle_data(self, data: bytes) -> None:
        self.packets.append(parse_packet(data)[3])
        await super()._handle_data(data)


class Pair:
    """Two connections with one channel: the first is watched, the second answers what it gets if it is told to."""

    def __init__(self) -> None:
        self.connections = [RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2)]
        self.channels: list[RTCDataChannel] = [
            pc.createDataChannel("tiles", negotiated=True, id=5) for pc in self.connections
        ]
        self.watched, self.other = (self._tuned(pc) for pc in self.connections)
        self.received: list[bytes] = []
        self.channels[1].on("message", self.received.append)

    @staticmethod
    def _tuned(pc: RTCPeerConnection) -> WatchedAssociation:
        assert pc.sctp is not None
        tune(pc.sctp)
        pc.sctp.__class__ = WatchedAssociation
        assert isinstance(pc.sctp, WatchedAssociation)
        pc.sctp.packets = []
        return pc.sctp

    @property
    def packets(self) -> list[list[Chunk]]:
        """What the first has received with data or acknowledgements in it."""
        return self.watched.packets


@asynccontextmanager
async def pair() -> AsyncIterator[Pair]:
    made = Pair()
    first, second = made.connections
    await first.setLocalDescription(await first.createOffer())
    await second.setRemoteDescription(first.localDescription)
    await second.setLocalDescription(await second.createAnswer())
    await first.setRemoteDescription(second.localDescription)
    await until(lambda: all(channel.readyState == "open" for channel in made.channels))
    made.packets.clear()
    try:
        yield made
    finally:
        for pc in made.connections:
            await pc.close()


def holds(messages: list[bytes], count: int) -> bool:
    return len(messages) == count


def sacks(packets: list[list[Chunk]]) -> list[SackChunk]:
    return [chunk for packet in packets for chunk in packet if isinstance(chunk, SackChunk)]


async def test_what_is_answered_at_once_is_acknowledged_in_the_answer() -> None:
    async with pair() as link:
        link.channels[1].on("message", lambda message: link.channels[1].send(message))
        answers: list[bytes] = []
        link.channels[0].on("message", answers.append)
        for number in range(20):
            link.channels[0].send(b"%d" % number)
            await until(partial(holds, answers, number + 1))
        await until(lambda: not link.watched._sent_queue)
        with_data = [packet for packet in link.packets if any(isinstance(chunk, DataChunk) for chunk in packet)]
        assert len(with_data) == 20
        assert len(sacks(link.packets)) == len(sacks(with_data)) == 20
        assert all(isinstance(packet[0], SackChunk) for packet in with_data)  # RFC 9260 section 6.10: control first


async def test_what_is_not_answered_is_acknowledged_soon_all_the_same() -> None:
    async with pair() as link:
        sent_at = time.perf_counter()
        link.channels[0].send(b"key")
        await until(lambda: bool(sacks(link.packets)))
        # A loop may be early by what its clock can tell, twice: on Windows that is 16 ms.
        early_s = 2 * time.get_clock_info("monotonic").resolution
        assert time.perf_counter() - sent_at >= 0.9 * SACK_WAITS_S - early_s
        assert link.watched.counts.repeated == 0
        assert not link.other._sack_needed


async def test_many_small_messages_share_an_acknowledgement() -> None:
    async with pair() as link:
        for _ in range(10):
            link.channels[0].send(b"key")
        await until(lambda: len(link.received) == 10 and not link.watched._sent_queue)
        assert len(sacks(link.packets)) < 5


async def test_large_packets_are_acknowledged_one_by_one_and_at_once() -> None:
    async with pair() as link:
        for count in (1, 2):
            link.channels[0].send(bytes(SMALL + 1))
            await until(partial(holds, link.received, count))
            await until(lambda: not link.watched._sent_queue)
        assert len(sacks(link.packets)) == 2
        assert link.other._sack_timer is None


async def test_a_gap_is_told_at_once() -> None:
    async with pair() as link:
        link.channels[0].send(b"first")
        await until(lambda: len(link.received) == 1 and not link.watched._sent_queue)
        link.packets.clear()
        newest = link.other._last_received_tsn
        assert newest is not None
        link.other._sack_misordered.add(newest + 2)
        link.other._sack_may_wait = True
        await link.other._send_sack()
        await until(lambda: bool(sacks(link.packets)))
        assert sacks(link.packets)[0].gaps
        link.other._sack_misordered.clear()


async def test_data_that_leaves_while_something_is_missing_takes_no_acknowledgement_along() -> None:
    """Else it would say nothing of the gap, and nothing would any more."""
    async with pair() as link:
        link.channels[0].send(b"first")
        await until(lambda: link.other._sack_timer is not None)
        newest = link.other._last_received_tsn
        assert newest is not None
        link.other._sack_misordered.add(newest + 2)
        link.channels[1].send(b"answer")
        await until(lambda: any(isinstance(chunk, DataChunk) for packet in link.packets for chunk in packet))
        with_data = [packet for packet in link.packets if any(isinstance(chunk, DataChunk) for chunk in packet)]
        assert sacks(with_data) == []
        link.other._sack_misordered.clear()


async def test_nothing_waits_after_the_end() -> None:
    async with pair() as link:
        link.channels[0].send(b"last")
        await until(lambda: link.other._sack_timer is not None)
    assert link.other._sack_timer is None
    await asyncio.sleep(2 * SACK_WAITS_S)


def test_a_bundle_is_what_any_receiver_reads() -> None:
    sack, data = SackChunk(), DataChunk(flags=3)
    sack.cumulative_tsn, data.tsn, data.user_data = 7, 8, b"abcde"
    first, second = parse_packet(serialize_packet(5000, 5000, 1, _Bundle(sack, data)))[3]
    assert isinstance(first, SackChunk)
    assert first.cumulative_tsn == 7
    assert isinstance(second, DataChunk)
    assert (second.tsn, second.user_data) == (8, b"abcde")


def test_aiortc_still_has_what_is_overridden() -> None:
    """It names what bundling.py relies on."""
    for name in ("_receive_data_chunk", "_send_sack", "_send_chunk", "stop"):
        assert asyncio.iscoroutinefunction(getattr(RTCSctpTransport, name))
