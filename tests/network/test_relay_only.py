"""A client whose policy is to use the relay alone sends nothing to anybody else: what leaves its machine is read."""

import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tests.network.cases import Behind, Case
from tests.network.host import Host
from tests.network.lab import SERVER
from tests.network.venue import Venue

_ALL_PROTOCOLS: Final = 0x0003  # linux/if_ether.h
_IPV4: Final = 0x0800
_IPV6: Final = 0x86DD
_OUTGOING: Final = 4  # linux/if_packet.h
_LOOK_EVERY_S: Final = 0.1


@contextmanager
def reading(host: Host) -> Iterator[set[str]]:
    """Fill the set with the addresses that packets leave for, other than this machine and what routers listen to."""
    tap = host.make(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ALL_PROTOCOLS)))
    tap.settimeout(_LOOK_EVERY_S)
    left_for: set[str] = set()
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            try:
                packet, (interface, protocol, kind, *_) = tap.recvfrom(64)
            except TimeoutError:
                continue
            if kind != _OUTGOING or interface == "lo" or protocol not in (_IPV4, _IPV6):
                continue
            address = ipaddress.ip_address(packet[16:20] if protocol == _IPV4 else packet[24:40])
            if not address.is_multicast:
                left_for.add(str(address))

    thread = threading.Thread(target=read, name=f"the tap of {host.name}")
    thread.start()
    try:
        yield left_for
    finally:
        over.set()
        thread.join()
        tap.close()


def test_nothing_leaves_but_to_the_relay(venue: Venue) -> None:
    with venue.meeting(Case("relay only", Behind(relay_only=True))) as meeting, reading(venue.lab.customer) as left_for:
        venue.pair(meeting)
        _, customer, _ = meeting.connect()
        assert customer["local"] == "relay"
        meeting.works("中継だけ")
        meeting.finish()
    assert left_for == {SERVER}


def test_without_the_policy_the_tap_sees_the_engineer(venue: Venue) -> None:
    """So that the test above can fail."""
    with venue.meeting(Case("direct")) as meeting, reading(venue.lab.customer) as left_for:
        venue.pair(meeting)
        meeting.connect()
        meeting.works("直接")
        meeting.finish()
    assert left_for > {SERVER}
