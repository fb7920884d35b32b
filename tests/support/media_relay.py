"""A thin link for two peers of one machine: a UDP relay whose rate can be changed, with a candidate for each."""

import asyncio
import random
import re
import socket
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from tests.bench.screen.links import Direction, Link

HOST: Final = "127.0.0.1"
IP_BYTES: Final = 28  # UDP and IP headers
_DELAY_S: Final = 0.01
_CANDIDATE: Final = re.compile(r"^a=(candidate:.*|end-of-candidates)\r?\n", re.MULTILINE)


@dataclass
class Port(asyncio.DatagramProtocol):
    """Where one peer sends to, and whence it gets what the other sends."""

    direction: Direction
    peer: tuple[str, int] | None = None
    sent: deque[tuple[float, int]] = field(default_factory=deque)  # by this peer, before the link
    transport: Any = None
    other: "Port | None" = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        loop = asyncio.get_running_loop()
        self.peer = self.peer or address
        if address != self.peer:
            return
        size = len(data) + IP_BYTES
        self.sent.append((loop.time(), size))
        arrives_at = self.direction.arrival(loop.time(), size)
        if arrives_at is not None and self.other is not None:
            loop.call_at(arrives_at, self.other.deliver, data)

    def deliver(self, data: bytes) -> None:
        if self.peer is not None and not self.transport.is_closing():
            self.transport.sendto(data, self.peer)

    def error_received(self, error: Exception) -> None:
        """A peer has closed its socket."""


class MediaRelay:
    """The first port is for the one peer, the second for the other; each direction has the link's rate."""

    def __init__(self, ports: tuple[Port, Port]) -> None:
        self.ports = ports

    def change(self, kbps: int) -> None:
        """Go on at another rate, both ways; what is on its way arrives as planned."""
        for port in self.ports:
            port.direction.change_rate(kbps, asyncio.get_running_loop().time(), [])

    def sent_bps(self, port: int, seconds: float = 1.0) -> float:
        """Return what the peer at a port sent lately, whether or not the link carried it, in bits per second."""
        sent = self.ports[port].sent
        now = asyncio.get_running_loop().time()
        while sent and sent[0][0] < now - seconds:
            sent.popleft()
        return 8 * sum(size for _, size in sent) / seconds

    def described(self, sdp: str, to: int) -> str:
        """Return a description with one candidate: the port whose peer it is given to."""
        number = self.ports[to].transport.get_extra_info("sockname")[1]
        candidate = f"a=candidate:1 1 udp 2130706431 {HOST} {number} typ host\r\na=end-of-candidates\r\n"
        bare = _CANDIDATE.sub("", sdp)
        return re.sub(r"(?m)^(a=ice-pwd:.*\r?\n)", lambda found: found[1] + candidate, bare)


@asynccontextmanager
async def media_relay(kbps: int) -> AsyncIterator[MediaRelay]:
    """Give a relay at that rate, with 10 ms each way and a queue of 250 ms, at least 30 KB."""
    loop = asyncio.get_running_loop()
    ports = []
    for seed in (1, 2):
        direction = Direction(Link("", kbps, _DELAY_S), random.Random(seed))
        _, port = await loop.create_datagram_endpoint(
            lambda direction=direction: Port(direction),
            local_addr=(HOST, 0),
            family=socket.AF_INET,  # type: ignore[misc]
        )
        ports.append(port)
    ports[0].other, ports[1].other = ports[1], ports[0]
    try:
        yield MediaRelay((ports[0], ports[1]))
    finally:
        for port in ports:
            port.transport.close()
