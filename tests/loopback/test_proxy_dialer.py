"""A way out through proxies that keep the connection, close it, ask on and on, or say nothing at all."""

import asyncio
import base64
import gc
import logging
from contextlib import suppress

import pytest

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.core.proxy_settings import ProxyLogin
from remotedesk.core.reach import Proxy, ProxyScheme, ProxySource
from remotedesk.transport.reach.dialer import DirectDialer
from remotedesk.transport.reach.proxy import MOST_ROUNDS, ProxyDialer
from tests.support.played_proxy import Asked, Say, played_proxy, tunnel

QUESTION = b'HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm="corp"\r\nContent-Length: 2\r\n'
BASIC = f"Proxy-Authorization: Basic {base64.b64encode(b'taro:himitsu').decode()}\r\n"


def login_for(proxy: Proxy) -> ProxyLogin:
    return ProxyLogin(proxy.host, proxy.port, "taro", "himitsu")


def saying(*answers: bytes) -> Say:
    """Return what gives these answers on each connection, one a request, and then waits."""

    async def say(asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await asked.head(reader)
            writer.write(answer)
        await reader.read()

    return say


async def refused_with(proxy: Proxy, login: ProxyLogin | None = None, within_s: float = 5.0) -> ErrorCode:
    with pytest.raises(ServerError) as caught:
        await ProxyDialer(proxy, login, within_s).dial("rd.example", 443)
    return caught.value.code


@pytest.mark.parametrize("closes", ["no", "says so", "without a word"])
async def test_a_password_is_told_once_it_is_asked_for(closes: str) -> None:
    async def say(asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while "Proxy-Authorization" not in await asked.head(reader):
            writer.write(QUESTION + (b"Connection: close\r\n\r\nhi" if closes == "says so" else b"\r\nhi"))
            if closes != "no":
                await writer.drain()
                return
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        writer.write(await reader.readexactly(4))
        await reader.read()

    async with played_proxy(say) as (proxy, asked):
        dialer = ProxyDialer(proxy, login_for(proxy))
        reader, writer = await dialer.dial("2001:db8::1", 443)
        writer.write(b"ping")
        assert await reader.readexactly(4) == b"ping"
        writer.close()
        assert dialer.scheme is ProxyScheme.BASIC
        assert asked.connections == (1 if closes == "no" else 2)
        first, *_, last = asked.heads
        assert first.startswith("CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n")
        assert "Authorization" not in first
        assert BASIC in last


@pytest.mark.parametrize("source", [ProxySource.WPAD, ProxySource.SYSTEM])
async def test_a_password_is_not_told_to_another_proxy_or_an_announced_one(source: ProxySource) -> None:
    async with played_proxy(saying(QUESTION + b"\r\nhi"), source) as (proxy, asked):
        other = ProxyLogin(proxy.host, proxy.port + 1, "taro", "himitsu")
        login = login_for(proxy) if source is ProxySource.WPAD else other
        assert await refused_with(proxy, login) is ErrorCode.PROXY_WANTS_PASSWORD
        assert len(asked.heads) == 1


async def test_a_password_is_not_told_unasked() -> None:
    async with played_proxy(saying(b"HTTP/1.1 200 OK\r\n\r\n")) as (proxy, asked):
        _, writer = await ProxyDialer(proxy, login_for(proxy)).dial("rd.example", 443)
        writer.close()
        assert "Authorization" not in asked.heads[0]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", ErrorCode.PROXY_REFUSED),
        (b"HTTP/1.1 301 Moved\r\nLocation: http://evil/\r\n\r\n", ErrorCode.PROXY_REFUSED),
        (b"HTTP/1.1 502 No\r\nConnection: close\r\n\r\n", ErrorCode.SERVER_UNREACHABLE),
        (b"HTTP/1.1 504 No\r\n\r\n", ErrorCode.SERVER_UNREACHABLE),
        (b"SSH-2.0-x\r\n\r\n", ErrorCode.PROXY_REFUSED),
        (b"HTTP/1.1 407 Who?\r\nProxy-Authenticate: Digest x=y\r\nContent-Length: 0\r\n\r\n", ErrorCode.PROXY_REFUSED),
        (QUESTION + b"\r\nhi", ErrorCode.PROXY_WANTS_PASSWORD),
        (b"x" * 100_000, ErrorCode.PROXY_REFUSED),
    ],
)
async def test_other_answers(answer: bytes, code: ErrorCode) -> None:
    async with played_proxy(saying(answer)) as (proxy, _):
        assert await refused_with(proxy) is code


async def test_proxies_that_do_not_answer() -> None:
    async def hang_up(asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked.head(reader)

    async with played_proxy(saying()) as (proxy, _):
        assert await refused_with(proxy, within_s=0.2) is ErrorCode.PROXY_UNREACHABLE
    assert await refused_with(proxy) is ErrorCode.PROXY_UNREACHABLE  # gone
    assert await refused_with(Proxy("no.invalid", 1, ProxySource.PAC)) is ErrorCode.PROXY_UNREACHABLE
    async with played_proxy(hang_up) as (proxy, asked):
        assert await refused_with(proxy) is ErrorCode.PROXY_UNREACHABLE
        assert asked.connections == 1


async def test_a_proxy_that_asks_on_and_on() -> None:
    async def ask(asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked.head(reader)
        token = base64.b64encode(b"NTLMSSP\0\2\0\0\0" + bytes(40)).decode()
        writer.write(
            f"HTTP/1.1 407 Who?\r\nProxy-Authenticate: NTLM {token}\r\nProxy-Authenticate: Basic\r\n\r\n".encode()
        )
        await writer.drain()

    async with played_proxy(ask) as (proxy, asked):
        assert await refused_with(proxy, login_for(proxy)) is ErrorCode.PROXY_WANTS_PASSWORD
        assert asked.connections <= MOST_ROUNDS


async def test_giving_up_leaves_nothing_open() -> None:
    gone = asyncio.Event()

    async def wait(asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked.head(reader)
        with suppress(ConnectionError):
            await reader.read()
        gone.set()

    async with played_proxy(wait) as (proxy, _):
        dialing = asyncio.create_task(ProxyDialer(proxy).dial("rd.example", 443))
        await asyncio.sleep(0.05)
        dialing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await dialing
        await asyncio.wait_for(gone.wait(), 5)
    gc.collect()


async def test_nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "remotedesk")
    async with played_proxy(saying(QUESTION + b"\r\nhi", QUESTION + b"\r\nhi")) as (proxy, _):
        dialer = ProxyDialer(proxy, login_for(proxy))
        with pytest.raises(ServerError) as caught:
            await dialer.dial("rd.example", 443)
        assert caught.value.code is ErrorCode.PROXY_WANTS_PASSWORD
    assert "himitsu" not in f"{caplog.text}{caught.value!r}{login_for(proxy)!r}"


async def test_direct() -> None:
    async with played_proxy(lambda asked, reader, writer: tunnel(reader, writer, "127.0.0.1", 1)) as (there, _):
        reader, writer = await DirectDialer().dial("localhost", there.port)
        writer.close()
        assert await reader.read() == b""
    for host in ("127.0.0.1", "no.invalid", "a" * 70, ""):
        with pytest.raises(ServerError) as caught:
            await DirectDialer().dial(host, there.port)
        assert caught.value.code is ErrorCode.SERVER_UNREACHABLE
