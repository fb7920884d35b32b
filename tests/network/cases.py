"""The networks that both clients must find each other through."""

from dataclasses import dataclass, field

from remotedesk.core.errors import ErrorCode
from remotedesk.core.reach import ProxyScheme, Way
from tests.network.lab import Firewall, Nat


@dataclass(frozen=True)
class Proxy:
    """The office's HTTP proxy; or, when it is not `is_seen`, a firewall that opens TLS on its way out."""

    scheme: ProxyScheme = ProxyScheme.NONE
    opens_tls: bool = False
    is_trusted: bool = True  # of one that opens TLS: the office's machines know its authority
    idle_s: float = 0.0  # after which it drops a connection; 0: never
    is_seen: bool = True


@dataclass(frozen=True)
class Behind:
    """What one side is behind."""

    nat: Nat = Nat.CONE
    firewall: Firewall = Firewall.OPEN
    proxy: Proxy | None = None
    only_ipv6: bool = False
    relay_only: bool = False  # the client's own policy

    def way(self, case: "Case") -> Way:
        """Return by which way a relay is to be reached from here."""
        if self.proxy is not None:
            ways = (Way.PROXY_TLS, Way.PROXY_WEBSOCKET) if self.proxy.is_seen else (Way.TLS, Way.WEBSOCKET)
            return ways[self.proxy.opens_tls]
        return Way.UDP if self.firewall is Firewall.OPEN and not case.dead_stun else Way.TLS


@dataclass(frozen=True)
class Case:
    """One row: what is between, and what comes of it.

    `direct`: whether no relay may be in use, or one must; None where either is right. `refused`: this is how the
    customer's attempt ends instead. `is_variation`: much like another row, and left out where time is short.
    """

    name: str
    customer: Behind = field(default_factory=Behind)
    engineer: Behind = field(default_factory=Behind)
    same_lan: bool = False
    dead_stun: bool = False
    loss: float = 0.0
    direct: bool | None = False
    refused: ErrorCode | None = None
    is_variation: bool = False


SYMMETRIC = Behind(Nat.SYMMETRIC)
_NO_UDP = Behind(firewall=Firewall.NO_UDP)
ONLY_443 = Behind(firewall=Firewall.ONLY_443)


def _proxied(proxy: Proxy) -> Behind:
    return Behind(firewall=Firewall.ONLY_PROXY, proxy=proxy)


OPEN_PROXY = _proxied(Proxy())
IDLE_S = 60.0  # as proxies in offices have it
PROXY_IDLE = _proxied(Proxy(idle_s=IDLE_S))
PROXY_IDLE_SHORT = _proxied(Proxy(idle_s=5.0))
_BASIC = _proxied(Proxy(ProxyScheme.BASIC))
_NTLM = _proxied(Proxy(ProxyScheme.NTLM))
_OPENING = _proxied(Proxy(opens_tls=True))
OPENED_ON_ITS_WAY = Behind(firewall=Firewall.ONLY_443, proxy=Proxy(opens_tls=True, is_seen=False))
OPENED_BY_STRANGERS = Behind(firewall=Firewall.ONLY_443, proxy=Proxy(opens_tls=True, is_trusted=False, is_seen=False))

CASES = (
    Case("same LAN", same_lan=True, direct=True),
    Case("same LAN, no UDP out", _NO_UDP, same_lan=True, direct=True),
    Case("cone, cone", direct=True),
    Case("symmetric, cone", SYMMETRIC, is_variation=True),
    Case("symmetric, symmetric", SYMMETRIC, SYMMETRIC),
    Case("no UDP, cone", _NO_UDP),
    Case("cone, no UDP", engineer=_NO_UDP, is_variation=True),
    Case("no UDP, no UDP", _NO_UDP, _NO_UDP),
    Case("only 443, cone", ONLY_443, is_variation=True),
    Case("only 443, only 443", ONLY_443, ONLY_443),
    Case("proxy, cone", OPEN_PROXY),
    Case("cone, proxy", engineer=OPEN_PROXY, is_variation=True),
    Case("proxy, proxy", OPEN_PROXY, OPEN_PROXY),
    Case("Basic, cone", _BASIC),
    Case("cone, Basic", engineer=_BASIC, is_variation=True),
    Case("Basic, Basic", _BASIC, _BASIC, is_variation=True),
    Case("NTLM, cone", _NTLM),
    Case("cone, NTLM", engineer=_NTLM, is_variation=True),
    Case("NTLM, NTLM", _NTLM, _NTLM, is_variation=True),
    Case("TLS opened and trusted, cone", _OPENING, is_variation=True),
    Case("TLS opened and trusted, both", _OPENING, _OPENING),
    Case(
        "TLS opened, not trusted",
        _proxied(Proxy(opens_tls=True, is_trusted=False)),
        refused=ErrorCode.TLS_OPENED,
    ),
    Case("TLS opened on its way and trusted, cone", OPENED_ON_ITS_WAY, is_variation=True),
    Case("TLS opened on its way and trusted, both", OPENED_ON_ITS_WAY, OPENED_ON_ITS_WAY),
    Case("TLS opened on its way, not trusted", OPENED_BY_STRANGERS, refused=ErrorCode.TLS_OPENED),
    Case("proxy drops what is idle", PROXY_IDLE_SHORT),
    Case("IPv6 alone, cone", Behind(only_ipv6=True)),
    Case("dead STUN, cone", dead_stun=True, direct=None),
    Case("2 % loss, cone", loss=0.02, direct=None),
    Case("2 % loss, symmetric", SYMMETRIC, SYMMETRIC, loss=0.02),
)
