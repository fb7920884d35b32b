"""Which ways out there are, tried side by side, and which of them worked."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from typing import Final, Generic, TypeVar

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

    async def found(self, host: str, port: int, within_s: float) -> list[Dialer]:
        """Return the ways to this host that are known by then: a script may take longer than people wait."""
        known: list[Dialer] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s), aclosing(self.dialers(host, port)) as dialers:
                async for dialer in dialers:
                    known.append(dialer)  # noqa: PERF401 - what was known before the time was up counts
        return known

    async def first(
        self, host: str, port: int, connect: Callable[[Dialer], Awaitable[T]], discard: Callable[[T], Awaitable[None]]
    ) -> T:
        """Return what `connect` makes of the first way that works; each way but the first begins a little later.

        `discard` takes what came too late. Raises the ServerError that tells most if none works.
        """
        race = _Race(connect)
        going = asyncio.create_task(race.run(self.dialers(host, port)))
        try:
            await asyncio.wait((going, race.won), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            if race.won.done():
                await discard(race.won.result()[1])
            raise
        finally:
            await race.end(going)
            for made in race.late:
                await discard(made)
        if not race.won.done():
            going.result()  # raises what went wrong while ways were looked for
        self.worked, first = race.result()
        return first

    def _with_script(self, settings: ProxySettings) -> ProxySettings:
        if not self._manual.pac_url:
            return settings
        return ProxySettings(pac_url=self._manual.pac_url, login=settings.login)

    def _login(self, settings: ProxySettings, proxy: Proxy) -> ProxyLogin | None:
        for login in (self._manual.login, settings.login):
            if login is not None and login.is_for(proxy):
                return login
        return None


class _Race(Generic[T]):
    """Tries begun one after the other, of which the first that works wins."""

    def __init__(self, connect: Callable[[Dialer], Awaitable[T]]) -> None:
        self.won: asyncio.Future[tuple[Dialer, T]] = asyncio.get_running_loop().create_future()
        self.late: list[T] = []
        self._connect = connect
        self._failed: list[ServerError] = []
        self._tries: list[asyncio.Task[None]] = []

    async def run(self, dialers: AsyncGenerator[Dialer, None]) -> None:
        """Begin with each way a little after the one before, at once if that has failed, and wait for all."""
        async with aclosing(dialers):
            async for dialer in dialers:
                self._tries.append(asyncio.create_task(self._attempt(dialer)))
                await asyncio.wait(self._tries[-1:], timeout=HEAD_START_S)
        await asyncio.wait(self._tries)

    async def end(self, going: asyncio.Task[None]) -> None:
        """Cancel what still runs, and wait for it."""
        for task in (going, *self._tries):
            task.cancel()
        await asyncio.gather(going, *self._tries, return_exceptions=True)

    def result(self) -> tuple[Dialer, T]:
        """Return what won; raises the ServerError that tells most, or what is none."""
        if self.won.done():
            return self.won.result()
        for task in self._tries:
            task.result()
        raise min(self._failed, key=_rank)

    async def _attempt(self, dialer: Dialer) -> None:
        try:
            made = await self._connect(dialer)
        except ServerError as error:
            self._failed.append(error)
            return
        if self.won.done():
            self.late.append(made)
        else:
            self.won.set_result((dialer, made))


def _rank(error: ServerError) -> int:
    return _TELLING.index(error.code) if error.code in _TELLING else len(_TELLING)
