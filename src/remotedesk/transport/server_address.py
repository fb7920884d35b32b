"""Where the signaling server is and what proves that it is the right one."""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from remotedesk.core.errors import ErrorCode, ServerError

DEFAULT_PORT: Final = 443
SOCKET_PATH: Final = "/ws"

_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NAME: Final = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*")
_SCHEMES: Final = {"": "wss", "https": "wss", "wss": "wss", "http": "ws", "ws": "ws"}


@dataclass(frozen=True)
class Trust:
    """What proves the server: the system's certificate authorities, others, or one certificate and no other.

    `pin` is the SHA-256 of the certificate in DER form, 32 bytes: for a server on the LAN that made its own. With it
    no authority is asked and the name does not matter.
    """

    ca_file: Path | None = None
    pin: bytes | None = None


@dataclass(frozen=True)
class ServerAddress:
    """The server as people name it, brought into one form. `host` is lower case and goes into the pairing's binding."""

    host: str
    port: int
    secure: bool = True

    @classmethod
    def parse(cls, text: str) -> "ServerAddress":
        """Read `host`, `host:port`, or an https, wss or ws URL, whose path does not count.

        Raises ServerError(SERVER_UNREACHABLE) for what is no address, and for plain ws or http to anywhere but this
        machine: the sealed envelopes would be safe, the engineer's password would not.
        """
        try:
            # Japanese input methods give full-width letters and points: NFKC takes them as they were meant.
            scheme, _, rest = unicodedata.normalize("NFKC", text.strip()).rpartition("://")
            parts = urlsplit(f"//{rest}")
            scheme, port = _SCHEMES[scheme.lower()], parts.port
            if port == 0 or parts.username is not None:
                raise ValueError("port or user name")
            host = _normal_host(parts.hostname or "")
        except (ValueError, KeyError):
            raise ServerError(ErrorCode.SERVER_UNREACHABLE, "not an address") from None
        if scheme == "wss":
            return cls(host, port or DEFAULT_PORT)
        if not _is_loopback(host):
            raise ServerError(ErrorCode.SERVER_UNREACHABLE, "unencrypted")
        return cls(host, port or 80, secure=False)

    @property
    def url(self) -> str:
        """The URL of the server's WebSocket."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'wss' if self.secure else 'ws'}://{host}:{self.port}{SOCKET_PATH}"


def pin_of(text: str) -> bytes:
    """Read a SHA-256 certificate fingerprint as people copy it: 64 hex digits, colons and spaces allowed.

    Raises ServerError(SERVER_CERTIFICATE) for anything else.
    """
    digits = re.sub(r"[:\s]", "", text)
    if not re.fullmatch(r"[0-9A-Fa-f]{64}", digits):
        raise ServerError(ErrorCode.SERVER_CERTIFICATE, "not a SHA-256 fingerprint")
    return bytes.fromhex(digits)


def _normal_host(text: str) -> str:
    """Return an IP address or a DNS name in the one form that both clients bind into their keys."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        name = text.encode("idna").decode("ascii").lower().removesuffix(".")
        if not _NAME.fullmatch(name):
            raise ValueError("not a host") from None
        return name


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
