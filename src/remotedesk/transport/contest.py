"""Holds a fair part of a link whose queue somebody else keeps full, as a bulk transfer over TCP does.

A sender that keeps its own queue short gives way to one that fills the queue until packets are lost. When the delay
stays high although what we have under way is short, the queue is not ours: then the window grows and is cut as TCP's
(RFC 9438), until the queue empties or it is time to see whether the other one is still there.
"""

from dataclasses import dataclass
from typing import Final

HIGH_QUEUE_S: Final = 0.075  # above this there is more queue than our own
EMPTY_QUEUE_S: Final = 0.025  # below this nobody fills it
MOST_QUEUE_S: Final = 0.6  # for a part of a link as slow as that nobody should contend
FOREIGN_AFTER_S: Final = 0.3  # what is sent so long after ours became short tells whose queue it is
HELPED: Final = 0.7  # of the delay: a delay that falls below that as our queue shrinks was ours
OURS_SHORT: Final = 1.5  # times the short window: with what was handed over beyond it
HALVED: Final = 0.6  # of the delay: half of our window makes it that short when nobody else is there
FIRST_CONTEST_S: Final = 8.0  # then half of the window is tried, to see whether the other one is still there
CONTEST_S: Final = 20.0  # so long, if he was
REMEMBERED_S: Final = 10.0  # how long the window of the last contest is what the next begins with
MOST_GROWTH: Final = 4  # times the short window, to begin with
PACKETS_A_ROUND: Final = 2.0  # growth of the window, PACKET each
BACK_OFF: Final = 0.75  # CUBIC has 0.7, and a lost packet does not hold up all that comes after it
LOSS: Final = 1.4  # of the smoothed round trip: what takes longer has waited for a lost packet
SEARCH_S: Final = 20.0  # without a loss for so long, the window may grow by half in a round trip
PACKET: Final = 1_160  # bytes; what aiortc puts into one packet
LEAST_WINDOW: Final = 3_600  # bytes; three packets, without which no loss is noticed in time
MOST_WINDOW: Final = 768 * 1024  # bytes; below the 1 MiB that may wait at the other side for a lost packet


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What an acknowledgement says; times are seconds of one clock."""

    now: float
    sent_at: float
    nbytes: int
    rtt: float
    usual_rtt: float  # the smoothed one, before this
    queue_s: float
    loaded: bool  # sent when the window was full


class Contest:
    """`window` is the one to use, in bytes; None while nobody contests the link."""

    def __init__(self) -> None:
        self.window: float | None = None
        self.share = 0.0  # the window that holds our part, also while a smaller one is tried; 0.0 without a contest
        self._try_at = 0.0
        self._trying: tuple[float, float] | None = None  # since when a smaller window is tried; delay before it
        self._fair = 0.0  # the last window that was not made short by somebody else's queue
        self._fair_until = 0.0
        self._short: tuple[float, float] | None = None  # since when our part of a high queue is short; delay then
        self._backed_off_at = float("-inf")

    def note(self, ack: Acknowledged, short: float, in_flight: int, may_begin: bool) -> None:
        """Take an acknowledgement in; `short` is the window that makes a short queue of our own."""
        if self.window is None:
            if may_begin:
                self._look_out(ack, short, in_flight)
        elif ack.queue_s < EMPTY_QUEUE_S:
            self._end(ack.now)
        elif self._trying is not None:
            self._look_whose(ack, *self._trying)
        elif ack.now >= self._try_at:
            self._trying = ack.now, min(ack.rtt, ack.usual_rtt)
            self.window = max(LEAST_WINDOW, self.share / 2)
        else:
            self._go_on(ack, short, in_flight)

    def _go_on(self, ack: Acknowledged, short: float, in_flight: int) -> None:
        """Grow as long as at least half of the window is used, and back off after a loss."""
        if ack.rtt > LOSS * ack.usual_rtt and ack.sent_at > self._backed_off_at:
            self.share = max(LEAST_WINDOW, self.share * BACK_OFF)
            self._backed_off_at = ack.now
        elif 2 * (in_flight + ack.nbytes) >= self.share and ack.queue_s < MOST_QUEUE_S:
            searching = ack.now - self._backed_off_at > SEARCH_S and self.share < MOST_GROWTH * short
            more = ack.nbytes / 2 if searching else PACKETS_A_ROUND * PACKET * ack.nbytes / self.share
            self.share = min(MOST_WINDOW, self.share + more)
        self.window = self.share

    def _look_whose(self, ack: Acknowledged, since: float, rtt: float) -> None:
        """End the contest if half of our window has made the delay much shorter: then the queue was ours."""
        if ack.sent_at < since + rtt:  # what was under way was as much as before
            return
        self._trying, self._try_at = None, ack.now + CONTEST_S
        if ack.rtt < HALVED * rtt:
            self._end(ack.now)
        else:
            self.window = self.share

    def _end(self, now: float) -> None:
        self._fair, self._fair_until = self.share, now + REMEMBERED_S
        self.share, self.window, self._trying, self._short = 0.0, None, None, None

    def _look_out(self, ack: Acknowledged, short: float, in_flight: int) -> None:
        """Begin a contest when a queue stays high although ours is short.

        What is made for a rate that has fallen to nothing does not even fill the least window.
        """
        if ack.queue_s < HIGH_QUEUE_S:
            self._short = None
            if ack.now >= self._fair_until:
                self._fair = short
        elif in_flight > OURS_SHORT * short:
            self._short = None
        elif self._short is None or ack.rtt < HELPED * self._short[1]:
            self._short = ack.now, ack.rtt
        elif (ack.loaded or short == LEAST_WINDOW) and ack.sent_at - self._short[0] >= FOREIGN_AFTER_S:
            self.share = self.window = min(max(short, self._fair), MOST_GROWTH * short)
            self._try_at = ack.now + FIRST_CONTEST_S
