"""What Windows says about proxies, from its registry and from a script that WinHTTP runs."""

import ctypes
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from remotedesk.core.errors import ServerError
from remotedesk.core.proxy_settings import ProxySettings, parse_script_result
from remotedesk.core.reach import Proxy, ProxySource
from remotedesk.platform.windows import winhttp
from remotedesk.platform.windows.platform import WindowsPlatform
from remotedesk.transport.reach.proxy_login import LoginExchange

GlobalAlloc = ctypes.WinDLL("kernel32").GlobalAlloc
GlobalAlloc.restype, GlobalAlloc.argtypes = ctypes.c_void_p, (ctypes.c_uint, ctypes.c_size_t)

URL = "https://rd.example:443/"
SCRIPT = b"""function FindProxyForURL(url, host) {
    return shExpMatch(host, "*.example") ? "PROXY a:8080; PROXY b:3128" : "DIRECT";
}"""


class Script(BaseHTTPRequestHandler):
    """Serves the script."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ns-proxy-autoconfig")
        self.send_header("Content-Length", str(len(SCRIPT)))
        self.end_headers()
        self.wfile.write(SCRIPT)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        pass


@pytest.fixture
def script_url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Script)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/proxy.pac"
    server.shutdown()
    thread.join()
    server.server_close()


def test_nothing_is_set_and_the_network_may_be_asked() -> None:
    assert WindowsPlatform().proxy_settings() == ProxySettings(detect=True)


def test_a_script_is_run(script_url: str) -> None:
    platform = WindowsPlatform()
    said = platform.run_proxy_script(script_url, URL)
    assert said is not None
    assert parse_script_result(said, ProxySource.PAC)[0] == Proxy("a", 8080, ProxySource.PAC)
    assert platform.run_proxy_script(script_url, "https://elsewhere.invalid/") == "DIRECT"


def test_a_script_that_cannot_be_had() -> None:
    platform = WindowsPlatform()
    assert platform.run_proxy_script("http://127.0.0.1:9/proxy.pac", URL) == ""
    assert platform.run_proxy_script("", URL) == ""  # this network announces none


@pytest.mark.parametrize(
    ("named", "bypass", "proxy"),
    [
        ("proxy:8080", "*.corp; <local>", Proxy("proxy", 8080, ProxySource.SYSTEM)),
        ("http=a:80;https=b:8080 socks=c:1", "", Proxy("b", 8080, ProxySource.SYSTEM)),
        ("http=a:80", "", None),
        ("socks=c:1;:::", "", None),
    ],
)
def test_what_is_set(monkeypatch: pytest.MonkeyPatch, named: str, bypass: str, proxy: Proxy | None) -> None:
    def given(text: str) -> int:
        size = 2 * (len(text) + 1)
        memory = int(GlobalAlloc(0, size))
        ctypes.memmove(memory, ctypes.create_unicode_buffer(text), size)
        return memory

    def say(config: Any) -> int:
        filled = config._obj
        filled.lpszProxy, filled.lpszProxyBypass = given(named), given(bypass) if bypass else None
        filled.lpszAutoConfigUrl = given("http://corp/proxy.pac")
        return 1

    monkeypatch.setattr(winhttp, "GetIEProxyConfigForCurrentUser", say)
    settings = WindowsPlatform().proxy_settings()
    hosts = ("*.corp", "<local>") if bypass else ()
    assert settings == ProxySettings(proxy, hosts, "http://corp/proxy.pac")


def test_windows_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(winhttp, "GetIEProxyConfigForCurrentUser", lambda config: 0)
    assert WindowsPlatform().proxy_settings() == ProxySettings()


async def test_who_is_logged_on_is_asked_of_windows() -> None:
    """Wine has nobody to vouch for; the call comes back, with a token or with the error that says so."""
    exchange = LoginExchange(Proxy("proxy", 8080, ProxySource.SYSTEM), None)
    try:
        assert (await exchange.answer({"ntlm": ""})).startswith("NTLM ")
    except ServerError as error:
        print("NTLM", error)
