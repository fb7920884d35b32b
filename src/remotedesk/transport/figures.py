"""What a peer connection knows of its way: round trip, packets sent again, and whether a relay is on it.

aiortc's own statistics have none of these. tests/loopback/test_figures.py fails when aiortc or aioice change under it.
"""

from dataclasses import dataclass

from aiortc import RTCPeerConnection

from remotedesk.core.quality import Route
from remotedesk.transport.sctp.recovery import RecoveringSctpTransport


@dataclass(frozen=True)
class LinkFigures:
    """Counts since the connection began; a packet is one SCTP DATA chunk."""

    rtt_s: float | None  # smoothed (RFC 9260 section 6.3.1); None before the first
    packets: int  # that left or came, repeated ones too
    repeated: int  # of these
    route: Route | None  # None before the connection stands


def figures_of(pc: RTCPeerConnection) -> LinkFigures:
    """Return the figures of a connection whose association is tuned; in the engine's loop."""
    sctp = pc.sctp
    if not isinstance(sctp, RecoveringSctpTransport):
        return LinkFigures(None, 0, 0, None)
    counts = sctp.counts
    return LinkFigures(sctp._srtt, counts.sent + counts.received, counts.repeated + counts.late, _route(sctp))


def _route(sctp: RecoveringSctpTransport) -> Route | None:
    """Say how the nominated pair of candidates travels: by a relay if either side's is one, as that side calls it."""
    pairs = sctp.transport.transport._connection._nominated.values()
    kinds = {candidate.type for pair in pairs for candidate in (pair.local_candidate, pair.remote_candidate)}
    if not kinds:
        return None
    return Route.RELAYED if "relay" in kinds else Route.DIRECT
