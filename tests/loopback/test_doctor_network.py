"""The doctor's look at the network: the whole server side, a proxy in between, TLS opened, nothing there."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from remotedesk.core.errors import ErrorCode
from remotedesk.core.preflight import Comfort, Opened
from remotedesk.core.proxy_settings import ProxyLogin, WayOut
from remotedesk.core.reach import ProxyScheme, Way
from remotedesk.engine.doctor import NetworkCheck, NetworkChecks, NetworkReport, Step, Verdict
from remotedesk.engine.options import EngineOptions
from remotedesk.platform.fake import FakePlatform
from remotedesk.transport.reach.proxy_ways import Ways
from remotedesk.transport.server_address import ServerAddress, Trust
from remotedesk_signaling import certificates
from remotedesk_signaling.trial import ServerSide
from tests.support.certificates import make_certificates
from tests.support.server_side import server_side
from tests.support.signaling import running_server
from tests.support.squid import PASSWORD, USER, Squid


@pytest.fixture(scope="module")
def side(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerSide]:
    with server_side(tmp_path_factory.mktemp("side")) as made:
        yield made


def options(side: ServerSide, folder: Path, way_out: WayOut | None = None) -> EngineOptions:
    return EngineOptions(
        ServerAddress.parse(side.url), Trust(ca_file=side.ca_file), folder, way_out=way_out or WayOut()
    )


def looked(given: EngineOptions) -> NetworkReport:
    report = NetworkCheck(FakePlatform(), given, lambda _: None).run()
    assert report is not None
    return report


def test_a_network_that_lets_everything_through(side: ServerSide, tmp_path: Path) -> None:
    steps: list[Step] = []
    report = NetworkCheck(FakePlatform(), options(side, tmp_path), steps.append).run()
    assert report is not None
    assert steps == list(Step)
    assert report.verdict is Verdict.GOOD
    assert [attempt.way for attempt in report.survey.attempts] == [Way.UDP, Way.TLS, Way.WEBSOCKET]
    assert all(attempt.code is None for attempt in report.survey.attempts)
    assert report.reached is not None
    assert report.screen is Comfort.GOOD
    assert report.voice is Comfort.GOOD
    assert report.line.loss == 0
    assert report.opened is Opened.NO
    assert report.interceptor == ""
    read = json.loads(report.to_json())
    assert read["line"]["rtt_ms"] < 150
    assert read["line"]["down_kbps"] > 2_000
    assert read["ways"][0] == {
        "way": "udp", "ok": True, "code": None, "rtt_ms": pytest.approx(50, abs=50),
        "proxy": None, "proxy_source": None, "proxy_login": None, "opened_by": None,
    }  # fmt: skip


def test_through_a_proxy_that_asks_who_it_is(side: ServerSide, tmp_path: Path) -> None:
    with Squid(ProxyScheme.BASIC) as squid:
        login = ProxyLogin(squid.proxy.host, squid.proxy.port, USER, PASSWORD)
        report = looked(options(side, tmp_path, WayOut(squid.proxy, login=login)))
    assert report.reached is not None
    assert report.entrances[0].proxy == squid.proxy
    assert report.entrances[0].scheme is ProxyScheme.BASIC
    assert report.survey.worked(Way.PROXY_TLS)
    assert report.survey.worked(Way.PROXY_WEBSOCKET)
    assert report.line.down_bps is not None
    said = report.to_json()
    assert f'"proxy": "{squid.proxy.host}:{squid.proxy.port}"' in said
    assert USER not in said
    assert PASSWORD not in said


def test_a_proxy_that_refuses_is_named_and_the_direct_way_is_found(side: ServerSide, tmp_path: Path) -> None:
    with Squid(ProxyScheme.BASIC) as squid:
        report = looked(options(side, tmp_path, WayOut(squid.proxy)))
    assert report.entrances[0].code is ErrorCode.PROXY_WANTS_PASSWORD
    assert report.reached is report.entrances[1]
    assert report.verdict is Verdict.GOOD


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    report = looked(EngineOptions(ServerAddress("127.0.0.1", 1), Trust(), tmp_path))
    assert report.verdict is Verdict.BLOCKED
    assert [attempt.code for attempt in report.entrances] == [ErrorCode.SERVER_UNREACHABLE]
    assert report.screen is Comfort.UNKNOWN
    assert json.loads(report.to_json())["verdict"] == "blocked"


def test_tls_that_nobody_vouches_for_is_named(side: ServerSide, tmp_path: Path) -> None:
    other = make_certificates(tmp_path / "other")
    report = looked(EngineOptions(ServerAddress.parse(side.url), Trust(ca_file=other.authority), tmp_path))
    assert report.verdict is Verdict.BLOCKED
    assert report.entrances[0].code is ErrorCode.TLS_OPENED
    assert "remotedesk" in report.interceptor


async def test_tls_that_the_company_opens_is_seen_although_it_is_trusted(tmp_path: Path) -> None:
    shown = make_certificates(tmp_path / "company")
    own = tmp_path / "own.pem"
    own.write_bytes(certificates.make(["127.0.0.1"]).certificate)
    context = certificates.server_context(shown.certificate, shown.key)
    for real, opened in ((own, Opened.YES), (shown.certificate, Opened.NO), (None, Opened.UNKNOWN)):
        async with running_server(tls=context, certificate=real) as server:
            address, trust = ServerAddress("127.0.0.1", server.port), Trust(ca_file=shown.authority)
            report = await _in_this_loop(EngineOptions(address, trust, tmp_path))
        assert report.opened is opened
        assert report.issuer == "Test authority"
        assert report.interceptor == ("Test authority" if opened is Opened.YES else "")
        assert report.verdict is Verdict.GOOD  # it has no relays; two clients on a LAN need none


def test_it_can_be_cancelled_before_and_while_it_runs(side: ServerSide, tmp_path: Path) -> None:
    early = NetworkCheck(FakePlatform(), options(side, tmp_path), lambda _: None)
    early.cancel()
    assert early.run() is None

    def stop(step: Step) -> None:
        if step is Step.WAYS:
            late.cancel()

    late = NetworkCheck(FakePlatform(), options(side, tmp_path), stop)
    assert late.run() is None


async def _in_this_loop(given: EngineOptions) -> NetworkReport:
    return await NetworkChecks(given, Ways()).run(lambda _: None)
