"""What TURN inside a WebSocket costs the server and the time on the way, and what a client who does not read costs.

Real parts, each a process: HAProxy with TLS, the signaling server with its bridge, coturn, and a peer that sends back
what it gets. The client is this process: TURN's channel data, one packet of 1,200 bytes a WebSocket message, which is
the most messages that a client could make of it.

`cpu_per_20mbit`: of the signaling server, in percent of a core, while 20 Mbit/s go each way; HAProxy and coturn, which
every other way out needs as well, are named beside it. `added_ms`: median round trip through the bridge less that
through TURN over UDP, nothing else on the way. `slow_client_growth_mb`: what the signaling server has grown by when a
client has read nothing for some seconds of a flood at 80 Mbit/s; `slow_client_held_mb`: what he is then given, late,
out of the buffers of everything between, the system's among them.
Run: python -m tests.bench.bench_relay [SECONDS]
"""

import asyncio
import contextlib
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
import psutil
from aioice import stun, turn

from remotedesk.wire import signaling as wire
from remotedesk_signaling.trial import ServerSide
from tests.support.server_side import ask, open_bridge, paired_sockets, server_side, session_to, tunnelled

SECONDS: Final = 10.0
BITS_PER_S: Final = 20_000_000
PACKET: Final = 1_200
PINGS: Final = 200
PING_EVERY_S: Final = 0.02
FLOOD_BYTES_PER_S: Final = 10_000_000
PARTS: Final = ("signaling", "haproxy", "turn-tcp")
Address = tuple[str, int]


def main() -> None:
    """Run and print the figures."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    with (
        tempfile.TemporaryDirectory() as folder,
        _peer() as peer,
        server_side(Path(folder), name="localhost") as side,
    ):
        asyncio.run(_measure(side, peer, seconds))


@contextmanager
def _peer() -> Iterator[Address]:
    command = [sys.executable, "-m", "tests.bench.relay_peer"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield "127.0.0.1", int(process.stdout.readline())
        finally:
            process.kill()


async def _measure(side: ServerSide, peer: Address, seconds: float) -> None:
    async with session_to(side) as session:
        engineer, customer, _, _ = await paired_sockets(session, side.url)
        await _print_cpu(side, session, engineer, peer, seconds)
        await _print_added(side, session, engineer, peer)
        await _print_growth(side, session, customer, peer, seconds)
        await engineer.close()
        await customer.close()


def _print(name: str, value: float, unit: str) -> None:
    print(f"relay.{name} {value:.4g} {unit}", flush=True)


# -- cost ---------------------------------------------------------------------------------------------------------


async def _print_cpu(side: ServerSide, session: Any, client: Any, peer: Address, seconds: float) -> None:
    async with _channel(side, session, client, peer) as channel:
        await channel.pump(1.0)
        before, got = _cpu_s(side), channel.got
        began = time.monotonic()
        sent = await channel.pump(seconds)
        await asyncio.sleep(0.3)
        took = time.monotonic() - began
        share = (channel.got - got) / sent
        for part, used in _cpu_s(side).items():
            name = "cpu_per_20mbit" if part == "signaling" else f"{part.replace('-', '_')}_cpu_per_20mbit"
            mbit_s = sent * PACKET * 8 / took / 1e6 * (1 + share) / 2
            _print(name, (used - before[part]) / took * 100 * 20 / mbit_s, "%")
        _print("mbit_s_each_way", sent * PACKET * 8 / took / 1e6, "Mbit/s")
        _print("came_back", share * 100, "%")


def _cpu_s(side: ServerSide) -> dict[str, float]:
    return {part: sum(psutil.Process(side.children[part].pid).cpu_times()[:2]) for part in PARTS}


class _Channel:
    """A TURN channel (RFC 8656, section 12) inside a bridge's WebSocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.got = 0

    async def bind(self, lease: wire.Lease, peer: Address) -> None:
        """Allocate a relay and bind channel 0x4000 to `peer`."""
        first = await self._request(stun.Method.ALLOCATE, {"REQUESTED-TRANSPORT": turn.UDP_TRANSPORT})
        realm, nonce = first.attributes["REALM"], first.attributes["NONCE"]
        key = turn.make_integrity_key(lease.username, realm, lease.credential)
        who = {"USERNAME": lease.username, "REALM": realm, "NONCE": nonce}
        await self._request(stun.Method.ALLOCATE, {"REQUESTED-TRANSPORT": turn.UDP_TRANSPORT, **who}, key)
        await self._request(stun.Method.CHANNEL_BIND, {"CHANNEL-NUMBER": 0x4000, "XOR-PEER-ADDRESS": peer, **who}, key)

    async def _request(self, method: Any, attributes: dict[str, Any], key: bytes = b"") -> stun.Message:
        request = stun.Message(message_method=method, message_class=stun.Class.REQUEST)
        request.attributes.update(attributes)
        if key:
            request.add_message_integrity(key)
        await self.socket.send_bytes(bytes(request))
        answer = stun.parse_message(await self.socket.receive_bytes(timeout=5.0))
        if key and answer.message_class is not stun.Class.RESPONSE:
            raise RuntimeError(f"TURN refused: {answer.attributes}")
        return answer

    async def send(self, data: bytes) -> None:
        """Send one packet to the peer, padded to four bytes as in any stream (RFC 8656, section 12.5)."""
        await self.socket.send_bytes(struct.pack("!HH", 0x4000, len(data)) + data + bytes(-len(data) % 4))

    async def pump(self, seconds: float) -> int:
        """Send `BITS_PER_S` for that long, a few packets each millisecond; returns how many."""
        packet, began, sent = bytes(PACKET), time.monotonic(), 0
        while (passed := time.monotonic() - began) < seconds:
            while sent < passed * BITS_PER_S / 8 / PACKET:
                await self.send(packet)
                sent += 1
            await asyncio.sleep(0.001)
        return sent

    async def count(self) -> None:
        """Count the packets that come back."""
        left = 0
        async for message in self.socket:
            left += len(message.data)
            packets, left = divmod(left, PACKET + 4)
            self.got += packets


@asynccontextmanager
async def _channel(side: ServerSide, session: Any, client: Any, peer: Address) -> AsyncIterator[_Channel]:
    lease = await ask(client, wire.AskLease())
    channel = _Channel(await open_bridge(session, side.url, lease.ticket))
    await channel.bind(lease, peer)
    counting = asyncio.create_task(channel.count())
    try:
        yield channel
    finally:
        counting.cancel()
        await asyncio.gather(counting, return_exceptions=True)
        await channel.socket.close()


# -- time ---------------------------------------------------------------------------------------------------------


class _Pings(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.took_s: list[float] = []

    def datagram_received(self, data: bytes, _addr: Address) -> None:
        self.took_s.append(time.monotonic() - struct.unpack("!d", data)[0])


async def _print_added(side: ServerSide, session: Any, client: Any, peer: Address) -> None:
    lease = await ask(client, wire.AskLease())
    direct_s = await _ping(("127.0.0.1", side.ports.stun), lease, peer, "udp")
    socket = await open_bridge(session, side.url, lease.ticket)
    async with tunnelled(socket) as entrance:
        bridged_s = await _ping(entrance, lease, peer, "tcp")
    await socket.close()
    _print("udp_rtt_ms", direct_s * 1e3, "ms")
    _print("added_ms", (bridged_s - direct_s) * 1e3, "ms")


async def _ping(entrance: Address, lease: wire.Lease, peer: Address, how: str) -> float:
    """Return the median round trip in seconds."""
    transport, pings = await turn.create_turn_endpoint(
        _Pings, entrance, lease.username, lease.credential, transport=how
    )
    for _ in range(PINGS):
        transport.sendto(struct.pack("!d", time.monotonic()), peer)
        await asyncio.sleep(PING_EVERY_S)
    transport.close()
    await asyncio.sleep(0.1)
    return statistics.median(pings.took_s[5:])


# -- memory -------------------------------------------------------------------------------------------------------


async def _print_growth(side: ServerSide, session: Any, client: Any, peer: Address, seconds: float) -> None:
    lease = await ask(client, wire.AskLease())
    socket = await open_bridge(session, side.url, lease.ticket)
    channel = _Channel(socket)
    await channel.bind(lease, peer)
    server = psutil.Process(side.children["signaling"].pid)
    before = server.memory_info().rss
    most = before
    await channel.send(f"flood {FLOOD_BYTES_PER_S} {seconds}".encode())
    for _ in range(int(seconds * 10)):  # and nobody reads; aiohttp itself stops reading after a few messages
        await asyncio.sleep(0.1)
        most = max(most, server.memory_info().rss)
    _print("slow_client_growth_mb", (most - before) / 2**20, "MiB")
    held = 0
    with contextlib.suppress(TimeoutError):
        while True:
            held += len(await socket.receive_bytes(timeout=1.0))
    _print("slow_client_held_mb", held / 2**20, "MiB")
    await socket.close()


if __name__ == "__main__":
    main()
