"""What a Unix session's environment says about proxies."""

from pathlib import Path

import pytest

from remotedesk.core.proxy_settings import ProxyLogin, ProxySettings, is_bypassed
from remotedesk.core.reach import Proxy, ProxySource
from remotedesk.platform.macos.platform import MacosPlatform
from remotedesk.platform.x11 import proxies
from remotedesk.platform.x11.platform import X11Platform


def test_the_environment() -> None:
    platform = X11Platform(
        {"https_proxy": "http://ta:ro@proxy:8080/", "no_proxy": "corp.example, .internal 10.0.0.0/8"}
    )
    said = platform.proxy_settings()
    assert said.proxy == Proxy("proxy", 8080, ProxySource.ENVIRONMENT)
    assert said.login == ProxyLogin("proxy", 8080, "ta", "ro")
    for host, bypassed in (
        ("corp.example", True),
        ("rd.corp.example", True),
        ("rd.internal", True),
        ("10.1.2.3", True),
        ("notcorp.example", False),
    ):
        assert is_bypassed(said.bypass, host, 443) is bypassed
    assert platform.run_proxy_script("http://x/", "https://rd.example/") is None


def test_other_names_and_what_is_no_proxy() -> None:
    proxy = Proxy("proxy", 1, ProxySource.ENVIRONMENT)
    for name in ("HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        assert X11Platform({name: "proxy:1", "NO_PROXY": "*"}).proxy_settings() == ProxySettings(proxy, ("*",))
    for environment in ({}, {"http_proxy": "proxy:1"}, {"https_proxy": ""}, {"https_proxy": "socks5://proxy:1"}):
        assert X11Platform(environment).proxy_settings() == ProxySettings()
    assert MacosPlatform().proxy_settings() == ProxySettings()
    assert MacosPlatform().run_proxy_script("", "") is None


LISTED = """org.gnome.system.proxy autoconfig-url {url}
org.gnome.system.proxy ignore-hosts {hosts}
org.gnome.system.proxy mode '{mode}'
org.gnome.system.proxy use-same-proxy true
org.gnome.system.proxy.http host 'plain'
org.gnome.system.proxy.http port 3128
org.gnome.system.proxy.https host '{https}'
org.gnome.system.proxy.https port 8080
"""


def on_desktop(folder: Path, says: str) -> ProxySettings:
    """Return what is read from a gsettings that does this."""
    program = folder / "gsettings"
    program.write_text(f"#!/bin/sh\n{says}\n")
    program.chmod(0o755)
    return X11Platform({"PATH": f"{folder}:/bin:/usr/bin"}).proxy_settings()


@pytest.mark.parametrize(
    ("filled", "settings"),
    [
        (("''", "['*.corp', '10.0.0.0/8']", "manual", "proxy"), (("proxy", 8080), ("*.corp", "10.0.0.0/8"), "", False)),
        (("''", "@as []", "manual", ""), (("plain", 3128), (), "", False)),
        (("'http://corp/pac'", "@as []", "auto", ""), (None, (), "http://corp/pac", False)),
        (("''", "@as []", "auto", ""), (None, (), "", True)),
        (("''", "@as []", "none", "proxy"), (None, (), "", False)),
    ],
)
def test_the_desktop(
    tmp_path: Path,
    filled: tuple[str, str, str, str],
    settings: tuple[tuple[str, int] | None, tuple[str, ...], str, bool],
) -> None:
    listed = LISTED.format(**dict(zip(("url", "hosts", "mode", "https"), filled, strict=True)))
    proxy, bypass, pac_url, detect = settings
    expected = ProxySettings(proxy and Proxy(*proxy, ProxySource.SYSTEM), bypass, pac_url, detect)
    assert on_desktop(tmp_path, f"cat <<'END'\n{listed}END") == expected


def test_a_desktop_that_says_nothing_of_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxies, "GSETTINGS_WITHIN_S", 0.3)
    for says in ("exit 1", "exec sleep 5", "echo nonsense", "printf '\\377 \\377'", "echo"):
        assert on_desktop(tmp_path, says) == ProxySettings()
    (tmp_path / "gsettings").write_text("no program")
    assert proxies.proxies_of({"PATH": str(tmp_path)}) == ProxySettings()
