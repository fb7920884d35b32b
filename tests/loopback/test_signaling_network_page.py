"""The page for the IT officer says what this server is configured to be, and nothing that somebody else has said."""

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk_signaling import certificates
from remotedesk_signaling.limits import Limits
from remotedesk_signaling.network_page import NetworkPage
from remotedesk_signaling.relay import RelayConfig
from remotedesk_signaling.shown_certificate import Shown, ShownCertificate
from tests.support.signaling import clients_of, running_server

RELAY = RelayConfig(
    b"0123456789abcdef-secret",
    stun=("stun.example.jp:3478", "stun.example.jp:3480"),
    turn_udp=("stun.example.jp:3478",),
    turn_tls=("[2001:db8::1]:443",),
    bridge_to=("127.0.0.1", 5766),
)


def page(relay: RelayConfig | None = RELAY, *, keeps: bool = True, shown: Shown | None = None) -> NetworkPage:
    return NetworkPage(relay, Limits(), keeps=keeps, shown=lambda: shown)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_it_names_what_to_allow(language: str) -> None:
    text = unescape(page().render(language, "support.example.jp:8443"))
    for endpoint in ("support.example.jp, TCP 8443", "[2001:db8::1], TCP 443", "stun.example.jp, UDP 3478, 3480"):
        assert endpoint in text
    assert "127.0.0.1" not in text  # where the bridge leads to is nobody's business
    assert "0123456789abcdef" not in text
    assert "{" not in text
    assert "$" not in text


def test_a_server_without_relay_and_memory_promises_none() -> None:
    text = page(None, keeps=False).render("en", "192.0.2.1:8443")
    assert "192.0.2.1, TCP 8443" in text
    for absent in ("TURN over TLS", "coturn", "STUN and TURN over UDP", "so that a restart"):
        assert absent not in text
    assert "so that a restart ends no session" in page(None).render("en", "a")


def test_the_certificate_that_is_shown_is_told(tmp_path: Path) -> None:
    made = certificates.make(["support.example.jp"])
    (tmp_path / "pem").write_bytes(made.certificate)
    text = page(shown=ShownCertificate(tmp_path / "pem").read()).render("en", "support.example.jp")
    assert "issued by: the server itself" in text
    assert made.fingerprint.upper()[:2] + ":" + made.fingerprint.upper()[2:4] + ":" in text


@given(st.text(max_size=300))
def test_a_host_header_becomes_no_html(authority: str) -> None:
    plain, strange = (Tags.of(page().render("en", each)) for each in ("a", f"{authority}<b onclick=x>"))
    assert strange == plain
    assert "onclick" not in page().render("en", f"{authority}<b onclick=x>")


class Tags(HTMLParser):
    """What a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    @classmethod
    def of(cls, text: str) -> list[str]:
        """Return all tags in order."""
        read = cls()
        read.feed(text)
        return read.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(f"{tag} {sorted(name for name, _ in attrs)}")


async def test_it_is_found_from_the_start_page_and_comes_in_the_browsers_language() -> None:
    async with running_server(relay=RELAY) as server, clients_of(server) as clients:
        async with clients.session.get(f"{clients.url}/ja") as response:
            link = re.search(r'href="(/ja/network)"', await response.text())
        assert link is not None
        async with clients.session.get(clients.url + link[1]) as response:
            assert response.headers["Content-Language"] == "ja"
            assert "許可が必要な通信" in await response.text()
        async with clients.session.get(f"{clients.url}/network", headers={"Accept-Language": "en"}) as response:
            assert response.headers["Content-Language"] == "en"
            assert f"127.0.0.1, TCP {server.port}" in await response.text()
