"""TLS to a server through any way out, and who has opened it if somebody did."""

import asyncio
import hashlib
import hmac
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime

from remotedesk.core.errors import ErrorCode, InterceptedError, ServerError
from remotedesk.transport.certificate_store import client_context, unproven_context
from remotedesk.transport.reach.dialer import Dialer, Stream
from remotedesk.transport.reach.issuer import unknown_issuer
from remotedesk.transport.server_address import Trust


async def open_tls(dialer: Dialer, host: str, port: int, trust: Trust, alpn: Sequence[str] = ()) -> Stream:
    """Connect, and prove the server's certificate; the caller closes the stream, and sets the time.

    `alpn` are protocol names to offer (RFC 7301). Raises ServerError: what the dialer raises, SERVER_CERTIFICATE, and
    SERVER_UNREACHABLE if no TLS comes of it; InterceptedError if somebody between has opened it.
    """
    context = client_context(trust)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    try:
        stream = await _shaken(dialer, host, port, context)
    except ssl.SSLCertVerificationError:
        raise await _untrusted(dialer, host, port) from None
    if trust.pin is not None and not hmac.compare_digest(hashlib.sha256(_shown(stream)).digest(), trust.pin):
        stream[1].transport.abort()
        raise ServerError(ErrorCode.SERVER_CERTIFICATE)
    return stream


async def _shaken(dialer: Dialer, host: str, port: int, context: ssl.SSLContext) -> Stream:
    stream = await dialer.dial(host, port)
    try:
        await stream[1].start_tls(context, server_hostname=host)
    except ssl.SSLCertVerificationError:
        raise
    except OSError as error:
        raise ServerError(ErrorCode.SERVER_UNREACHABLE, type(error).__name__) from None
    except asyncio.CancelledError:
        stream[1].transport.abort()
        raise
    return stream


async def _untrusted(dialer: Dialer, host: str, port: int) -> ServerError:
    """Look once more, trusting nobody and saying nothing, at who made the certificate."""
    try:
        stream = await _shaken(dialer, host, port, unproven_context())
    except ServerError:
        return ServerError(ErrorCode.SERVER_CERTIFICATE)
    shown = _shown(stream)
    stream[1].transport.abort()
    issuer = unknown_issuer(shown, host, datetime.now(UTC))
    return InterceptedError(issuer) if issuer else ServerError(ErrorCode.SERVER_CERTIFICATE)


def _shown(stream: Stream) -> bytes:
    """Return the certificate that the server showed, in DER form."""
    tls: ssl.SSLObject = stream[1].get_extra_info("ssl_object")
    return tls.getpeercert(binary_form=True) or b""
