"""Telling a proxy who asks: Basic (RFC 7617), NTLM and Negotiate (RFC 4559), each only when it asked for it."""

import asyncio
import base64
import binascii
import struct
from collections.abc import Mapping
from functools import partial
from typing import Final

import spnego
from spnego import NegotiateOptions
from spnego.exceptions import SpnegoError

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.core.proxy_settings import ProxyLogin
from remotedesk.core.reach import Proxy, ProxyScheme

LARGEST_TOKEN: Final = 12 * 1024

# As proxies write them; the best first: Negotiate can prove the person without any answer to a challenge.
_NAMES: Final = {ProxyScheme.NEGOTIATE: "Negotiate", ProxyScheme.NTLM: "NTLM", ProxyScheme.BASIC: "Basic"}
# What pyspnego raises for tokens that are none; only the first is documented.
_BAD_TOKEN: Final = (
    SpnegoError, ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError, struct.error
)  # fmt: skip


class LoginExchange:
    """One connection's questions and answers. Nothing in it is ever shown or logged."""

    def __init__(self, proxy: Proxy, login: ProxyLogin | None) -> None:
        """`login` is used only if it was given for this proxy; NTLM and Negotiate can do with who is logged on."""
        self.scheme = ProxyScheme.NONE
        self._proxy = proxy
        self._login = login if login is not None and login.is_for(proxy) else None
        self._left = list(_NAMES)
        self._context: spnego.ContextProxy | None = None

    async def answer(self, challenges: Mapping[str, str]) -> str:
        """Return the value of Proxy-Authorization that answers these.

        Raises ServerError: PROXY_WANTS_PASSWORD (there is none for this proxy, or it was wrong), PROXY_REFUSED (it
        asks in a way that we do not know).
        """
        if not any(scheme in challenges for scheme in _NAMES):
            raise ServerError(ErrorCode.PROXY_REFUSED, "unknown authentication")
        if self._context is not None and challenges.get(self.scheme):
            said = await self._step(challenges[self.scheme])
            if said:
                return said
        for scheme in [each for each in self._left if each in challenges]:
            self._left.remove(scheme)
            self.scheme = scheme
            said = self._basic() if scheme is ProxyScheme.BASIC else await self._begin()
            if said:
                return said
        raise ServerError(ErrorCode.PROXY_WANTS_PASSWORD)

    def _basic(self) -> str:
        if self._login is None or ":" in self._login.user:
            return ""
        both = f"{self._login.user}:{self._login.password}".encode()
        return f"Basic {base64.b64encode(both).decode()}"

    async def _begin(self) -> str:
        user = password = None
        how = NegotiateOptions.none
        if self._login is not None:
            # The same code on every system; for who is logged on the system itself answers (SSPI, GSSAPI).
            user, password = self._login.user, self._login.password
            how = NegotiateOptions.use_negotiate | NegotiateOptions.use_ntlm
            if self.scheme is ProxyScheme.NTLM:
                how = NegotiateOptions.use_ntlm
        begin = partial(spnego.client, user, password, self._proxy.host, "HTTP", protocol=self.scheme, options=how)
        try:
            self._context = await asyncio.to_thread(begin)
        except _BAD_TOKEN:  # nobody is logged on in a way that this scheme can use
            self._context = None
            return ""
        return await self._step("")

    async def _step(self, challenge: str) -> str:
        """Return the next token with its scheme's name; nothing if there is none, and then the scheme is over."""
        context, self._context = self._context, None
        if context is None or context.complete or len(challenge) > LARGEST_TOKEN:
            return ""  # asked again after all was said: it was not believed
        try:
            token = base64.b64decode(challenge, validate=True) or None
            # In a thread: Kerberos may have to ask a server that does not answer.
            said = await asyncio.to_thread(context.step, token)
        except (binascii.Error, *_BAD_TOKEN):
            return ""
        self._context = context
        return f"{_NAMES[self.scheme]} {base64.b64encode(said).decode()}" if said else ""
