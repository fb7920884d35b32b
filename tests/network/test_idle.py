"""Proxies that drop connections on which nothing goes: the one to the server is such a one most of the time."""

import time

import pytest

from tests.network.cases import IDLE_S, PROXY_IDLE, PROXY_IDLE_SHORT, Case
from tests.network.outages import live_through
from tests.network.venue import Venue
from tests.support.server import ENGINEER, PASSWORD

OUTAGE_S = 7.0


def test_a_session_whose_socket_was_dropped_comes_back_after_an_outage(venue: Venue) -> None:
    with venue.meeting(Case("dropped", PROXY_IDLE_SHORT, PROXY_IDLE_SHORT)) as meeting:
        venue.pair(meeting)
        meeting.connect()
        meeting.works("before")
        assert PROXY_IDLE_SHORT.proxy is not None
        time.sleep(1.5 * PROXY_IDLE_SHORT.proxy.idle_s)
        meeting.works("still")
        live_through(meeting, venue.lab.home, venue.lab.customer, OUTAGE_S)
        meeting.works("after")
        meeting.finish()


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_who_waits_for_longer_than_a_proxy_has_patience_is_still_there(venue: Venue) -> None:
    """The engineer signed in, the engineer with a number, and both in a session."""
    with venue.meeting(Case("idle", PROXY_IDLE, PROXY_IDLE)) as meeting:
        meeting.engineer.say("sign_in", ENGINEER, PASSWORD)
        meeting.engineer.wait("signed in")
        time.sleep(1.25 * IDLE_S)
        meeting.engineer.say("issue")
        number = meeting.engineer.wait("number")["number"]
        time.sleep(1.25 * IDLE_S)
        meeting.customer.say("join", number)
        meeting.engineer.wait("state", state="asking")
        meeting.connect()
        meeting.works("before")
        time.sleep(1.25 * IDLE_S)
        meeting.works("after")
        assert not any(peer.heard("state", state="reconnecting") for peer in meeting.peers)
        meeting.finish()
