"""A session outlives outages: picture and control come back, nothing is typed twice, no key stays pressed."""

import pytest

from tests.network.outages import LASTING_S, ROUTES, live_through
from tests.network.venue import Venue

SHORT_S = 7.0  # long enough for both to give the connection up


def only_short(chosen: str) -> list[object]:
    """Return all routes; only one of them, where it matters most, is not left to the long runs."""
    return [pytest.param(route, marks=[] if route == chosen else pytest.mark.soak) for route in ROUTES]


@pytest.mark.parametrize("route", ROUTES)
def test_a_session_outlives_a_pulled_cable(venue: Venue, route: str) -> None:
    with venue.meeting(ROUTES[route]) as meeting:
        venue.pair(meeting)
        meeting.connect()
        meeting.works("before")
        live_through(meeting, venue.lab.home, venue.lab.customer, SHORT_S)
        meeting.works("after")
        meeting.finish()


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("route", ROUTES)
def test_a_session_outlives_one_outage_after_another(venue: Venue, route: str) -> None:
    with venue.meeting(ROUTES[route]) as meeting:
        venue.pair(meeting)
        meeting.connect()
        meeting.works("before")
        for lasting_s in LASTING_S:
            live_through(meeting, venue.lab.home, venue.lab.customer, lasting_s)
            meeting.works(f"after {lasting_s} s")
        meeting.finish()


@pytest.mark.parametrize("route", only_short("direct"))
def test_a_session_moves_to_another_address(venue: Venue, route: str) -> None:
    with venue.meeting(ROUTES[route]) as meeting:
        venue.pair(meeting)
        meeting.connect()
        meeting.works("here")
        since = meeting.customer.mark()
        venue.lab.home.give_address(venue.lab.customer, 52)
        meeting.customer.wait("state", since=since, state="reconnecting")
        meeting.customer.wait("state", since=since, state="active")
        meeting.works("there")
        meeting.finish()


@pytest.mark.parametrize("route", only_short("websocket"))
def test_a_session_outlives_the_servers_restart(venue: Venue, route: str) -> None:
    with venue.meeting(ROUTES[route]) as meeting:
        venue.pair(meeting)
        meeting.connect()
        meeting.works("before")
        since = meeting.customer.mark()
        restart(venue)
        if route == "websocket":
            meeting.customer.wait("state", since=since, state="reconnecting")
            meeting.customer.wait("state", since=since, state="active")
            meeting.works("between")
        live_through(meeting, venue.lab.home, venue.lab.customer, SHORT_S)
        meeting.works("after")
        meeting.finish()


def restart(venue: Venue) -> None:
    """Let the signaling server crash, and start it again: what went through its bridges is cut."""
    venue.server.children["signaling"].kill()
    venue.server.start_signaling()
