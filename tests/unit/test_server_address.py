"""A server's address comes as people type it, and leaves in one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.transport.server_address import ServerAddress, pin_of


@pytest.mark.parametrize(
    ("typed", "url", "host"),
    [
        ("support.example.com", "wss://support.example.com:443/ws", "support.example.com"),
        (" Support.Example.COM. ", "wss://support.example.com:443/ws", "support.example.com"),
        ("support.example.com:8443", "wss://support.example.com:8443/ws", "support.example.com"),
        ("https://support.example.com/", "wss://support.example.com:443/ws", "support.example.com"),
        ("HTTPS://support.example.com/ws?lang=ja", "wss://support.example.com:443/ws", "support.example.com"),
        ("wss://support.example.com:444/ws", "wss://support.example.com:444/ws", "support.example.com"),
        ("ｓｕｐｐｏｒｔ．ｅｘａｍｐｌｅ．ｃｏｍ：４４４", "wss://support.example.com:444/ws", "support.example.com"),
        ("サポート.example", "wss://xn--vckvb6c8f.example:443/ws", "xn--vckvb6c8f.example"),
        ("192.168.0.7:8443", "wss://192.168.0.7:8443/ws", "192.168.0.7"),
        ("[2001:DB8:0::1]:8443", "wss://[2001:db8::1]:8443/ws", "2001:db8::1"),
        ("ws://127.0.0.1:8080/ws", "ws://127.0.0.1:8080/ws", "127.0.0.1"),
        ("http://localhost", "ws://localhost:80/ws", "localhost"),
        ("ws://[::1]:9000", "ws://[::1]:9000/ws", "::1"),
    ],
)
def test_what_people_type(typed: str, url: str, host: str) -> None:
    address = ServerAddress.parse(typed)
    assert address.url == url
    assert address.host == host


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "https://",
        "ftp://support.example.com",
        "file:///etc/passwd",
        "user@support.example.com",
        "https://user:password@support.example.com",
        "support.example.com:0",
        "support.example.com:65536",
        "support.example.com:https",
        "support example.com",
        "-support.example.com",
        "support..example.com",
        "a" * 64 + ".example.com",
        ".".join(["a" * 60] * 5),
        "[::1",
        "ws://support.example.com",
        "http://192.168.0.7",
        "ws://localhost.example.com",
    ],
)
def test_what_is_refused(typed: str) -> None:
    with pytest.raises(ServerError) as caught:
        ServerAddress.parse(typed)
    assert caught.value.code is ErrorCode.SERVER_UNREACHABLE


hosts = (
    st.text("aA0-.:[]１。ü", min_size=1, max_size=20)
    | st.ip_addresses(v=4).map(str)
    | st.ip_addresses(v=6).map("[{}]".format)
)
schemes = st.sampled_from(["", "https://", "wss://", "http://", "WS://"])
urls = st.builds("{}{}{}".format, schemes, hosts, st.sampled_from(["", ":8443", "/ws"]))


@given(st.text(max_size=80) | urls)
def test_any_text_is_an_address_or_a_refusal(text: str) -> None:
    try:
        address = ServerAddress.parse(text)
    except ServerError:
        return
    assert address.secure or address.host in {"localhost", "::1"} or address.host.startswith("127.")
    assert ServerAddress.parse(address.url) == address


def test_a_fingerprint_as_people_copy_it() -> None:
    plain = "ab" * 32
    assert pin_of(plain) == pin_of(":".join(["AB"] * 32)) == pin_of(f" {plain[:32]} {plain[32:]}\n") == b"\xab" * 32


@pytest.mark.parametrize("text", ["", "ab" * 31, "ab" * 33, "zz" * 32, "ａｂ" * 32])
def test_what_is_no_fingerprint(text: str) -> None:
    with pytest.raises(ServerError) as caught:
        pin_of(text)
    assert caught.value.code is ErrorCode.SERVER_CERTIFICATE
