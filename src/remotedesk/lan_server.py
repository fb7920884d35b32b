"""The signaling server inside the engineer's client: for a LAN without one, gone with the window."""

import asyncio
import secrets
import socket
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import platformdirs

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.engine.thread import EngineThread
from remotedesk.transport.server_address import ServerAddress
from remotedesk_signaling import certificates
from remotedesk_signaling.accounts import AccountError, Accounts
from remotedesk_signaling.server import RunningServer, ServerConfig, serve

PORT: Final = 8443


@dataclass(frozen=True)
class LocalEngineer:
    """The one account of such a server, made for this run."""

    name: str
    company: str
    password: str


class LanServer:
    """Runs in a thread of its own until closed; its certificate is kept, so that customers' pins stay good."""

    def __init__(self, address: ServerAddress, name: str, company: str, certificate_dir: Path | None = None) -> None:
        """Listen on `address`, which is also what the customers dial.

        Raises ServerError: SERVER_UNREACHABLE, SIGN_IN_FAILED (nobody can be called `name` or `company`),
        SERVER_CERTIFICATE (what is kept is not a certificate).
        """
        self.address = address
        self.engineer = LocalEngineer(name, company, secrets.token_urlsafe(32))
        self._folder = certificate_dir or platformdirs.user_data_path("remotedesk") / "lan-server"
        self.fingerprint = ""
        self._server: RunningServer | None = None
        self._thread = EngineThread()
        with ExitStack() as undo:
            undo.callback(self.close)
            self._wait_for_start()
            undo.pop_all()

    def _wait_for_start(self) -> None:
        try:
            asyncio.run_coroutine_threadsafe(self._start(), self._thread.loop).result()
        except OSError:
            raise ServerError(ErrorCode.SERVER_UNREACHABLE, "cannot listen there") from None
        except ValueError:
            raise ServerError(ErrorCode.SERVER_CERTIFICATE, f"not a certificate in {self._folder}") from None
        except AccountError as error:
            raise ServerError(ErrorCode.SIGN_IN_FAILED, str(error)) from None

    async def _start(self) -> None:
        context, self.fingerprint = certificates.self_signed_context(self._folder, [self.address.host])
        accounts = Accounts.in_memory()
        accounts.add(self.engineer.name, self.engineer.company, self.engineer.password)
        address, certificate = self.address, self._folder / certificates.CERTIFICATE_FILE
        config = ServerConfig(accounts, address.host, address.port, context, certificate=certificate)
        self._server = await serve(config)

    @property
    def port(self) -> int:
        """The TCP port it listens on; the address's own, unless that is 0."""
        return self._server.port if self._server is not None else self.address.port

    def close(self) -> None:
        """Stop serving and join the thread."""
        self._thread.close(self._stop)

    async def _stop(self) -> None:
        if self._server is not None:
            await self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def own_address() -> str:
    """Return this machine's address on its network, as `host:port` for customers to dial.

    Connecting a UDP socket sends nothing; it only makes the system choose the address it would send from.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return f"{probe.getsockname()[0]}:{PORT}"
        except OSError:
            return f"127.0.0.1:{PORT}"
