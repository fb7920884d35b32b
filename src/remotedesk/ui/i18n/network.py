"""What was found out about a network, in sentences that its administrator can act on."""

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QCoreApplication

from remotedesk.core.errors import ErrorCode
from remotedesk.core.preflight import Comfort, Opened
from remotedesk.core.reach import Attempt, Mapping, ProxyScheme, ProxySource, Way
from remotedesk.engine.doctor import NetworkReport, Step, Verdict
from remotedesk.ui.doctor.sheet import Mark, Row, Section, Sheet
from remotedesk.ui.i18n.network_rules import rules
from remotedesk.ui.i18n.sentences import sentence

translate = QCoreApplication.translate

_MOST_BPS: Final = 100_000_000
_MARKS = {Comfort.GOOD: Mark.GOOD, Comfort.FAIR: Mark.WARN, Comfort.POOR: Mark.BAD, Comfort.UNKNOWN: Mark.NONE}
_VERDICT_MARKS = {
    Verdict.GOOD: Mark.GOOD,
    Verdict.SLOW: Mark.WARN,
    Verdict.DETOUR: Mark.WARN,
    Verdict.NO_RELAY: Mark.BAD,
    Verdict.BLOCKED: Mark.BAD,
}


def step_sentence(step: Step) -> str:
    """Return what is being done."""
    return {
        Step.SERVER: translate("Network", "Looking for a way to the server…"),
        Step.WAYS: translate("Network", "Trying the ways for screen and voice…"),
        Step.LINE: translate("Network", "Measuring the line…"),
    }[step]


def sheet_of(report: NetworkReport) -> Sheet:
    """Return a report as people read it."""
    at = report.at.astimezone()
    server = f"[{report.host}]:{report.port}" if ":" in report.host else f"{report.host}:{report.port}"
    verdict, advice = _verdict(report)
    sections = [Section(translate("Network", "What was tried"), _tried(report))]
    if report.reached is not None:
        sections.insert(0, Section(translate("Network", "What to expect"), _expected(report)))
        sections.append(Section(translate("Network", "Measured between this computer and the server"), _line(report)))
    sections.append(Section(translate("Network", "What the network has to allow"), rules(report)))
    page = translate("Network", "How everything is encrypted and what the server stores: {page}").format(
        page=server.removesuffix(":443") + "/network"
    )
    foot = translate("Network", "This page names no person, no address of this computer and no password.")
    return Sheet(
        translate("Network", "remotedesk network check"),
        f"{server} · {at:%Y-%m-%d %H:%M} (UTC{at.isoformat()[-6:]}) · remotedesk {report.version}",
        _VERDICT_MARKS[report.verdict],
        verdict,
        advice,
        tuple(sections),
        f"{page}\n{foot}",
    )


def _verdict(report: NetworkReport) -> tuple[str, str]:
    match report.verdict:
        case Verdict.GOOD:
            return translate("Network", "Remote support works from this network."), ""
        case Verdict.SLOW:
            return (
                translate("Network", "Remote support works from this network, but it will feel slow."),
                translate("Network", "Please close what else uses the line, or use a cable instead of Wi-Fi."),
            )
        case Verdict.DETOUR:
            return (
                translate("Network", "Remote support works from this network."),
                translate("Network", "It takes a detour, since UDP is blocked. Allowing UDP would make it smoother."),
            )
        case Verdict.NO_RELAY:
            return (
                translate("Network", "The server is reached, but no way for screen and voice was found."),
                translate("Network", "Please ask your IT department to allow one of the ways below."),
            )
        case Verdict.BLOCKED:
            return (
                translate("Network", "The server is not reached from this network."),
                translate("Network", "Please hand this page to your IT department."),
            )


def _expected(report: NetworkReport) -> tuple[Row, ...]:
    return (
        Row(_MARKS[report.screen], translate("Network", "Screen"), _comforts()[report.screen]),
        Row(_MARKS[report.voice], translate("Network", "Voice"), _comforts()[report.voice]),
        _encryption(report),
    )


def _encryption(report: NetworkReport) -> Row:
    what = translate("Network", "Encryption")
    between = translate("Network", "Screen, control and voice are encrypted between the two computers in any case.")
    if report.opened is Opened.YES:
        how = translate("Network", "TLS to the server is opened on the way by “{issuer}”.")
        return Row(Mark.WARN, what, how.format(issuer=report.issuer), between)
    if report.opened is Opened.NO:
        return Row(Mark.GOOD, what, translate("Network", "nobody opens TLS on the way to the server"))
    if report.issuer:
        how = translate("Network", "the server’s certificate was issued by “{issuer}”")
        return Row(Mark.NONE, what, how.format(issuer=report.issuer), between)
    return Row(Mark.NONE, what, translate("Network", "whether TLS is opened on the way is not known"), between)


def _tried(report: NetworkReport) -> tuple[Row, ...]:
    # A way that fails does no harm where another works.
    failed = Mark.BAD if report.verdict in (Verdict.BLOCKED, Verdict.NO_RELAY) else Mark.NONE
    rows = [_attempt(each, translate("Network", "Server (HTTPS, WebSocket)"), failed) for each in report.entrances]
    for attempt in report.survey.attempts:
        row = _attempt(attempt, _ways()[attempt.way], failed)
        rows.append(replace(row, note=""))  # the proxies have been named already
    return tuple(rows)


def _attempt(attempt: Attempt, what: str, failed: Mark) -> Row:
    note = ""
    if (proxy := attempt.proxy) is not None:
        named = translate("Network", "through the proxy {proxy}, {source}").format(
            proxy=f"[{proxy.host}]:{proxy.port}" if ":" in proxy.host else f"{proxy.host}:{proxy.port}",
            source=_sources()[proxy.source],
        )
        note = named
        if attempt.scheme is not ProxyScheme.NONE:
            note = translate("Network", "{proxy}, {login}").format(proxy=named, login=_schemes()[attempt.scheme])
    if attempt.code is None:
        return Row(Mark.GOOD, what, _works(attempt), note)
    how = _reasons().get(attempt.code) or sentence(attempt.code)
    if attempt.issuer:
        how = translate("Network", "TLS is opened by “{issuer}”, which this computer does not trust").format(
            issuer=attempt.issuer
        )
    return Row(failed, what, f"{how} ({attempt.code.value})", note)


def _works(attempt: Attempt) -> str:
    if attempt.rtt_s is None:
        return translate("Network", "works")
    return translate("Network", "works, {ms} ms").format(ms=_figure(attempt.rtt_s * 1_000))


def _line(report: NetworkReport) -> tuple[Row, ...]:
    line, rows = report.line, []
    if line.rtt_s is not None:
        rows.append(Row(Mark.NONE, translate("Network", "Round trip"), f"{_figure(line.rtt_s * 1_000)} ms"))
    for what, rate in (
        (translate("Network", "From the server"), line.down_bps),
        (translate("Network", "To the server"), line.up_bps),
    ):
        rows.append(Row(Mark.NONE, what, _rate(rate)))
    if line.loss is not None:
        rows.append(Row(Mark.NONE, translate("Network", "Lost on the way (UDP)"), f"{_figure(line.loss * 100)} %"))
    if report.has_udp:
        rows.append(
            Row(Mark.NONE, translate("Network", "Address translation (NAT)"), _mappings()[report.survey.mapping])
        )
    return tuple(rows)


def _rate(rate_bps: float | None) -> str:
    if rate_bps is None:
        return translate("Network", "not measured")
    if rate_bps >= _MOST_BPS:  # so little is sent that it would be over before more could be told
        return translate("Network", "more than {rate}").format(rate=f"{_figure(_MOST_BPS / 1_000_000)} Mbit/s")
    if rate_bps >= 1_000_000:
        return f"{_figure(rate_bps / 1_000_000)} Mbit/s"
    return f"{_figure(rate_bps / 1_000)} kbit/s"


def _figure(value: float) -> str:
    """Return as many digits as a person reads."""
    return f"{value:.0f}" if value >= 10 or value == 0 else f"{value:.1f}"


def _comforts() -> dict[Comfort, str]:
    return {
        Comfort.GOOD: translate("Network", "comfortable"),
        Comfort.FAIR: translate("Network", "works, with some delay"),
        Comfort.POOR: translate("Network", "slow: expect delays"),
        Comfort.UNKNOWN: translate("Network", "not measured"),
    }


def _ways() -> dict[Way, str]:
    return {
        Way.UDP: translate("Network", "Direct connection (UDP)"),
        Way.TLS: translate("Network", "Relay over TLS"),
        Way.PROXY_TLS: translate("Network", "Relay over TLS, by proxy"),
        Way.WEBSOCKET: translate("Network", "Relay in a WebSocket"),
        Way.PROXY_WEBSOCKET: translate("Network", "Relay in a WebSocket, by proxy"),
    }


def _sources() -> dict[ProxySource, str]:
    return {
        ProxySource.MANUAL: translate("Network", "as set in this program"),
        ProxySource.SYSTEM: translate("Network", "from the system’s settings"),
        ProxySource.ENVIRONMENT: translate("Network", "from the environment"),
        ProxySource.PAC: translate("Network", "from a configuration script (PAC)"),
        ProxySource.WPAD: translate("Network", "found by WPAD"),
    }


def _schemes() -> dict[ProxyScheme, str]:
    return {
        ProxyScheme.BASIC: translate("Network", "with a password (Basic)"),
        ProxyScheme.NTLM: translate("Network", "signed in by NTLM"),
        ProxyScheme.NEGOTIATE: translate("Network", "signed in by Negotiate"),
    }


def _mappings() -> dict[Mapping, str]:
    return {
        Mapping.UNKNOWN: translate("Network", "not known"),
        Mapping.NONE: translate("Network", "none"),
        Mapping.INDEPENDENT: translate("Network", "yes; direct connections are possible"),
        Mapping.DEPENDENT: translate("Network", "another port for each destination; the relay is used"),
    }


def _reasons() -> dict[ErrorCode, str]:
    return {
        ErrorCode.WAY_BLOCKED: translate("Network", "no answer: blocked"),
        ErrorCode.SERVER_UNREACHABLE: translate("Network", "no connection"),
        ErrorCode.SERVER_CERTIFICATE: translate("Network", "the certificate shown is not trusted"),
        ErrorCode.PROXY_IN_THE_WAY: translate("Network", "something on the way answers in the server’s place"),
        ErrorCode.PROXY_UNREACHABLE: translate("Network", "the proxy does not answer"),
        ErrorCode.PROXY_WANTS_PASSWORD: translate("Network", "the proxy wants a user name and a password"),
        ErrorCode.PROXY_REFUSED: translate("Network", "the proxy refuses this server"),
        ErrorCode.TLS_OPENED: translate("Network", "TLS is opened on the way"),
    }
