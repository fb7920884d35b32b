"""What Windows says about proxies, from its registry and from a script that WinHTTP runs."""

import threading
import winreg
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from remotedesk.core.proxy_settings import ProxySettings
from remotedesk.core.reach import Proxy, ProxySource
from remotedesk.platform.windows import proxies, winhttp
from remotedesk.platform.windows.platform import WindowsPlatform

PLACE = "Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"
URL = "https://rd.example:443/"
SCRIPT = b"""function FindProxyForURL(url, host) {
    if (host == "direct.example") return "DIRECT";
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


@pytest.fixture
def settings() -> Iterator[winreg.HKEYType]:
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, PLACE) as key:
        yield key
        winreg.SetValueEx(key, "ProxyEnable", 0, winreg.REG_DWORD, 0)
        for name in ("ProxyServer", "ProxyOverride", "AutoConfigURL"):
            winreg.SetValueEx(key, name, 0, winreg.REG_SZ, "")
            winreg.DeleteValue(key, name)


def test_nothing_is_set() -> None:
    said = WindowsPlatform().proxy_settings()
    assert (said.proxy, said.bypass, said.pac_url) == (None, (), "")


def test_show(settings: winreg.HKEYType, script_url: str) -> None:
    winreg.SetValueEx(settings, "ProxyEnable", 0, winreg.REG_DWORD, 1)
    winreg.SetValueEx(settings, "ProxyServer", 0, winreg.REG_SZ, "http=a:80;https=b:8080")
    winreg.SetValueEx(settings, "ProxyOverride", 0, winreg.REG_SZ, "*.corp;<local>")
    winreg.SetValueEx(settings, "AutoConfigURL", 0, winreg.REG_SZ, script_url)
    print("SETTINGS", WindowsPlatform().proxy_settings())
    print("SCRIPT", WindowsPlatform().run_proxy_script(script_url, URL))
    print("SCRIPT", WindowsPlatform().run_proxy_script(script_url, "https://direct.example/"))
    print("SCRIPT", WindowsPlatform().run_proxy_script(script_url.replace("proxy.pac", ":::"), URL))
    print("WPAD", repr(WindowsPlatform().run_proxy_script("", URL)))
