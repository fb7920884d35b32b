"""Both real clients find each other through each kind of network, and carry screen, input and chat."""

import pytest

from tests.network.cases import CASES, SYMMETRIC, Case
from tests.network.venue import Venue

ENGINEERS_DIGITS = "000000000000"  # anybody's: the server is not reached
ENGINEERS_ADDRESS = "10.2.0.2"  # behind his router
ROWS = [pytest.param(case, id=case.name, marks=[pytest.mark.thorough] if case.is_variation else []) for case in CASES]


@pytest.mark.parametrize("case", ROWS)
def test_clients_connect(venue: Venue, case: Case) -> None:
    with venue.meeting(case) as meeting:
        if case.refused is not None:
            meeting.customer.say("join", ENGINEERS_DIGITS)
            assert meeting.customer.wait("state", state="ended")["code"] == case.refused
            return
        venue.pair(meeting)
        _, *ways = meeting.connect()
        kinds = {way[end] for way in ways for end in ("local", "remote")}
        assert case.direct in (None, "relay" not in kinds), ways
        sides = (case.customer, case.customer if case.same_lan else case.engineer)
        assert [way["way"] for way in ways] == [side.way(case) for side in sides]
        meeting.works("すべて届く")
        meeting.finish()


def test_a_relay_reaches_hosts_of_the_internet_and_none_inside(venue: Venue) -> None:
    with venue.meeting(Case("one relay", SYMMETRIC)) as meeting:
        venue.pair(meeting)
        meeting.connect()
        meeting.finish()
    said = (venue.place / "server" / "turn-udp.log").read_text()
    assert f"A peer IP {ENGINEERS_ADDRESS} denied" in said
    assert f"A peer IP {venue.lab.support.address} denied" not in said
