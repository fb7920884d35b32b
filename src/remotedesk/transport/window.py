"""How many bytes may be under way to the other side, so that the link is full and its queue is not.

The window is the link's rate times the round trip without any queue, plus a little queue. The rate is what the other
side acknowledged per second (draft-cheng-iccrg-delivery-rate-estimation-02, the largest of the last seconds); an
acknowledgement delay that stays high says that the link has become slower, and the rate is then taken anew.
Loss does not count: a message held up by a lost packet comes together with those sent after it, which are young.
Only while somebody else keeps the queue full is the window another one (contest.py).
"""

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

from remotedesk.transport.contest import HIGH_QUEUE_S, LEAST_WINDOW, MOST_WINDOW, PACKET, Acknowledged, Contest

FIRST_WINDOW: Final = 10_000  # bytes; as ten packets in RFC 6928
MOST_MESSAGE: Final = 48 * 1024  # bytes
QUEUE_S: Final = 0.025  # queue aimed at: it hides the pauses between an acknowledgement and the next message …
MOST_QUEUES: Final = 2.0  # … up to so many times that, if what is known to arrive is little: most likely a part
PART_BPS: Final = 2e6  # bit/s; below it a link seems to be shared …
FAIRNESS: Final = 0.75  # … and who has less of it may queue longer, by this power of how much less
QUEUE_SEEN_S: Final = 0.3  # a queue that was longer all that time than ours is to be is not ours alone
MESSAGE_S: Final = 0.008  # of the link's time, for a message on a short way: each costs both ends a millisecond
RATE_KEPT_S: Final = 2.0
BASE_KEPT_S: Final = 10.0  # the round trip without queue is looked for again after this long
BASE_DOUBTED_S: Final = 0.5  # so long, if it seems much longer, which may be somebody else's queue
DOUBTS: Final = 3  # it is longer when so many times in a row …
ALIKE_S: Final = 0.010  # … the same was found
IDLE_SHARE: Final = 0.375  # of the window free: more than one message, so not only for want of acknowledgements
CLAIM: Final = 1.3  # times what a contested window carries
HELD_UP_S: Final = 0.030  # delay must be high for this long at least before it means the link


@dataclass(frozen=True, slots=True)
class _Flying:
    """One message under way, with what was known when it was sent."""

    sequence: int
    nbytes: int
    sent_at: float
    delivered: int
    delivered_at: float
    first_sent_at: float
    ahead: int  # bytes that were on the way before it
    loaded: bool  # the window was full, or nearly so: what comes back says something about the link


class DelayWindow:
    """Window of one sender on one ordered channel. All times are seconds of one monotonic clock, passed in.

    The sender keeps its messages within `room()`, sends nothing larger than `message_bytes`, and tells of each, and of
    what is held up at the other side.
    """

    def __init__(self) -> None:
        self._flying: deque[_Flying] = deque()
        self._in_flight = 0
        self._held = 0  # of it
        self._window = float(FIRST_WINDOW)
        self._delivered = 0
        self._delivered_at = 0.0
        self._first_sent_at = 0.0
        self._idle_until = 0  # bytes delivered
        self._rates: deque[tuple[float, float]] = deque()  # (when, bytes per second), falling: the first is the largest
        self._rtt: float | None = None
        self._base: float | None = None
        self._probe_at = 0.0  # when to look for it again
        self._doubted: list[float] = []  # what the last probes found
        self._base_bytes = 0  # the size of the message it was measured with
        self._queues: deque[tuple[float, float]] = deque()  # (when, seconds), rising: the first is the shortest
        self._high_since: tuple[float, int] | None = None  # when, and bytes delivered by then
        self._probing: tuple[float, tuple[float, int]] | None = None  # until when; shortest round trip, of what size
        self._contest = Contest()

    @property
    def rate_bps(self) -> float:
        """Payload bits per second the link is known to carry; 0.0 before anything is known.

        While somebody else contests it, what fills our part of its queue and a little more: only a full window grows.
        """
        rate = self._rate
        if self._contest.share:
            rate = max(rate, CLAIM * self._contest.share / self.rtt_s)
        return 8 * rate

    @property
    def rtt_s(self) -> float:
        """Smoothed seconds from sending a message to its acknowledgement (RFC 6298); 0.0 before the first."""
        return self._rtt or 0.0

    @property
    def message_bytes(self) -> int:
        """The size messages should have at most, so that several are under way and a lost packet holds up little."""
        wanted = max(self._allowed / 8, min(self._allowed / 3, self._rate * MESSAGE_S))
        return min(MOST_MESSAGE, max(1, int(wanted) // PACKET) * PACKET)

    @property
    def runs_empty(self) -> bool:
        """True if the link's queue does between our messages, so that more may be handed over beforehand.

        A queue that somebody else keeps needs no more of ours for the link to be busy; unless he would take all of it.
        """
        return not self._queues or self._queues[0][1] <= QUEUE_S or self._contest.window is not None

    @property
    def half_bytes(self) -> int:
        """Half of what may be under way."""
        return int(self._allowed) // 2

    def room(self) -> int:
        """Return how many bytes may be sent now; never 0 while nothing is under way."""
        return max(0, self.balance())

    def balance(self) -> int:
        """Return how many bytes may be sent now, or how many too many are under way: then it is below 0."""
        return min(int(self._allowed) - self._on_the_way, MOST_WINDOW - self._in_flight)

    def held(self, nbytes: int) -> None:
        """Say how many bytes have arrived but are kept back at the other side, until a lost packet has come again.

        They are not on the way any more: if they counted, a link that loses packets would be idle during repeats. With
        them no more than MOST_WINDOW is kept here to be sent again, whatever the other side says.
        """
        self._held = nbytes

    def sent(self, sequence: int, nbytes: int, now: float) -> None:
        """Count a message of `nbytes` bytes that left at `now`; `sequence` is greater than any before."""
        if not self._flying:
            self._first_sent_at = self._delivered_at = now
        on_the_way = self._on_the_way
        had_room = on_the_way < (1 - IDLE_SHARE) * self._allowed
        self._in_flight += nbytes
        if had_room:  # there was nothing to send: what comes until this has arrived says nothing against the link
            self._idle_until = self._delivered + self._in_flight
        loaded = self._delivered >= self._idle_until and self._on_the_way + max(nbytes, PACKET) > self._allowed
        self._flying.append(
            _Flying(sequence, nbytes, now, self._delivered, self._delivered_at, self._first_sent_at, on_the_way, loaded)
        )

    def acked(self, sequence: int, now: float) -> None:
        """Take the other side's word that everything up to `sequence` has arrived. An unknown one changes nothing."""
        if not self._flying or not self._flying[0].sequence <= sequence <= self._flying[-1].sequence:
            return
        while self._flying and self._flying[0].sequence <= sequence:
            last = self._flying.popleft()
            self._in_flight -= last.nbytes
            self._delivered += last.nbytes
        self._delivered_at, self._first_sent_at = now, last.sent_at
        rtt, usual = now - last.sent_at, self.rtt_s
        self._rtt = rtt if self._rtt is None else usual + (rtt - usual) / 8
        self._note_base(rtt, last.nbytes, now)
        self._note_rate(last, now)
        if self._rates:
            queue_s = rtt - self._known_base - max(0, last.nbytes - self._base_bytes) / self._rate
            self._note_shortest(queue_s, now)
            # What did not fill the window waits, on a link of the known rate, for what went before it only.
            self._note_queue(queue_s if last.loaded else queue_s - last.ahead / self._rate, now)
            self._size(Acknowledged(now, last.sent_at, last.nbytes, rtt, usual, queue_s, last.loaded))

    def _size(self, ack: Acknowledged) -> None:
        """Make the window as large as the link needs it, or as it takes to hold our part against somebody else."""
        short = self._fitting(self._rate)
        self._contest.note(ack, short, self._on_the_way, may_begin=not self._doubted)
        # Without it a window of a few packets, full or not, would be rounded down for ever.
        more = PACKET if ack.loaded and ack.queue_s < QUEUE_S / 2 else 0
        contested = self._contest.window
        self._window = min(MOST_WINDOW, short + more) if contested is None else contested

    @property
    def _rate(self) -> float:
        return self._rates[0][1] if self._rates else 0

    @property
    def _known_base(self) -> float:
        return self._base or 0.0

    @property
    def _on_the_way(self) -> int:
        return max(0, self._in_flight - self._held)

    @property
    def _allowed(self) -> float:
        if self._probing is None:
            return min(MOST_WINDOW, self._window)
        return max(LEAST_WINDOW, self._rate * self._known_base / 2)

    def _fitting(self, rate: float) -> float:
        """Return the window for a rate, in bytes per second.

        If two kept a queue in proportion to what they have, any division would last. A little more for who has less
        evens it out: what both wait is one queue, and who adds more to it than his part gains.
        """
        queue_s = QUEUE_S * min(MOST_QUEUES, max(1.0, math.pow(PART_BPS / 8 / max(rate, 1.0), FAIRNESS)))
        return min(MOST_WINDOW, max(LEAST_WINDOW, rate * (self._known_base + queue_s)))

    def _note_shortest(self, queue_s: float, now: float) -> None:
        while self._queues and self._queues[0][0] < now - QUEUE_SEEN_S:
            self._queues.popleft()
        while self._queues and self._queues[-1][1] >= queue_s:
            self._queues.pop()
        self._queues.append((now, queue_s))

    def _note_base(self, rtt: float, nbytes: int, now: float) -> None:
        """Keep the shortest round trip; when none as short came for long, look for it with half the window."""
        if self._base is None or rtt < self._base:
            self._base, self._base_bytes, self._probe_at = rtt, nbytes, now + BASE_KEPT_S
            self._doubted.clear()
        if self._probing is not None:
            until, shortest = self._probing
            self._probing = (until, min(shortest, (rtt, nbytes)))
            if now >= until:
                self._end_probe(*min(shortest, (rtt, nbytes)), now)
        elif now >= self._probe_at and self._contest.window is None:
            self._probing = (now + 2 * self.rtt_s + HELD_UP_S, (rtt, nbytes))

    def _end_probe(self, shortest: float, nbytes: int, now: float) -> None:
        """Take the shortest round trip of the probe for that without queue, unless it may be somebody else's queue."""
        self._probing = None
        if shortest > self._known_base + HIGH_QUEUE_S and not self._confirmed(shortest):
            self._probe_at = now + (BASE_DOUBTED_S if self._doubted else BASE_KEPT_S)
            return
        # A longer way makes no wider window: what it carries is for the next samples to say.
        if self._rates:
            self._rates = deque([(now, min(self._rate, self._window / (shortest + QUEUE_S)))])
        self._base, self._base_bytes = shortest, nbytes
        self._probe_at = now + BASE_KEPT_S
        self._doubted.clear()

    def _confirmed(self, base: float) -> bool:
        """True when the last probes all found the same: a queue that somebody fills has no fixed length."""
        self._doubted.append(base)
        if max(self._doubted) - min(self._doubted) > ALIKE_S:
            self._doubted.clear()
        return len(self._doubted) == DOUBTS

    def _note_rate(self, message: _Flying, now: float) -> None:
        """Take a sample; one made with a window that was not full can only raise the rate."""
        interval = max(now - message.delivered_at, message.sent_at - message.first_sent_at, self._known_base, 0.001)
        rate = (self._delivered - message.delivered) / interval
        if not message.loaded and (rate <= self._rate or self._fitting(rate) <= self._window):
            return
        if message.loaded:
            while self._rates and self._rates[0][0] < now - RATE_KEPT_S:
                self._rates.popleft()
        while self._rates and self._rates[-1][1] <= rate:
            self._rates.pop()
        self._rates.append((now, rate))

    def _note_queue(self, queue_s: float, now: float) -> None:
        """Start the rate anew from what arrives when the queue stays high although only our window fills it.

        Also in the middle of a burst that does not fill it: on a link that has become much slower, no burst may ever.
        """
        if queue_s < HIGH_QUEUE_S or not self._flying:
            self._high_since = None
        elif self._high_since is None:
            self._high_since = now, self._delivered
        else:
            since, delivered = self._high_since
            if now - since >= max(self._known_base, HELD_UP_S):
                rate = (self._delivered - delivered) / (now - since)
                self._rates = deque([(now, min(rate, self._rate))])
                self._high_since = now, self._delivered
