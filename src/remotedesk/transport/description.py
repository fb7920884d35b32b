"""What may stand in a peer's session description (RFC 8866), and what both sides prove of it.

The SDP itself is parsed by aiortc; this only narrows it before it gets there.
"""

import ipaddress
import re
from typing import Final

from remotedesk.core.errors import ErrorCode, ProtocolError

MOST_CANDIDATES: Final = 16
END_OF_CANDIDATES: Final = "a=end-of-candidates"
SECTIONS: Final = ("application",)  # nobody would take pictures or sound out of aiortc's queues
_FINGERPRINT: Final = re.compile(r"^a=fingerprint:sha-256 ([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31})\s*$", re.MULTILINE)
_LOWEST_PORT: Final = 1024
_THIS_NETWORK: Final = ipaddress.IPv4Network("0.0.0.0/8")  # RFC 1122, 3.2.1.3
_IPV6: Final = (ipaddress.IPv6Network("2000::/3"), ipaddress.IPv6Network("fc00::/7"))  # global unicast, unique local


def admissible(sdp: str) -> str:
    """Return `sdp` with only those candidates (RFC 8839) that may be tried: at most 16, over UDP.

    Loopback, link-local, multicast, broadcast, reserved and unspecified addresses, IPv6 addresses that stand for an
    IPv4 one, and ports below 1024 are left out, so that a peer cannot make this machine send its checks to services
    behind the firewall's well-known ports or to itself. The broadcast address of a subnet looks like any other; the
    system refuses to send there. Of the fingerprints only those by SHA-256 stay: the one both sides prove must be the
    one that is checked.
    Raises ProtocolError(MESSAGE_MALFORMED) for other media sections than SECTIONS.
    """
    kept = []
    sections = []
    candidates = 0
    for line in sdp.splitlines():
        if line.startswith("a=candidate:"):
            if candidates == MOST_CANDIDATES or not _may_try(line):
                continue
            candidates += 1
        elif line.startswith("a=fingerprint:") and not _FINGERPRINT.match(line):
            continue
        elif line.startswith("m="):
            sections.append(line.removeprefix("m=").partition(" ")[0])
        kept.append(line)
    if tuple(sorted(sections)) != SECTIONS:
        raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "sections")
    return "\r\n".join(kept) + "\r\n"


def held_back(sdp: str) -> tuple[str, tuple[str, ...]]:
    """Return this side's description without its relay candidates, and those, without `a=`.

    The mark that no more candidates follow (RFC 8840, section 4.3) goes, too.
    """
    late = []
    kept = []
    for line in sdp.splitlines():
        if line.startswith("a=candidate:") and is_relayed(line):
            late.append(line.removeprefix("a="))
        elif line != END_OF_CANDIDATES:
            kept.append(line)
    return "\r\n".join(kept) + "\r\n", tuple(late)


def is_relayed(candidate: str) -> bool:
    """True if a candidate, as a line, is an address of a relay."""
    return " typ relay" in candidate


def has_relayed(sdp: str) -> bool:
    """True if a description has the address of a relay."""
    return any(line.startswith("a=candidate:") and is_relayed(line) for line in sdp.splitlines())


def candidate_count(sdp: str) -> int:
    """Return how many candidates a description has."""
    return sum(line.startswith("a=candidate:") for line in sdp.splitlines())


def admissible_late(lines: tuple[str, ...], before: int) -> list[str]:
    """Return those of a peer's late candidates that may be tried, `before` having come with his description."""
    tried = [line for line in lines if line.startswith("candidate:") and _may_try(f"a={line}")]
    return tried[: max(0, MOST_CANDIDATES - before)]


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
    allowed = _may_try_ipv4(address) if isinstance(address, ipaddress.IPv4Address) else _may_try_ipv6(address)
    return transport.lower() == "udp" and allowed and _LOWEST_PORT <= port <= 65_535


def _may_try_ipv4(address: ipaddress.IPv4Address) -> bool:
    return not (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved  # the broadcast address is one of these
        or address in _THIS_NETWORK
    )


def _may_try_ipv6(address: ipaddress.IPv6Address) -> bool:
    """Leave out, besides, what stands for an IPv4 address: mapped and translated ones are in neither network."""
    ordinary = any(address in network for network in _IPV6)
    return ordinary and address.sixtofour is None and address.teredo is None
