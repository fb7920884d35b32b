"""Ways out through a real Squid: open, with a password, with NTLM; and TLS from end to end through it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.core.proxy_settings import ProxyLogin, ProxySettings, WayOut
from remotedesk.core.reach import Proxy, ProxyScheme, ProxySource
from remotedesk.transport.reach.dialer import Dialer
from remotedesk.transport.reach.proxy import ProxyDialer
from remotedesk.transport.reach.proxy_ways import Ways
from remotedesk.transport.server_address import ServerAddress, Trust
from remotedesk.transport.signaling_client import SignalingClient
from remotedesk.wire.signaling import PeerJoined
from tests.loopback.test_signaling_client import saying, serving
from tests.support.certificates import make_certificates
from tests.support.squid import PASSWORD, USER, Squid


@pytest.fixture(scope="module", params=[ProxyScheme.NONE, ProxyScheme.BASIC, ProxyScheme.NTLM])
def squid(request: pytest.FixtureRequest) -> Iterator[tuple[ProxyScheme, Squid]]:
    with Squid(request.param) as running:
        yield request.param, running


def login_for(proxy: Proxy, password: str = PASSWORD) -> ProxyLogin:
    return ProxyLogin(proxy.host, proxy.port, USER, password)


async def test_signaling_goes_through_with_tls_from_end_to_end(
    squid: tuple[ProxyScheme, Squid], tmp_path: Path
) -> None:
    scheme, running = squid
    certificates = make_certificates(tmp_path)
    dialer = ProxyDialer(running.proxy, login_for(running.proxy))
    async with serving(saying(PeerJoined()), certificates) as address:
        trust = Trust(ca_file=certificates.authority)
        async with await SignalingClient.connect(address, trust, dialer=dialer) as client:
            assert await client.receive() == PeerJoined()
        assert dialer.scheme is scheme
        strange = Trust(ca_file=make_certificates(tmp_path / "strange").authority)
        with pytest.raises(ServerError) as caught:
            await SignalingClient.connect(address, strange, dialer=dialer)
        assert caught.value.code is ErrorCode.TLS_OPENED


async def test_without_a_login(squid: tuple[ProxyScheme, Squid]) -> None:
    scheme, running = squid
    async with serving(saying(PeerJoined())) as address:
        if scheme is ProxyScheme.NONE:
            async with await SignalingClient.connect(address, dialer=ProxyDialer(running.proxy)) as client:
                assert await client.receive() == PeerJoined()
            return
        elsewhere = ProxyLogin("127.0.0.1", running.port + 1, USER, PASSWORD)
        for login in (None, elsewhere):
            with pytest.raises(ServerError) as caught:
                await SignalingClient.connect(address, dialer=ProxyDialer(running.proxy, login))
            assert caught.value.code is ErrorCode.PROXY_WANTS_PASSWORD


async def test_what_the_proxy_cannot_or_will_not_do(squid: tuple[ProxyScheme, Squid]) -> None:
    _, running = squid
    dialer = ProxyDialer(running.proxy, login_for(running.proxy))
    for host, port, code in (
        ("refused.invalid", 443, ErrorCode.PROXY_REFUSED),
        ("127.0.0.1", 1, ErrorCode.SERVER_UNREACHABLE),
        ("two words", 443, ErrorCode.SERVER_UNREACHABLE),
        ("a\r\nb", 443, ErrorCode.SERVER_UNREACHABLE),
    ):
        with pytest.raises(ServerError) as caught:
            await dialer.dial(host, port)
        assert caught.value.code is code


async def test_a_wrong_password() -> None:
    with Squid(ProxyScheme.BASIC) as running:
        with pytest.raises(ServerError) as caught:
            await ProxyDialer(running.proxy, login_for(running.proxy, "wrong")).dial("127.0.0.1", 9)
        assert caught.value.code is ErrorCode.PROXY_WANTS_PASSWORD
        announced = Proxy(running.proxy.host, running.port, ProxySource.WPAD)
        with pytest.raises(ServerError) as caught:
            await ProxyDialer(announced, login_for(announced)).dial("127.0.0.1", 9)
        assert caught.value.code is ErrorCode.PROXY_WANTS_PASSWORD


async def test_the_proxy_is_found_and_remembered_when_direct_does_not_work(tmp_path: Path) -> None:
    certificates = make_certificates(tmp_path)
    with Squid() as running:
        async with serving(saying(PeerJoined()), certificates) as address:
            ways = Ways(lambda: ProxySettings(proxy=running.proxy), WayOut())

            async def connect(dialer: Dialer) -> SignalingClient:
                if dialer.proxy is None:
                    raise ServerError(ErrorCode.SERVER_UNREACHABLE)
                there = ServerAddress("localhost", address.port)
                return await SignalingClient.connect(there, Trust(ca_file=certificates.authority), dialer=dialer)

            for _ in range(2):
                async with await ways.first("rd.example", address.port, connect, SignalingClient.close) as client:
                    assert await client.receive() == PeerJoined()
                assert ways.worked is not None
                assert ways.worked.proxy == running.proxy
