"""How many waiting sessions one server process holds, what each costs, and how fast customers join them.

Sockets are plain `ws` over loopback: in front of a server this size something else terminates TLS, which costs asyncio
256 KiB per connection. Every session has an engineer's socket of its own; every join is a customer's new socket, from
TCP connect until `Joined` is at the customer and `PeerJoined` at the engineer. Clients share the machine's cores.
Run: python -m tests.bench.bench_signaling [SESSIONS]
"""

import asyncio
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import aiohttp
import psutil

from remotedesk.wire import signaling as wire
from tests.support.signaling import COMPANY, NAME, PASSWORD, Clients, PlainClient

T = TypeVar("T")
R = TypeVar("R")

SESSIONS = 2_000
AT_ONCE = 32
# All sockets come from one address and one account here, which the limits would not allow.
ONE_ADDRESS_ONE_ACCOUNT = (
    "sockets_per_address=100000",
    "sign_ins_per_minute=1000000",
    "failed_sign_ins_per_minute=1000000",
    "failed_sign_ins_per_account_and_address=1000000",
    "issues_per_minute=1000000",
    "live_numbers_per_account=100000",
    "joins_per_minute=1000000",
)


def main() -> None:
    """Run and print the figures."""
    sessions = int(sys.argv[1]) if len(sys.argv) > 1 else SESSIONS
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as directory, _server(Path(directory) / "engineers.sqlite") as (port, process):
        asyncio.run(_measure(port, psutil.Process(process.pid), sessions))


@contextmanager
def _server(database: Path) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    command = [sys.executable, "-m", "remotedesk_signaling"]
    add = [*command, "add-engineer", NAME, "--company", COMPANY, "--database", str(database)]
    subprocess.run(add, input=PASSWORD + "\n", text=True, check=True, stdout=subprocess.DEVNULL)
    limits = [part for limit in ONE_ADDRESS_ONE_ACCOUNT for part in ("--limit", limit)]
    process = subprocess.Popen(
        [*command, "serve", "--port", "0", "--database", str(database), *limits],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        found = re.search(r":(\d+)/$", process.stdout.readline().strip())
        if found is None:
            raise RuntimeError("the server did not start")
        yield int(found[1]), process
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()


async def _measure(port: int, server: psutil.Process, sessions: int) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        clients = Clients(session, port, "http")
        # Whatever the first clients make the server allocate for good is not a session's.
        for warm in await _each(range(AT_ONCE), lambda _: _wait(clients)):
            customer = await _join(clients, warm)
            await customer.close()
            await warm.engineer.close()
        before = server.memory_info().rss
        began = time.monotonic()
        waiting = await _each(range(sessions), lambda _: _wait(clients))
        _print("signaling.sessions", len(waiting), "sessions")
        _print("signaling.sign_ins_per_s", sessions / (time.monotonic() - began), "1/s")
        _print("signaling.kb_per_session", (server.memory_info().rss - before) / 1024 / sessions, "KiB")
        cpu, began = sum(server.cpu_times()[:2]), time.monotonic()
        await _each(waiting, lambda each: _join(clients, each))
        _print("signaling.joins_per_s", sessions / (time.monotonic() - began), "1/s")
        _print("signaling.server_ms_per_join", (sum(server.cpu_times()[:2]) - cpu) * 1000 / sessions, "ms")


def _print(name: str, value: float, unit: str) -> None:
    print(f"{name} {value:.4g} {unit}", flush=True)


@dataclass(frozen=True)
class Waiting:
    """An engineer with a number, listening, as pings have to be answered."""

    engineer: PlainClient
    routing: str
    peer_joined: asyncio.Task[wire.PeerJoined]


async def _wait(clients: Clients) -> Waiting:
    engineer = await clients.engineer()
    routing = (await engineer.issue()).routing
    return Waiting(engineer, routing, asyncio.create_task(_peer_joined(engineer)))


async def _peer_joined(engineer: PlainClient) -> wire.PeerJoined:
    message = wire.TO_CLIENT.decode(await engineer.socket.receive_bytes())
    assert isinstance(message, wire.PeerJoined), message
    return message


async def _join(clients: Clients, waiting: Waiting) -> PlainClient:
    customer = await clients.connect()
    await customer.join(waiting.routing)
    await waiting.peer_joined
    return customer


async def _each(items: Iterable[T], act: Callable[[T], Awaitable[R]]) -> list[R]:
    """Act on all items, `AT_ONCE` at a time."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(item: T) -> R:
        async with turn:
            return await act(item)

    return await asyncio.gather(*(one(item) for item in items))


if __name__ == "__main__":
    main()
