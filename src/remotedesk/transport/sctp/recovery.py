"""aiortc's SCTP association, made to recover from a lost packet in about one round trip, and to leave pacing to us.

aiortc 1.16 halves its window at each lost packet, sends four packets at a time, waits at least a second before it
sends the last packet of a burst again, and repeats one lost packet many times over in a large window. Congestion
control is the sender's DelayWindow (transport/window.py); here remains the finding and repeating of what was lost, no
faster than others arrive (repair.py).
tests/loopback/test_sctp_recovery.py fails when aiortc changes under what is overridden.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import dropwhile, islice
from typing import Final

from aiortc.rtcsctptransport import DataChunk, RTCSctpTransport, SackChunk
from aiortc.utils import uint32_gt

from remotedesk.transport.sctp.bundling import SACK_WAITS_S, BundlingSctpTransport
from remotedesk.transport.sctp.repair import RepairWindow

RTO_FIRST_S: Final = 1.0  # RFC 9260 section 16; aiortc has the 3 s of RFC 4960
RTO_LEAST_S: Final = SACK_WAITS_S + 0.03  # an acknowledgement waits for that at most, and for timers and threads
RTO_MOST_S: Final = 1.0  # a link that comes back is noticed within this
RTO_MARGIN_S: Final = 0.03  # for the timers and threads of a desktop
CONGESTION_WINDOW: Final = 1024 * 1024  # bytes; never the limit, since senders bound what is under way
MOST_UNANSWERED: Final = 6  # timeouts that double the patience
_NEVER: Final = -(1 << 30)  # misses of a packet that was repeated already: it is lost again by other signs


@dataclass
class PacketCounts:
    """DATA chunks of one association since it was tuned; a repeated one counts each time it is sent."""

    sent: int = 0
    repeated: int = 0  # of those sent
    received: int = 0  # each once
    late: int = 0  # of those received: after one that was sent later, so most likely lost once and repeated


class RecoveringSctpTransport(BundlingSctpTransport):
    """An association as aiortc makes it, with other timers and loss detection; the wire format is untouched."""

    _unanswered: int  # timeouts since something was heard
    _timeouts: int  # one after the other, without a round trip in between that is certain
    _sacked_at_timeout: int  # what was acknowledged then
    _newest_received: int  # of what has come, the number of what was sent last
    _repeating: asyncio.Future[None] | None  # what the last timeout has begun
    _repairing: bool  # no more may be under way than arrives
    _repair_to: int  # the newest packet sent when a loss was found
    _repaired_at: float  # when that had not arrived yet, or something waited to be sent
    _repair: RepairWindow
    _held: dict[int, tuple[int, Callable[[int], None]]]  # by stream: bytes held back, and who wants to know of them
    counts: PacketCounts

    def _update_rto(self, R: float) -> None:  # noqa: N803 (aiortc's name)
        super()._update_rto(R)
        self._rto = self._timeout_s
        self._timeouts = 0
        self._repair.took(R, time.time())

    @property
    def _timeout_s(self) -> float:
        if self._srtt is None or self._rttvar is None:
            return RTO_FIRST_S
        return min(RTO_MOST_S, max(RTO_LEAST_S, self._srtt + max(4 * self._rttvar, RTO_MARGIN_S)))

    def _t3_start(self) -> None:
        self._t3_restart()

    def _t3_restart(self) -> None:
        """Wait until the oldest packet is late (RFC 7765), or until nothing has been heard for two round trips.

        After a queue has drained the round trips in it would make the timeout long, but while anything is under way
        answers come one after the other.
        """
        self._t3_cancel()
        now = time.time()
        sent_at = next((_sent_at(chunk) for chunk in self._sent_queue if not chunk._acked), now)
        wait = min(max(self._rto - (now - sent_at), RTO_MARGIN_S), self._silence_s)
        self._t3_handle = asyncio.get_running_loop().call_later(wait, self._t3_expired)

    @property
    def _silence_s(self) -> float:
        """Seconds without a word after which what is under way is taken for lost; twice as long each time in vain."""
        return max(2 * self._repair.shortest_s, RTO_LEAST_S) * 2.0**self._unanswered

    def _t3_expired(self) -> None:
        """Repeat the oldest packet alone, which costs little if it was on its way; if only that is answered, all."""
        self._t3_handle = None
        answered = self._sacked_at_timeout != self._last_sacked_tsn
        self._unanswered = 0 if answered else min(self._unanswered + 1, MOST_UNANSWERED)
        self._timeouts += 1
        self._sacked_at_timeout = self._last_sacked_tsn
        self._begin_repair()
        self._fast_recovery_transmit = True
        lost = (chunk for chunk in self._sent_queue if not chunk._acked and not self._maybe_abandon(chunk))
        for chunk in islice(lost, None if answered and self._timeouts > 1 else 1):
            chunk._retransmit = True
            self._flight_size_decrease(chunk)
        self._update_advanced_peer_ack_point()
        self._rto = self._timeout_s if answered else min(2 * self._rto, RTO_MOST_S)
        self._repeating = asyncio.ensure_future(self._transmit())

    async def stop(self) -> None:
        """Stop the association, and what a timeout has begun."""
        if self._repeating is not None:
            self._repeating.cancel()
            await asyncio.gather(self._repeating, return_exceptions=True)
        await super().stop()

    def _flight_size_increase(self, chunk: DataChunk) -> None:
        """Note when a packet leaves, the repeated ones too: aiortc calls this at each sending."""
        super()._flight_size_increase(chunk)
        chunk._sent_time = time.time()
        self.counts.sent += 1
        self.counts.repeated += chunk._sent_count > 0

    def _mark_received(self, tsn: int) -> bool:
        """Count what comes, and what comes late."""
        duplicate = super()._mark_received(tsn)
        if not duplicate:
            late = self.counts.received > 0 and uint32_gt(self._newest_received, tsn)
            self._newest_received = self._newest_received if late else tsn
            self.counts.received += 1
            self.counts.late += late
        return duplicate

    async def _receive_sack_chunk(self, chunk: SackChunk) -> None:
        if not uint32_gt(self._last_sacked_tsn, chunk.cumulative_tsn):
            self._unanswered = 0
            self._look_for_lost(chunk, time.time())
        await super()._receive_sack_chunk(chunk)
        if self._sent_queue:
            self._t3_restart()
        self._tell_held(bool(chunk.gaps))

    def watch_held(self, stream_id: int, tell: Callable[[int], None]) -> None:
        """Have `tell` called whenever another number of bytes of a stream waits at the other side for a lost packet."""
        self._held[stream_id] = 0, tell

    def _tell_held(self, any_missing: bool) -> None:
        for stream_id, (before, tell) in self._held.items():
            held = self._held_of(stream_id) if any_missing else 0
            if held != before:
                self._held[stream_id] = held, tell
                tell(held)

    def _held_of(self, stream_id: int) -> int:
        """Return bytes: of one stream, what has arrived after what is missing."""
        chunks = (chunk for chunk in self._sent_queue if chunk.stream_id == stream_id)
        missing = dropwhile(lambda chunk: chunk._acked, chunks)
        return sum(chunk._book_size for chunk in missing if chunk._acked)

    def _look_for_lost(self, sack: SackChunk, now: float) -> None:
        """Mark for repeating what was sent well before something that has arrived (RACK, RFC 8985 section 6.2).

        Of a repeated packet that arrives nobody knows which of the two it was: it says something about repeated ones
        only, and nothing if it comes sooner than any answer could.
        """
        newest = newest_repeated = 0.0
        arrived = 0
        missing: list[DataChunk] = []
        for chunk, is_missing in _missing(sack, self._sent_queue):
            if is_missing:
                missing.append(chunk)
                continue
            chunk._retransmit = False
            if chunk._acked:
                continue
            arrived += chunk._book_size
            if chunk._sent_count == 1:
                newest = max(newest, _sent_at(chunk))
            elif now - _sent_at(chunk) >= self._repair.shortest_s:
                newest_repeated = max(newest_repeated, _sent_at(chunk))
        self._repair.arrived(arrived, now)
        if newest and sack.gaps:
            self._update_rto(now - newest)  # aiortc learns nothing while something is missing
        elif newest_repeated:
            self._repair.took(now - newest_repeated, now, sure=False)
        late = (self._srtt or 0.0) / 8
        self._mark_lost(missing, newest - late, max(newest, newest_repeated) - late)

    def _mark_lost(self, missing: list[DataChunk], before: float, repeated_before: float) -> None:
        """Have repeated what was sent before the one time, or repeated before the other."""
        for chunk in missing:
            repeated = chunk._sent_count > 1
            if repeated:
                chunk._misses = _NEVER
            if chunk._in_flight and _sent_at(chunk) < (repeated_before if repeated else before):
                chunk._retransmit = not self._maybe_abandon(chunk)
                self._flight_size_decrease(chunk)
                self._begin_repair()

    def _begin_repair(self) -> None:
        """Let no more be under way than arrives, until all that was sent by now has arrived."""
        if not self._repairing:
            self._repairing = self._fast_recovery_transmit = True  # one leaves at once
        if self._sent_queue:
            self._repair_to = self._sent_queue[-1].tsn

    async def _transmit(self) -> None:
        """Send all that may be under way, not four packets: aiortc waits for an acknowledgement then."""
        before = -1
        while self._flight_size > before:
            before = self._flight_size
            self._cwnd = self._may_be_under_way(time.time())
            await super()._transmit()
        if self._outbound_queue or self._data_channel_queue:
            self._repaired_at = time.time()
        if self._sent_queue and self._t3_handle is None:
            self._t3_restart()

    def _may_be_under_way(self, now: float) -> int:
        """Return bytes: for a round trip after a repair twice what arrives.

        All that was held up is acknowledged in one moment then, and the sender has much room at once.
        """
        if self._repairing and uint32_gt(self._repair_to, self._last_sacked_tsn):
            self._repaired_at = now
            return self._repair.allows(now)
        self._repairing = self._repairing and now - self._repaired_at < self._repair.span_s
        return 2 * self._repair.allows(now) if self._repairing else CONGESTION_WINDOW


def tune(sctp: RTCSctpTransport) -> None:
    """Give an association that has not been started yet the behaviour above."""
    sctp.__class__ = RecoveringSctpTransport
    assert isinstance(sctp, RecoveringSctpTransport)  # noqa: S101 (for the type checker)
    sctp._unanswered, sctp._timeouts, sctp._sacked_at_timeout = 0, 0, sctp._last_sacked_tsn
    sctp._repair, sctp._repeating = RepairWindow(), None
    sctp._repairing, sctp._repair_to, sctp._repaired_at = False, sctp._last_sacked_tsn, 0.0
    sctp._newest_received, sctp.counts, sctp._held = 0, PacketCounts(), {}
    sctp._sack_timer, sctp._sack_may_wait, sctp._sacking = None, False, None
    sctp._rto = RTO_FIRST_S


def _sent_at(chunk: DataChunk) -> float:
    return chunk._sent_time or 0.0


def _missing(sack: SackChunk, queue: Iterable[DataChunk]) -> Iterator[tuple[DataChunk, bool]]:
    """Yield each packet of `queue` up to the last that `sack` reports, and whether it does not report that one."""
    gaps = iter(sack.gaps)
    first, last = 0, 0
    for chunk in queue:
        place = (chunk.tsn - sack.cumulative_tsn) % (1 << 32)
        if not uint32_gt(chunk.tsn, sack.cumulative_tsn):
            yield chunk, False
            continue
        while last < place:
            first, last = next(gaps, (0, 1 << 32))
            if not first:
                return
        yield chunk, place < first
