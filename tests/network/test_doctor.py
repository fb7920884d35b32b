"""The doctor in the lab tells each kind of network apart, and names who opens TLS."""

import json
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.network.cases import OPEN_PROXY, OPENED_BY_STRANGERS, OPENED_ON_ITS_WAY, SYMMETRIC, Behind
from tests.network.lab import Firewall
from tests.network.venue import Venue
from tests.support.web_gateway import AUTHORITY


@dataclass(frozen=True)
class Network:
    """What the customer is behind, and what the doctor is to say of it; `works` are the ways that do."""

    behind: Behind
    verdict: str
    works: tuple[str, ...] = ()
    nat: str = "unknown"
    opened_by: str = ""


NETWORKS = {
    "NAT": Network(Behind(), "good", ("udp", "tls", "websocket"), "independent"),
    "symmetric NAT": Network(SYMMETRIC, "good", ("udp", "tls", "websocket"), "dependent"),
    "no UDP": Network(Behind(firewall=Firewall.NO_UDP), "detour", ("tls", "websocket")),
    "proxy": Network(OPEN_PROXY, "detour", ("proxy_tls", "proxy_websocket")),
    "TLS opened, trusted": Network(OPENED_ON_ITS_WAY, "detour", ("websocket",), opened_by=AUTHORITY),
    "TLS opened, not trusted": Network(OPENED_BY_STRANGERS, "blocked", opened_by=AUTHORITY),
}


@pytest.mark.parametrize("name", list(NETWORKS))
def test_the_doctor_says_what_a_network_is(venue: Venue, opened: ExitStack, tmp_path: Path, name: str) -> None:
    network = NETWORKS[name]
    said = _examined(venue, venue.put(network.behind, opened), tmp_path / "report.json")
    assert said["verdict"] == network.verdict, said
    assert tuple(dict.fromkeys(way["way"] for way in said["ways"] if way["ok"])) == network.works, said
    assert said["nat"] == network.nat
    assert said["tls"]["opened_by"] == network.opened_by


def _examined(venue: Venue, settings: dict[str, Any], report: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "remotedesk", "doctor", "--network", "--server", venue.server.url]
    if "proxy" in settings:
        command += ["--proxy", settings["proxy"]]
    said = venue.lab.customer.run(*command, "--language", "en", "--json", str(report), check=False)
    assert report.exists(), said
    read: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return read
