"""What may stand in a peer's session description (RFC 8866), and what both sides prove of it.

The SDP itself is parsed by aiortc; this only narrows it before it gets there.
"""

import ipaddress
import re
from typing import Final

from remotedesk.core.errors import ErrorCode, ProtocolError

MOST_CANDIDATES: Final = 16
MOST_SECTIONS: Final = 8
_FINGERPRINT: Final = re.compile(r"^a=fingerprint:sha-256 ([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31})\s*$", re.MULTILINE)
_LOWEST_PORT: Final = 1024


def admissible(sdp: str) -> str:
    """Return `sdp` with only those candidates (RFC 8839) that may be tried: at most 16, over UDP.

    Loopback, link-local, multicast, reserved and unspecified addresses and ports below 1024 are left out, so that a
    peer cannot make this machine send its checks to services behind the firewall's well-known ports or to itself.
    Of the fingerprints only those by SHA-256 stay: the one both sides prove must be the one that is checked.
    Raises ProtocolError(MESSAGE_MALFORMED) for more than eight media sections.
    """
    kept = []
    candidates = sections = 0
    for line in sdp.splitlines():
        if line.startswith("a=candidate:"):
            if candidates == MOST_CANDIDATES or not _may_try(line):
                continue
            candidates += 1
        elif line.startswith("a=fingerprint:") and not _FINGERPRINT.match(line):
            continue
        sections += line.startswith("m=")
        kept.append(line)
    if sections > MOST_SECTIONS:
        raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "sections")
    return "\r\n".join(kept) + "\r\n"


def fingerprint(sdp: str) -> str:
    """Return the one SHA-256 certificate fingerprint (RFC 8122) of a description, upper-case with colons.

    Raises ProtocolError(MESSAGE_MALFORMED) when there is none, or different ones.
    """
    found = {match.upper() for match in _FINGERPRINT.findall(sdp)}
    if len(found) != 1:
        raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "fingerprint")
    return str(found.pop())


def _may_try(line: str) -> bool:
    fields = line.removeprefix("a=candidate:").split()
    try:
        transport, address, port = fields[2], ipaddress.ip_address(fields[4]), int(fields[5])
    except (IndexError, ValueError):
        return False
    barred = (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address.is_reserved  # an IPv4 loopback address in the form of IPv6 is one of these
    )
    return transport.lower() == "udp" and not barred and _LOWEST_PORT <= port <= 65_535
