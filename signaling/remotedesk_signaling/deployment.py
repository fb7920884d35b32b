"""The configuration of everything on a server's machine, filled in from one place: packaging/server/ has the files.

Run: python -m remotedesk_signaling.deployment NAME ADDRESS FOLDER
"""

import argparse
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_PLACEHOLDER: Final = re.compile(r"@([A-Z][A-Z0-9_]*)@")
_NAME: Final = re.compile(r"[A-Za-z0-9.-]{1,253}")
SECRET_FILE: Final = "turn-secret"  # noqa: S105 - a file name
TEMPLATES: Final = Path("packaging/server")
# Where the unit finds what is its own, and the container too.
_DATABASE: Final = Path("/var/lib/remotedesk/engineers.sqlite")
_CREDENTIALS: Final = Path("/run/credentials/remotedesk-signaling.service")


@dataclass(frozen=True)
class Ports:
    """`https`, `http`, `stun` and `stun_2` are for clients, the other two on 127.0.0.1 only; relays have a range."""

    https: int = 443
    http: int = 80
    stun: int = 3478
    stun_2: int = 3480
    signaling: int = 8080
    turn: int = 5766
    relays: tuple[int, int] = (49_152, 65_535)


@dataclass(frozen=True)
class Deployment:
    """One machine: the name clients dial, the IPv4 address it listens on, its certificate with the key in one file.

    Raises ValueError for what is no host name or address.
    """

    name: str
    address: str
    certificate: Path = Path("/etc/remotedesk/certificate.pem")
    ports: Ports = field(default_factory=Ports)

    def __post_init__(self) -> None:
        if not (_NAME.fullmatch(self.name) and _NAME.fullmatch(self.address)):
            raise ValueError("a server has a name, and an IPv4 address")

    @property
    def chain(self) -> Path:
        """The certificate without its key: all that the signaling server is to know of it."""
        return self.certificate.with_name("fullchain.pem")

    @property
    def authority(self) -> str:
        """What clients are told to connect to: the name, and the port where it is not 443."""
        return self.name if self.ports.https == 443 else f"{self.name}:{self.ports.https}"

    def serve_arguments(self, database: Path, secret_file: Path) -> list[str]:
        """Return what `remotedesk-signaling` is started with."""
        ports, name = self.ports, self.name
        return [
            "serve", "--host", "127.0.0.1", "--port", str(ports.signaling), "--trusted-proxy", "127.0.0.1",
            "--database", str(database), "--turn-secret-file", str(secret_file),
            "--stun", f"{name}:{ports.stun}", "--stun", f"{name}:{ports.stun_2}", "--turn-udp", f"{name}:{ports.stun}",
            "--turn-tls", f"{name}:{ports.https}", "--bridge-to", f"127.0.0.1:{ports.turn}",
            "--certificate", str(self.chain),
        ]  # fmt: skip

    def fill(self, text: str) -> str:
        """Return a file of packaging/server/ with its placeholders filled in; raises ValueError for an unknown one."""
        first, last = self.ports.relays
        middle = (first + last) // 2
        values = {
            "NAME": self.name,
            "ADDRESS": self.address,
            "AUTHORITY": self.authority,
            "CERTIFICATE": self.certificate,
            "CHAIN": self.chain,
            "CREDENTIALS": _CREDENTIALS,
            "SERVE_ARGUMENTS": " ".join(self.serve_arguments(_DATABASE, _CREDENTIALS / SECRET_FILE)),
            "HTTPS_PORT": self.ports.https,
            "HTTP_PORT": self.ports.http,
            "STUN_PORT": self.ports.stun,
            "STUN_PORT_2": self.ports.stun_2,
            "SIGNALING_PORT": self.ports.signaling,
            "TURN_PORT": self.ports.turn,
            "RELAY_PORT_FIRST": first,
            "RELAY_PORT_MIDDLE": middle,
            "RELAY_PORT_MIDDLE_2": middle + 1,
            "RELAY_PORT_LAST": last,
        }

        def value(found: re.Match[str]) -> str:
            if found[1] not in values:
                raise ValueError(f"unknown placeholder {found[0]}")
            return str(values[found[1]])

        return _PLACEHOLDER.sub(value, text)

    def write(self, templates: Path, folder: Path) -> None:
        """Fill in every file of `templates` but its texts for people, into `folder`. Raises OSError, ValueError."""
        folder.mkdir(parents=True, exist_ok=True)
        for file in sorted(templates.iterdir()):
            if file.suffix != ".md" and file.is_file():
                (folder / file.name).write_text(self.fill(file.read_text(encoding="utf-8")), encoding="utf-8")


def make_secret(file: Path) -> str:
    """Return the secret that coturn and the server share, kept in `file`, which only its owner reads."""
    if not file.exists():
        write_private(file, secrets.token_urlsafe(32) + "\n")
    return file.read_text(encoding="ascii").strip()


def write_private(file: Path, text: str) -> None:
    """Write a file that its owner alone may read, from its first moment on."""
    file.unlink(missing_ok=True)
    with open(file, "x", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        out.write(text)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a machine's configuration, and the secret if there is none yet."""
    parser = argparse.ArgumentParser(description="Fill in the configuration of a server's machine.")
    parser.add_argument("name", help="host name that clients dial")
    parser.add_argument("address", help="the machine's own IPv4 address")
    parser.add_argument("folder", type=Path, help="where to write to: /etc/remotedesk")
    parser.add_argument("--templates", type=Path, default=TEMPLATES, help="default: %(default)s")
    options = parser.parse_args(arguments)
    Deployment(options.name, options.address).write(options.templates, options.folder)
    make_secret(options.folder / SECRET_FILE)


if __name__ == "__main__":
    main()
