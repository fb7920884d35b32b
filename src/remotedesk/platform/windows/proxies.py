"""The HTTP proxies of this user: what he, or his company, has set for Windows, and what a script says."""

import ctypes
import re
from typing import Final

from remotedesk.core.proxy_settings import ProxySettings, parse_proxy
from remotedesk.core.reach import Proxy, ProxySource
from remotedesk.platform.windows import winhttp

TIMEOUT_MS: Final = 3_000  # for each step of fetching a script; Windows' own are up to a minute
MOST_BYPASSED: Final = 200


def proxy_settings() -> ProxySettings:
    """Return what is set in Windows' settings, "Proxy"."""
    config = winhttp.CurrentUserIeProxyConfig()
    if not winhttp.GetIEProxyConfigForCurrentUser(ctypes.byref(config)):
        return ProxySettings()
    pac_url, named, bypass = (
        winhttp.taken(text) for text in (config.lpszAutoConfigUrl, config.lpszProxy, config.lpszProxyBypass)
    )
    return ProxySettings(
        proxy=_for_https(named),
        bypass=tuple(re.split(r"[;\s]+", bypass)[:MOST_BYPASSED]) if bypass else (),
        pac_url=pac_url,
        detect=bool(config.fAutoDetect),
    )


def run_proxy_script(pac_url: str, url: str) -> str:
    """Have WinHTTP fetch and run the script, or find one on the network without `pac_url`; nothing if it cannot."""
    options = winhttp.AutoProxyOptions()  # of fAutoLogonIfChallenged too: nobody gets a password for a script
    if pac_url:
        options.dwFlags, options.lpszAutoConfigUrl = winhttp.AUTOPROXY_CONFIG_URL, pac_url
    else:
        options.dwFlags = winhttp.AUTOPROXY_AUTO_DETECT
        options.dwAutoDetectFlags = winhttp.AUTO_DETECT_TYPE_DHCP | winhttp.AUTO_DETECT_TYPE_DNS_A
    info = winhttp.ProxyInfo()
    session = winhttp.Open("remotedesk", winhttp.ACCESS_TYPE_NO_PROXY, None, None, 0)
    try:
        winhttp.SetTimeouts(session, TIMEOUT_MS, TIMEOUT_MS, TIMEOUT_MS, TIMEOUT_MS)
        if not winhttp.GetProxyForUrl(session, url, ctypes.byref(options), ctypes.byref(info)):
            return ""
    finally:
        winhttp.CloseHandle(session)
    named, _ = winhttp.taken(info.lpszProxy), winhttp.taken(info.lpszProxyBypass)
    return ";".join(named.split()) or "DIRECT"


def _for_https(text: str) -> Proxy | None:
    """Read `proxy:8080`, or `http=a:80;https=b:443`."""
    named = dict(part.partition("=")[::2] if "=" in part else ("", part) for part in re.split(r"[;\s]+", text))
    try:
        return parse_proxy(named.get("https") or named.get("", ""), ProxySource.SYSTEM)
    except ValueError:
        return None
