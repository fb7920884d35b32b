"""The choice of encoder: in what order it gives way, that it comes to rest, and that it never lets pictures wait."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.transport.video.ladder import (
    GOOD_RATE,
    MOST_LOAD,
    MOST_UP_AFTER_S,
    RATES,
    REFERENCE_PIXELS,
    SOFTWARE_OPTIONS,
    Ladder,
    Option,
    Rung,
)
from remotedesk.transport.video.port import Effort, VideoCodec

COSTS = {(one.name, effort): cost for one in SOFTWARE_OPTIONS for effort, cost in one.costs.items()}
ORDER = [
    Rung(one.codec, one.name, effort, rate)
    for one in SOFTWARE_OPTIONS
    for effort, rate in [
        *((effort, rate) for effort in sorted(one.costs) for rate in RATES if rate >= GOOD_RATE),
        *((Effort.LEAST, rate) for rate in RATES if rate < GOOD_RATE),
    ]
]
ALL = frozenset(VideoCodec)


def ladder(decodable: frozenset[VideoCodec] = ALL) -> Ladder:
    return Ladder(SOFTWARE_OPTIONS, decodable, REFERENCE_PIXELS)


class Machine:
    """A machine so many times as slow as the reference, that encodes what the ladder says, as often as it says."""

    def __init__(self, of: Ladder, slowness: float = 1.0, cpu_load: float = 0.5) -> None:
        self.ladder, self.slowness, self.cpu_load = of, slowness, cpu_load
        self.now = 0.0
        self.rungs = [of.rung]

    def seconds(self, rung: Rung) -> float:
        return COSTS[rung.name, rung.effort] * self.slowness

    @property
    def load(self) -> float:
        rung = self.ladder.rung
        assert rung is not None
        return self.seconds(rung) * rung.frames_per_second

    def run(self, seconds: float, noise: float = 1.0) -> None:
        until = self.now + seconds
        while self.now < until and (rung := self.ladder.rung) is not None:
            self.now += 1 / rung.frames_per_second
            after = self.ladder.measured(self.now, self.seconds(rung) * noise, REFERENCE_PIXELS, self.cpu_load)
            if after != self.rungs[-1]:
                self.rungs.append(after)


def test_it_begins_with_av1_at_the_ordinary_effort() -> None:
    assert ladder().rung == Rung(VideoCodec.AV1, "libsvtav1", Effort.LESS, 20)


@pytest.mark.parametrize(
    ("decodable", "codec"),
    [
        ({VideoCodec.AV1}, VideoCodec.AV1),
        ({VideoCodec.H264, VideoCodec.VP8}, VideoCodec.H264),
        ({VideoCodec.VP8}, VideoCodec.VP8),
    ],
)
def test_only_what_the_other_side_decodes_is_chosen(decodable: set[VideoCodec], codec: VideoCodec) -> None:
    machine = Machine(ladder(frozenset(decodable)))
    for slowness in (1.0, 20.0, 0.1):
        machine.slowness = slowness
        machine.run(60)
    assert {rung.codec for rung in machine.rungs if rung} <= decodable
    assert machine.rungs[0] is not None
    assert machine.rungs[0].codec is codec


def test_nothing_is_chosen_where_nothing_is_understood() -> None:
    nothing = ladder(frozenset())
    assert nothing.rung is None
    assert nothing.measured(0.0, 1.0, 1, 1.0) is None
    assert Ladder((), ALL, 1).rung is None


def test_the_first_option_is_preferred() -> None:
    hardware = Option(VideoCodec.H264, "h264_nvenc", {Effort.LESS: 0.004})
    chosen = Ladder((hardware, *SOFTWARE_OPTIONS), ALL, REFERENCE_PIXELS).rung
    assert chosen == Rung(VideoCodec.H264, "h264_nvenc", Effort.LESS, 30)


def test_rate_gives_way_as_far_as_is_good_then_effort_then_more_rate_then_codec() -> None:
    machine = Machine(ladder())
    for step in range(120):
        machine.slowness = 1.06**step
        machine.run(3)
    places = [ORDER.index(rung) for rung in machine.rungs if rung]
    assert places == sorted(places)
    assert {rung.codec for rung in machine.rungs if rung} >= {VideoCodec.AV1, VideoCodec.H264}
    assert all(rung.effort is Effort.LEAST for rung in machine.rungs if rung and rung.frames_per_second < GOOD_RATE)
    assert {rung.frames_per_second for rung in machine.rungs if rung} >= {20, 15, 10}


@given(st.floats(0.2, 1.0))
def test_fewer_pictures_leave_time_for_more_effort_and_more_pictures_take_it_back(factor: float) -> None:
    machine = Machine(ladder(), 1.2)
    machine.run(10)
    first = machine.ladder.rung
    machine.ladder.aim(factor)
    machine.run(60)
    fewer = machine.ladder.rung
    assert first is not None
    assert fewer is not None
    assert fewer.effort <= first.effort
    assert factor > 0.25 or fewer.effort is Effort.FULL
    assert machine.load <= MOST_LOAD
    machine.ladder.aim(1.0)
    machine.run(10)
    assert machine.load <= MOST_LOAD
    assert machine.ladder.rung is not None
    assert machine.ladder.rung.frames_per_second >= GOOD_RATE


def test_a_large_picture_costs_more() -> None:
    large = Ladder(SOFTWARE_OPTIONS, ALL, 6 * REFERENCE_PIXELS).rung
    assert large is not None
    assert ORDER.index(large) > ORDER.index(Rung(VideoCodec.AV1, "libsvtav1", Effort.LESS, 20))


@given(st.floats(0.05, 30.0), st.sets(st.sampled_from(VideoCodec), min_size=1))
def test_on_any_machine_it_comes_to_rest_where_pictures_do_not_wait(
    slowness: float, decodable: set[VideoCodec]
) -> None:
    machine = Machine(ladder(frozenset(decodable)), slowness)
    machine.run(90)
    settled = len(machine.rungs)
    machine.run(300)
    assert len(machine.rungs) == settled
    cheapest = min(COSTS[rung.name, rung.effort] for rung in ORDER if rung.codec in decodable)
    assert machine.load <= max(MOST_LOAD, cheapest * slowness * RATES[-1]) + 1e-6


@given(st.floats(0.1, 10.0), st.lists(st.floats(0.75, 1.3), min_size=40, max_size=40))
def test_uneven_pictures_do_not_make_it_flap(slowness: float, noises: list[float]) -> None:
    machine = Machine(ladder(), slowness)
    machine.run(60)
    before = len(machine.rungs)
    for noise in noises * 3:
        machine.run(0.3, noise)
    assert len(machine.rungs) - before <= 7  # in 36 seconds: three tries, each waiting twice as long as the one before


@given(st.floats(1.0, 4.0))
def test_after_hard_times_it_comes_back(slowness: float) -> None:
    machine = Machine(ladder(), slowness)
    machine.run(20)
    machine.slowness = 12.0
    machine.run(20)
    machine.slowness = 0.2
    machine.run(400)
    assert machine.ladder.rung == Rung(VideoCodec.AV1, "libsvtav1", Effort.FULL, 30)


def test_a_better_rung_that_does_not_hold_is_tried_ever_more_rarely() -> None:
    """The effort above costs ten times what the table says."""
    ladder_ = Ladder(
        (Option(VideoCodec.AV1, "libsvtav1", {Effort.FULL: 0.015, Effort.LESS: 0.014}),), ALL, REFERENCE_PIXELS
    )
    now, tried = 0.0, []
    while now < 2_000:
        rung = ladder_.rung
        assert rung is not None
        now += 1 / rung.frames_per_second
        cost = 0.15 if rung.effort is Effort.FULL else 0.014
        after = ladder_.measured(now, cost, REFERENCE_PIXELS, 0.5)
        if after is not None and after.effort is Effort.FULL is not rung.effort:
            tried.append(now)
    gaps = [later - earlier for earlier, later in pairwise(tried)]
    assert all(later > 0.99 * earlier for earlier, later in pairwise(gaps))
    assert 4 < len(tried) < 12
    assert gaps[-1] > MOST_UP_AFTER_S / 2


def test_it_makes_room_when_others_need_the_cpu_and_takes_none_while_they_do() -> None:
    machine = Machine(ladder())
    first = machine.load
    machine.cpu_load = 0.99
    machine.run(1)
    assert machine.load <= 0.75 * first
    machine.cpu_load = 0.85
    resting = machine.rungs[-1]
    machine.run(100)
    assert machine.rungs[-1] == resting
    machine.cpu_load = 0.3
    machine.run(100)
    assert machine.load > 0.75 * first


def test_one_slow_picture_changes_nothing() -> None:
    machine = Machine(ladder())
    machine.run(10)
    before = list(machine.rungs)
    machine.run(0.05, 4.0)
    machine.run(10)
    assert machine.rungs == before
