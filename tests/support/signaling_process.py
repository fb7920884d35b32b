"""The signaling server as a process of its own, over TLS, with accounts."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support.certificates import Certificates, make_certificates
from tests.support.xserver import wait_until

_COMMAND = [sys.executable, "-m", "remotedesk_signaling"]


@dataclass(frozen=True)
class Account:
    """An engineer the server knows."""

    name: str
    company: str
    password: str


class SignalingProcess:
    """Started on a port of its own; ended by `close`."""

    def __init__(self, folder: Path, host: str = "127.0.0.1", inside: tuple[str, ...] = ()) -> None:
        """`host` is the address to serve on; `inside` is put before the command, to run it somewhere else."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._host = host
        self._inside = inside
        self.certificates: Certificates = make_certificates(folder / "certificates", host)
        self.log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    @property
    def _database(self) -> list[str]:
        return ["--database", str(self._folder / "accounts.sqlite")]

    def add_engineer(self, account: Account) -> None:
        """Make an account, as the server's operator does."""
        command = [*_COMMAND, "add-engineer", account.name, "--company", account.company, *self._database]
        subprocess.run(command, input=f"{account.password}\n", text=True, check=True, capture_output=True, timeout=60)

    def start(self) -> None:
        """Start serving; `url` is set when it answers."""
        tls = ["--cert", str(self.certificates.certificate), "--key", str(self.certificates.key)]
        command = [*self._inside, *_COMMAND, "serve", "--host", self._host, "--port", "0", *tls, *self._database]
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(command, stdout=out, stderr=out)
        wait_until(self._listening, what="the signaling server")

    def _listening(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise AssertionError(f"the server ended:\n{self.log.read_text(encoding='utf-8')}")
        found = re.search(rf"(https://{re.escape(self._host)}:\d+)", self.log.read_text(encoding="utf-8"))
        self.url = found[1] if found else ""
        return bool(found)

    def close(self) -> None:
        """End the server the way an operator does."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(15)
