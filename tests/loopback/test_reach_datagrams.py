"""STUN over UDP against servers that answer, lose, lie, stay silent, or are not there."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aioice.stun import Class, Message, Method, parse_message

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.core.reach import Mapping
from remotedesk.transport.reach.datagrams import binding, see
from remotedesk.transport.reach.stun import Address
from tests.support.turn_server import HOST, free_port

Answers = Callable[[Message, Address], list[bytes]]


class FakeServer(asyncio.DatagramProtocol):
    """Answers each request with what `answers` makes of it; `asked` counts them."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self.asked = 0

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport
        self.address: Address = transport.get_extra_info("sockname")

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.asked += 1
        for answer in self._answers(parse_message(data), addr):
            self.transport.sendto(answer, addr)


@asynccontextmanager
async def serving(answers: Answers) -> AsyncIterator[FakeServer]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(lambda: FakeServer(answers), local_addr=(HOST, 0))
    try:
        yield server
    finally:
        transport.close()


def bound(request: Message, address: Address) -> bytes:
    answer = Message(Method.BINDING, Class.RESPONSE, request.transaction_id)
    answer.attributes["XOR-MAPPED-ADDRESS"] = address
    answer.add_fingerprint()
    return bytes(answer)


def honest(request: Message, address: Address) -> list[bytes]:
    return [bound(request, address)]


def silent(request: Message, address: Address) -> list[bytes]:
    return []


async def test_an_answer_tells_how_we_are_seen() -> None:
    async with serving(honest) as server:
        mapped = await binding(server.address)
    assert mapped.server == server.address
    assert mapped.address[0] == HOST
    assert 0 < mapped.rtt_s < 5


async def test_a_lost_request_is_sent_again() -> None:
    async with serving(lambda request, address: honest(request, address) if server.asked > 2 else []) as server:
        await binding(server.address)
        assert server.asked == 3


async def test_a_refusal_is_known_at_once() -> None:
    with pytest.raises(ServerError) as refused:
        async with asyncio.timeout(5):
            await binding((HOST, free_port()))
    assert refused.value.code is ErrorCode.WAY_BLOCKED


async def test_garbage_and_lies_are_not_answers() -> None:
    def lying(request: Message, address: Address) -> list[bytes]:
        other = Message(Method.BINDING, Class.RESPONSE)
        other.attributes["XOR-MAPPED-ADDRESS"] = ("203.0.113.9", 9)
        good = bound(request, address)
        lies = [b"", b"\x01", bytes(other), good[:-3], good + b"x", good[:2] + b"\xff\xff" + good[4:], bytes(request)]
        return [*lies, good]

    async with serving(lying) as server:
        assert (await binding(server.address)).address[0] == HOST


async def test_an_error_is_no_address() -> None:
    def refusing(request: Message, address: Address) -> list[bytes]:
        answer = Message(Method.BINDING, Class.ERROR, request.transaction_id, {"ERROR-CODE": (500, "no")})
        return [bytes(answer)]

    async with serving(refusing) as server:
        with pytest.raises(ServerError) as refused:
            await binding(server.address)
        assert refused.value.code is ErrorCode.WAY_BLOCKED
        with pytest.raises(ServerError):
            await see([server.address])


async def test_an_answer_from_somewhere_else_is_nothing() -> None:
    async with serving(honest) as accomplice:

        def elsewhere(request: Message, address: Address) -> list[bytes]:
            accomplice.transport.sendto(bound(request, ("203.0.113.9", 9)), address)
            return []

        async with serving(elsewhere) as server:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await see([server.address])
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await binding(server.address)


async def test_two_servers_tell_one_nat_and_a_dead_one_is_not_waited_for() -> None:
    def by_port(request: Message, address: Address) -> list[bytes]:
        return [bound(request, ("203.0.113.9", address[1]))]

    async with serving(by_port) as a, serving(by_port) as b, serving(silent) as dead:
        seen, mapping = await see([dead.address, a.address, b.address])
        assert {mapped.server for mapped in seen} == {a.address, b.address}
        assert mapping is Mapping.INDEPENDENT
        seen, mapping = await see([a.address, dead.address])
        assert mapping is Mapping.UNKNOWN


async def test_another_port_for_each_server_is_told() -> None:
    async with (
        serving(lambda request, _: [bound(request, ("203.0.113.9", 1))]) as a,
        serving(lambda request, _: [bound(request, ("203.0.113.9", 2))]) as b,
    ):
        assert (await see([a.address, b.address]))[1] is Mapping.DEPENDENT


async def test_without_a_nat_our_own_address_comes_back() -> None:
    async with serving(honest) as server:
        assert (await see([server.address]))[1] is Mapping.NONE


async def test_a_silent_server_is_asked_ever_more_rarely() -> None:
    async with serving(silent) as server:
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await binding(server.address)
        # At 0, 0.2, 0.6 s; a machine that stands still asks less.
        assert 1 <= server.asked <= 2 + (time.monotonic() - started) / 0.4


async def test_both_families_are_asked() -> None:
    try:
        transport, server = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: FakeServer(honest), local_addr=("::1", 0)
        )
    except OSError:
        pytest.skip("no IPv6 here")
    address = ("::1", int(server.address[1]))
    seen, mapping = await see([address])
    assert (seen[0].address[0], mapping) == ("::1", Mapping.NONE)
    assert (await binding(address)).address[0] == "::1"
    transport.close()
