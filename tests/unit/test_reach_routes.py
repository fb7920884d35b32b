"""Which servers a client lets itself be sent to, and what a NAT is called."""

import pytest

from remotedesk.core.reach import Mapping, Proxy, ProxyScheme, ProxySource, Way
from remotedesk.transport.reach.datagrams import Mapped, mapping_of
from remotedesk.transport.reach.dialer import DirectDialer, Stream
from remotedesk.transport.reach.plan import Endpoint, Plan, RelayServer
from remotedesk.transport.reach.routes import MOST_DIALERS, Surroundings
from remotedesk.transport.server_address import ServerAddress, Trust

PROXY = Proxy("proxy.example.com", 3128, ProxySource.MANUAL)


class ThroughProxy:
    proxy = PROXY
    scheme = ProxyScheme.NONE

    async def dial(self, host: str, port: int) -> Stream:
        raise AssertionError


def around(*allowed: str) -> Surroundings:
    address = ServerAddress.parse("support.example.com")
    return Surroundings(address, Trust(), (DirectDialer(), ThroughProxy()), frozenset(allowed))


@pytest.mark.parametrize(
    ("text", "endpoints"),
    [
        ("support.example.com:3478", [Endpoint("support.example.com", 3478)]),
        ("SUPPORT.example.com:443", [Endpoint("support.example.com", 443)]),
        ("turn.example.com:443", [Endpoint("turn.example.com", 443)]),
        ("[2001:db8::1]:443", [Endpoint("2001:db8::1", 443)]),
        ("evil.example.com:443", []),
        ("192.168.1.1:443", []),
        ("support.example.com.evil.test:443", []),
        ("support.example.com:0", []),
        ("support.example.com:65536", []),
    ],
)
def test_only_allowed_hosts_are_asked(text: str, endpoints: list[Endpoint]) -> None:
    assert around("turn.example.com", "2001:db8::1").endpoints((text,)) == endpoints


def test_each_dialer_is_a_way() -> None:
    here = around()
    assert [route.way for route in here.udp(("support.example.com:3478",))] == [Way.UDP]
    assert [route.way for route in here.tls(("support.example.com:443",))] == [Way.TLS, Way.PROXY_TLS]
    assert [route.way for route in here.bridges()] == [Way.WEBSOCKET, Way.PROXY_WEBSOCKET]
    many = Surroundings(here.address, here.trust, [DirectDialer() for _ in range(50)])
    assert len(many.bridges()) == MOST_DIALERS


OWN = ("10.0.0.2", 5000)
A, B = ("192.0.2.1", 3478), ("192.0.2.1", 3479)


@pytest.mark.parametrize(
    ("seen", "mapping"),
    [
        ([Mapped(A, OWN, 0.1)], Mapping.NONE),
        ([Mapped(A, ("198.51.100.1", 5000), 0.1)], Mapping.UNKNOWN),
        ([Mapped(A, ("198.51.100.1", 5000), 0.1)] * 2, Mapping.UNKNOWN),
        ([Mapped(A, ("198.51.100.1", 5000), 0.1), Mapped(B, ("198.51.100.1", 5000), 0.1)], Mapping.INDEPENDENT),
        ([Mapped(A, ("198.51.100.1", 5000), 0.1), Mapped(B, ("198.51.100.1", 5001), 0.1)], Mapping.DEPENDENT),
        ([Mapped(A, ("198.51.100.1", 5000), 0.1), Mapped(B, ("198.51.100.2", 5000), 0.1)], Mapping.DEPENDENT),
    ],
)
def test_the_views_of_one_socket_tell_the_nat(seen: list[Mapped], mapping: Mapping) -> None:
    assert mapping_of(seen, OWN) is mapping


async def test_a_plan_does_not_show_its_credentials() -> None:
    plan = Plan(turn=RelayServer("192.0.2.1", 3478, "udp", "1:secret-name", "secret-word"), way=Way.UDP)
    assert "secret" not in repr(plan)
    assert plan.turn is not None
    assert plan.turn.url == "turn:192.0.2.1:3478?transport=udp"
    await plan.close()
