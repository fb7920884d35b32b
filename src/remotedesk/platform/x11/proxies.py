"""The HTTP proxy of a Unix session: what curl, apt and the others read in the environment."""

from collections.abc import Mapping
from typing import Final

from remotedesk.core.proxy_settings import ProxySettings, parse_login, parse_proxy
from remotedesk.core.reach import ProxySource

_NAMES: Final = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
MOST_BYPASSED: Final = 200


def proxies_of(environment: Mapping[str, str]) -> ProxySettings:
    """Return the proxy for https and the hosts in no_proxy; nothing if what is there is no HTTP proxy's URL."""
    url = next((environment[name] for name in _NAMES if environment.get(name)), "")
    if not url:
        return ProxySettings()
    try:
        proxy, login = parse_proxy(url, ProxySource.ENVIRONMENT), parse_login(url)
    except ValueError:
        return ProxySettings()
    hosts = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    return ProxySettings(proxy, tuple(_patterns(hosts)), login=login)


def _patterns(hosts: str) -> list[str]:
    """Return `no_proxy` as patterns: a name there stands for everything below it, too."""
    patterns = []
    for host in hosts.replace(",", " ").split()[:MOST_BYPASSED]:
        name = host.removeprefix("*").removeprefix(".")
        patterns += [name, f"*.{name}"] if name else ["*"]
    return patterns
