"""Measures the connection and the screen on it while a session lives, and tells both once a second."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from remotedesk.core.quality import Quality, Steady, judge
from remotedesk.engine.events import QualityChanged
from remotedesk.transport.figures import LinkFigures

TELL_EVERY_S: Final = 1.0
LOOKS: Final = 5  # in between, whether the picture lags: one alone would be chance, and each wakes the loop
LOSS_OVER: Final = 10  # tellings
# A still screen's connection sends about forty packets in ten seconds: two that came late are no loss of 5 %.
LEAST_PACKETS: Final = 200


class ScreenChannel(Protocol):
    """The channel that the screen travels on."""

    sent_bytes: int
    received_bytes: int


class Link(Protocol):
    """A connection, as far as it is measured."""

    @property
    def figures(self) -> LinkFigures:
        """What it knows of its way."""

    @property
    def tiles(self) -> ScreenChannel:
        """The screen's channel."""


class Screen(Protocol):
    """The screen at either end of a connection."""

    @property
    def pictures(self) -> int:
        """How many were sent, or shown, so far."""

    @property
    def exact(self) -> bool | None:
        """Whether the engineer's picture is proven to be the customer's; None before the first."""

    @property
    def behind(self) -> bool:
        """True while the engineer lacks something of the newest picture."""


class Meter:
    """Turns running counts into figures; `look` and `take` are called in turns, in the engine's loop."""

    def __init__(self, link: Link, screen: Screen, now: float) -> None:
        """Begin at `now`, in seconds of any monotonic clock."""
        self._link, self._screen = link, screen
        self._at = now
        self._pictures = screen.pictures
        self._sent, self._received = link.tiles.sent_bytes, link.tiles.received_bytes
        figures = link.figures
        self._packets = deque([(figures.packets, figures.repeated)], maxlen=LOSS_OVER + 1)
        self._looks = self._lags = 0

    def look(self) -> None:
        """See whether the engineer's picture lags right now."""
        self._looks += 1
        self._lags += self._screen.behind

    def take(self, now: float) -> Quality:
        """Return the figures of the time since the last call."""
        channel, screen, figures = self._link.tiles, self._screen, self._link.figures
        elapsed_s = max(now - self._at, 0.001)
        sent, received = channel.sent_bytes - self._sent, channel.received_bytes - self._received
        self._packets.append((figures.packets, figures.repeated))
        quality = Quality(
            sent_bps=8 * sent / elapsed_s,
            received_bps=8 * received / elapsed_s,
            rtt_s=figures.rtt_s,
            loss=self._loss(),
            pictures_per_s=(screen.pictures - self._pictures) / elapsed_s,
            exact=screen.exact,
            behind=2 * self._lags > self._looks and sent + received > 0,
            route=figures.route,
        )
        self._at, self._pictures = now, screen.pictures
        self._sent, self._received = channel.sent_bytes, channel.received_bytes
        self._looks = self._lags = 0
        return quality

    def _loss(self) -> float:
        packets, repeated = (last - first for first, last in zip(self._packets[0], self._packets[-1], strict=True))
        return repeated / max(packets, LEAST_PACKETS)


async def report(link: Link, screen: Screen, tell: Callable[[QualityChanged], None]) -> None:
    """Tell the quality once a second; never returns."""
    clock = asyncio.get_running_loop().time
    meter, steady = Meter(link, screen, clock()), Steady()
    while True:
        for _ in range(LOOKS):
            await asyncio.sleep(TELL_EVERY_S / LOOKS)
            meter.look()
        quality = meter.take(clock())
        tell(QualityChanged(quality, steady.take(judge(quality))))
