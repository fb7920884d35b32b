"""What is known of HTTP proxies: what a system says, and what the person did; nothing here opens a socket."""

import ipaddress
import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final
from urllib.parse import unquote, urlsplit

from remotedesk.core.reach import Proxy, ProxySource

MOST_PROXIES: Final = 4  # of one script's answer: each may take seconds to fail
LONGEST_SCRIPT_RESULT: Final = 4096
DEFAULT_PORT: Final = 80

_NAME: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})")


@dataclass(frozen=True)
class ProxyLogin:
    """A user name and a password that the person gave for one proxy and no other."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)

    def is_for(self, proxy: Proxy) -> bool:
        """True if it was given for this proxy, and the network itself has not put that proxy in the way."""
        same = (self.host.lower(), self.port) == (proxy.host.lower(), proxy.port)
        return same and proxy.source is not ProxySource.WPAD


@dataclass(frozen=True)
class ProxySettings:
    """What the system says. All of it may be there at once; a script is asked before the proxy that stands beside it.

    `bypass` are hosts that are reached directly: names with `*`, addresses, networks, `<local>` for names without a
    point, each with `:port` if it is only for that one. `detect`: the network may be asked for a script (WPAD).
    """

    proxy: Proxy | None = None
    bypass: tuple[str, ...] = ()
    pac_url: str = ""
    detect: bool = False
    login: ProxyLogin | None = None


@dataclass(frozen=True)
class WayOut:
    """What the person said about the way out: it comes before what the system says."""

    proxy: Proxy | None = None
    pac_url: str = ""
    login: ProxyLogin | None = None


def parse_proxy(text: str, source: ProxySource) -> Proxy:
    """Read `host`, `host:port`, `[v6]:port` or an http URL of a proxy. Raises ValueError for anything else."""
    scheme, _, rest = text.strip().rpartition("://")
    if scheme.lower() not in ("", "http"):
        raise ValueError("not an HTTP proxy")
    parts = urlsplit(f"//{rest}")
    host = parts.hostname or ""
    if ":" in host:
        host = str(ipaddress.IPv6Address(host))
    elif not _NAME.fullmatch(host):
        raise ValueError("not a host")
    port = DEFAULT_PORT if parts.port is None else parts.port
    if port == 0:
        raise ValueError("not a port")
    return Proxy(host, port, source)


def parse_login(text: str) -> ProxyLogin | None:
    """Return the user name and password inside a proxy's URL, if there are any. Raises ValueError as `parse_proxy`."""
    proxy = parse_proxy(text, ProxySource.ENVIRONMENT)
    parts = urlsplit(f"//{text.strip().rpartition('://')[2]}")
    if not parts.username:
        return None
    return ProxyLogin(proxy.host, proxy.port, unquote(parts.username), unquote(parts.password or ""))


def parse_script_result(text: str, source: ProxySource) -> tuple[Proxy | None, ...]:
    """Read what FindProxyForURL returned, "PROXY a:8080; DIRECT"; None is direct, other kinds are left out.

    The same forms without a kind, separated by semicolons or spaces, are what WinHTTP gives.
    """
    found: list[Proxy | None] = []
    for part in text[:LONGEST_SCRIPT_RESULT].split(";"):
        kind, _, where = part.strip().partition(" ")
        if kind.upper() == "DIRECT":
            found.append(None)
        elif kind.upper() in ("PROXY", "HTTP"):
            found += _proxies(where, source)
        elif not where:
            found += _proxies(kind, source)
    return tuple(dict.fromkeys(found))[:MOST_PROXIES]


def is_bypassed(bypass: tuple[str, ...], host: str, port: int) -> bool:
    """True if this host is to be reached without a proxy; this machine always is."""
    host = host.lower()
    address = _address(host)
    if host == "localhost" or (address is not None and address.is_loopback):
        return True
    return any(_matches(pattern.strip().lower(), host, address, port) for pattern in bypass)


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _proxies(text: str, source: ProxySource) -> list[Proxy]:
    try:
        return [parse_proxy(text, source)]
    except ValueError:
        return []


def _address(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _matches(pattern: str, host: str, address: _Address | None, port: int) -> bool:
    if pattern == "<local>":
        return address is None and "." not in host
    if address is not None:
        try:
            return address in ipaddress.ip_network(pattern, strict=False)
        except ValueError:
            pass  # a pattern of another form
    name, colon, wanted = pattern.rpartition(":")
    if colon and wanted.isdecimal() and (":" not in name or name.startswith("[")):
        return port == int(wanted) and _matches(name.strip("[]"), host, address, port)
    return fnmatchcase(host, pattern.rpartition("://")[2])
