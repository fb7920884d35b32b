"""A relayed address over a byte stream, kept ready until a peer connection wants it.

Opening the way, TLS and the allocation take four round trips and more; they are over before they are needed.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

from remotedesk.core.errors import RemotedeskError, ServerError
from remotedesk.transport.reach.streams import ByteStream, StreamExchange
from remotedesk.transport.reach.turn import Allocation, Credentials, allocate

log = logging.getLogger(__name__)
REFRESH_EVERY_S: Final = 10.0  # proxies commonly drop what is silent for 30 to 60 s
ANSWER_WITHIN_S: Final = 3.0
RELEASE_WITHIN_S: Final = 1.0
OPEN_AGAIN_AFTER_S: Final = 5.0

Opener = Callable[[], Awaitable[ByteStream]]


class Closable(Protocol):
    """What an allocation lives on: a stream, or a socket for datagrams."""

    async def close(self) -> None:
        """Close it at once."""
        ...


async def give_back(allocation: Allocation, line: Closable) -> None:
    """Give an address back, since relays count them, and close what it lived on, within about a second."""
    try:
        with contextlib.suppress(ServerError, TimeoutError):
            async with asyncio.timeout(RELEASE_WITHIN_S):
                await allocation.refresh(0)
    finally:
        await line.close()


@dataclass(frozen=True)
class HeldRelay:
    """An allocation, and the stream that it lives and dies with."""

    stream: ByteStream
    allocation: Allocation

    async def close(self) -> None:
        """Give the address back and close the stream."""
        await give_back(self.allocation, self.stream)


async def hold(opener: Opener, credentials: Credentials) -> HeldRelay:
    """Open a stream and get an address over it. Raises ServerError as the opener and `allocate` do."""
    stream = await opener()
    try:
        return HeldRelay(stream, await allocate(StreamExchange(stream), credentials))
    except BaseException:
        await stream.close()
        raise


class Holder:
    """Keeps one held relay fresh, replaces it when it breaks, and hands it out."""

    def __init__(self, opener: Opener, credentials: Credentials, held: HeldRelay) -> None:
        """Take over what is `held`; `opener` makes what comes after it."""
        self._opener = opener
        self._credentials = credentials
        self._held: HeldRelay | None = held
        self._busy = asyncio.Lock()
        self._watch: asyncio.Task[None] | None = asyncio.ensure_future(self._keep())

    async def take(self) -> HeldRelay:
        """Hand out the relay that is held, or a new one if there is none. Raises ServerError as `hold`."""
        async with self._busy:
            await self._stop_watching()
            held, self._held = self._held, None
        return held or await hold(self._opener, self._credentials)

    async def give_back(self, held: HeldRelay) -> None:
        """Take a relay again that was not used."""
        if self._held is not None or self._watch is not None:
            await held.close()
            return
        self._held = held
        self._watch = asyncio.ensure_future(self._keep())

    async def close(self) -> None:
        """Give back what is held; may be called again."""
        await self._stop_watching()
        held, self._held = self._held, None
        if held is not None:
            await held.close()

    async def _stop_watching(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_EVERY_S if self._held else OPEN_AGAIN_AFTER_S)
            async with self._busy:
                try:
                    async with asyncio.timeout(ANSWER_WITHIN_S):
                        await self._renew()
                except (RemotedeskError, TimeoutError) as error:
                    log.info("the relay that was kept ready is lost: %s", error)
                    await self._drop()

    async def _renew(self) -> None:
        if self._held is None:
            self._held = await hold(self._opener, self._credentials)
        else:
            await self._held.allocation.refresh(self._held.allocation.lifetime_s)

    async def _drop(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            await held.stream.close()
