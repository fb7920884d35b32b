"""The signaling client against real servers on 127.0.0.1: good ones, wrong ones, and what is no server at all."""

import asyncio
import hashlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from remotedesk.core.errors import ErrorCode, NumberError, PairingError, ProtocolError, RemotedeskError, ServerError
from remotedesk.transport import signaling_client
from remotedesk.transport.relay import WAITING_AT_MOST, SignalingRelay
from remotedesk.transport.server_address import ServerAddress, Trust
from remotedesk.transport.signaling_client import SignalingClient
from remotedesk.wire.pairing import RELAY, PakeRefused
from remotedesk.wire.signaling import LARGEST, SUBPROTOCOL, TO_CLIENT, Join, PeerJoined, Refused, Relay, ToClient
from tests.conftest import WarningLog
from tests.support.certificates import Certificates, make_certificates

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Talk = Callable[[web.WebSocketResponse], Awaitable[None]]


@asynccontextmanager
async def serving(handler: Handler, certificates: Certificates | None = None) -> AsyncIterator[ServerAddress]:
    """Serve `handler` on /ws, with TLS if there are certificates; yields the address."""
    app = web.Application()
    app.router.add_get("/ws", handler)
    server = TestServer(app)
    context = None
    if certificates is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificates.certificate, certificates.key)
    await server.start_server(ssl=context)
    try:
        yield ServerAddress("127.0.0.1", server.port or 0, secure=context is not None)
    finally:
        await server.close()


def talking(talk: Talk, **options: bool) -> Handler:
    """Return a handler that accepts the WebSocket and then does as `talk` says."""

    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.WebSocketResponse(protocols=(SUBPROTOCOL,), **options)
        await response.prepare(request)
        await talk(response)
        return response

    return handle


async def listen(response: web.WebSocketResponse) -> None:
    """Read until the client closes."""
    async for _ in response:
        pass


def saying(*messages: ToClient | str | bytes) -> Handler:
    """Return a handler that sends these and then listens: strings as text, bytes as a binary frame."""

    async def talk(response: web.WebSocketResponse) -> None:
        for message in messages:
            if isinstance(message, str):
                await response.send_str(message)
            else:
                await response.send_bytes(message if isinstance(message, bytes) else TO_CLIENT.encode(message))
        await listen(response)

    return talking(talk)


async def refused_with(address: ServerAddress, trust: Trust | None = None, within_s: float = 10.0) -> ErrorCode:
    """Return the code that connecting fails with."""
    with pytest.raises(ServerError) as caught:
        await SignalingClient.connect(address, trust, within_s)
    return caught.value.code


async def received_with(client: SignalingClient) -> RemotedeskError:
    """Return the error that receiving fails with."""
    with pytest.raises(RemotedeskError) as caught:
        await client.receive()
    return caught.value


async def test_messages_pass_both_ways_in_order() -> None:
    heard: list[bytes] = []

    async def talk(response: web.WebSocketResponse) -> None:
        heard.append(await response.receive_bytes())
        for message in (PeerJoined(), Relay(b"sealed")):
            await response.send_bytes(TO_CLIENT.encode(message))
        await listen(response)

    async with serving(talking(talk)) as address, await SignalingClient.connect(address) as client:
        await client.send(Join("12345"))
        assert await client.receive() == PeerJoined()
        assert await client.receive() == Relay(b"sealed")
    assert heard == [b'{"type":"Join","routing":"12345"}']


def pin(certificates: Certificates) -> Trust:
    """Trust this server's certificate and no other."""
    der = ssl.PEM_cert_to_DER_cert(certificates.certificate.read_text())
    return Trust(pin=hashlib.sha256(der).digest())


async def test_certificates(tmp_path: Path) -> None:
    ours, strange = make_certificates(tmp_path / "a"), make_certificates(tmp_path / "b")
    async with serving(saying(PeerJoined()), ours) as address:
        for trust in (Trust(ca_file=ours.authority), pin(ours)):
            async with await SignalingClient.connect(address, trust) as client:
                assert await client.receive() == PeerJoined()
        for trust in (Trust(), Trust(ca_file=strange.authority)):  # good for the name, by nobody known: opened
            assert await refused_with(address, trust) is ErrorCode.TLS_OPENED
        assert await refused_with(address, pin(strange)) is ErrorCode.SERVER_CERTIFICATE
        for file in (tmp_path / "absent.pem", ours.key):
            assert await refused_with(address, Trust(ca_file=file)) is ErrorCode.SERVER_CERTIFICATE


async def test_a_certificate_for_another_name(tmp_path: Path) -> None:
    elsewhere = make_certificates(tmp_path, "127.0.0.2")
    async with serving(saying(), elsewhere) as address:
        assert await refused_with(address, Trust(ca_file=elsewhere.authority)) is ErrorCode.SERVER_CERTIFICATE
        async with await SignalingClient.connect(address, pin(elsewhere)):
            pass


async def test_nobody_answers() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        assert await refused_with(ServerAddress("127.0.0.1", port, secure=False)) is ErrorCode.SERVER_UNREACHABLE
        listener.listen()
        silent = ServerAddress("127.0.0.1", port, secure=False)
        assert await refused_with(silent, within_s=0.2) is ErrorCode.SERVER_UNREACHABLE
        assert await refused_with(ServerAddress("127.0.0.1", port), within_s=0.2) is ErrorCode.SERVER_UNREACHABLE


async def test_tls_asked_of_a_server_without_it() -> None:
    async with serving(saying()) as address:
        assert await refused_with(ServerAddress("127.0.0.1", address.port)) is ErrorCode.SERVER_UNREACHABLE


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (200, ErrorCode.PROXY_IN_THE_WAY),
        (302, ErrorCode.PROXY_IN_THE_WAY),
        (403, ErrorCode.PROXY_IN_THE_WAY),
        (407, ErrorCode.PROXY_IN_THE_WAY),
        (429, ErrorCode.TOO_MANY_REQUESTS),
        (502, ErrorCode.SERVER_UNREACHABLE),
        (503, ErrorCode.SERVER_UNREACHABLE),
    ],
)
async def test_something_else_answers(status: int, code: ErrorCode) -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        headers = {"Location": "http://127.0.0.1:9/ws", "Proxy-Authenticate": "Basic"}
        return web.Response(status=status, text="<html>sign in</html>", content_type="text/html", headers=headers)

    async with serving(page) as address:
        assert await refused_with(address) is code


async def test_a_websocket_of_something_else(warning_log: WarningLog) -> None:
    warning_log.expect("overlap server-known ones")

    async def other(request: web.Request) -> web.StreamResponse:
        response = web.WebSocketResponse()
        await response.prepare(request)
        await listen(response)
        return response

    async with serving(other) as address:
        assert await refused_with(address) is ErrorCode.PROXY_IN_THE_WAY


async def test_an_upgrade_that_is_none() -> None:
    over = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n")
        await reader.read()
        writer.close()
        await writer.wait_closed()
        over.set()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await refused_with(ServerAddress("127.0.0.1", port, secure=False)) is ErrorCode.PROXY_IN_THE_WAY
        await over.wait()


@pytest.mark.parametrize(
    ("code", "kind", "known_as"),
    [
        ("RD-103", NumberError, ErrorCode.NUMBER_UNKNOWN),
        ("RD-202", PairingError, ErrorCode.PAIRING_TIMEOUT),
        ("RD-305", ServerError, ErrorCode.SIGN_IN_FAILED),
        ("RD-402", ProtocolError, ErrorCode.MESSAGE_TOO_BIG),
        ("RD-901", ServerError, ErrorCode.INTERNAL),
        ("RD-999", ServerError, ErrorCode.SERVER_INTERNAL),
    ],
)
async def test_a_refusal_is_raised_by_its_family_and_the_socket_stays(
    code: str, kind: type[RemotedeskError], known_as: ErrorCode
) -> None:
    async with (
        serving(saying(Refused(code), PeerJoined())) as address,
        await SignalingClient.connect(address) as client,
    ):
        error = await received_with(client)
        assert type(error) is kind
        assert error.code is known_as
        assert not client.closed
        assert await client.receive() == PeerJoined()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"nonsense", ErrorCode.MESSAGE_MALFORMED),
        (b'{"type":"Joined"}', ErrorCode.MESSAGE_MALFORMED),
        (b'{"type":"SignIn","name":"a","password":"b"}', ErrorCode.MESSAGE_MALFORMED),
        (b'"\\ud800"', ErrorCode.MESSAGE_MALFORMED),
        ('{"type":"PeerJoined"}', ErrorCode.MESSAGE_MALFORMED),
        (b'{"type":"PeerJoined"}' + b" " * LARGEST, ErrorCode.MESSAGE_TOO_BIG),
    ],
)
async def test_what_is_no_message_closes_the_socket(sent: str | bytes, code: ErrorCode) -> None:
    async with serving(saying(sent)) as address, await SignalingClient.connect(address) as client:
        error = await received_with(client)
        assert isinstance(error, ProtocolError)
        assert error.code is code
        assert client.closed


async def test_a_frame_against_the_standard() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.WebSocketResponse(protocols=(SUBPROTOCOL,))
        await response.prepare(request)
        assert request.transport is not None
        request.transport.write(b"\xf1\x00")  # reserved bits set
        await listen(response)
        return response

    async with serving(handle) as address, await SignalingClient.connect(address) as client:
        error = await received_with(client)
        assert isinstance(error, ProtocolError)
        assert error.code is ErrorCode.MESSAGE_MALFORMED


async def test_the_server_goes_away() -> None:
    async def leave(response: web.WebSocketResponse) -> None:
        await response.close()

    async with serving(talking(leave)) as address, await SignalingClient.connect(address) as client:
        for _ in range(2):
            assert (await received_with(client)).code is ErrorCode.SERVER_LOST
        with pytest.raises(ServerError) as caught:
            await client.send(Join("12345"))
        assert caught.value.code is ErrorCode.SERVER_LOST


async def test_the_server_falls_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signaling_client, "HEARTBEAT_S", 0.1)
    over = asyncio.Event()

    async def hang(response: web.WebSocketResponse) -> None:
        await over.wait()

    async with serving(talking(hang, autoping=False)) as address, await SignalingClient.connect(address) as client:
        assert (await received_with(client)).code is ErrorCode.SERVER_LOST
        over.set()


async def test_closing_ends_who_waits_and_may_be_repeated() -> None:
    async with serving(saying()) as address:
        client = await SignalingClient.connect(address)
        waiting = asyncio.create_task(received_with(client))
        await asyncio.sleep(0)
        await client.close()
        await client.close()
        assert (await waiting).code is ErrorCode.SERVER_LOST
        assert client.closed


async def test_nothing_too_big_is_sent() -> None:
    async with serving(saying()) as address, await SignalingClient.connect(address) as client:
        with pytest.raises(ProtocolError) as caught:
            await client.send(Relay(bytes(LARGEST)))
        assert caught.value.code is ErrorCode.MESSAGE_TOO_BIG
        assert not client.closed


async def test_a_relay_raises_what_is_wrong_with_what_was_relayed() -> None:
    async with serving(saying()) as address, await SignalingClient.connect(address) as client:
        relay = SignalingRelay(client)
        relay.deliver(RELAY.encode(PakeRefused()))
        assert await relay.receive() == PakeRefused()
        relay.deliver(b"{}")
        for _ in range(2):
            with pytest.raises(ProtocolError) as caught:
                await relay.receive()
            assert caught.value.code is ErrorCode.MESSAGE_MALFORMED


async def test_a_relay_that_is_flooded_ends() -> None:
    async with serving(saying()) as address, await SignalingClient.connect(address) as client:
        relay = SignalingRelay(client)
        for _ in range(WAITING_AT_MOST + 1):
            relay.deliver(RELAY.encode(PakeRefused()))
        for _ in range(WAITING_AT_MOST):
            assert await relay.receive() == PakeRefused()
        with pytest.raises(ProtocolError) as caught:
            await relay.receive()
        assert caught.value.code is ErrorCode.MESSAGE_FLOOD


async def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "ws_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with serving(saying(PeerJoined())) as address, await SignalingClient.connect(address) as client:
        assert await client.receive() == PeerJoined()
