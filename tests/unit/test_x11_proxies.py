"""What a Unix session's environment says about proxies."""

from remotedesk.core.proxy_settings import ProxyLogin, ProxySettings, is_bypassed
from remotedesk.core.reach import Proxy, ProxySource
from remotedesk.platform.macos.platform import MacosPlatform
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
