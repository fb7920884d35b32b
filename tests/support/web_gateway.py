"""An HTTP proxy as some offices have it: one that opens TLS and makes certificates itself, or drops what is idle.

One that opens TLS lets HTTP and WebSockets pass and nothing else, as its kind does; it can be part of a firewall, too.
Run: python -m tests.support.web_gateway ADDRESS PORT OPTIONS; --help says which.
"""

import argparse
import asyncio
import datetime
import ipaddress
import re
import socket
import ssl
import struct
import tempfile
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY: Final = "Example Office Web Gateway"
_CONNECT: Final = re.compile(rb"CONNECT ([A-Za-z0-9.-]{1,253}):([0-9]{1,5}) HTTP/1\.[01]\r\n")
_REQUEST: Final = re.compile(rb"[A-Z]{3,7} /\S* HTTP/1\.1\r\n")
_LONGEST_HEAD: Final = 16_384
_SO_ORIGINAL_DST: Final = 80  # linux/netfilter_ipv4.h
_PIECE: Final = 65_536
_PATIENCE_S: Final = 10.0
_PEM: Final = serialization.Encoding.PEM
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Authority:
    """Kept in `folder`: made there at first use. `file` is what machines trust."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "gateway.pem"
        self._key_file = folder / "gateway-key.pem"
        if not self.file.exists():
            folder.mkdir(parents=True, exist_ok=True)
            self._make()
        key = serialization.load_pem_private_key(self._key_file.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self._key = key
        self._own = x509.load_pem_x509_certificate(self.file.read_bytes())
        self._made: dict[str, ssl.SSLContext] = {}

    def _make(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        own = _builder(AUTHORITY, AUTHORITY, self._key)
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        own = own.add_extension(usage, critical=True)
        self.file.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(_PEM))
        self._key_file.write_bytes(_key_pem(self._key))

    def context(self, host: str) -> ssl.SSLContext:
        """Return what speaks as this host."""
        if host not in self._made:
            key = ec.generate_private_key(ec.SECP256R1())
            made = _builder(host, AUTHORITY, key)
            made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            made = made.add_extension(x509.SubjectAlternativeName([_general_name(host)]), critical=False)
            made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            signed_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
            made = made.add_extension(signed_by, critical=False)
            chain = made.sign(self._key, hashes.SHA256()).public_bytes(_PEM) + self._own.public_bytes(_PEM)
            self._made[host] = _serving(chain + _key_pem(key))
        return self._made[host]

    def any_host(self) -> tuple[ssl.SSLContext, list[str]]:
        """Return what speaks as the host that a client asks for (RFC 6066, section 3), and a list that will have it."""
        asked: list[str] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

        def choose(tls: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
            if name is None:
                return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
            asked.append(name)
            tls.context = self.context(name)
            return None

        context.sni_callback = choose  # type: ignore[assignment]
        return context, asked


def _serving(chain_and_key: bytes) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    with tempfile.NamedTemporaryFile() as file:
        file.write(chain_and_key)
        file.flush()
        context.load_cert_chain(file.name)
    return context


def _builder(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    subject_name, issuer_name = (
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in (subject, issuer)
    )
    return (
        x509.CertificateBuilder(issuer_name, subject_name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=7))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


class Gateway:
    """Answers CONNECT and nothing else; or takes connections that were on their way to somewhere else."""

    def __init__(
        self, authority: Authority | None, upstream: ssl.SSLContext | None, idle_s: float | None, on_the_way: bool
    ) -> None:
        """With an `authority` it opens TLS and trusts servers as `upstream` says; idle tunnels end after `idle_s`."""
        self._authority = authority
        self._upstream = upstream
        self._idle_s = idle_s
        self._meet = self._take if on_the_way else self._answer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        open_ends = [writer]
        try:
            async with asyncio.timeout(_PATIENCE_S):
                far = await self._meet((reader, writer), open_ends)
            await self._carry((reader, writer), far)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            pass  # OSError is what ssl.SSLError is, too
        finally:
            for each in open_ends:
                await _closed(each)

    async def _answer(self, near: Stream, open_ends: list[asyncio.StreamWriter]) -> Stream:
        """Do what CONNECT asks for; return the other end."""
        reader, writer = near
        target = _CONNECT.match(await reader.readuntil(b"\r\n\r\n"))
        if target is None:
            writer.write(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            raise ConnectionAbortedError
        host, port = target[1].decode(), int(target[2])
        far = await asyncio.open_connection(host, port, ssl=self._upstream, limit=_LONGEST_HEAD)
        open_ends.append(far[1])
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        if self._authority is not None:
            await writer.start_tls(self._authority.context(host))
            far[1].write(await self._request(reader))
        return far

    async def _take(self, near: Stream, open_ends: list[asyncio.StreamWriter]) -> Stream:
        """Speak as the server that the client asks for; return the server's end."""
        assert self._authority is not None
        reader, writer = near
        there = writer.get_extra_info("socket").getsockopt(socket.SOL_IP, _SO_ORIGINAL_DST, 16)
        _, port, address = struct.unpack("!HH4s8x", there)
        context, asked = self._authority.any_host()
        await writer.start_tls(context)
        options = {"ssl": self._upstream, "server_hostname": asked[-1], "limit": _LONGEST_HEAD}
        far = await asyncio.open_connection(socket.inet_ntoa(address), port, **options)
        open_ends.append(far[1])
        far[1].write(await self._request(reader))
        return far

    async def _request(self, reader: asyncio.StreamReader) -> bytes:
        """Return the head of a request; what is no HTTP has no business here."""
        head = await reader.readuntil(b"\r\n")
        if not _REQUEST.fullmatch(head):
            raise ConnectionAbortedError
        return head

    async def _carry(self, near: Stream, far: Stream) -> None:
        """Carry both ways until one ends, or nothing has come for too long."""
        last = [asyncio.get_running_loop().time()]
        ways = [
            asyncio.create_task(work)
            for work in (_copy(near[0], far[1], last), _copy(far[0], near[1], last), self._idle(last))
        ]
        _, left = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in left:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)

    async def _idle(self, last: list[float]) -> None:
        if self._idle_s is None:
            await asyncio.Event().wait()
            return
        clock = asyncio.get_running_loop().time
        while True:
            left = last[0] + self._idle_s - clock()
            if left <= 0:
                return
            await asyncio.sleep(left)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, last: list[float]) -> None:
    with suppress(OSError):
        while data := await reader.read(_PIECE):
            last[0] = asyncio.get_running_loop().time()
            writer.write(data)
            await writer.drain()


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(1.0):
            await writer.wait_closed()


async def _serve(options: argparse.Namespace) -> None:
    authority = upstream = None
    if options.authority is not None:
        authority = Authority(options.authority)
        upstream = ssl.create_default_context(cafile=options.trusting)
    gateway = Gateway(authority, upstream, options.idle_s, options.on_the_way)
    served: Awaitable[asyncio.Server] = asyncio.start_server(
        gateway.serve, options.address, options.port, limit=_LONGEST_HEAD
    )
    async with await served as server:
        print("ready", flush=True)
        await server.serve_forever()


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("port", type=int)
    parser.add_argument("--authority", type=Path)
    parser.add_argument("--trusting", type=Path)
    parser.add_argument("--on-the-way", action="store_true", help="take what a firewall redirects here")
    parser.add_argument("--idle-s", type=float)
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
