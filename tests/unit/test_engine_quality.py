"""Running counts become figures: rates by the time that passed, loss over ten seconds, and whether the picture lags."""

from dataclasses import dataclass, field, replace

from remotedesk.core.quality import Route
from remotedesk.engine.quality import LEAST_PACKETS, LOSS_OVER, Meter
from remotedesk.transport.figures import LinkFigures


@dataclass
class Counted:
    """Stands for the screen's channel."""

    sent_bytes: int = 0
    received_bytes: int = 0


@dataclass
class Way:
    """Stands for a PeerLink, with figures that a test sets."""

    figures: LinkFigures = LinkFigures(0.02, 0, 0, Route.DIRECT)  # noqa: RUF009 - a frozen value
    tiles: Counted = field(default_factory=Counted)

    def count(self, packets: int, repeated: int) -> None:
        self.figures = replace(
            self.figures, packets=self.figures.packets + packets, repeated=self.figures.repeated + repeated
        )


@dataclass
class Shown:
    """Stands for either end of the screen."""

    pictures: int = 0
    exact: bool | None = None
    behind: bool = False


def test_rates_are_of_the_time_since_the_last_look() -> None:
    way, screen = Way(), Shown(pictures=100)
    way.tiles.sent_bytes = 5_000
    meter = Meter(way, screen, now=10.0)
    way.tiles.sent_bytes, way.tiles.received_bytes, screen.pictures = 255_000, 500, 160
    first = meter.take(12.0)
    assert (first.sent_bps, first.received_bps, first.pictures_per_s) == (1_000_000, 2_000, 30)
    assert (first.rtt_s, first.route, first.exact) == (0.02, Route.DIRECT, None)
    screen.exact = True
    second = meter.take(13.0)
    assert (second.sent_bps, second.received_bps, second.pictures_per_s) == (0, 0, 0)
    assert second.exact is True


def test_a_clock_that_stands_still_divides_by_nothing() -> None:
    assert Meter(Way(), Shown(), now=1.0).take(1.0).sent_bps == 0


def test_loss_is_of_the_last_ten_seconds() -> None:
    way = Way()
    way.count(10_000, 5_000)  # before it was measured
    meter = Meter(way, Shown(), now=0.0)
    way.count(1_000, 20)
    assert meter.take(1.0).loss == 0.02
    for second in range(2, LOSS_OVER + 1):
        way.count(1_000, 0)
        loss = meter.take(second).loss
    assert loss == 0.002
    way.count(1_000, 0)
    assert meter.take(LOSS_OVER + 1).loss == 0


def test_one_late_packet_of_few_is_no_great_loss() -> None:
    way = Way()
    meter = Meter(way, Shown(), now=0.0)
    way.count(4, 1)
    assert meter.take(1.0).loss == 1 / LEAST_PACKETS


def test_behind_is_what_lags_most_of_the_time_and_is_being_sent() -> None:
    way, screen = Way(), Shown()
    meter = Meter(way, screen, now=0.0)

    def second(now: float, lags: int, nbytes: int = 1_000) -> bool:
        for look in range(10):
            screen.behind = look < lags
            meter.look()
        way.tiles.received_bytes += nbytes
        return meter.take(now).behind

    assert second(1.0, lags=6)
    assert not second(2.0, lags=5)
    assert not second(3.0, lags=10, nbytes=0), "what nobody sends is not slow"
