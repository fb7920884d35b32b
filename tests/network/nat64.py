"""What lets a network of IPv6 alone reach one server of IPv4: a NAT64 (RFC 6146) of few ports, in user space.

Run by the lab on a router: python -m tests.network.nat64 IPV6 IPV4 TCP_PORTS UDP_PORTS (ports with commas between)
"""

import asyncio
import sys
from contextlib import suppress
from typing import Final

_MOST_MAPPINGS: Final = 256
_PIECE: Final = 65_536


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(_PIECE):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _translate_tcp(ipv6: str, ipv4: str, port: int) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            there = await asyncio.open_connection(ipv4, port)
            await asyncio.gather(_carry(reader, there[1]), _carry(there[0], writer))
        writer.close()

    await asyncio.start_server(serve, ipv6, port)


class _Inside(asyncio.DatagramProtocol):
    """Takes what the clients send to one port of the server."""

    def __init__(self, mappings: "_Mappings", port: int) -> None:
        self._mappings, self._port = mappings, port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._mappings.inside[self._port] = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, client: tuple[str, int]) -> None:
        self._mappings.send_out(client, self._port, data)


class _Outside(asyncio.DatagramProtocol):
    """Takes what the server answers to one client."""

    def __init__(self, mappings: "_Mappings", client: tuple[str, int]) -> None:
        self._mappings, self._client = mappings, client

    def datagram_received(self, data: bytes, server: tuple[str, int]) -> None:
        if server[1] in self._mappings.inside:
            self._mappings.inside[server[1]].sendto(data, self._client)


class _Mappings:
    """One socket for each client's port, whatever port of the server it speaks to."""

    def __init__(self, ipv4: str) -> None:
        self._ipv4 = ipv4
        self.inside: dict[int, asyncio.DatagramTransport] = {}
        self._outside: dict[tuple[str, int], asyncio.Task[asyncio.DatagramTransport]] = {}

    def send_out(self, client: tuple[str, int], port: int, data: bytes) -> None:
        """Send it, from the client's own port."""
        if client not in self._outside:
            if len(self._outside) == _MOST_MAPPINGS:
                return
            self._outside[client] = asyncio.ensure_future(self._open(client))
        self._outside[client].add_done_callback(lambda made: made.result().sendto(data, (self._ipv4, port)))

    async def _open(self, client: tuple[str, int]) -> asyncio.DatagramTransport:
        loop = asyncio.get_running_loop()
        made, _ = await loop.create_datagram_endpoint(lambda: _Outside(self, client), ("0.0.0.0", 0))
        return made


async def _translate(ipv6: str, ipv4: str, tcp: list[int], udp: list[int]) -> None:
    mappings = _Mappings(ipv4)
    for port in tcp:
        await _translate_tcp(ipv6, ipv4, port)
    for port in udp:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda port=port: _Inside(mappings, port), (ipv6, port))
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    _ipv6, _ipv4, *_ports = sys.argv[1:]
    asyncio.run(_translate(_ipv6, _ipv4, *([int(port) for port in ports.split(",")] for ports in _ports)))
