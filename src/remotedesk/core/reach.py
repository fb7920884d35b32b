"""What works from here: names for the ways out of this network, and what trying each of them came to.

The client tries the ways (transport/reach/), the doctor shows them; nothing here opens a socket.
"""

from dataclasses import dataclass
from enum import StrEnum, auto

from remotedesk.core.errors import ErrorCode


class Way(StrEnum):
    """A way from this machine to the server's STUN and TURN, the best first."""

    UDP = auto()  # STUN answers; a TURN allocation over UDP
    TLS = auto()  # TURN over TLS on the server's one port
    PROXY_TLS = auto()  # the same through an HTTP proxy's CONNECT
    WEBSOCKET = auto()  # TURN inside a WebSocket of the signaling server
    PROXY_WEBSOCKET = auto()  # the same through an HTTP proxy


RELAYED_OVER_TCP = (Way.TLS, Way.PROXY_TLS, Way.WEBSOCKET, Way.PROXY_WEBSOCKET)


class Mapping(StrEnum):
    """How the NAT in front of us maps one socket (RFC 5780, section 4.3), as far as one server can tell."""

    UNKNOWN = auto()
    NONE = auto()  # the address seen outside is one of our own
    INDEPENDENT = auto()  # the same outside port whoever is spoken to
    DEPENDENT = auto()  # another one for each: two such NATs never find each other


class ProxyScheme(StrEnum):
    """How a proxy wants to be told who asks (RFC 9110, 11.7; RFC 7617; RFC 4559)."""

    NONE = auto()
    BASIC = auto()
    NTLM = auto()
    NEGOTIATE = auto()


class ProxySource(StrEnum):
    """Where a proxy was found. What the network itself announces (WPAD) never gets a password."""

    MANUAL = auto()
    SYSTEM = auto()
    ENVIRONMENT = auto()
    PAC = auto()  # a script that the system or the person named
    WPAD = auto()  # a script that the network announced


@dataclass(frozen=True)
class Proxy:
    """An HTTP proxy. `host` is a name or an address without brackets."""

    host: str
    port: int
    source: ProxySource


@dataclass(frozen=True)
class Attempt:
    """What trying one way came to. Without a `code` it worked; `allocated` says that a relay address was given."""

    way: Way
    code: ErrorCode | None = None
    rtt_s: float | None = None
    allocated: bool = False
    proxy: Proxy | None = None
    scheme: ProxyScheme = ProxyScheme.NONE
    issuer: str = ""  # of a certificate that was not the server's own chain: who opens TLS


@dataclass(frozen=True)
class Survey:
    """Everything that was tried, in the order of Way."""

    attempts: tuple[Attempt, ...] = ()
    mapping: Mapping = Mapping.UNKNOWN

    def worked(self, way: Way) -> bool:
        """True if this way was tried and worked."""
        return any(attempt.way is way and attempt.code is None for attempt in self.attempts)

    @property
    def direct_is_hopeless(self) -> bool:
        """True if a direct connection cannot be expected from here: no UDP, or a NAT that nobody can predict."""
        tried = any(attempt.way is Way.UDP for attempt in self.attempts)
        return tried and (not self.worked(Way.UDP) or self.mapping is Mapping.DEPENDENT)
