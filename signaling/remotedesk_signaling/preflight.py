"""What clients measure their way to this server with: bytes that mean nothing, and those that come are not kept.

It also tells which certificate is this server's own, so that a client sees when it is shown another one.
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from typing import Final

from aiohttp import hdrs, web

from remotedesk.core.preflight import Meter
from remotedesk_signaling.limits import Limits
from remotedesk_signaling.rates import Rates, address_key
from remotedesk_signaling.shown_certificate import ShownCertificate

DOWN: Final = "/preflight/down"
UP: Final = "/preflight/up"
CERTIFICATE: Final = "/preflight/certificate"

_CHUNK: Final = 64 * 1024  # longer than what gzip looks back at, so that nobody can make it smaller


class Preflight:
    """Answers the three requests; see PROTOCOL.md, section 13."""

    def __init__(
        self, limits: Limits, address_of: Callable[[web.Request], str], certificate: ShownCertificate | None
    ) -> None:
        """`address_of` tells where a request comes from, by which its rate is limited."""
        self._limits = limits
        self._address_of = address_of
        self._certificate = certificate
        self._rates = Rates(limits.preflights_per_minute, limits.tracked_most)
        self._under_way = 0
        self._chunk = secrets.token_bytes(_CHUNK)

    def routes(self) -> list[web.RouteDef]:
        """Return what to add to an application."""
        return [
            web.get(DOWN, self._down, allow_head=False),
            web.post(UP, self._up),
            web.get(CERTIFICATE, self._tell_certificate),
        ]

    async def _down(self, request: web.Request) -> web.StreamResponse:
        most = self._limits.preflight_down_bytes
        wanted = request.query.get("bytes", "")
        if not (wanted.isascii() and wanted.isdecimal() and len(wanted) <= len(str(most)) and int(wanted) <= most):
            raise web.HTTPBadRequest(text=f"bytes=0 to {most}")
        self._begin(request)
        try:
            return await self._send(request, int(wanted))
        finally:
            self._under_way -= 1

    async def _send(self, request: web.Request, nbytes: int) -> web.StreamResponse:
        response = web.StreamResponse(headers={hdrs.CACHE_CONTROL: "no-store", "X-Content-Type-Options": "nosniff"})
        response.content_type = "application/octet-stream"
        response.content_length = nbytes
        response.force_close()
        try:
            async with asyncio.timeout(2 * self._limits.preflight_s):  # the client ends it sooner
                await response.prepare(request)
                for at in range(0, nbytes, _CHUNK):
                    await response.write(self._chunk[: nbytes - at])
        except (TimeoutError, ConnectionError):
            if request.transport is not None:
                request.transport.abort()
        return response

    async def _up(self, request: web.Request) -> web.Response:
        self._begin(request)
        try:
            meter = Meter(time.monotonic())
            try:
                async with asyncio.timeout(self._limits.preflight_s):
                    while data := await request.content.readany():
                        meter.add(len(data), time.monotonic())
                        if meter.total > self._limits.preflight_up_bytes:
                            raise web.HTTPRequestEntityTooLarge(self._limits.preflight_up_bytes, meter.total)
            except TimeoutError:
                pass  # a slow line: what has come by now tells enough
        finally:
            self._under_way -= 1
        response = web.Response(text=str(round(meter.rate_bps or 0)), headers={hdrs.CACHE_CONTROL: "no-store"})
        response.force_close()
        return response

    async def _tell_certificate(self, request: web.Request) -> web.Response:
        shown = None if self._certificate is None else await asyncio.to_thread(self._certificate.read)
        if shown is None:
            raise web.HTTPNotFound(text="not known here")
        return web.Response(text=shown.fingerprint, headers={hdrs.CACHE_CONTROL: "no-store"})

    def _begin(self, request: web.Request) -> None:
        """Let this one measure. Raises web.HTTPException: 429 too often from one address, 503 too many at once."""
        if not self._rates.take(address_key(self._address_of(request)), time.monotonic()):
            raise web.HTTPTooManyRequests(text="too many measurements from this address")
        if self._under_way >= self._limits.preflights_most:
            raise web.HTTPServiceUnavailable(text="too many measurements")
        self._under_way += 1
