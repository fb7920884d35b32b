"""The proxies of the lab: that each does to a connection what it says."""

import socket
import ssl
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from remotedesk.core.reach import ProxyScheme
from tests.network.cases import Proxy
from tests.network.lab import SERVER, SERVER_NAME, Office
from tests.network.proxies import PORT, gateway_authority, open_tls_on_the_way, start_proxy
from tests.network.venue import Venue
from tests.support.web_gateway import AUTHORITY

PATIENCE_S = 10.0
IDLE_S = 1.0


def connected(office: Office, port: int = 443) -> tuple[socket.socket, str]:
    """Return a client's connection to the proxy, and what that says to CONNECT, the first line."""
    there = office.clients[0].make(lambda: socket.create_connection((office.proxy_address, PORT), PATIENCE_S))
    there.sendall(f"CONNECT {SERVER_NAME}:{port} HTTP/1.1\r\nHost: {SERVER_NAME}:{port}\r\n\r\n".encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += there.recv(1)
    return there, head.decode()


def secured(there: socket.socket, authority: Path) -> ssl.SSLSocket:
    """Speak TLS through a proxy with what should be the server. Raises ssl.SSLError."""
    context = ssl.create_default_context(cafile=authority)
    return context.wrap_socket(there, server_hostname=SERVER_NAME)


def issuer(there: ssl.SSLSocket) -> object:
    """Return the common name of who says that this is the server."""
    certificate = there.getpeercert()
    assert certificate is not None
    return dict(part[0] for part in certificate["issuer"])["commonName"]  # type: ignore[misc]


def test_an_open_proxy_connects_to_443_and_leaves_tls_alone(venue: Venue, opened: ExitStack) -> None:
    start_proxy(venue.lab.home, Proxy(), venue.place, venue.server.ca_file, opened)
    there, said = connected(venue.lab.home)
    assert " 200 " in said
    with secured(there, venue.server.ca_file) as inside:
        assert issuer(inside) != AUTHORITY
    there, said = connected(venue.lab.home, 3478)
    assert " 403 " in said
    there.close()


@pytest.mark.parametrize("scheme", [ProxyScheme.BASIC, ProxyScheme.NTLM])
def test_a_proxy_asks_who_one_is(venue: Venue, opened: ExitStack, scheme: ProxyScheme) -> None:
    start_proxy(venue.lab.home, Proxy(scheme), venue.place, venue.server.ca_file, opened)
    there, said = connected(venue.lab.home)
    there.close()
    assert " 407 " in said
    assert f"proxy-authenticate: {scheme}" in said.lower()


def test_a_gateway_shows_a_certificate_of_its_own_and_lets_http_alone_pass(venue: Venue, opened: ExitStack) -> None:
    start_proxy(venue.lab.home, Proxy(opens_tls=True), venue.place, venue.server.ca_file, opened)
    authority = gateway_authority(venue.place).file
    there, _ = connected(venue.lab.home)
    with secured(there, authority) as inside:
        assert issuer(inside) == AUTHORITY
        inside.sendall(f"GET / HTTP/1.1\r\nHost: {SERVER_NAME}\r\nConnection: close\r\n\r\n".encode())
        assert inside.recv(100).startswith(b"HTTP/1.1 200")
    there, _ = connected(venue.lab.home)
    with secured(there, authority) as inside:
        inside.sendall(b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12) + b"\r\n")
        assert ended(inside)
    there, _ = connected(venue.lab.home)
    with there, pytest.raises(ssl.SSLCertVerificationError):
        secured(there, venue.server.ca_file)


def ended(there: ssl.SSLSocket) -> bool:
    """True if the other end has closed it, without a word."""
    try:
        return there.recv(100) == b""
    except (ConnectionResetError, ssl.SSLEOFError):
        return True


def test_a_gateway_drops_what_is_idle(venue: Venue, opened: ExitStack) -> None:
    start_proxy(venue.lab.home, Proxy(idle_s=IDLE_S), venue.place, venue.server.ca_file, opened)
    there, _ = connected(venue.lab.home)
    began = time.monotonic()
    with secured(there, venue.server.ca_file) as inside:
        assert ended(inside)
    assert time.monotonic() - began >= IDLE_S


def test_a_firewall_can_open_tls_on_its_way(venue: Venue, opened: ExitStack) -> None:
    open_tls_on_the_way(venue.lab.home, venue.place, venue.server.ca_file, opened)
    there = venue.lab.customer.make(lambda: socket.create_connection((SERVER, 443), PATIENCE_S))
    with secured(there, gateway_authority(venue.place).file) as inside:
        assert issuer(inside) == AUTHORITY
        inside.sendall(f"GET / HTTP/1.1\r\nHost: {SERVER_NAME}\r\nConnection: close\r\n\r\n".encode())
        assert inside.recv(100).startswith(b"HTTP/1.1 200")
