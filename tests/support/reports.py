"""Reports on networks of several kinds, for the pictures and the tests of what is made of them."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from remotedesk.core.errors import ErrorCode
from remotedesk.core.preflight import Line, Opened
from remotedesk.core.reach import Attempt, Mapping, Proxy, ProxyScheme, ProxySource, Survey, Way
from remotedesk.engine.doctor import NetworkReport, Offers, Step

HOST: Final = "support.example.jp"
OFFERS: Final = Offers((f"{HOST}:3478", f"{HOST}:3480"), (f"{HOST}:3478",), (f"{HOST}:443",), True)
AT: Final = datetime(2026, 11, 30, 5, 12, tzinfo=UTC)
PROXY: Final = Proxy("proxy.corp.example", 8080, ProxySource.PAC)

OPEN: Final = NetworkReport(
    HOST,
    443,
    (Attempt(Way.WEBSOCKET, rtt_s=0.0124),),
    Survey(
        (
            Attempt(Way.UDP, rtt_s=0.0112),
            Attempt(Way.TLS, rtt_s=0.0131),
            Attempt(Way.WEBSOCKET, rtt_s=0.0124),
        ),
        Mapping.INDEPENDENT,
    ),
    OFFERS,
    Line(0.0126, 94_200_000, 31_400_000, 0.0),
    Opened.NO,
    "R11, Let's Encrypt",
    AT,
)
INSPECTED: Final = NetworkReport(
    HOST,
    443,
    (
        Attempt(Way.WEBSOCKET, ErrorCode.SERVER_UNREACHABLE),
        Attempt(Way.PROXY_WEBSOCKET, rtt_s=0.048, proxy=PROXY, scheme=ProxyScheme.NTLM),
    ),
    Survey(
        (
            Attempt(Way.UDP, ErrorCode.WAY_BLOCKED),
            Attempt(Way.TLS, ErrorCode.WAY_BLOCKED),
            Attempt(Way.PROXY_TLS, ErrorCode.PROXY_IN_THE_WAY, proxy=PROXY, scheme=ProxyScheme.NTLM),
            Attempt(Way.WEBSOCKET, ErrorCode.SERVER_UNREACHABLE),
            Attempt(Way.PROXY_WEBSOCKET, rtt_s=0.048, proxy=PROXY, scheme=ProxyScheme.NTLM),
        )
    ),
    OFFERS,
    Line(0.048, 8_300_000, 1_700_000),
    Opened.YES,
    "Example Corp Web Gateway CA",
    AT,
)
BLOCKED: Final = NetworkReport(
    HOST,
    443,
    (
        Attempt(Way.WEBSOCKET, ErrorCode.TLS_OPENED, issuer="Example Corp <Gateway> CA"),
        Attempt(Way.PROXY_WEBSOCKET, ErrorCode.PROXY_WANTS_PASSWORD, proxy=PROXY),
    ),
    at=AT,
)
NO_RELAY: Final = NetworkReport(
    HOST,
    443,
    (Attempt(Way.WEBSOCKET, rtt_s=0.6),),
    Survey((Attempt(Way.UDP, ErrorCode.WAY_BLOCKED), Attempt(Way.TLS, ErrorCode.WAY_BLOCKED))),
    Offers((f"{HOST}:3478",), (f"{HOST}:3478",), (f"turn.{HOST}:443",)),
    Line(0.6, 300_000, None),
    at=AT,
)
SAMPLES: Final = {"open": OPEN, "inspected": INSPECTED, "blocked": BLOCKED, "no_relay": NO_RELAY}


class ScriptedCheck:
    """A look at the network that comes to a given report, or goes on until it is cancelled."""

    def __init__(self, tell: Callable[[Step], None], report: NetworkReport | None) -> None:
        self._tell = tell
        self._report = report
        self.cancelled = threading.Event()

    def run(self) -> NetworkReport | None:
        """Tell all steps, then the end."""
        for step in Step:
            self._tell(step)
        if self._report is None:
            self.cancelled.wait()
        return self._report

    def cancel(self) -> None:
        """Have it end."""
        self.cancelled.set()
