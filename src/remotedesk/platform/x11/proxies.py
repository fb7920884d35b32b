"""The HTTP proxy of a Unix session: what the environment says, else what GNOME's settings do."""

import ast
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from remotedesk.core.proxy_settings import ProxySettings, parse_login, parse_proxy
from remotedesk.core.reach import ProxySource

MOST_BYPASSED: Final = 200
GSETTINGS_WITHIN_S: Final = 2.0

_NAMES: Final = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_SCHEMA: Final = "org.gnome.system.proxy"


def proxies_of(environment: Mapping[str, str]) -> ProxySettings:
    """Return the proxy for https, the hosts that need none, and a script; nothing if none of it is set.

    Takes up to two seconds on a desktop that does not answer.
    """
    url = next((environment[name] for name in _NAMES if environment.get(name)), "")
    if not url:
        return _desktop_settings(environment)
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


def _desktop_settings(environment: Mapping[str, str]) -> ProxySettings:
    gsettings = shutil.which("gsettings", path=environment.get("PATH", ""))
    if gsettings is None:
        return ProxySettings()
    try:
        listed = subprocess.run(  # noqa: S603 - the desktop's own program
            [gsettings, "list-recursively", _SCHEMA],
            env=dict(environment),
            capture_output=True,
            timeout=GSETTINGS_WITHIN_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ProxySettings()
    values = _values(listed.stdout.decode(errors="replace"))
    mode, pac_url = values.get(f"{_SCHEMA} mode"), values.get(f"{_SCHEMA} autoconfig-url")
    if mode == "auto" and isinstance(pac_url, str):
        return ProxySettings(pac_url=pac_url, detect=not pac_url)
    ignored = values.get(f"{_SCHEMA} ignore-hosts")
    bypass = tuple(map(str, ignored[:MOST_BYPASSED])) if isinstance(ignored, list) else ()
    for kind in ("https", "http") if mode == "manual" else ():
        named = f"{values.get(f'{_SCHEMA}.{kind} host')}:{values.get(f'{_SCHEMA}.{kind} port')}"
        with suppress(ValueError):
            return ProxySettings(parse_proxy(named, ProxySource.SYSTEM), bypass)
    return ProxySettings()


def _values(listed: str) -> dict[str, object]:
    """Return the values of `gsettings list-recursively` by schema and key; only what is also a Python literal."""
    values: dict[str, object] = {}
    for line in listed.splitlines():
        schema, _, rest = line.partition(" ")
        key, _, value = rest.partition(" ")
        with suppress(ValueError, SyntaxError):
            values[f"{schema} {key}"] = ast.literal_eval(value)
    return values
