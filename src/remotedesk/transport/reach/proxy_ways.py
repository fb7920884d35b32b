"""Which ways out there are, tried side by side, and which of them worked."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Final, TypeVar

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.core.proxy_settings import ProxyLogin, ProxySettings, WayOut, is_bypassed
from remotedesk.core.reach import Proxy
from remotedesk.transport.reach.dialer import Dialer, DirectDialer
from remotedesk.transport.reach.proxy import ProxyDialer

T = TypeVar("T")
Script = Callable[[ProxySettings, str, int], Awaitable[Sequence[Proxy | None]]]

HEAD_START_S: Final = 0.5

# Of several failures the one that tells the person most: what he can do something about comes first.
_TELLING: Final = (
    ErrorCode.PROXY_WANTS_PASSWORD,
    ErrorCode.TLS_OPENED,
    ErrorCode.SERVER_CERTIFICATE,
    ErrorCode.TOO_MANY_REQUESTS,
    ErrorCode.PROXY_REFUSED,
    ErrorCode.PROXY_IN_THE_WAY,
    ErrorCode.PROXY_UNREACHABLE,
)


async def ways_out(
    settings: ProxySettings, manual: WayOut, host: str, port: int, script: Script | None = None
) -> list[Proxy | None]:
    """Return the proxies to try for this host, in order; None is direct, and always among them.

    What the person named comes first, then direct, then what a script says, then the system's own proxy. `script`
    asks the scripts of the settings it is given, and returns nothing if there is none or it does not tell.
    """
    if manual.proxy is not None:
        return [manual.proxy, None]
    if is_bypassed(settings.bypass, host, port):
        return [None]
    found: list[Proxy | None] = [None]
    if script is not None and (settings.pac_url or settings.detect):
        found += await script(settings, host, port)
    if len(found) == 1 and settings.proxy is not None:
        found.append(settings.proxy)
    return list(dict.fromkeys(found))


class Ways:
    """The ways out of one network. Remembers what worked, so that coming back takes no second search."""

    def __init__(
        self,
        settings: Callable[[], ProxySettings] = ProxySettings,
        manual: WayOut = WayOut(),  # noqa: B008 - a frozen value
        script: Script | None = None,
    ) -> None:
        """`settings` is asked each time, in a thread: they change with the network, and a system may take a moment."""
        self._settings = settings
        self._manual = manual
        self._script = script
        self.worked: Dialer | None = None

    async def dialers(self, host: str, port: int) -> AsyncGenerator[Dialer, None]:
        """Yield the ways to this host in the order to be tried; a script may take seconds after the first."""
        seen: list[Proxy | None] = []
        if self.worked is not None:
            seen.append(self.worked.proxy)
            yield self.worked
        if self._manual.proxy is None and None not in seen:
            seen.append(None)
            yield DirectDialer()
        settings = self._with_script(await asyncio.to_thread(self._settings))
        for proxy in await ways_out(settings, self._manual, host, port, self._script):
            if proxy not in seen:
                yield DirectDialer() if proxy is None else ProxyDialer(proxy, self._login(settings, proxy))

    async def first(
        self, host: str, port: int, connect: Callable[[Dialer], Awaitable[T]], discard: Callable[[T], Awaitable[None]]
    ) -> T:
        """Return what `connect` makes of the first way that works; each way but the first begins a little later.

        `discard` takes what came too late. Raises the ServerError that tells most if none works.
        """
        won: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        failed: list[ServerError] = []
        tries: list[asyncio.Task[None]] = []

        async def attempt(dialer: Dialer) -> None:
            try:
                made = await connect(dialer)
            except ServerError as error:
                failed.append(error)
                return
            if won.done():
                await discard(made)
                return
            self.worked = dialer
            won.set_result(made)

        async def go() -> None:
            async with aclosing(self.dialers(host, port)) as dialers:
                async for dialer in dialers:
                    tries.append(asyncio.create_task(attempt(dialer)))
                    await asyncio.wait(tries[-1:], timeout=HEAD_START_S)
            await asyncio.wait(tries)

        going = asyncio.create_task(go())
        try:
            await asyncio.wait((going, won), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            if won.done():
                await discard(won.result())
            raise
        finally:
            for task in (going, *tries):
                task.cancel()
            await asyncio.gather(going, *tries, return_exceptions=True)
        if won.done():
            return won.result()
        for task in (going, *tries):
            task.result()  # raises what is no ServerError
        raise min(failed, key=_rank)

    def _with_script(self, settings: ProxySettings) -> ProxySettings:
        if not self._manual.pac_url:
            return settings
        return ProxySettings(pac_url=self._manual.pac_url, login=settings.login)

    def _login(self, settings: ProxySettings, proxy: Proxy) -> ProxyLogin | None:
        for login in (self._manual.login, settings.login):
            if login is not None and login.is_for(proxy):
                return login
        return None


def _rank(error: ServerError) -> int:
    return _TELLING.index(error.code) if error.code in _TELLING else len(_TELLING)
