"""Both real clients find each other through each kind of network, and carry screen, input and chat."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from remotedesk_signaling.deployment import Ports
from remotedesk_signaling.trial import ServerSide

from remotedesk.core.reach import ProxyScheme
from tests.network.cases import CASES, Behind, Case
from tests.network.lab import PROXY_NAME, Lab, Office
from tests.network.meeting import Line, Meeting
from tests.network.proxies import PASSWORD, PORT, USER, gateway_authority, start_proxy
from tests.support.server import ENGINEER
from tests.support.server import PASSWORD as ENGINEERS_PASSWORD


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_clients_connect(
    lab: Lab, server: ServerSide, place: Path, tmp_path: Path, opened: ExitStack, case: Case
) -> None:
    if case.dead_stun:
        silence_stun(lab, opened)
    sides = [
        behind(office, side, case, place, server, opened)
        for office, side in ((lab.home, case.customer), (lab.support, case.engineer))
    ]
    hosts = (lab.customer, lab.colleague if case.same_lan else lab.engineer)
    with Meeting(hosts, server.url, tmp_path, *sides) as meeting:
        if case.refused is not None:
            meeting.customer.say("join", "000000000000")
            assert meeting.customer.wait("state", state="ended")["code"] == case.refused
            return
        meeting.pair(ENGINEER, ENGINEERS_PASSWORD)
        _, *ways = meeting.connect()
        kinds = {way[end] for way in ways for end in ("local", "remote")}
        assert case.direct in (None, "relay" not in kinds), ways
        meeting.works("すべて届く")
        meeting.finish()


def silence_stun(lab: Lab, opened: ExitStack) -> None:
    """Let the first of the STUN servers, and TURN over UDP, answer nothing until the end of the test."""
    rule = f"INPUT -p udp --dport {Ports().stun} -j DROP"
    lab.server.run(f"iptables -A {rule}")
    opened.callback(lab.server.run, f"iptables -D {rule}")


def behind(office: Office, side: Behind, case: Case, place: Path, server: ServerSide, opened: ExitStack) -> Line:
    """Put an office behind what it is behind; return the settings of its client."""
    office.configure(side.nat, side.firewall, only_ipv6=side.only_ipv6)
    office.wire(0.0, case.loss / 2)
    trusted = [server.ca_file]
    settings: Line = {}
    if side.proxy is not None:
        start_proxy(office, side.proxy, place, server.ca_file, opened)
        settings["proxy"] = f"{PROXY_NAME}:{PORT}"
        if side.proxy.scheme is not ProxyScheme.NONE:
            settings |= {"user": USER, "password": PASSWORD}
        if side.proxy.opens_tls and side.proxy.is_trusted:
            trusted.append(gateway_authority(place).file)
    for client in office.clients:
        client.trusts(*trusted)
    return settings
