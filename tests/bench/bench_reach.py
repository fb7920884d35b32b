"""How long from the customer's yes until both clients are connected and proven, way by way, and after an outage.

Both real headless clients, and the real server with coturn and HAProxy, each on a machine of tests/network/lab.py;
80 ms there and back between the clients, half of it between each and the server, whichever way.

`reach.direct_ms` … `reach.proxy_ms`: from the answer, given as soon as the question may be answered, until both sides
have verified each other. `reach.rows_ms`: the same in each network of tests/network/cases.py.
`reach.direct_chosen`: how often no relay is in use where none is needed.
`reach.resume_ms`: from the moment that the cable is in again until both a new picture and something typed arrive, after
outages of 3, 10, 25, 40 and 120 s; after the last it is the question for control, which the customer has to allow anew.
Figures without a suffix are the worst of all runs. Needs root. A quarter of an hour.
Run: python -m tests.bench.bench_reach [--runs N] [--only PART,…]   PART: direct, turn_udp, …, rows, resume
"""

import argparse
import statistics
from typing import Final

from tests.network.cases import CASES, ONLY_443, OPEN_PROXY, OPENED_ON_ITS_WAY, SYMMETRIC, Behind, Case
from tests.network.meeting import Meeting
from tests.network.needs import missing
from tests.network.outages import LASTING_S, ROUTES, live_through
from tests.network.venue import Venue, opened_venue

DELAY_S: Final = 0.02  # of each side's line, each way
RUNS: Final = 20
WAYS: Final = {
    "direct": Behind(),
    "turn_udp": SYMMETRIC,
    "turn_tls": ONLY_443,
    "websocket": OPENED_ON_ITS_WAY,
    "proxy": OPEN_PROXY,
}
PARTS: Final = (*WAYS, "rows", "resume")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=RUNS, help="of each way; default: %(default)s")
    parser.add_argument("--only", default=",".join(PARTS), help="default: %(default)s")
    options = parser.parse_args()
    if reason := missing():
        raise SystemExit(f"bench_reach: {reason}")
    wanted = options.only.split(",")
    with opened_venue() as venue:
        for name in WAYS:
            if name in wanted:
                measure_way(venue, name, options.runs)
        if "rows" in wanted:
            measure_rows(venue)
        if "resume" in wanted:
            measure_resume(venue)


def measure_way(venue: Venue, name: str, runs: int) -> None:
    """One pair of clients has one session after another."""
    case = Case(name, WAYS[name], WAYS[name])
    took, direct = [], 0
    with venue.meeting(case, DELAY_S) as meeting:
        venue.pair(meeting)
        for run in range(runs):
            if run:
                meeting.again()
            seconds, *ways = meeting.connect()
            took.append(seconds)
            direct += all("relay" not in (way["local"], way["remote"]) for way in ways)
            finish(meeting)
    show(f"reach.{name}_ms", max(took))
    show(f"reach.{name}_ms.p50", statistics.median(took))
    if name == "direct":
        print(f"reach.direct_chosen {direct} of {runs}", flush=True)


def measure_rows(venue: Venue) -> None:
    """Each network once."""
    took = []
    for case in CASES:
        if case.refused is None:
            with venue.meeting(case, DELAY_S) as meeting:
                venue.pair(meeting)
                took.append(meeting.connect()[0])
                show(f"reach.rows_ms.{case.name.replace(', ', '-').replace(' ', '_')}", took[-1])
                finish(meeting)
    show("reach.rows_ms", max(took))


def measure_resume(venue: Venue) -> None:
    """A session lives through one outage after another, on each route."""
    took = []
    for route, case in ROUTES.items():
        with venue.meeting(case, DELAY_S) as meeting:
            venue.pair(meeting)
            meeting.connect()
            meeting.works("before")
            for lasting_s in LASTING_S:
                back = live_through(meeting, venue.lab.home, venue.lab.customer, lasting_s)
                took.append(max(back.picture_s, back.control_s))
                show(f"reach.resume_ms.{route}.{lasting_s}s.picture", back.picture_s)
                show(f"reach.resume_ms.{route}.{lasting_s}s.control", back.control_s)
            finish(meeting)
    show("reach.resume_ms", max(took))


def finish(meeting: Meeting) -> None:
    """End a session, and wait until both sides have closed it."""
    since = meeting.customer.mark(), meeting.engineer.mark()
    meeting.customer.say("end")
    for peer, at in zip(meeting.peers, since, strict=True):
        peer.wait("closed", since=at)


def show(name: str, seconds: float) -> None:
    """Print one figure."""
    print(f"{name} {seconds * 1000:.0f} ms", flush=True)


if __name__ == "__main__":
    main()
