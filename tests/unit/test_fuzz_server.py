"""Broken, misplaced and cut-off input to the real server over real sockets: a pair beside it notices nothing."""

import asyncio
import contextlib
import random
import secrets
import time
from typing import Final

import aiohttp
import msgspec
import pytest

from remotedesk.wire import signaling as wire
from remotedesk_signaling.limits import Limits
from remotedesk_signaling.server import RunningServer
from tests.support.fuzzing import Mutator
from tests.support.messages import dialects
from tests.support.signaling import NAME, PASSWORD, Clients, PlainClient, clients_of, running_server
from tests.unit.test_fuzz_decoders import message_samples

SECONDS: Final = 10.0
SOAK_SECONDS: Final = 900.0
AT_ONCE: Final = 32
STEPS: Final = 25

# What each persona says when it makes sense; all of them also say what does not.
ENGINEERS: Final[tuple[wire.ToServer, ...]] = (
    wire.Relay(b"said"),
    wire.Relay(b"said"),
    wire.GuessFailed(),
    wire.AllowRetry(),
    wire.AllowRetry(),
    wire.Paired(),
    wire.Burn(),
    wire.Issue(),
    wire.Leave(),
)
CUSTOMERS: Final[tuple[wire.ToServer, ...]] = (
    wire.Relay(b"said"),
    wire.Relay(b"said"),
    wire.GuessFailed(),
    wire.Leave(),
)

# Wide rates, so that the fuzz gets past them to what is behind.
LIMITS: Final = Limits(
    messages_burst=10_000,
    bytes_burst=64 * 1024 * 1024,
    joins_per_minute=1_000_000,
    issues_per_minute=1_000_000,
    sign_ins_per_minute=1_000_000,
    failed_sign_ins_per_minute=1_000_000,
    failed_sign_ins_per_account_and_address=1_000_000,
    live_numbers_per_account=1_000,
    close_s=1.0,
)


class Stranger:
    """Somebody who knows the protocol, some numbers and some tokens, and keeps no rule."""

    def __init__(self, chance: random.Random, samples: tuple[bytes, ...], known: list[str]) -> None:
        """`known` is shared: routing digits and tokens that strangers were given, the newest last."""
        self._chance = chance
        self._samples = samples
        self._known = known
        self._sayings: tuple[wire.ToServer, ...] = ()
        self._mutator = Mutator(samples, chance.randrange(2**32))

    async def visit(self, clients: Clients, server: RunningServer) -> None:
        """Come, do this and that, and go without a word or with one."""
        if self._chance.random() < 0.1:
            await self._shout(server.port)
            return
        client = await clients.connect(protocols=self._chance.choice(((wire.SUBPROTOCOL,),) * 9 + ((), ("other.1",))))
        with contextlib.suppress(aiohttp.ClientError, ConnectionError, TypeError):
            await self._introduce(client)
            for index in range(self._chance.randrange(STEPS)):
                await self._act(client, index)
                await self._listen(client)
        if self._chance.random() < 0.3 and (transport := client.socket.get_extra_info("socket")) is not None:
            transport.shutdown(2)
        await client.close()

    async def _introduce(self, client: PlainClient) -> None:
        """Become an engineer with a number, a customer of a number that somebody was given, or nobody."""
        persona = self._chance.random()
        if persona < 0.3:
            self._sayings = ENGINEERS
            await client.send(wire.SignIn(NAME, PASSWORD))
            await client.send(wire.Issue())
            await self._listen(client, 0.5)
            await asyncio.sleep(0.3)  # time for others to join
        elif persona < 0.8:
            self._sayings = CUSTOMERS
            await asyncio.sleep(0.3)
            numbers = [word for word in self._known if len(word) == 5]
            await client.send(wire.Join(self._chance.choice(numbers[-4:] or ["00000"])))
        await self._listen(client, 0.05)

    async def _act(self, client: PlainClient, index: int) -> None:
        kind = self._chance.random()
        if kind < 0.85 and self._sayings:
            await client.send(self._chance.choice(self._sayings))
        elif kind < 0.45:
            await client.socket.send_bytes(self._sensible())
        elif kind < 0.9:
            await client.socket.send_bytes(self._mutator.input(index))
        elif kind < 0.93:
            await client.socket.send_str("{}")
        elif kind < 0.96:
            await client.socket.ping(bytes(self._chance.randrange(125)))
        else:
            opcode = self._chance.choice(
                (aiohttp.WSMsgType.CONTINUATION, aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.PONG)
            )
            await client.socket.send_frame(self._chance.randbytes(self._chance.choice((0, 3, 120))), opcode)

    def _sensible(self) -> bytes:
        """Return a valid message, with a token that somebody was really given, if there are any."""
        data = self._chance.choice(self._samples)
        message = wire.TO_SERVER.decode(data)
        tokens = [word for word in self._known if len(word) > 5]
        if isinstance(message, wire.Resume) and tokens:
            return wire.TO_SERVER.encode(wire.Resume(self._chance.choice(tokens)))
        return data

    async def _listen(self, client: PlainClient, patience_s: float = 0.001) -> None:
        with contextlib.suppress(TimeoutError):
            while (answer := await client.socket.receive(timeout=patience_s)).type is aiohttp.WSMsgType.BINARY:
                fields = msgspec.to_builtins(wire.TO_CLIENT.decode(answer.data))
                self._known.extend(fields[name] for name in ("routing", "token") if name in fields)

    async def _shout(self, port: int) -> None:
        """Speak no HTTP, or some."""
        starts = (
            b"",
            b"GET /ws HTTP/1.1\r\n",
            b"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n",
            b"\x16\x03\x01",
        )
        with contextlib.suppress(ConnectionError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(self._chance.choice(starts) + self._chance.randbytes(self._chance.choice((0, 9, 900))))
            await writer.drain()
            writer.close()
            await writer.wait_closed()


async def run(seconds: float, seed: int) -> None:
    samples = next(message_samples(dialect) for dialect in dialects() if dialect.name == "TO_SERVER")
    known: list[str] = []
    async with running_server(LIMITS) as server, clients_of(server) as clients:
        engineer, customer, _, _ = await clients.pair()
        deadline = time.monotonic() + seconds
        visits = 0
        while time.monotonic() < deadline:
            chances = [random.Random(f"{seed}/{visits + number}") for number in range(AT_ONCE)]
            visits += AT_ONCE
            await asyncio.gather(*(Stranger(chance, samples, known).visit(clients, server) for chance in chances))
            await engineer.send(wire.Relay(str(visits).encode()))
            assert await customer.expect(wire.Relay) == wire.Relay(str(visits).encode())
        assert visits >= AT_ONCE
        await only_the_pair_is_left(clients)


async def only_the_pair_is_left(clients: Clients) -> None:
    """Return once the server has let go of every stranger."""
    for _ in range(200):
        async with clients.session.get(f"{clients.url}/health") as response:
            figures = await response.json()
        if figures["sockets"] == 2:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"the server holds on to sockets: {figures}")


async def hold(seconds: float) -> None:
    seed = secrets.randbits(32)
    try:
        await run(seconds, seed)
    except BaseException as error:
        error.add_note(f"seed {seed}")
        raise


async def test_the_server_stands_whatever_strangers_send() -> None:
    await hold(SECONDS)


@pytest.mark.soak
@pytest.mark.timeout(SOAK_SECONDS * 2)
async def test_the_server_stands_for_long() -> None:
    await hold(SOAK_SECONDS)
