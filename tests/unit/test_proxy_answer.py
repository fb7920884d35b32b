"""A proxy's answer is read within bounds, whatever it sends; only the documented errors come out."""

import asyncio
import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.core.proxy_settings import ProxyLogin
from remotedesk.core.reach import Proxy, ProxyScheme, ProxySource
from remotedesk.transport.reach.proxy_answer import LARGEST_BODY, LARGEST_HEAD, Answer, challenges_of, read_answer
from remotedesk.transport.reach.proxy_login import LoginExchange
from tests.support.fuzzing import Mutator, fuzz

PROXY = Proxy("proxy.corp", 8080, ProxySource.MANUAL)
LOGIN = ProxyLogin("proxy.corp", 8080, "taro", "himitsu")


def answer_to(sent: bytes) -> tuple[Answer, bytes]:
    """Return the answer in these bytes and what is left of them."""

    async def read() -> tuple[Answer, bytes]:
        reader = asyncio.StreamReader()
        reader.feed_data(sent)
        reader.feed_eof()
        return await read_answer(reader), await reader.read()

    return asyncio.run(read())


def test_a_tunnel_begins_after_the_head_whatever_it_says_of_a_body() -> None:
    answer, left = answer_to(b"HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\n\r\ntunnel")
    assert answer.opened
    assert left == b"tunnel"


@pytest.mark.parametrize(
    ("sent", "keeps"),
    [
        (b"HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nhi", True),
        (b"HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nh", False),
        (b"HTTP/1.1 407 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", False),
        (b"HTTP/1.1 407 No\r\nContent-Length: 0\r\nProxy-Connection: X, Close\r\n\r\n", False),
        (b"HTTP/1.0 407 No\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.0 407 No\r\nContent-Length: 0\r\nproxy-connection: keep-alive\r\n\r\n", True),
        (b"HTTP/1.1 407 No\r\n\r\nuntil the end", False),
        (b"HTTP/1.1 407 No\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nhi", False),
        (b"HTTP/1.1 407 No\r\nContent-Length: %d\r\n\r\n" % (LARGEST_BODY + 1), False),
        (b"HTTP/1.1 407 No\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nhi\r\n0\r\n\r\n", True),
        (b"HTTP/1.1 407 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi", False),
        (b"HTTP/1.1 407 No\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", False),
        (b"HTTP/1.1 407 No\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nhi\r\n", False),
        (b"HTTP/1.1 407 No\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1000\r\n%s\r\n" % bytes(0x1000) * 17, False),
        (b"HTTP/1.1 407 No\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", False),
        (b"HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 407 \r\nContent-Length: 0\r\n\r\n", True),
    ],
)
def test_whether_the_connection_can_be_used_again(sent: bytes, keeps: bool) -> None:
    answer, _ = answer_to(sent)
    assert (answer.status, answer.keeps) == (407, keeps)


@pytest.mark.parametrize(
    "sent",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 999 OK\r\n\r\n",
        b"HTTP/1.1 200\n\n\r\n\r\n",
        b"HTTP/1.1 100 x\r\n\r\n" * 5,
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * LARGEST_HEAD + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000,
    ],
)
def test_what_is_no_answer_is_refused(sent: bytes) -> None:
    with pytest.raises(ServerError) as caught:
        answer_to(sent)
    assert caught.value.code is ErrorCode.PROXY_REFUSED


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 2", b"HTTP/1.1 200 OK\r\n"])
def test_an_answer_that_ends_before_it_is_one(sent: bytes) -> None:
    with pytest.raises(EOFError):
        answer_to(sent)


def test_challenges() -> None:
    values = ['Negotiate, NTLM, Basic realm="a, b", charset="UTF-8"', "NTLM TlRMTVNTUAAC==", "Digest qop = x"]
    assert challenges_of(values) == {"negotiate": "", "ntlm": "", "basic": 'realm="a, b"', "digest": "qop = x"}
    assert challenges_of(["NTLM  TlRM=="]) == {"ntlm": "TlRM=="}
    assert challenges_of(['"', ",,,", "="]) == {}


HEAD = st.sampled_from([b"HTTP/1.1 407 x\r\n", b"HTTP/1.0 200 x\r\n", b"HTTP/1.1 100 x\r\n", b""])
FIELD = st.sampled_from(
    [
        b"Content-Length: 3\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Proxy-Authenticate: NTLM ",
        b"\r\n",
        b"3\r\nabc\r\n",
        b'"',
    ]
)


@given(HEAD, st.lists(FIELD | st.binary(max_size=60), max_size=8), st.binary(max_size=40))
def test_whatever_a_proxy_sends(head: bytes, fields: list[bytes], rest: bytes) -> None:
    try:
        answer, _ = answer_to(head + b"".join(fields) + b"\r\n\r\n" + rest)
    except (ServerError, EOFError):
        return
    assert 200 <= answer.status <= 599


# An NTLM challenge with a time (MS-NLMP, 2.2.1.2), and the same inside of SPNEGO's NegTokenResp (RFC 4178, 4.2.2).
NTLM_CHALLENGE = bytes.fromhex(
    "4e544c4d53535000020000000800080030000000058289e2313233343536373800000000000000002a002a00380000004300"
    "4f00520050000200080043004f005200500001000a00500052004f005800590007000800128c3b49d780dd0100000000"
)
NEGOTIATE_CHALLENGE = bytes.fromhex(
    "a17b3079a0030a0101a10c060a2b06010401823702020aa26404624e544c4d53535000020000000800080030000000058289"
    "e2313233343536373800000000000000002a002a003800000043004f00520050000200080043004f005200500001000a0050"
    "0052004f005800590007000800128c3b49d780dd0100000000"
)
BENT = {
    ProxyScheme.NTLM: Mutator([NTLM_CHALLENGE], 1),
    ProxyScheme.NEGOTIATE: Mutator([NEGOTIATE_CHALLENGE], 2),
}


async def exchanged(scheme: ProxyScheme, *tokens: bytes) -> list[str]:
    """Return what a login says to these challenges, one after the other."""
    exchange = LoginExchange(PROXY, LOGIN)
    asked = ["", *(base64.b64encode(token).decode() for token in tokens)]
    return [await exchange.answer({scheme.value: token}) for token in asked]


async def test_challenges_are_answered() -> None:
    for scheme, challenge in ((ProxyScheme.NTLM, NTLM_CHALLENGE), (ProxyScheme.NEGOTIATE, NEGOTIATE_CHALLENGE)):
        said = await exchanged(scheme, challenge)
        assert all(each.lower().startswith(f"{scheme} ") for each in said)
    with pytest.raises(ServerError) as caught:
        await exchanged(ProxyScheme.NTLM, NTLM_CHALLENGE, NTLM_CHALLENGE)
    assert caught.value.code is ErrorCode.PROXY_WANTS_PASSWORD


@pytest.mark.parametrize("scheme", list(BENT))
def test_whatever_a_proxy_asks(scheme: ProxyScheme) -> None:
    def ask(token: bytes) -> None:
        asyncio.run(exchanged(scheme, token))

    assert fuzz(ask, ServerError, BENT[scheme], 2.0) > 20


async def said_to(challenges: dict[str, str], login: ProxyLogin | None, proxy: Proxy = PROXY) -> str | ErrorCode:
    """Return what is said to the first question, or the error's code."""
    try:
        return await LoginExchange(proxy, login).answer(challenges)
    except ServerError as error:
        return error.code


async def test_who_gets_a_password() -> None:
    basic = {"basic": 'realm="corp"'}
    assert await said_to(basic, LOGIN) == "Basic dGFybzpoaW1pdHN1"
    assert await said_to(basic, None) is ErrorCode.PROXY_WANTS_PASSWORD
    assert await said_to(basic, LOGIN, Proxy("proxy.corp", 8081, ProxySource.MANUAL)) is ErrorCode.PROXY_WANTS_PASSWORD
    assert await said_to(basic, LOGIN, Proxy("proxy.corp", 8080, ProxySource.WPAD)) is ErrorCode.PROXY_WANTS_PASSWORD
    assert await said_to({"digest": "qop=auth"}, LOGIN) is ErrorCode.PROXY_REFUSED
    assert await said_to({}, LOGIN) is ErrorCode.PROXY_REFUSED
    colon = ProxyLogin("proxy.corp", 8080, "ta:ro", "x")
    assert await said_to(basic, colon) is ErrorCode.PROXY_WANTS_PASSWORD


async def test_the_best_scheme_comes_first_and_each_only_once() -> None:
    exchange = LoginExchange(PROXY, LOGIN)
    offered = {"basic": "", "ntlm": "", "negotiate": ""}
    for name in ("Negotiate", "NTLM", "Basic"):
        assert (await exchange.answer(offered)).startswith(f"{name} ")
    with pytest.raises(ServerError) as caught:
        await exchange.answer(offered)
    assert caught.value.code is ErrorCode.PROXY_WANTS_PASSWORD
    assert exchange.scheme is ProxyScheme.BASIC
