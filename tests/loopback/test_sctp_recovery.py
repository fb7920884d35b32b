"""Lost packets cost about one round trip: real associations, between them a hand that takes packets away.

Every test here that names an internal of aiortc fails when aiortc changes under transport/sctp/recovery.py.
"""

import asyncio
import inspect
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from hashlib import sha256

import pytest
from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, rtcsctptransport
from aiortc.rtcsctptransport import Chunk, DataChunk, InitChunk, RTCSctpTransport, SackChunk

from remotedesk.transport.sctp import recovery, repair
from remotedesk.transport.sctp.recovery import RecoveringSctpTransport, tune


class LossyAssociation(RecoveringSctpTransport):
    """An association on a link that loses what `loses` says; counts what leaves."""

    loses: Callable[[Chunk], bool]
    sent: list[Chunk]

    async def _send_chunk(self, chunk: Chunk) -> None:
        self.sent.append(chunk)
        if not self.loses(chunk):
            await super()._send_chunk(chunk)

    @property
    def data_sent(self) -> int:
        return sum(isinstance(chunk, DataChunk) for chunk in self.sent)


class Pair:
    """Two connections with one channel; the first one's association is lossy."""

    def __init__(self, ordered: bool = True, retransmits: int | None = None) -> None:
        self.connections = [RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2)]
        self.channels: list[RTCDataChannel] = [
            pc.createDataChannel("tiles", negotiated=True, id=5, ordered=ordered, maxRetransmits=retransmits)
            for pc in self.connections
        ]
        self.received: list[bytes] = []
        self.channels[1].on("message", self.received.append)
        for pc in self.connections:
            assert pc.sctp is not None
            tune(pc.sctp)
        assert self.connections[0].sctp is not None
        self.connections[0].sctp.__class__ = LossyAssociation
        assert isinstance(self.connections[0].sctp, LossyAssociation)
        self.sctp = self.connections[0].sctp
        self.sctp.sent, self.sctp.loses = [], lambda _: False

    async def connect(self) -> None:
        first, second = self.connections
        await first.setLocalDescription(await first.createOffer())
        await second.setRemoteDescription(first.localDescription)
        await second.setLocalDescription(await second.createAnswer())
        await first.setRemoteDescription(second.localDescription)
        await until(lambda: all(channel.readyState == "open" for channel in self.channels))

    async def close(self) -> None:
        for pc in self.connections:
            await pc.close()


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not done():  # noqa: ASYNC110 (what is waited for happens inside aiortc)
            await asyncio.sleep(0.005)


@asynccontextmanager
async def pair(ordered: bool = True, retransmits: int | None = None) -> AsyncIterator[Pair]:
    made = Pair(ordered, retransmits)
    try:
        await made.connect()
        yield made
    finally:
        await made.close()


def first_of(count: int) -> Callable[[Chunk], bool]:
    """Lose each of the first `count` data packets, once."""
    seen: set[int] = set()

    def loses(chunk: Chunk) -> bool:
        if isinstance(chunk, DataChunk) and len(seen) < count and chunk.tsn not in seen:
            seen.add(chunk.tsn)
            return True
        return False

    return loses


async def test_what_waits_for_a_lost_packet_is_told_and_that_it_waits_no_more() -> None:
    async with pair() as link:
        told = list[int]()
        link.sctp.watch_held(5, told.append)
        link.sctp.watch_held(6, lambda nbytes: pytest.fail(f"{nbytes} of another stream"))
        link.sctp.loses = first_of(1)
        for _ in range(5):
            link.channels[0].send(bytes(1_000))
        await until(lambda: len(link.received) == 5)
        await until(lambda: told[-1:] == [0])
        assert max(told) == 4_000


async def test_everything_arrives_once_and_in_order_whatever_is_lost() -> None:
    dice = random.Random(3)
    async with pair() as link:
        link.sctp.loses = lambda _: dice.random() < 0.1
        messages = [dice.randbytes(dice.randrange(1, 20_000)) for _ in range(100)]
        for message in messages:
            link.channels[0].send(message)
            await until(lambda: link.channels[0].bufferedAmount == 0 and link.sctp._flight_size < 60_000)
        await until(lambda: len(link.received) == len(messages))
        assert [sha256(got).digest() for got in link.received] == [sha256(sent).digest() for sent in messages]
        await until(lambda: link.sctp._flight_size == 0 and not link.sctp._sent_queue)


async def test_a_lost_last_packet_does_not_wait_a_second() -> None:
    """aiortc waits for its timer, at least 1 s."""
    async with pair() as link:
        link.channels[0].send(b"first")
        await until(lambda: len(link.received) == 1 and not link.sctp._sent_queue)
        link.sctp.loses = first_of(1)
        link.channels[0].send(b"lost")
        assert link.sctp._rto < 0.5
        await until(lambda: len(link.received) == 2)


async def test_each_wait_in_vain_doubles_up_to_a_second() -> None:
    async with pair() as link:
        link.channels[0].send(b"first")
        await until(lambda: len(link.received) == 1)
        before = link.sctp._rto
        link.sctp.loses = lambda _: True
        link.channels[0].send(b"lost")
        await until(lambda: link.sctp._rto >= 4 * before or link.sctp._rto == recovery.RTO_MOST_S)
        assert link.sctp._rto <= recovery.RTO_MOST_S
        link.sctp.loses = lambda _: False
        await until(lambda: len(link.received) == 2)


async def test_a_timeout_repeats_one_packet_and_not_all() -> None:
    async with pair() as link:
        link.sctp.loses = lambda chunk: isinstance(chunk, DataChunk)
        link.channels[0].send(bytes(30_000))
        await until(lambda: link.sctp.data_sent >= 26)
        queue = list(link.sctp._sent_queue)
        assert len(queue) == 26
        await until(lambda: queue[0]._sent_count >= 3)
        assert {chunk._sent_count for chunk in queue[1:]} == {1}
        link.sctp.loses = lambda _: False
        await until(lambda: len(link.received) == 1)


async def test_a_lost_packet_is_repeated_once_however_many_come_after_it() -> None:
    """aiortc repeats it at every third acknowledgement until the repeated one is acknowledged too."""
    async with pair() as link:
        link.channels[0].send(b"first")
        await until(lambda: len(link.received) == 1)
        link.sctp.loses, link.sctp.sent = first_of(1), []
        link.channels[0].send(bytes(200_000))
        await until(lambda: len(link.received) == 2)
        assert link.sctp.data_sent <= -(-200_000 // rtcsctptransport.USERDATA_MAX_LENGTH) + 10


async def test_what_was_sent_before_something_that_arrived_is_lost() -> None:
    async with pair() as link:
        link.sctp._srtt, link.sctp._rttvar, link.sctp._rto = 0.04, 0.01, 30.0
        link.sctp.loses = first_of(2)
        link.channels[0].send(b"lost")
        link.channels[0].send(b"lost too")
        await asyncio.sleep(0.05)
        link.channels[0].send(b"arrives")  # one acknowledgement; aiortc wants three
        await until(lambda: len(link.received) == 3)


async def test_a_message_goes_out_at_once_and_not_in_fours() -> None:
    """aiortc sends four packets and waits for an acknowledgement."""
    async with pair() as link:
        link.sctp.loses = lambda chunk: isinstance(chunk, DataChunk)
        link.sctp.sent = []
        await link.sctp._send(5, rtcsctptransport.WEBRTC_BINARY, bytes(60_000))
        assert link.sctp.data_sent == -(-60_000 // rtcsctptransport.USERDATA_MAX_LENGTH)
        assert link.sctp._flight_size == 60_000


async def test_no_more_than_the_window_is_under_way() -> None:
    async with pair() as link:
        link.sctp.loses = lambda chunk: isinstance(chunk, DataChunk)
        for _ in range(8):
            link.channels[0].send(bytes(200_000))
        await until(lambda: link.sctp._flight_size >= recovery.CONGESTION_WINDOW)
        await asyncio.sleep(0.05)
        assert link.sctp._flight_size < recovery.CONGESTION_WINDOW + rtcsctptransport.USERDATA_MAX_LENGTH
        assert link.sctp._outbound_queue


async def test_what_may_be_lost_is_given_up_and_holds_nothing_up() -> None:
    async with pair(ordered=False, retransmits=0) as link:
        link.sctp.loses = first_of(1)
        link.channels[0].send(b"lost")
        link.channels[0].send(b"arrives")
        await until(lambda: link.received == [b"arrives"] and not link.sctp._sent_queue)
        assert link.sctp._flight_size == 0


async def test_a_lost_greeting_is_repeated_after_a_second() -> None:
    link = Pair()
    try:
        link.sctp.loses = lambda chunk: isinstance(chunk, InitChunk) and len(link.sctp.sent) == 1
        assert link.sctp._rto == recovery.RTO_FIRST_S
        await link.connect()
    finally:
        await link.close()


async def test_an_answer_to_the_first_is_not_taken_for_one_to_the_repeated() -> None:
    """Else a timeout that came too early would have everything repeated."""
    async with pair() as link:
        link.sctp.loses = lambda chunk: isinstance(chunk, DataChunk)
        link.channels[0].send(bytes(10_000))
        await until(lambda: link.sctp.data_sent >= 9)
        queue = list(link.sctp._sent_queue)
        link.sctp._t3_expired()
        await until(lambda: queue[0]._sent_count >= 2)
        sack = SackChunk()
        sack.cumulative_tsn, sack.advertised_rwnd = queue[0].tsn - 1, 1 << 20
        sack.gaps = [(2, 3)]
        for chunk in queue[1:3]:
            chunk._sent_count = 2
        for chunk in queue[3:]:
            chunk._sent_time = time.time() - 2.0
        link.sctp._look_for_lost(sack, time.time())
        assert not any(chunk._retransmit for chunk in queue[1:])
        link.sctp.loses = lambda _: False


async def test_when_only_the_repeated_packet_is_answered_all_the_others_follow() -> None:
    async with pair() as link:
        link.sctp.loses = lambda chunk: isinstance(chunk, DataChunk)
        link.channels[0].send(bytes(100_000))
        await until(lambda: link.sctp.data_sent >= 87)
        queue = list(link.sctp._sent_queue)
        link.sctp.loses = lambda _: False
        await until(lambda: queue[0]._sent_count == 2)
        await until(lambda: bool(link.received))
        assert max(chunk._sent_count for chunk in queue[1:]) == 2


async def test_no_more_is_repeated_at_once_than_arrives() -> None:
    """All at once would fill the queue of a link that has become slow, and most of it be lost again."""
    async with pair() as link:
        link.sctp.loses = lambda chunk: isinstance(chunk, DataChunk)
        link.channels[0].send(bytes(100_000))
        await until(lambda: link.sctp.data_sent >= 87)
        for chunk in link.sctp._sent_queue:
            chunk._retransmit = True
            link.sctp._flight_size_decrease(chunk)
        link.sctp._begin_repair()
        link.sctp.sent = []
        await link.sctp._transmit()
        assert 1 <= link.sctp.data_sent <= repair.LEAST // rtcsctptransport.USERDATA_MAX_LENGTH + 2
        link.sctp.loses = lambda _: False
        await until(lambda: bool(link.received))


async def test_silence_is_enough_to_miss_the_last_packet() -> None:
    """After a long queue has drained its round trips make the timeout a long one."""
    async with pair() as link:
        link.channels[0].send(b"first")
        await until(lambda: len(link.received) == 1 and not link.sctp._sent_queue)
        link.sctp._rto = 1e9
        link.sctp.loses = first_of(1)
        link.channels[0].send(b"lost")
        await until(lambda: len(link.received) == 2)


async def test_a_repeated_packet_that_is_lost_is_missed_when_a_later_one_arrives() -> None:
    async with pair() as link:
        link.sctp.loses = lambda chunk: isinstance(chunk, DataChunk)
        link.channels[0].send(bytes(10_000))
        await until(lambda: link.sctp.data_sent >= 9)
        queue = list(link.sctp._sent_queue)
        link.sctp._t3_cancel()
        link.sctp._srtt, now = 0.08, time.time()
        for number, chunk in enumerate(queue):
            chunk._sent_count, chunk._sent_time = 2, now - 2.0 + number * 0.1
        sack = SackChunk()
        sack.cumulative_tsn, sack.advertised_rwnd = queue[0].tsn - 1, 1 << 20
        sack.gaps = [(5, 5)]
        link.sctp._look_for_lost(sack, now)
        assert [chunk._retransmit for chunk in queue] == [True] * 4 + [False] * 5
        link.sctp.loses = lambda _: False
        await link.sctp._transmit()


async def test_what_is_sent_again_is_counted_at_both_ends() -> None:
    """In percent of what left, and, where it arrives, of what came after something sent later."""
    async with pair() as link:
        other = link.connections[1].sctp
        assert isinstance(other, RecoveringSctpTransport)
        link.channels[0].send(b"first")
        await until(lambda: len(link.received) == 1 and link.sctp._flight_size == 0)
        sent, received = replace(link.sctp.counts), replace(other.counts)
        link.sctp.loses, link.sctp.sent = first_of(2), []
        link.channels[0].send(bytes(50_000))
        await until(lambda: len(link.received) == 2)
        assert link.sctp.counts.sent - sent.sent == link.sctp.data_sent
        assert link.sctp.counts.repeated - sent.repeated == link.sctp.data_sent - 44 >= 2
        assert (other.counts.received - received.received, other.counts.late - received.late) == (44, 2)


PINNED = {
    "_data_channel_flush": "d5f055f33db1abff",
    "_flight_size_decrease": "16a9a53b25b96c7c",
    "_flight_size_increase": "ed02a0fe6eb506c9",
    "_mark_received": "2ac68b6a3934ca87",
    "_maybe_abandon": "879fcf244b3dfd05",
    "_receive_sack_chunk": "4b35ccf1372cdec8",
    "_send": "f0f8aff63a9a8743",
    "_t3_cancel": "0e0e3e38da292064",
    "_t3_expired": "0e759bf4b1b2d8c8",
    "_t3_restart": "abf85ae57b8fa144",
    "_t3_start": "fa045ec7c5fff3d7",
    "_transmit": "aa8941d5f8f020e8",
    "_update_advanced_peer_ack_point": "b10416e34e18a3db",
    "_update_rto": "a1e7afb18886a101",
    "stop": "0be1a2711d5ddf44",
}


@pytest.mark.parametrize("name", PINNED)
def test_aiortc_is_as_it_was_when_this_was_written(name: str) -> None:
    """A changed method is to be read, the seam thought over, and the new digest written here."""
    source = inspect.getsource(getattr(RTCSctpTransport, name))
    assert sha256(source.encode()).hexdigest()[:16] == PINNED[name]
