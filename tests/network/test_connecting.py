"""Both real clients find each other through each kind of network, and carry screen, input and chat."""

import time

import pytest

from remotedesk.engine.reaching import KEEP_ALIVE_EVERY_S
from tests.network.cases import CASES, SYMMETRIC, Behind, Case
from tests.network.lab import Nat
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


@pytest.mark.parametrize("behind", [Behind(), SYMMETRIC], ids=["direct", "relayed"])
def test_a_customer_may_read_the_question_for_long(venue: Venue, behind: Behind) -> None:
    """Longer than it takes until what is ready has to be kept alive."""
    case = Case("reads for long", behind, behind)
    with venue.meeting(case) as meeting:
        venue.pair(meeting)
        time.sleep(KEEP_ALIVE_EVERY_S + 3)
        _, *ways = meeting.connect()
        assert {way["local"] for way in ways} & {"relay"} == (set() if behind.nat is Nat.CONE else {"relay"}), ways
        meeting.works("読みました")
        meeting.finish()
