"""The engine's thread: one asyncio selector loop that outlives every session and owns every task."""

import asyncio
import contextlib
import logging
import selectors
import threading
from collections.abc import Callable, Coroutine
from typing import Final

log = logging.getLogger(__name__)

_SOCKETS_CLOSE_WITHIN_S: Final = 0.25
_LOOK_EVERY_S: Final = 0.005


class EngineThread:
    """Runs callables and coroutines given from other threads; `close` cancels, awaits and joins."""

    def __init__(self) -> None:
        # The selector loop on every system: Windows' proactor stops reading UDP after an ICMP "unreachable".
        self._selector = selectors.DefaultSelector()
        self.loop = asyncio.SelectorEventLoop(self._selector)
        self._own_sockets = len(self._selector.get_map())
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="engine")
        self._thread.start()

    def post(self, act: Callable[[], None]) -> None:
        """Call `act` in the loop soon; from any thread; nothing happens once the loop has ended."""
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(act)

    def spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Start a task owned by the thread; call it in the loop. What it raises is logged."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def close(self, last: Callable[[], Coroutine[None, None, None]]) -> None:
        """Run `last`, cancel and await every task, end the loop and join. May be called again."""
        if self.loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._wind_down(last()), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()

    async def _wind_down(self, last: Coroutine[None, None, None]) -> None:
        try:
            await last
        finally:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("engine task failed", exc_info=error)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
        finally:
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
            self.loop.run_until_complete(self._sockets_close())
            self.loop.close()

    async def _sockets_close(self) -> None:
        """Wait for sockets that aiohttp has let go of: TLS says goodbye on them first, and a closed loop leaks them."""
        for _ in range(round(_SOCKETS_CLOSE_WITHIN_S / _LOOK_EVERY_S)):
            await asyncio.sleep(_LOOK_EVERY_S)  # at least once: what was aborted is closed a round later
            if len(self._selector.get_map()) == self._own_sockets:
                break
