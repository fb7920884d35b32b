"""How good the connection is: its figures, what they mean to the people at both ends, and a judgement that is calm."""

from collections import deque
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

# Up to a tenth of a second feels immediate (Nielsen, Usability Engineering, 1993); customer and engineer add 50 ms of
# their own. From 0.4 s on a pointer is corrected before it is seen where it went.
FAIR_RTT_S: Final = 0.15
POOR_RTT_S: Final = 0.4
# A packet sent again holds up the picture it belongs to. Of pictures of ten packets that is one in seven at 1.5 %
# (1 - 0.985^10), two in five at 5 %.
FAIR_LOSS: Final = 0.015
POOR_LOSS: Final = 0.05
# A screen of text or CAD is about 250 KB: half a second at the first, two at the second. A link that keeps up with what
# is drawn is not slow, however little that is.
FAIR_BPS: Final = 4_000_000
POOR_BPS: Final = 1_000_000

WORSE_AFTER: Final = 3  # seconds in a row: shorter is a hiccup, and a word that flickers frightens
BETTER_AFTER: Final = 10  # seconds in a row: a slow link looks good whenever nothing moves


class Route(StrEnum):
    """How the packets travel."""

    DIRECT = "direct"  # between the two computers
    RELAYED = "relayed"  # by way of a relay, which sees only what is encrypted


class Grade(IntEnum):
    """How well one can work; greater is worse."""

    GOOD = 0
    FAIR = 1
    POOR = 2


class Reason(StrEnum):
    """What is wrong, if anything."""

    NONE = "none"
    SLOW = "slow"  # the link carries less than the screen changes
    FAR = "far"  # the way there and back takes long
    LOSSY = "lossy"  # packets get lost


@dataclass(frozen=True)
class Verdict:
    """A grade and its reason, NONE for GOOD."""

    grade: Grade = Grade.GOOD
    reason: Reason = Reason.NONE


@dataclass(frozen=True)
class Quality:
    """One end's figures of about the last second; `loss` of the last ten."""

    sent_bps: float  # bits of screen a second
    received_bps: float
    rtt_s: float | None  # smoothed; None before the first measurement
    loss: float  # 0 to 1: packets that had to be sent again, of all that went or came
    pictures_per_s: float  # sent by the customer, shown by the engineer
    exact: bool | None  # the engineer's picture is proven to be the customer's; None before the first
    behind: bool  # pictures were sent, and none of them was complete
    route: Route | None  # None if there is no telling


def judge(quality: Quality) -> Verdict:
    """Return what one second's figures mean; of several reasons the one that weighs most, the most telling first."""
    bps = max(quality.sent_bps, quality.received_bps)
    rtt_s = quality.rtt_s or 0.0
    found = (
        Verdict(_grade(quality.loss, FAIR_LOSS, POOR_LOSS), Reason.LOSSY),
        Verdict(_grade(-bps, -FAIR_BPS, -POOR_BPS) if quality.behind else Grade.GOOD, Reason.SLOW),
        Verdict(_grade(rtt_s, FAIR_RTT_S, POOR_RTT_S), Reason.FAR),
    )
    worst = max(found, key=lambda verdict: verdict.grade)
    return worst if worst.grade else Verdict()


class Steady:
    """What people are told, from a verdict each second: never another word within WORSE_AFTER seconds."""

    def __init__(self) -> None:
        """Begin with GOOD."""
        self._shown = Verdict()
        self._recent: deque[Verdict] = deque(maxlen=BETTER_AFTER)

    def take(self, verdict: Verdict) -> Verdict:
        """Take the newest second's verdict and return what to show."""
        self._recent.append(verdict)
        last = list(self._recent)[-WORSE_AFTER:]
        mildest = min(last, key=lambda each: each.grade)
        if len(last) == WORSE_AFTER and mildest.grade > self._shown.grade:
            self._show(mildest)
        elif len(self._recent) == BETTER_AFTER and self._shown not in self._recent:
            self._show(max(self._recent, key=lambda each: each.grade))
        return self._shown

    def _show(self, verdict: Verdict) -> None:
        self._shown = verdict
        self._recent.clear()


def _grade(value: float, fair: float, poor: float) -> Grade:
    return Grade.POOR if value >= poor else Grade.FAIR if value >= fair else Grade.GOOD
