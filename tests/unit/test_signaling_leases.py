"""Leases, tickets, what is kept of sessions, and the configuration that is shipped."""

import contextlib
import ipaddress
import re
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.errors import ConsentError, ServerError
from remotedesk_signaling import deployment
from remotedesk_signaling.bridge import proxy_header
from remotedesk_signaling.deployment import Deployment, Ports, make_secret
from remotedesk_signaling.kept import Keeper, KeptSessions
from remotedesk_signaling.limits import Limits
from remotedesk_signaling.registry import Registry
from remotedesk_signaling.relay import RelayConfig, Relays, credential
from remotedesk_signaling.sessions import Engineer, KeptSession, Phase, Seat, Session, key_of, new_token
from remotedesk_signaling.trial.authority import Authority
from tests.conftest import WarningLog
from tests.unit.test_signaling_registry import HeardClient

TEMPLATES = Path(__file__).resolve().parents[2] / "packaging" / "server"
CONFIG = RelayConfig(b"x" * 32)


def seat() -> Seat:
    session = Session(Engineer("Hanako Sato", "Sample Support K.K."), key_of(new_token()), 3, 0.0)
    return session.engineer


def test_a_credential_is_what_coturn_computes() -> None:
    """The value is OpenSSL's: printf 1893456000:side | openssl dgst -sha1 -hmac north -binary | base64."""
    assert credential(b"north", "1893456000:side") == "zja7ar/SNkDVSANVtKENVlC/1mg="


def test_a_lease_names_its_end_and_its_side() -> None:
    relays = Relays(CONFIG, Limits(), wall=lambda: 1_000.7)
    one, other = seat(), seat()
    leases = [relays.lease(each, "192.0.2.1", 0.0) for each in (one, one, other)]
    assert [lease.username.partition(":")[0] for lease in leases] == ["4600"] * 3
    names = [lease.username.partition(":")[2] for lease in leases]
    assert names[0] == names[1] != names[2]
    assert not any(one.key in lease.username for lease in leases)
    assert len({lease.ticket for lease in leases}) == 3
    assert leases[0].credential == credential(CONFIG.secret, leases[0].username)


def test_a_ticket_is_taken_once_in_its_time() -> None:
    relays = Relays(CONFIG, Limits(ticket_s=60.0))
    one = seat()
    tickets = [relays.lease(one, "", 0.0).ticket for _ in range(3)]
    assert relays.redeem(tickets[0], 59.9) is one
    assert relays.redeem(tickets[0], 59.9) is None
    assert relays.redeem(tickets[1], 60.0) is None
    assert relays.redeem("", 0.0) is None
    relays.ended(one.session)
    assert relays.redeem(tickets[2], 1.0) is None


def test_tickets_are_bounded_and_old_ones_make_room() -> None:
    relays = Relays(CONFIG, Limits(ticket_s=10.0, tracked_most=2))
    for _ in range(2):
        relays.lease(seat(), "", 0.0)
    with pytest.raises(ServerError, match="RD-306"):
        relays.lease(seat(), "", 9.9)
    relays.lease(seat(), "", 10.0)
    assert len(relays._tickets) == 1


def test_no_relay_no_lease() -> None:
    with pytest.raises(ConsentError, match="RD-506"):
        Relays(None, Limits()).lease(seat(), "", 0.0)


@pytest.mark.parametrize("endpoint", ["", "host", "host:", ":1", "a b:1", "host:123456", "::1:3478", "x" * 254 + ":1"])
def test_an_endpoint_is_a_host_and_a_port(endpoint: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        RelayConfig(b"x" * 32, stun=(endpoint,))


def test_a_secret_is_long_and_does_not_show() -> None:
    with pytest.raises(ValueError, match="secret"):
        RelayConfig(b"short")
    assert "xxx" not in repr(CONFIG)


@given(st.ip_addresses(), st.integers(0, 65_535))
def test_a_proxy_header_says_the_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int) -> None:
    header = proxy_header(str(address), port, 1)
    assert header[:12] == b"\r\n\r\n\x00\r\nQUIT\n"
    assert header[12:14] == (b"\x21\x11" if address.version == 4 else b"\x21\x21")
    assert int.from_bytes(header[14:16], "big") == len(header) - 16 == (12 if address.version == 4 else 36)
    assert header[16:].startswith(address.packed)


@given(st.text())
def test_a_proxy_header_of_anything_is_a_header_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert len(proxy_header(text, 1, 1)) in (28, 52)


# -- what outlives the process ------------------------------------------------------------------------------------


def test_kept_sessions_are_kept_until_their_time_or_their_end(tmp_path: Path) -> None:
    file = tmp_path / "engineers.sqlite"
    sessions = [KeptSession(key_of(new_token()), key_of(new_token())) for _ in range(3)]
    store = KeptSessions.open(file)
    for number, session in enumerate(sessions):
        store.keep(session, 100.0 + number)
    store.forget(sessions[1])
    store.close()
    again = KeptSessions.open(file)
    assert set(again.all(99.0)) == {sessions[0], sessions[2]}
    assert again.all(100.0) == (sessions[2],)
    assert again.all(0.0) == (sessions[2],)
    again.close()
    assert sessions[0].customer_key.encode() not in file.read_bytes()


def test_a_restored_session_waits_for_both_and_for_nobody_else() -> None:
    tokens = [new_token(), new_token()]
    ended: list[Session] = []
    registry = Registry(Limits(resume_s=10.0), ended=ended.append)
    registry.restore(KeptSession(*map(key_of, tokens)), 100.0)
    engineer, stranger = HeardClient(), HeardClient()
    registry.resume(engineer, tokens[0])
    assert engineer.seat is not None
    assert engineer.seat.is_engineer
    assert registry.paired_seat(engineer) is engineer.seat
    for wrong in (new_token(), key_of(tokens[1])[:64]):
        with pytest.raises(ConsentError, match="RD-509"):
            registry.resume(stranger, wrong)
    registry.sweep(109.9)
    assert ended == []
    registry.sweep(110.0)
    assert [session.kept() for session in ended] == [KeptSession(*map(key_of, tokens))]
    assert registry.sessions == 0


# -- what is shipped ----------------------------------------------------------------------------------------------


def test_every_placeholder_of_the_shipped_files_is_known(tmp_path: Path) -> None:
    deployment.main(["help.example.com", "203.0.113.7", str(tmp_path), "--templates", str(TEMPLATES)])
    assert (tmp_path / "turn-secret").exists()
    for file in tmp_path.iterdir():
        assert not re.search("@[A-Z_]+@", file.read_text(encoding="utf-8"))
    serve = (tmp_path / "remotedesk-signaling.service").read_text()
    assert "--turn-tls help.example.com:443 --bridge-to 127.0.0.1:5766 " in serve
    assert "/etc/remotedesk/certificate.pem" not in serve  # which has the key in it
    turn = (tmp_path / "turnserver-udp.conf").read_text() + (tmp_path / "turnserver-tcp.conf").read_text()
    assert "min-port=49152\nmax-port=57343\n" in turn
    assert "min-port=57344\nmax-port=65535\n" in turn


def test_what_is_misspelt_is_not_written() -> None:
    with pytest.raises(ValueError, match="@NMAE@"):
        Deployment("help.example.com", "203.0.113.7").fill("realm=@NMAE@")
    with pytest.raises(ValueError):
        Deployment("help.example.com\nno-auth", "203.0.113.7")
    assert Deployment("a.example", "203.0.113.7", ports=Ports(https=8443)).authority == "a.example:8443"


def test_a_shared_secret_is_made_once(tmp_path: Path) -> None:
    secret = make_secret(tmp_path / "secret")
    assert make_secret(tmp_path / "secret") == secret
    assert len(secret) >= 32


def test_what_is_secret_is_its_owners_only(tmp_path: Path) -> None:
    make_secret(tmp_path / "secret")
    KeptSessions.open(tmp_path / "kept").close()
    Authority(tmp_path).write_certificate(tmp_path / "certificate", tmp_path / "chain", ["localhost"])
    assert b"KEY" not in (tmp_path / "chain").read_bytes()
    for name in ("secret", "kept", "certificate", "ca-key.pem"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


async def test_a_disk_that_fails_ends_no_session(warning_log: WarningLog) -> None:
    warning_log.expect("could not be written down", "could not be struck out")
    store = KeptSessions(":memory:")
    store.close()
    session = seat().session
    session.customer = Seat(session, key_of(new_token()), is_engineer=False)
    session.phase = Phase.PAIRED
    keeper = Keeper(store, 60.0)
    await keeper.keep(session)
    keeper.forget(session)
    keeper.close()


# -- a trial's authority ------------------------------------------------------------------------------------------


def test_an_authority_is_kept_and_its_certificates_prove_the_server(tmp_path: Path) -> None:
    first = Authority(tmp_path)
    kept = first.file.read_bytes()
    names = ["help.example.com", "203.0.113.7"]
    Authority(tmp_path).write_certificate(tmp_path / "certificate.pem", tmp_path / "chain.pem", names)
    assert first.file.read_bytes() == kept
    authority = x509.load_pem_x509_certificate(kept)
    for name in (x509.DNSName("help.example.com"), x509.IPAddress(ipaddress.ip_address("203.0.113.7"))):
        verifier = PolicyBuilder().store(Store([authority])).build_server_verifier(name)
        verifier.verify(x509.load_pem_x509_certificate((tmp_path / "chain.pem").read_bytes()), [])
