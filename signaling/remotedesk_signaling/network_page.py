"""The page for a customer's IT officer: what to let through, what is encrypted how, and what is stored here.

It says what this server is configured to be, so nobody has to keep it up to date.
"""

import asyncio
import html
import json
import re
from collections.abc import Callable, Iterable, Sequence
from string import Template
from typing import Final

from aiohttp import hdrs, web

from remotedesk_signaling.limits import Limits
from remotedesk_signaling.page import LANGUAGES, answer, preferred, read
from remotedesk_signaling.relay import RelayConfig
from remotedesk_signaling.shown_certificate import Shown

_HOST: Final = re.compile(r"([A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?")
_DAY_S: Final = 86_400

Texts = dict[str, str]


class NetworkPage:
    """Serves `/network` in the browser's language, `/ja/network` and `/en/network`."""

    def __init__(
        self, relay: RelayConfig | None, limits: Limits, *, keeps: bool, shown: Callable[[], Shown | None]
    ) -> None:
        """`keeps`: paired sessions are on disk. `shown` tells the certificate that clients are shown, and may block."""
        self._relay = relay
        self._limits = limits
        self._keeps = keeps
        self._shown = shown
        self._template = Template(read("network.html"))
        self._texts: dict[str, Texts] = {each: json.loads(read(f"network.{each}.json")) for each in LANGUAGES}

    def routes(self) -> list[web.RouteDef]:
        """Return what to add to an application."""
        return [web.get(path, self._get) for path in ("/network", *(f"/{each}/network" for each in LANGUAGES))]

    async def _get(self, request: web.Request) -> web.Response:
        named = request.path.strip("/").partition("/")[0]
        language = named if named in LANGUAGES else preferred(request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))
        body = await asyncio.to_thread(self.render, language, request.host)
        response = answer(request, body.encode(), "text/html")
        response.headers[hdrs.CONTENT_LANGUAGE] = language
        response.headers[hdrs.VARY] = hdrs.ACCEPT_LANGUAGE
        return response

    def render(self, language: str, authority: str) -> str:
        """Return the page; `authority` is a request's Host, which says how clients call this server. Blocks."""
        texts = self._texts[language]
        host, port = _host_and_port(authority)
        escaped = {name: html.escape(text) for name, text in texts.items()}
        current = {f"{each}_current": 'aria-current="true"' if each == language else "" for each in LANGUAGES}
        return self._template.substitute(
            escaped,
            language=language,
            host=html.escape(host),
            rules=_table(self._rules(texts, host, port)),
            legs=_table(self._legs(texts)),
            seen=_list(texts, "sees_"),
            unseen=_list(texts, "hidden_"),
            stored=_table(self._stored(texts)),
            **current,
        )

    def _rules(self, texts: Texts, host: str, port: str) -> Iterable[Sequence[str]]:
        relay = self._relay
        bridge = texts["rule_bridge"] if relay is not None and relay.bridge_to is not None else ""
        yield f"{host}, TCP {port}", texts["proto_https"], texts["rule_https"] + bridge
        if relay is not None:
            for name, ports in _by_host(relay.turn_tls):
                yield f"{name}, TCP {ports}", texts["proto_turn_tls"], texts["rule_turn_tls"]
            for name, ports in _by_host((*relay.stun, *relay.turn_udp)):
                yield f"{name}, UDP {ports}", texts["proto_stun"], texts["rule_stun"]
        yield texts["dest_peer"], texts["proto_peer"], texts["rule_peer"]

    def _legs(self, texts: Texts) -> Iterable[Sequence[str]]:
        server = texts["leg_server"]
        if (shown := self._shown()) is not None:
            issuer = shown.issuer or texts["certificate_own"]
            digits = shown.fingerprint.upper()
            fingerprint = ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))
            server += texts["certificate"].format(issuer=issuer, until=shown.until, fingerprint=fingerprint)
        yield texts["leg_server_name"], server
        yield texts["leg_pairing_name"], texts["leg_pairing"]
        yield texts["leg_peer_name"], texts["leg_peer"]
        if self._relay is not None:
            yield texts["leg_relay_name"], texts["leg_relay"]

    def _stored(self, texts: Texts) -> Iterable[Sequence[str]]:
        limits = self._limits
        minutes, days = round(limits.number_lifetime_s / 60), round(limits.kept_s / _DAY_S, 1)
        yield texts["store_accounts_name"], texts["store_accounts"]
        yield texts["store_numbers_name"], texts["store_numbers"].format(minutes=minutes)
        if self._keeps:
            yield texts["store_kept_name"], texts["store_kept"].format(days=f"{days:g}")
        yield texts["store_log_name"], texts["store_log"]
        if self._relay is not None:
            yield texts["store_relay_name"], texts["store_relay"].format(minutes=round(self._relay.lifetime_s / 60))
        yield texts["store_nothing_name"], texts["store_nothing"]


def _host_and_port(authority: str) -> tuple[str, str]:
    """Read a Host header; what is none becomes nothing that could be shown."""
    found = _HOST.fullmatch(authority)
    return (found[1], found[2] or "443") if found else ("-", "443")


def _by_host(endpoints: Sequence[str]) -> list[tuple[str, str]]:
    """Return each host once, with its ports in order."""
    found: dict[str, list[str]] = {}
    for endpoint in endpoints:
        host, _, port = endpoint.rpartition(":")
        found.setdefault(host, []).append(port)
    return [(host, ", ".join(dict.fromkeys(ports))) for host, ports in found.items()]


def _table(rows: Iterable[Sequence[str]]) -> str:
    """Return table rows whose first cell heads them."""
    return "\n".join(
        f'<tr><th scope="row">{html.escape(first)}</th>{"".join(f"<td>{html.escape(each)}</td>" for each in rest)}</tr>'
        for first, *rest in rows
    )


def _list(texts: Texts, prefix: str) -> str:
    items = (text for name, text in texts.items() if name.startswith(prefix))
    return "\n".join(f"<li>{html.escape(text)}</li>" for text in items)
