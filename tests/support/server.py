"""The real signaling server in a thread of the test's own, on a port the system chose."""

import asyncio
import threading
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from remotedesk_signaling.accounts import Accounts
from remotedesk_signaling.limits import Limits
from remotedesk_signaling.server import RunningServer, ServerConfig, serve

ENGINEER: Final = "Hanako Sato"
COMPANY: Final = "サポート株式会社"
PASSWORD: Final = "correct horse battery staple"


class LocalServer:
    """Runs until closed; one engineer has an account."""

    engineer_name = ENGINEER
    company = COMPANY
    password = PASSWORD

    def __init__(self, folder: Path, limits: Limits | None = None, port: int = 0) -> None:
        self._loop = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="server")
        self._thread.start()
        self._server = self._call(self._start(folder / "accounts.sqlite", limits or Limits(), port))
        self.port = self._server.port

    async def _start(self, database: Path, limits: Limits, port: int) -> RunningServer:
        self._accounts = Accounts(str(database))
        self._accounts.add(ENGINEER, COMPANY, PASSWORD)
        return await serve(ServerConfig(self._accounts, port=port, limits=limits))

    def _call(self, work):  # type: ignore[no-untyped-def]
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def close(self) -> None:
        """Stop the server and its thread."""
        if self._thread.is_alive():
            self._call(self._server.close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._accounts.close()
            self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
