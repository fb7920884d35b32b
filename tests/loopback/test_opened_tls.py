"""A proxy that opens TLS: trusted where the company's authority is, named where it is not."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.errors import ErrorCode, InterceptedError, ServerError
from remotedesk.transport.reach.issuer import unknown_issuer
from remotedesk.transport.reach.proxy import ProxyDialer
from remotedesk.transport.reach.tls import open_tls
from remotedesk.transport.server_address import Trust
from remotedesk.transport.signaling_client import SignalingClient
from remotedesk.wire.signaling import PeerJoined
from tests.loopback.test_signaling_client import saying, serving
from tests.support.certificates import Certificates, make_certificates
from tests.support.played_proxy import Asked, Say, played_proxy


def opening(own: Certificates, port: int) -> Say:
    """Return a proxy that ends TLS with a certificate of its own and goes on to the server without any."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(own.certificate, own.key)

    async def say(asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked.head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            await writer.start_tls(context)
            asked.heads.append((await reader.read(4096)).decode())
        except ssl.SSLError:
            return
        if not asked.heads[-1]:
            return
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            there_writer.write(asked.heads[-1].encode())
            while data := await there_reader.read(4096):
                writer.write(data)
        finally:
            there_writer.close()

    return say


async def test_a_proxy_that_opens_tls(tmp_path: Path) -> None:
    corporate = make_certificates(tmp_path)
    async with serving(saying(PeerJoined())) as plain, played_proxy(opening(corporate, plain.port)) as (proxy, asked):
        dialer = ProxyDialer(proxy)
        address = type(plain)("127.0.0.1", plain.port)
        trusted = Trust(ca_file=corporate.authority)
        async with await SignalingClient.connect(address, trusted, dialer=dialer) as client:
            assert await client.receive() == PeerJoined()
        asked.heads.clear()
        with pytest.raises(InterceptedError) as caught:
            await SignalingClient.connect(address, Trust(), dialer=dialer)
        assert caught.value.issuer == "Test authority"
        assert [head[:7] for head in asked.heads if head] == ["CONNECT", "CONNECT"]  # and not a byte inside of TLS


async def test_a_certificate_that_says_nothing_of_a_proxy(tmp_path: Path) -> None:
    elsewhere = make_certificates(tmp_path, "127.0.0.2")
    async with serving(saying(), elsewhere) as address, played_proxy(opening(elsewhere, address.port)) as (proxy, _):
        for trust in (Trust(), Trust(pin=bytes(32))):
            with pytest.raises(ServerError) as caught:
                await open_tls(ProxyDialer(proxy), "127.0.0.1", address.port, trust)
            assert caught.value.code is ErrorCode.SERVER_CERTIFICATE


def test_who_made_a_certificate(tmp_path: Path) -> None:
    made = make_certificates(tmp_path, "192.0.2.1")
    shown, authority = (ssl.PEM_cert_to_DER_cert(file.read_text()) for file in (made.certificate, made.authority))
    now = datetime.now(UTC)
    for host in ("localhost", "192.0.2.1"):
        assert unknown_issuer(shown, host, now) == "Test authority"
    for host in ("rd.example", "192.0.2.2", "127.0.0.1"):
        assert unknown_issuer(shown, host, now) == ""
    assert unknown_issuer(shown, "localhost", now + timedelta(days=30)) == ""
    assert unknown_issuer(authority, "localhost", now) == ""
    assert unknown_issuer(b"", "localhost", now) == ""


@pytest.mark.filterwarnings("ignore::UserWarning")  # of cryptography, about what is bent
@given(st.data())
def test_whatever_a_certificate_holds(made: bytes, data: st.DataObject) -> None:
    bent = bytearray(made)
    for _ in range(data.draw(st.integers(1, 4))):
        bent[data.draw(st.integers(0, len(bent) - 1))] = data.draw(st.integers(0, 255))
    assert len(unknown_issuer(bytes(bent), "localhost", datetime.now(UTC))) <= 100


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    certificates = make_certificates(tmp_path_factory.mktemp("made"))
    return ssl.PEM_cert_to_DER_cert(certificates.certificate.read_text())
