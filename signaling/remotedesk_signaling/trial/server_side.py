"""Real coturn, HAProxy and signaling server as child processes, configured as packaging/server/ says."""

import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from remotedesk_signaling.accounts import Accounts
from remotedesk_signaling.deployment import SECRET_FILE, TEMPLATES, Deployment, Ports, make_secret
from remotedesk_signaling.trial.authority import Authority
from remotedesk_signaling.trial.child import Child, TrialError

__all__ = ["Engineer", "ServerSide", "TrialError"]


@dataclass(frozen=True)
class Engineer:
    """The one account of a trial."""

    name: str
    company: str
    password: str = field(repr=False)


class ServerSide:
    """Runs from entering to leaving its context, or from `start` to `close`.

    `url` is what clients dial, `ca_file` what they trust. In `folder` are the CA, which is kept, and logs.
    """

    def __init__(
        self,
        folder: Path,
        engineer: Engineer,
        *,
        address: str = "127.0.0.1",
        name: str = "",
        ports: Ports | None = None,
        templates: Path = TEMPLATES,
        inside: tuple[str, ...] = (),
        allowed_peers: tuple[str, ...] = (),
        limits: tuple[str, ...] = (),
    ) -> None:
        """`name` is the host that clients dial, the `address` if not given; `inside` is put before every command.

        Relays may send to this machine's own `address`, where other relays are, and to `allowed_peers`, addresses or
        ranges as coturn writes them, even where these are private. `limits` are NAME=VALUE of the signaling server.
        """
        self._folder = folder.absolute()
        self._engineer = engineer
        self._templates = templates
        self._inside = inside
        self._allowed_peers = (address, *allowed_peers)
        self._limits = limits
        self._certificate = self._folder / "certificate.pem"
        self._secret_file = self._folder / SECRET_FILE
        self.ports = ports or Ports()
        self.deployment = Deployment(name or address, address, self._certificate, self.ports)
        self.ca_file = self._folder / "ca.pem"
        self.database = self._folder / "engineers.sqlite"
        self.children: dict[str, Child] = {}

    @property
    def url(self) -> str:
        """The address that clients are given."""
        return f"https://{self.deployment.authority}"

    @property
    def secret(self) -> str:
        """What coturn and the signaling server share."""
        return make_secret(self._secret_file)

    def start(self) -> None:
        """Bring everything up; returns when all of it listens. Raises TrialError, OSError."""
        with ExitStack() as undo:
            undo.callback(self.close)
            self._prepare()
            self._start_turn("udp")
            self._start_turn("tcp")
            self.start_signaling()
            self._start_proxy()
            undo.pop_all()

    def close(self) -> None:
        """End everything, what clients see first."""
        for name in reversed(tuple(self.children)):
            self.children.pop(name).end()

    def start_signaling(self) -> None:
        """Start the signaling server, or start it again after `children["signaling"].kill()`."""
        limits = [word for limit in self._limits for word in ("--limit", limit)]
        arguments = self.deployment.serve_arguments(self.database, self._secret_file)
        command = [sys.executable, "-P", "-m", "remotedesk_signaling", *arguments, *limits]
        self._start("signaling", command, [self.ports.signaling])

    def _prepare(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        names = dict.fromkeys((self.deployment.name, self.deployment.address))
        Authority(self._folder).write_certificate(self._certificate, self.deployment.chain, list(names))
        self.deployment.write(self._templates, self._folder)
        make_secret(self._secret_file)
        with (self._folder / "turnserver.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"allowed-peer-ip={each}\n" for each in self._allowed_peers)
            if any(each.startswith("127.") for each in self._allowed_peers):
                file.write("allow-loopback-peers\n")
        accounts = Accounts.open(self.database)
        try:
            if accounts.find(self._engineer.name) is None:
                accounts.add(self._engineer.name, self._engineer.company, self._engineer.password)
            else:
                accounts.set_password(self._engineer.name, self._engineer.password)
        finally:
            accounts.close()

    def _start_turn(self, kind: str) -> None:
        folder = str(self._folder)
        command = ["/bin/sh", f"{folder}/start-turn.sh", kind, folder, str(self._secret_file), folder]
        tcp = [self.ports.turn] if kind == "tcp" else []
        udp = [self.ports.stun, self.ports.stun_2] if kind == "udp" else []
        self._start(f"turn-{kind}", command, tcp, udp)

    def _start_proxy(self) -> None:
        command = ["/usr/sbin/haproxy", "-db", "-f", str(self._folder / "haproxy.cfg")]
        self._start("haproxy", command, [self.ports.https, self.ports.http])

    def _start(self, name: str, command: list[str], tcp: list[int], udp: list[int] | None = None) -> None:
        child = self.children[name] = Child([*self._inside, *command], self._folder / f"{name}.log")
        child.wait_until_listening(tcp, udp or [])

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
