"""What clients measure their line with: bounded, limited, and nothing kept."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from remotedesk_signaling import certificates
from remotedesk_signaling.limits import Limits
from remotedesk_signaling.shown_certificate import ShownCertificate
from tests.support.certificates import make_certificates
from tests.support.signaling import clients_of, running_server

MOST = 2 * 1024 * 1024


async def test_bytes_come_as_many_as_were_asked_for() -> None:
    async with running_server() as server, clients_of(server) as clients:
        for nbytes in (0, 1, 70_000, MOST):
            async with clients.session.get(f"{clients.url}/preflight/down?bytes={nbytes}") as response:
                assert response.status == 200
                assert response.headers["Cache-Control"] == "no-store"
                assert len(await response.read()) == nbytes


@pytest.mark.parametrize("query", ["", "bytes=", "bytes=-1", f"bytes={MOST + 1}", "bytes=1e3", "bytes=%EF%BC%91"])
async def test_no_other_amount_is_sent(query: str) -> None:
    async with (
        running_server() as server,
        clients_of(server) as clients,
        clients.session.get(f"{clients.url}/preflight/down?{query}") as response,
    ):
        assert response.status == 400


async def test_the_rate_of_what_comes_is_told() -> None:
    async with running_server() as server, clients_of(server) as clients:
        async with clients.session.post(f"{clients.url}/preflight/up", data=bytes(500_000)) as response:
            assert response.status == 200
            assert int(await response.text()) > 1_000_000
        async with clients.session.post(f"{clients.url}/preflight/up") as response:
            assert await response.text() == "0"


async def test_too_much_is_refused() -> None:
    limits = Limits(preflight_up_bytes=100_000)
    async with (
        running_server(limits) as server,
        clients_of(server) as clients,
        clients.session.post(f"{clients.url}/preflight/up", data=bytes(100_001)) as response,
    ):
        assert response.status == 413


async def test_who_sends_slowly_is_answered_in_time() -> None:
    async def slow() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield bytes(2_000)
            await asyncio.sleep(0.05)

    async with (
        running_server(Limits(preflight_s=0.5)) as server,
        clients_of(server) as clients,
        asyncio.timeout(3),
        clients.session.post(f"{clients.url}/preflight/up", data=slow()) as response,
    ):
        assert 100_000 < int(await response.text()) < 1_000_000


async def test_one_address_measures_only_so_often() -> None:
    async with running_server(Limits(preflights_per_minute=2)) as server, clients_of(server) as clients:
        statuses = []
        for _ in range(3):
            async with clients.session.get(f"{clients.url}/preflight/down?bytes=1") as response:
                statuses.append(response.status)
        assert statuses == [200, 200, 429]
        async with clients.session.post(f"{clients.url}/preflight/up", data=b"x") as response:
            assert response.status == 429


async def test_only_so_many_measure_at_once() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(1_000)
            await asyncio.sleep(0.05)

    async def upload(session: aiohttp.ClientSession, url: str) -> int:
        async with session.post(f"{url}/preflight/up", data=endless()) as response:
            return response.status

    async with running_server(Limits(preflights_most=1, preflight_s=1)) as server, clients_of(server) as clients:
        first = asyncio.create_task(upload(clients.session, clients.url))
        await asyncio.sleep(0.3)
        async with clients.session.get(f"{clients.url}/preflight/down?bytes=1") as response:
            assert response.status == 503
        assert await first == 200
        async with clients.session.get(f"{clients.url}/preflight/down?bytes=1") as response:
            assert response.status == 200


async def test_the_own_certificate_is_told_and_read_again_when_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "certificate.pem"
    first, second = certificates.make(["a"]), certificates.make(["b"])
    file.write_bytes(first.key + first.certificate + second.certificate)
    async with running_server(certificate=file) as server, clients_of(server) as clients:

        async def told() -> str:
            async with clients.session.get(f"{clients.url}/preflight/certificate") as response:
                return await response.text() if response.status == 200 else str(response.status)

        assert await told() == first.fingerprint
        file.write_bytes(second.certificate)
        assert await told() == second.fingerprint
        file.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        assert await told() == "404"
        file.unlink()
        assert await told() == "404"
    async with (
        running_server() as server,
        clients_of(server) as clients,
        clients.session.get(f"{clients.url}/preflight/certificate") as response,
    ):
        assert response.status == 404


def test_a_certificate_names_its_issuer_unless_it_vouches_for_itself(tmp_path: Path) -> None:
    shown = ShownCertificate(make_certificates(tmp_path).certificate).read()
    assert shown is not None
    assert shown.issuer == "Test authority"
    (tmp_path / "own.pem").write_bytes(certificates.make(["a"]).certificate)
    own = ShownCertificate(tmp_path / "own.pem").read()
    assert own is not None
    assert own.issuer == ""
