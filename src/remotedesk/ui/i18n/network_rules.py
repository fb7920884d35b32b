"""What a firewall and a proxy have to let through, line by line, and whether they do."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from remotedesk.core.errors import ErrorCode
from remotedesk.core.preflight import Opened
from remotedesk.core.reach import RELAYED_OVER_TCP, Way
from remotedesk.engine.doctor import NetworkReport
from remotedesk.ui.doctor.sheet import Mark, Row

translate = QCoreApplication.translate


def rules(report: NetworkReport) -> tuple[Row, ...]:
    """Return the rules, those without which nothing works first."""
    return (_server(report), *_turn(report), *_udp(report), *_inspection(report))


def _server(report: NetworkReport) -> Row:
    return Row(
        Mark.BAD if report.reached is None else Mark.GOOD,
        translate("Network", "{host}, TCP {port}").format(host=report.host, port=report.port),
        translate("Network", "HTTPS and WebSocket (wss): needed"),
        translate("Network", "A proxy has to allow CONNECT, and connections that stay open for hours."),
    )


def _turn(report: NetworkReport) -> list[Row]:
    needed = not any(map(report.survey.worked, (Way.UDP, *RELAYED_OVER_TCP)))
    works = report.survey.worked(Way.TLS) or report.survey.worked(Way.PROXY_TLS)
    return [
        Row(
            Mark.GOOD if works else Mark.BAD if needed else Mark.WARN,
            translate("Network", "{host}, TCP {port}").format(host=host, port=", ".join(ports)),
            translate("Network", "TURN over TLS (ALPN stun.turn): the relay where UDP does not get through"),
        )
        for host, ports in _by_host(report.offers.turn_tls)
    ]


def _udp(report: NetworkReport) -> list[Row]:
    mark = Mark.GOOD if report.has_udp else Mark.WARN
    return [
        Row(
            mark,
            translate("Network", "{host}, UDP {port}").format(host=host, port=", ".join(ports)),
            translate("Network", "STUN and TURN: recommended; direct connections and the least delay"),
        )
        for host, ports in _by_host((*report.offers.stun, *report.offers.turn_udp))
    ]


def _inspection(report: NetworkReport) -> list[Row]:
    tried = (*report.entrances, *report.survey.attempts)
    if report.opened is not Opened.YES and not any(each.code is ErrorCode.TLS_OPENED for each in tried):
        return []
    how = translate("Network", "please except {host} from it").format(host=report.host)
    mark = Mark.BAD if report.reached is None else Mark.WARN
    note = translate("Network", "Or install the inspecting authority’s certificate in this computer’s system store.")
    return [Row(mark, translate("Network", "TLS inspection"), how, "" if report.opened is Opened.YES else note)]


def _by_host(endpoints: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Return each host once, with its ports in order."""
    found: dict[str, list[str]] = {}
    for endpoint in endpoints:
        host, _, port = endpoint.rpartition(":")
        ports = found.setdefault(host, [])
        if port not in ports:
            ports.append(port)
    return list(found.items())
