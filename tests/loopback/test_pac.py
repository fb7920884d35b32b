"""Proxy scripts are fetched and run, and can neither hang, nor read, nor learn anything."""

from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from remotedesk.core.proxy_settings import ProxySettings, WayOut
from remotedesk.core.reach import Proxy, ProxySource
from remotedesk.engine.way_out import find_ways
from remotedesk.platform.fake import FakePlatform
from remotedesk.transport.reach import pac

HOST = "rd.corp.example"
URL = f"https://{HOST}:443/"


def run(body: str, within_s: float = 10.0) -> str:
    """Return what a script with this FindProxyForURL says."""
    return pac.run(f"function FindProxyForURL(url, host) {{ {body} }}", URL, HOST, within_s)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('return "PROXY a:1; DIRECT"', "PROXY a:1; DIRECT"),
        ("return url + ' ' + host", f"{URL} {HOST}"),
        ("return dnsResolve('localhost') + isResolvable('no.invalid')", "127.0.0.1false"),
        ("return isInNet('localhost', '127.0.0.0', '255.0.0.0') + isInNet(host, '1.1.1.1', '255.0.0.0')", "1"),
        ("return [isPlainHostName(host), dnsDomainIs(host, '.corp.example'), dnsDomainLevels(host)]", "false,true,2"),
        ("return [shExpMatch(host, '*.corp.*'), localHostOrDomainIs('rd', host)]", "true,true"),
        ("return [weekdayRange('MON', 'SUN'), timeRange(0, 23), dateRange('JAN', 'DEC')]", "true,true,true"),
        ("alert('x'); return /^[0-9.]+$/.test(myIpAddress())", "true"),
        ("return 'x'.repeat(100000)", "x" * 4096),
        ("return 5", "5"),
        ("return null", "null"),
        ("throw 1", ""),
        ("return '\\ud800'", "?"),
        ("return dnsResolve('\\ud800')", ""),
        ("return dnsResolve('no.invalid')", "null"),
        ("return weekdayRange('nonsense')", ""),
        ("let a = []; for (;;) a.push(new Array(100000).fill('x'))", ""),
        ("return f(); function f() { return f() }", ""),
        ("return [typeof process, typeof require, typeof console, typeof std, typeof os]", ",".join(["undefined"] * 5)),
    ],
)
def test_what_scripts_say(body: str, said: str) -> None:
    assert run(body) == said


def test_a_script_reads_no_file(tmp_path: Path) -> None:
    file = tmp_path / "secret.js"
    file.write_text("globalThis.seen = 'seen'")
    script = f"var seen = 'no'; import('{file}').then(() => {{}}, () => {{}});"
    script += "var read = 'no'; import('/etc/passwd').then(() => {{ read = 'yes' }}, (e) => {{ read = String(e) }});"
    said = pac.run(f"{script} function FindProxyForURL() {{ return seen + read }}", URL, HOST)
    assert said == "noInternalError: Failed to load module '/etc/passwd'"


@pytest.mark.parametrize(
    "body",
    ["for (;;) {}", "for (;;) dnsResolve('localhost')", "return new RegExp('(a+)+b').test('a'.repeat(60))"],
)
def test_a_script_that_comes_to_no_end_is_ended(body: str) -> None:
    with pytest.raises((ValueError, OSError, msgspec.MsgspecError)):
        run(body, 0.5)


def test_a_script_that_is_none() -> None:
    for script in ("", "nonsense(", "var FindProxyForURL = 5", "\0"):
        assert pac.run(script, URL, HOST) == ""


async def served(script: bytes | int) -> str:
    """Return what is said after the script, or an HTTP status, has been fetched from a server."""

    async def answer(request: web.Request) -> web.Response:
        if isinstance(script, int):
            return web.Response(status=script, headers={"Location": "/proxy.pac"})
        return web.Response(body=script)

    app = web.Application()
    app.router.add_get("/proxy.pac", answer)
    server = TestServer(app)
    await server.start_server()
    try:
        return await pac.run_script(str(server.make_url("/proxy.pac")), URL, HOST)
    finally:
        await server.close()


async def test_scripts_are_fetched() -> None:
    script = 'function FindProxyForURL(url, host) { return "PROXY ü:1" }'
    assert await served(b"\xef\xbb\xbf" + script.encode()) == "PROXY ü:1"
    assert await served(script.encode("latin-1")) == "PROXY ü:1"
    for status in (404, 302, 500):
        assert await served(status) == ""
    assert await served(b"//" + b"x" * pac.LARGEST_SCRIPT) == ""
    for url in ("file:///etc/passwd", "http://127.0.0.1:1/", "http://[", "ftp://x/"):
        assert await pac.run_script(url, URL, HOST) == ""


async def test_the_ways_out_follow_a_script_the_person_named() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text='function FindProxyForURL(u, host) { return "PROXY " + host + ":3128" }')

    app = web.Application()
    app.router.add_get("/proxy.pac", answer)
    server = TestServer(app)
    await server.start_server()
    platform = FakePlatform()
    platform.proxies = ProxySettings(Proxy("system", 1, ProxySource.SYSTEM))
    ways = find_ways(platform, WayOut(pac_url=str(server.make_url("/proxy.pac"))))
    found = [dialer.proxy async for dialer in ways.dialers(HOST, 443)]
    assert found == [None, Proxy(HOST, 3128, ProxySource.PAC)]
    await server.close()
