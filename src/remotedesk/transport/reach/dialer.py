"""A plain TCP connection to a host and port, whatever lies between."""

import asyncio
from typing import Final, Protocol

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.core.reach import Proxy, ProxyScheme

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]

DIAL_WITHIN_S: Final = 8.0
NEXT_ADDRESS_AFTER_S: Final = 0.25  # RFC 8305, section 8


class Dialer(Protocol):
    """One way out of this network. asyncio sets TCP_NODELAY on all that it opens."""

    @property
    def proxy(self) -> Proxy | None:
        """The proxy that this way leads through."""

    @property
    def scheme(self) -> ProxyScheme:
        """How the proxy wanted to be told who asks when the last connection was opened."""

    async def dial(self, host: str, port: int) -> Stream:
        """Connect; the caller closes the stream.

        Raises ServerError: SERVER_UNREACHABLE, PROXY_UNREACHABLE, PROXY_WANTS_PASSWORD, PROXY_REFUSED.
        """


class DirectDialer:
    """Goes straight to the host, trying its addresses of both families side by side (RFC 8305)."""

    proxy: Final = None
    scheme: Final = ProxyScheme.NONE

    def __init__(self, within_s: float = DIAL_WITHIN_S) -> None:
        self._within_s = within_s

    async def dial(self, host: str, port: int) -> Stream:
        """Connect. Raises ServerError(SERVER_UNREACHABLE)."""
        try:
            async with asyncio.timeout(self._within_s):
                return await asyncio.open_connection(host, port, happy_eyeballs_delay=NEXT_ADDRESS_AFTER_S)
        except (OSError, UnicodeError) as error:
            raise ServerError(ErrorCode.SERVER_UNREACHABLE, type(error).__name__) from None
