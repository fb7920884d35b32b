"""What of a peer's session description may reach aiortc."""

import pytest

from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.transport.description import (
    END_OF_CANDIDATES,
    MOST_CANDIDATES,
    admissible,
    admissible_late,
    candidate_count,
    fingerprint,
    has_relayed,
    held_back,
)

PRINT = ":".join(["AB"] * 32)
OTHER_PRINT = ":".join(["CD"] * 32)


def described(*attributes: str, sections: tuple[str, ...] = ("application",)) -> str:
    """Return a description with these attributes in its last section."""
    return "".join(f"{line}\r\n" for line in ("v=0", *(f"m={kind} 9 X 0" for kind in sections), *attributes))


def candidate(address: str, port: int = 40_000, transport: str = "udp") -> str:
    return f"a=candidate:1 1 {transport} 2130706431 {address} {port} typ host"


def is_kept(line: str) -> bool:
    return line in admissible(described(line)).splitlines()


@pytest.mark.parametrize(
    "address",
    ["192.168.1.20", "10.0.0.1", "100.64.0.1", "203.0.113.7", "2001:db8::1", "2606:4700::1111", "fd12:3456::1"],
)
def test_an_ordinary_address_is_tried(address: str) -> None:
    assert is_kept(candidate(address))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "::1",
        "169.254.169.254", "fe80::1", "fe80::1%eth0",
        "224.0.0.251", "ff02::fb",
        "0.0.0.0", "0.1.2.3", "::",
        "255.255.255.255", "240.0.0.1", "100::1", "fec0::1", "5f00::1",
        "host.local", "localhost", "1.2.3",
    ],
)  # fmt: skip
def test_an_address_that_leads_to_this_machine_or_nowhere_is_not(address: str) -> None:
    assert not is_kept(candidate(address))


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:255.255.255.255", "::ffff:192.168.1.20",
        "::127.0.0.1", "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b:1::7f00:1",
        "2002:7f00:1::1", "2002:a9fe:a9fe::1", "2002:c0a8:114::1",
        "2001:0:7f00:1::1", "2001:0:cb00:7107::80ff:fffe",
    ],
)  # fmt: skip
def test_an_ipv4_address_in_the_clothes_of_ipv6_is_not(address: str) -> None:
    assert not is_kept(candidate(address))


@pytest.mark.parametrize("port", [-1, 0, 53, 1023, 65_536])
def test_a_port_of_a_service_is_not_tried(port: int) -> None:
    assert not is_kept(candidate("192.168.1.20", port))


def test_only_udp_is_tried() -> None:
    assert is_kept(candidate("192.168.1.20", transport="UDP"))
    assert not is_kept(candidate("192.168.1.20", transport="tcp"))
    assert not is_kept("a=candidate:1 1 udp")


def test_more_candidates_than_sixteen_are_left_out() -> None:
    offered = [candidate("192.168.1.20", 40_000 + at) for at in range(MOST_CANDIDATES + 5)]
    kept = admissible(described(*offered)).splitlines()
    assert [line for line in kept if line.startswith("a=candidate:")] == offered[:MOST_CANDIDATES]


@pytest.mark.parametrize(
    "sections",
    [
        (),
        ("video",),
        ("video", "application"),
        ("audio", "application"),
        ("application", "application"),
    ],
)
def test_other_sections_than_the_channels_are_refused(sections: tuple[str, ...]) -> None:
    with pytest.raises(ProtocolError) as caught:
        admissible(described(sections=sections))
    assert caught.value.code is ErrorCode.MESSAGE_MALFORMED


def test_the_one_fingerprint_by_sha_256_counts() -> None:
    sdp = described(f"a=fingerprint:sha-1 {PRINT[:59]}", f"a=fingerprint:sha-256 {PRINT.lower()}")
    narrowed = admissible(sdp)
    assert "sha-1" not in narrowed
    assert fingerprint(narrowed) == PRINT


@pytest.mark.parametrize(
    "attributes",
    [
        (),
        (f"a=fingerprint:sha-256 {PRINT[:-3]}",),
        (f"a=fingerprint:sha-256 {PRINT}", f"a=fingerprint:sha-256 {OTHER_PRINT}"),
    ],
)
def test_no_fingerprint_or_two_are_refused(attributes: tuple[str, ...]) -> None:
    with pytest.raises(ProtocolError) as caught:
        fingerprint(admissible(described(*attributes)))
    assert caught.value.code is ErrorCode.MESSAGE_MALFORMED


RELAYED = "candidate:1 1 udp 1 198.51.100.10 49200 typ relay raddr 10.0.0.2 rport 5000"
DIRECT = "candidate:2 1 udp 2 203.0.113.7 50000 typ srflx raddr 10.0.0.2 rport 5000"


def test_what_is_held_back_is_the_relays_alone() -> None:
    lines = (
        "v=0",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        f"a={RELAYED}",
        f"a={DIRECT}",
        END_OF_CANDIDATES,
    )
    sdp, late = held_back("\r\n".join(lines))
    assert late == (RELAYED,)
    assert DIRECT in sdp
    assert not has_relayed(sdp)
    assert END_OF_CANDIDATES not in sdp
    assert candidate_count(sdp) == 1


def test_late_candidates_count_with_those_before() -> None:
    many = (DIRECT,) * 2 * MOST_CANDIDATES
    assert len(admissible_late(many, 0)) == MOST_CANDIDATES
    assert len(admissible_late(many, MOST_CANDIDATES - 1)) == 1
    assert admissible_late(many, MOST_CANDIDATES) == []


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.1.1", "224.0.0.251", "::1", "host.local", ""])
def test_a_late_candidate_that_may_not_be_tried_is_left_out(address: str) -> None:
    assert admissible_late((DIRECT.replace("203.0.113.7", address), DIRECT), 0) == [DIRECT]
