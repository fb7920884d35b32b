"""TURN allocations at a real coturn: given, kept, given back, refused; and over streams to what is no TURN server."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from aioice.stun import Class, Message, Method

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.transport.reach.datagrams import open_exchange
from remotedesk.transport.reach.dialer import DirectDialer
from remotedesk.transport.reach.held import hold
from remotedesk.transport.reach.streams import SocketStream
from remotedesk.transport.reach.stun import Answer, parse, parse_answer, request
from remotedesk.transport.reach.turn import Credentials, allocate
from tests.support.turn_server import HOST, TurnServer, credentials


@pytest.fixture(scope="module")
def turn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TurnServer]:
    with TurnServer(tmp_path_factory.mktemp("turn"), user_quota=2) as server:
        yield server


async def open_stream(port: int) -> SocketStream:
    return SocketStream(await DirectDialer().dial(HOST, port))


async def give_and_take(port: int) -> None:
    exchange = await open_exchange((HOST, port))
    try:
        allocation = await allocate(exchange, credentials(who="udp"))
        assert allocation.relayed[0] == HOST
        assert allocation.relayed[1] > 0
        assert allocation.mapped[0] == HOST
        await allocation.refresh(allocation.lifetime_s)
        await allocation.refresh(0)
    finally:
        await exchange.close()


async def test_an_address_is_given_over_udp_and_given_back(turn: TurnServer) -> None:
    await give_and_take(turn.port)
    await give_and_take(turn.port)
    async with asyncio.timeout(20):  # without the refresh it would be ten minutes; coturn counts a second more
        while True:
            with contextlib.suppress(ServerError):
                await give_and_take(turn.port)
                break
            await asyncio.sleep(0.2)


async def test_an_address_is_given_over_a_stream_and_given_back(turn: TurnServer) -> None:
    for _ in range(4):
        held = await hold(lambda: open_stream(turn.port), credentials(who="tcp"))
        assert held.allocation.relayed[0] == HOST
        await held.close()


@pytest.mark.parametrize(
    "wrong",
    [
        credentials(secret="another"),
        credentials(good_for_s=-60),
        replace(credentials(), username="9999999999:other"),
        Credentials("nobody", "nothing"),
    ],
)
async def test_forged_and_expired_credentials_are_refused(turn: TurnServer, wrong: Credentials) -> None:
    exchange = await open_exchange((HOST, turn.port))
    with pytest.raises(ServerError) as refused:
        await allocate(exchange, wrong)
    await exchange.close()
    assert refused.value.code is ErrorCode.TURN_REFUSED
    with pytest.raises(ServerError) as refused:
        await hold(lambda: open_stream(turn.port), wrong)
    assert refused.value.code is ErrorCode.TURN_REFUSED


async def test_more_than_the_quota_is_refused(turn: TurnServer) -> None:
    mine = credentials(who="quota")
    held = [await hold(lambda: open_stream(turn.port), mine) for _ in range(2)]
    with pytest.raises(ServerError) as refused:
        await hold(lambda: open_stream(turn.port), mine)
    assert refused.value.code is ErrorCode.TURN_REFUSED
    for one in held:
        await one.close()


async def test_credentials_are_not_shown() -> None:
    assert "secret" not in repr(Credentials("secret-name", "secret-word"))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n" + bytes(100), ErrorCode.PROXY_IN_THE_WAY),
        (bytes(64), ErrorCode.PROXY_IN_THE_WAY),
        (b"\x01\x01\xff\xfc\x21\x12\xa4\x42" + bytes(12), ErrorCode.PROXY_IN_THE_WAY),  # too long, by its own words
        (bytes(Message(Method.BINDING, Class.RESPONSE)) * 40, ErrorCode.PROXY_IN_THE_WAY),  # to what nobody asked
        (b"\x01\x01\x00", ErrorCode.WAY_BLOCKED),
        (b"", ErrorCode.WAY_BLOCKED),
    ],
)
async def test_what_is_no_turn_server_is_told(said: bytes, code: ErrorCode) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(said)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, HOST, 0)
    async with server:
        with pytest.raises(ServerError) as refused:
            await hold(lambda: open_stream(server.sockets[0].getsockname()[1]), credentials())
    assert refused.value.code is code


class Relay:
    """An exchange with a relay that was made up; each asked message gets the next answer."""

    def __init__(self, *answers: Message) -> None:
        self._answers = list(answers)
        self.asked: list[Message] = []

    async def ask(self, request: Message, key: bytes | None = None) -> Answer:
        self.asked.append(parse(bytes(request)))
        answer = self._answers.pop(0)
        return parse_answer(bytes(answer))


def error(number: int, **attributes: object) -> Message:
    return Message(Method.ALLOCATE, Class.ERROR, attributes={"ERROR-CODE": (number, ""), **attributes})


CHALLENGE = error(401, REALM="test", NONCE=b"first")


def given(**attributes: object) -> Message:
    whole = {
        "XOR-RELAYED-ADDRESS": ("192.0.2.1", 50_000), "XOR-MAPPED-ADDRESS": ("198.51.100.1", 1), "LIFETIME": 600,
    }  # fmt: skip
    return Message(Method.ALLOCATE, Class.RESPONSE, attributes=whole | attributes)


async def test_a_nonce_that_has_become_too_old_is_replaced() -> None:
    relay = Relay(CHALLENGE, error(438, REALM="test", NONCE=b"second"), given(), given())
    allocation = await allocate(relay, credentials())
    await allocation.refresh(60)
    assert [asked.attributes.get("NONCE") for asked in relay.asked] == [None, b"first", b"second", b"second"]


@pytest.mark.parametrize(
    "answers",
    [
        (given(),),  # asks nobody for credentials
        (error(401, REALM="test"),),
        (error(401, NONCE=b"first"),),
        (error(300),),
        (CHALLENGE, error(486)),
        (CHALLENGE, error(401, REALM="test", NONCE=b"again")),
        (CHALLENGE, error(438)),
        (CHALLENGE, given(LIFETIME=0)),
        (CHALLENGE, Message(Method.ALLOCATE, Class.RESPONSE)),
    ],
)
async def test_a_relay_that_gives_nothing_is_told(answers: tuple[Message, ...]) -> None:
    with pytest.raises(ServerError) as refused:
        await allocate(Relay(*answers), credentials())
    assert refused.value.code is ErrorCode.TURN_REFUSED


async def test_an_answer_signed_with_another_key_is_not_taken(turn: TurnServer) -> None:
    exchange = await open_exchange((HOST, turn.port))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await exchange.ask(request(Method.BINDING), key=b"what coturn does not know")
    await exchange.close()


def test_folders_of_a_test_have_their_own_turn_server(turn: TurnServer, tmp_path: Path) -> None:
    with TurnServer(tmp_path) as other:
        assert other.port != turn.port
