"""The server as one object: HTTP, WebSocket and page on one port, in whatever event loop it is started."""

import asyncio
import contextlib
import ipaddress
import logging
import ssl
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

import remotedesk
from remotedesk.core.errors import ErrorCode
from remotedesk.wire import signaling as wire
from remotedesk_signaling.accounts import Accounts
from remotedesk_signaling.bridge import Bridges
from remotedesk_signaling.connection import Connection, Socket
from remotedesk_signaling.kept import Keeper, KeptSessions
from remotedesk_signaling.limits import Limits
from remotedesk_signaling.network_page import NetworkPage
from remotedesk_signaling.page import Page
from remotedesk_signaling.preflight import Preflight
from remotedesk_signaling.rates import address_key
from remotedesk_signaling.relay import RelayConfig, Relays
from remotedesk_signaling.service import Service
from remotedesk_signaling.sessions import Session
from remotedesk_signaling.shown_certificate import ShownCertificate
from remotedesk_signaling.upgrade import upgrade

_LARGEST_BODY: Final = 1_024  # what is read as a whole; only a measurement has a body, which is not


@dataclass(frozen=True)
class ServerConfig:
    """What a server needs to know. Port 0 takes a free one; without `tls` something in front terminates it.

    `trusted_proxies` are addresses or networks whose X-Forwarded-For is believed. Without `relay` clients are told of
    no STUN and TURN; without `kept` no session outlives the server, which closes neither `accounts` nor `kept`.
    `certificate` is a PEM file with the certificate that clients are shown, for them to see if they are shown another.
    """

    accounts: Accounts
    host: str = "127.0.0.1"
    port: int = 0
    tls: ssl.SSLContext | None = None
    limits: Limits = field(default_factory=Limits)
    trusted_proxies: tuple[str, ...] = ()
    relay: RelayConfig | None = None
    kept: KeptSessions | None = None
    certificate: Path | None = None


async def serve(config: ServerConfig) -> "RunningServer":
    """Start a server in the running event loop; raises OSError when the port cannot be had.

    Use as `async with await serve(config) as server:`, or call `close`.
    """
    server = RunningServer(config)
    try:
        await server.start()
    except BaseException:
        await server.close()
        raise
    return server


class RunningServer:
    """A started server."""

    def __init__(self, config: ServerConfig) -> None:
        self._config = config
        self._networks = tuple(ipaddress.ip_network(text, strict=False) for text in config.trusted_proxies)
        limits, relay = config.limits, config.relay
        self._relays = Relays(relay, limits)
        to = relay.bridge_to if relay is not None else None
        self._bridges = Bridges(limits, to) if to is not None else None
        keeper = Keeper(config.kept, limits.kept_s)
        self._service = Service(config.accounts, limits, time.monotonic, self._relays, keeper, self._over)
        self._sweeper: asyncio.Task[None] | None = None
        shown = ShownCertificate(config.certificate) if config.certificate is not None else None
        tell = shown.read if shown is not None else lambda: None
        network_page = NetworkPage(relay, limits, keeps=config.kept is not None, shown=tell)
        app = web.Application(client_max_size=_LARGEST_BODY)
        app.add_routes(
            [
                web.get("/ws", self._socket),
                web.get("/turn", self._turn),
                web.get("/health", self._health),
                *Preflight(limits, self._address, shown).routes(),
                *Page().routes(),
                *network_page.routes(),
            ]
        )
        http_log = logging.getLogger(f"{__name__}.http")
        http_log.addFilter(_unquoted)
        self._runner = web.AppRunner(
            app,
            logger=http_log,
            access_log=None,
            keepalive_timeout=config.limits.request_s,
            shutdown_timeout=1.0,
        )

    @property
    def port(self) -> int:
        """The TCP port it listens on."""
        return int(self._runner.addresses[0][1])

    async def start(self) -> None:
        """Listen."""
        config = self._config
        self._service.restore()
        await self._runner.setup()
        await web.TCPSite(self._runner, config.host, config.port, ssl_context=config.tls, backlog=1024).start()
        self._sweeper = asyncio.create_task(self._service.sweep_forever())

    async def close(self) -> None:
        """Stop listening, tell every client, and close all sockets within a few seconds."""
        for site in tuple(self._runner.sites):
            await site.stop()
        if self._bridges is not None:
            self._bridges.shut_down()
        await self._service.shut_down()
        if self._sweeper is not None:
            self._sweeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeper
        await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    # -- requests -------------------------------------------------------------------------------------------

    async def _health(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "status": "ok",
                "version": remotedesk.__version__,
                **self._service.figures(),
                "bridges": len(self._bridges or ()),
            }
        )

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        origin = request.headers.get(hdrs.ORIGIN)
        if origin is not None and origin.partition("://")[2] != request.host:
            raise web.HTTPForbidden(text="this origin may not connect")
        limits = self._config.limits
        offered = [part.strip() for part in request.headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL, "").split(",")]
        # Another protocol is agreed to, so that its speaker can be told the reason in words of ours.
        socket = Socket(limits, [wire.SUBPROTOCOL] if wire.SUBPROTOCOL in offered else offered)
        await upgrade(socket, request)
        transport = request.transport
        if transport is not None:
            connection = Connection(
                socket, transport, address_key(self._address(request)), limits, self._service.clock()
            )
            spoken = socket.ws_protocol == wire.SUBPROTOCOL
            await self._service.attend(connection, None if spoken else ErrorCode.VERSION_UNSUPPORTED)
        return socket

    async def _turn(self, request: web.Request) -> web.StreamResponse:
        if self._bridges is None:
            raise web.HTTPNotFound
        scheme, _, ticket = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        seat = self._relays.redeem(ticket, self._service.clock()) if scheme == "Bearer" else None
        if seat is None:
            raise web.HTTPForbidden(text="this ticket opens nothing")
        return await self._bridges.attend(request, seat, self._address(request))

    def _over(self, session: Session) -> None:
        if self._bridges is not None:
            self._bridges.ended(session)

    def _address(self, request: web.Request) -> str:
        """Return the nearest address that is not one of our own proxies."""
        hops = [part.strip() for part in ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")]
        address = request.remote or ""
        while hops and self._trusted(address):
            address = hops.pop() or address
        return address

    def _trusted(self, address: str) -> bool:
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self._networks)


def _unquoted(record: logging.LogRecord) -> bool:
    """Keep requests that cannot be read out of the log: aiohttp quotes them in full, at ERROR."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))
