"""What systems, scripts and people say about proxies is read as they mean it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.errors import ErrorCode, InterceptedError
from remotedesk.core.proxy_settings import (
    MOST_PROXIES,
    ProxyLogin,
    is_bypassed,
    parse_login,
    parse_proxy,
    parse_script_result,
)
from remotedesk.core.reach import Proxy, ProxySource

PAC = ProxySource.PAC


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("proxy", "proxy", 80),
        (" proxy.corp:8080 ", "proxy.corp", 8080),
        ("http://Proxy.corp:8080/", "proxy.corp", 8080),
        ("HTTP://10.0.0.1:3128", "10.0.0.1", 3128),
        ("[2001:DB8::1]:3128", "2001:db8::1", 3128),
        ("http://taro:himitsu@proxy_1:8080", "proxy_1", 8080),
    ],
)
def test_a_proxy(text: str, host: str, port: int) -> None:
    assert parse_proxy(text, PAC) == Proxy(host, port, PAC)


@pytest.mark.parametrize(
    "text", ["", ":8080", "socks5://a:1", "https://a:1", "a b:1", "a:0", "a:65536", "a:x", "[zz]:1", "[::1", "-a:1"]
)
def test_what_is_no_proxy(text: str) -> None:
    with pytest.raises(ValueError):
        parse_proxy(text, PAC)


def test_a_login_is_for_one_proxy_and_never_for_an_announced_one() -> None:
    login = parse_login("http://ta%20ro:him%3Aitsu@proxy:8080")
    assert login == ProxyLogin("proxy", 8080, "ta ro", "him:itsu")
    assert "itsu" not in repr(login)
    assert login.is_for(Proxy("PROXY", 8080, ProxySource.ENVIRONMENT))
    assert not login.is_for(Proxy("proxy", 8081, ProxySource.ENVIRONMENT))
    assert not login.is_for(Proxy("proxy.evil", 8080, ProxySource.ENVIRONMENT))
    assert not login.is_for(Proxy("proxy", 8080, ProxySource.WPAD))
    assert parse_login("http://proxy:8080") is None
    assert parse_login("http://taro@proxy:8080") == ProxyLogin("proxy", 8080, "taro", "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("DIRECT", [None]),
        ("", []),
        ("PROXY a:1; PROXY b:2; DIRECT", [("a", 1), ("b", 2), None]),
        (" proxy a:1 ;HTTP b;SOCKS c:3; HTTPS d:4; direct; nonsense e:5 ", [("a", 1), ("b", 80), None]),
        ("a:1;b:2", [("a", 1), ("b", 2)]),
        ("PROXY a:1; PROXY a:1; PROXY not a host:1; PROXY", [("a", 1)]),
        (";".join(f"PROXY a:{port}" for port in range(1, 9)), [("a", port) for port in range(1, MOST_PROXIES + 1)]),
    ],
)
def test_what_a_script_returns(text: str, found: list[tuple[str, int] | None]) -> None:
    assert list(parse_script_result(text, PAC)) == [each and Proxy(*each, PAC) for each in found]


@given(st.text(max_size=300))
def test_whatever_a_script_returns_is_bounded(text: str) -> None:
    assert len(parse_script_result(text, PAC)) <= MOST_PROXIES
    is_bypassed((text,), text or "a", 443)


@pytest.mark.parametrize(
    ("patterns", "host", "bypassed"),
    [
        ((), "localhost", True),
        ((), "127.0.0.9", True),
        ((), "::1", True),
        ((), "rd.example", False),
        (("*",), "rd.example", True),
        (("*.example",), "RD.example", True),
        (("example",), "rd.example", False),
        (("<local>",), "server", True),
        (("<local>",), "rd.example", False),
        (("<local>",), "192.0.2.1", False),
        (("192.0.2.0/24",), "192.0.2.9", True),
        (("192.0.2.*",), "192.0.2.9", True),
        (("198.51.100.1", "192.0.2.9"), "192.0.2.9", True),
        (("192.0.2.9:443",), "192.0.2.9", True),
        (("2001:db8::/32",), "2001:db8::1", True),
        (("[2001:db8::1]:443",), "2001:db8::1", True),
        (("rd.example:443",), "rd.example", True),
        (("rd.example:8443",), "rd.example", False),
        (("https://rd.example",), "rd.example", True),
    ],
)
def test_what_is_reached_without_a_proxy(patterns: tuple[str, ...], host: str, bypassed: bool) -> None:
    assert is_bypassed(patterns, host, 443) is bypassed


def test_who_opens_tls_is_named() -> None:
    error = InterceptedError("Corp Proxy CA")
    assert (error.code, error.issuer) == (ErrorCode.TLS_OPENED, "Corp Proxy CA")
    assert "Corp Proxy CA" in str(error)
