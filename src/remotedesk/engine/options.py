"""What an engine needs to know before it starts."""

from dataclasses import dataclass
from pathlib import Path

from remotedesk.transport.server_address import ServerAddress, Trust


@dataclass(frozen=True)
class EngineOptions:
    """What an engine needs to know: its server, what proves it, and where records go."""

    address: ServerAddress
    trust: Trust
    records: Path
