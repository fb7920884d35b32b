"""A way out through an HTTP proxy's CONNECT (RFC 9110, section 9.3.6)."""

import asyncio
import re
from typing import Final

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.core.proxy_settings import ProxyLogin
from remotedesk.core.reach import Proxy, ProxyScheme
from remotedesk.transport.reach.dialer import DIAL_WITHIN_S, NEXT_ADDRESS_AFTER_S, Stream
from remotedesk.transport.reach.proxy_answer import Answer, read_answer
from remotedesk.transport.reach.proxy_login import LoginExchange

MOST_ROUNDS: Final = 8  # Negotiate, then NTLM, then Basic, on a proxy that closes after each answer

_TARGET: Final = re.compile(r"[A-Za-z0-9_.:-]{1,253}")


class ProxyDialer:
    """Has one proxy connect it. May be used by several tasks at once."""

    def __init__(self, proxy: Proxy, login: ProxyLogin | None = None, within_s: float = DIAL_WITHIN_S) -> None:
        self.proxy: Final = proxy
        self.scheme = ProxyScheme.NONE
        self._login = login
        self._within_s = within_s

    async def dial(self, host: str, port: int) -> Stream:
        """Connect.

        Raises ServerError: PROXY_UNREACHABLE, PROXY_WANTS_PASSWORD, PROXY_REFUSED, and SERVER_UNREACHABLE if the proxy
        says that it cannot reach the host.
        """
        if not _TARGET.fullmatch(host):
            raise ServerError(ErrorCode.SERVER_UNREACHABLE, "not a host")
        target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        try:
            async with asyncio.timeout(self._within_s):
                return await self._rounds(target)
        except (OSError, EOFError, UnicodeError) as error:
            raise ServerError(ErrorCode.PROXY_UNREACHABLE, type(error).__name__) from None

    async def _rounds(self, target: str) -> Stream:
        login = LoginExchange(self.proxy, self._login)
        authorization = ""
        stream: Stream | None = None
        try:
            for _ in range(MOST_ROUNDS):
                used = stream is not None
                if stream is None:
                    stream = await self._connect()
                try:
                    answer = await _ask(stream, target, authorization)
                except (EOFError, ConnectionError):
                    if not used:
                        raise
                    answer = None  # it did not say that it would close
                if answer is not None and answer.opened:
                    self.scheme = login.scheme
                    opened, stream = stream, None
                    return opened
                if answer is None or not answer.keeps:
                    stream[1].transport.abort()
                    stream = None
                if answer is not None:
                    _require_question(answer)
                    authorization = await login.answer(answer.challenges)
        finally:
            if stream is not None:
                stream[1].transport.abort()
        raise ServerError(ErrorCode.PROXY_REFUSED, "no end of questions")

    async def _connect(self) -> Stream:
        return await asyncio.open_connection(
            self.proxy.host, self.proxy.port, happy_eyeballs_delay=NEXT_ADDRESS_AFTER_S
        )


async def _ask(stream: Stream, target: str, authorization: str) -> Answer:
    reader, writer = stream
    # Proxies of HTTP/1.0's time keep a connection only if they are asked to, and by this name.
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}", "Proxy-Connection: Keep-Alive"]
    if authorization:
        lines.append(f"Proxy-Authorization: {authorization}")
    writer.write("\r\n".join([*lines, "", ""]).encode("ascii"))
    await writer.drain()
    return await read_answer(reader)


def _require_question(answer: Answer) -> None:
    if answer.status in (502, 503, 504):
        raise ServerError(ErrorCode.SERVER_UNREACHABLE, f"the proxy says {answer.status}")
    if answer.status != 407:
        raise ServerError(ErrorCode.PROXY_REFUSED, f"HTTP {answer.status}")
