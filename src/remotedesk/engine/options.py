"""What an engine needs to know before it starts."""

from dataclasses import dataclass, field
from pathlib import Path

from remotedesk.core.proxy_settings import WayOut
from remotedesk.transport.server_address import ServerAddress, Trust


@dataclass(frozen=True)
class Patience:
    """How long a session bears a lost peer, in seconds."""

    give_up_after_s: float = 300.0
    confirm_control_after_s: float = 60.0  # back later than this, the customer must allow control again


@dataclass(frozen=True)
class EngineOptions:
    """What an engine needs to know.

    Its server, what proves it, where records go, how long it bears a lost peer, and what the person said about proxies.
    """

    address: ServerAddress
    trust: Trust
    records: Path
    patience: Patience = Patience()
    way_out: WayOut = field(default_factory=WayOut)
    relay_hosts: frozenset[str] = frozenset()  # on which STUN and TURN may be, beside the server's own; lower case
    relay_only: bool = False  # no packet of a connection goes anywhere but to the relay
