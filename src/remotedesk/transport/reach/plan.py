"""What a peer connection is to be given: which STUN server, which relay, and whether to wait for a direct pair."""

from dataclasses import dataclass, field

from remotedesk.core.reach import Way
from remotedesk.transport.reach.tunnel import LocalTunnel


@dataclass(frozen=True)
class Endpoint:
    """A host and a port; `host` is a name or an address without brackets."""

    host: str
    port: int


@dataclass(frozen=True)
class RelayServer:
    """A TURN server as an RTCIceServer has it (W3C WebRTC, 4.2.4). Neither credential is shown."""

    host: str
    port: int
    transport: str  # udp, tcp
    username: str = field(repr=False)
    credential: str = field(repr=False)

    @property
    def url(self) -> str:
        """The server's URI (RFC 7065)."""
        return f"turn:{self.host}:{self.port}?transport={self.transport}"


@dataclass(frozen=True)
class Plan:
    """Good for one peer connection, and to be closed after it."""

    stun: Endpoint | None = None  # None unless it has answered
    turn: RelayServer | None = None  # None unless it has given an address
    way: Way | None = None  # to the relay
    direct_is_hopeless: bool = False
    relay_only: bool = False
    tunnel: LocalTunnel | None = field(default=None, repr=False)

    @property
    def broken(self) -> bool:
        """True once the relayed address of a peer connection is known to be lost."""
        return self.tunnel is not None and self.tunnel.broken

    async def close(self) -> None:
        """Close the tunnel, if there is one; may be called again."""
        if self.tunnel is not None:
            await self.tunnel.close()
