"""What was found out about a network, and the same as JSON."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum, auto
from typing import Any, Final

from remotedesk import __version__
from remotedesk.core.errors import ErrorCode
from remotedesk.core.preflight import Comfort, Line, Opened, screen_comfort, voice_comfort
from remotedesk.core.reach import RELAYED_OVER_TCP, Attempt, ProxyScheme, Survey, Way

FORMAT: Final = 1


class Verdict(StrEnum):
    """Whether a session can be had from here."""

    GOOD = auto()
    SLOW = auto()  # it works, and will not be comfortable
    DETOUR = auto()  # it works, through the relay and TCP alone
    NO_RELAY = auto()  # the server is reached, and no way was found for screen and voice
    BLOCKED = auto()  # the server is not reached


@dataclass(frozen=True)
class Offers:
    """Where the server says that its STUN and TURN are, as `host:port`, and whether it has a bridge."""

    stun: tuple[str, ...] = ()
    turn_udp: tuple[str, ...] = ()
    turn_tls: tuple[str, ...] = ()
    bridge: bool = False


@dataclass(frozen=True)
class NetworkReport:
    """What was tried and what it came to. No address of this machine, nobody's name and no password is in it.

    `entrances` are the tries to reach the server itself, as WEBSOCKET and PROXY_WEBSOCKET; `survey` are those of
    screen and voice. `issuer` made the certificate that was seen.
    """

    host: str
    port: int
    entrances: tuple[Attempt, ...] = ()
    survey: Survey = field(default_factory=Survey)
    offers: Offers = field(default_factory=Offers)
    line: Line = field(default_factory=Line)
    opened: Opened = Opened.UNKNOWN
    issuer: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    version: str = __version__

    @property
    def reached(self) -> Attempt | None:
        """The try that has reached the server, the best if there are several."""
        return next((each for each in self.entrances if each.code is None), None)

    @property
    def interceptor(self) -> str:
        """Who opens TLS on the way, as far as its certificate tells; empty if nobody is known to."""
        if self.opened is Opened.YES:
            return self.issuer
        tried = (*self.entrances, *self.survey.attempts)
        return next((each.issuer for each in tried if each.code is ErrorCode.TLS_OPENED), "")

    @property
    def has_udp(self) -> bool:
        """True if UDP to the server and back works."""
        return self.survey.worked(Way.UDP)

    @property
    def verdict(self) -> Verdict:
        """The whole in one word."""
        if self.reached is None:
            return Verdict.BLOCKED
        offered = self.offers
        if not (self.has_udp or any(map(self.survey.worked, RELAYED_OVER_TCP))):
            # A server without any of it, on a LAN, leads both sides to each other directly.
            if offered.stun or offered.turn_udp or offered.turn_tls or offered.bridge:
                return Verdict.NO_RELAY
        elif not self.has_udp and (offered.stun or offered.turn_udp):
            return Verdict.DETOUR if self.screen is not Comfort.POOR else Verdict.SLOW
        return Verdict.SLOW if Comfort.POOR in (self.screen, self.voice) else Verdict.GOOD

    @property
    def screen(self) -> Comfort:
        """How the screen will feel."""
        return screen_comfort(self.line)

    @property
    def voice(self) -> Comfort:
        """How speaking will feel."""
        return voice_comfort(self.line)

    def to_json(self) -> str:
        """Return it as JSON; these keys stay, others may come.

        `format` 1 · `at` ISO 8601, UTC · `version` of remotedesk · `server` host:port · `verdict`, `screen`, `voice`,
        `tls.opened`, `nat`: words of Verdict, Comfort, Opened and Mapping · `tls.issuer` who made the certificate that
        was seen, `tls.opened_by` who opens TLS · `line`: `rtt_ms`, `down_kbps`, `up_kbps`, `loss_percent`, null if not
        known · `offers`: `stun`, `turn_udp`, `turn_tls`, `bridge` · `server_tries`, `ways`: each `way`, `ok`, `code`
        (RD-…, or null), `rtt_ms`, `proxy` (host:port, or null), `proxy_source`, `proxy_login` (words of ProxySource
        and ProxyScheme), `opened_by`.
        """
        line = self.line
        content: dict[str, Any] = {
            "format": FORMAT,
            "at": self.at.isoformat(),
            "version": self.version,
            "server": f"{self.host}:{self.port}",
            "verdict": self.verdict,
            "screen": self.screen,
            "voice": self.voice,
            "tls": {"opened": self.opened, "issuer": self.issuer, "opened_by": self.interceptor},
            "nat": self.survey.mapping,
            "line": {
                "rtt_ms": _rounded(line.rtt_s, 1_000),
                "down_kbps": _rounded(line.down_bps, 0.001),
                "up_kbps": _rounded(line.up_bps, 0.001),
                "loss_percent": _rounded(line.loss, 100),
            },
            "offers": vars(self.offers),
            "server_tries": [_tried(each) for each in self.entrances],
            "ways": [_tried(each) for each in self.survey.attempts],
        }
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _tried(attempt: Attempt) -> dict[str, Any]:
    proxy = attempt.proxy
    return {
        "way": attempt.way,
        "ok": attempt.code is None,
        "code": attempt.code,
        "rtt_ms": _rounded(attempt.rtt_s, 1_000),
        "proxy": f"{proxy.host}:{proxy.port}" if proxy else None,
        "proxy_source": proxy.source if proxy else None,
        "proxy_login": attempt.scheme if attempt.scheme is not ProxyScheme.NONE else None,
        "opened_by": attempt.issuer or None,
    }


def _rounded(value: float | None, factor: float) -> float | None:
    return None if value is None else round(value * factor, 1)
