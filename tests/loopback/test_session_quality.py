"""Both people hear once a second how their connection does, for as long as there is one."""

import time

from remotedesk.core.consent import Feature
from remotedesk.core.quality import Quality, Route, Verdict
from remotedesk.core.session_state import State
from remotedesk.engine.events import FrameReady, QualityChanged
from tests.support.sessions import EVERYTHING, Heard, SessionPair


def first(heard: Heard, where: str, since: int = 0) -> Quality:
    """Wait for a telling with something in this figure."""
    return heard.wait(QualityChanged, lambda event: bool(getattr(event.quality, where)), since=since).quality


def is_quiet(quality: Quality) -> bool:
    """Return whether nothing went either way."""
    return quality.sent_bps == quality.received_bps == 0


def test_both_sides_hear_sane_figures(pair: SessionPair) -> None:
    pair.activate(EVERYTHING)
    pair.engineer_heard.wait(FrameReady)
    assert pair.engineer.latest_frame() is not None
    customer, engineer = first(pair.customer_heard, "sent_bps"), first(pair.engineer_heard, "pictures_per_s")
    assert engineer.received_bps > engineer.sent_bps > 0
    assert customer.sent_bps > customer.received_bps > 0
    assert 0 < customer.pictures_per_s < 100
    for heard in (pair.customer_heard, pair.engineer_heard):
        quality = first(heard, "rtt_s")
        assert quality.rtt_s is not None
        assert 0 < quality.rtt_s < 10
        assert quality.route is Route.DIRECT
        assert 0 <= quality.loss <= 1

    pair.fake.still = True
    for heard in (pair.customer_heard, pair.engineer_heard):
        # Not the first second in which nothing is sent: the answer to what left before it may come in it.
        rests = heard.wait(QualityChanged, lambda event: is_quiet(event.quality), since=heard.mark())
        assert rests.quality.exact
        assert not rests.quality.behind
        assert rests.quality.pictures_per_s == 0


def test_nothing_is_called_slow_because_nothing_is_shown(pair: SessionPair) -> None:
    pair.activate(frozenset({Feature.CHAT}))
    for heard in (pair.customer_heard, pair.engineer_heard):
        told = heard.wait(QualityChanged)
        assert told.verdict == Verdict()
        assert told.quality.exact is None
        assert told.quality.sent_bps == told.quality.received_bps == 0


def test_nothing_is_told_after_the_end(pair: SessionPair) -> None:
    pair.activate(EVERYTHING)
    for heard in (pair.customer_heard, pair.engineer_heard):
        heard.wait(QualityChanged)
    pair.customer.end()
    for heard in (pair.customer_heard, pair.engineer_heard):
        heard.state(State.ENDED)
    pair.records()
    told = [len(heard.all(QualityChanged)) for heard in (pair.customer_heard, pair.engineer_heard)]
    time.sleep(1.5)
    assert told == [len(heard.all(QualityChanged)) for heard in (pair.customer_heard, pair.engineer_heard)]
