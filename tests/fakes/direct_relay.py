"""A relay without a server: two ends in one process, each with the other's messages, through the real codec."""

import asyncio

from remotedesk.core.errors import RemotedeskError
from remotedesk.wire.pairing import RELAY, RelayMessage


class DirectRelay:
    """Stands for an honest server between two clients: what one end sends, the other receives, in order."""

    def __init__(self) -> None:
        self.peer = self
        self.inbox: asyncio.Queue[RelayMessage | RemotedeskError] = asyncio.Queue()

    @classmethod
    def pair(cls) -> "tuple[DirectRelay, DirectRelay]":
        """Return two joined ends of this class."""
        left, right = cls(), cls()
        left.peer, right.peer = right, left
        return left, right

    async def send(self, message: RelayMessage) -> None:
        """Hand a message to the other end."""
        self.peer.inbox.put_nowait(RELAY.decode(RELAY.encode(message)))

    async def receive(self) -> RelayMessage:
        """Return the next message, or raise the next error."""
        item = await self.inbox.get()
        if isinstance(item, RemotedeskError):
            raise item
        return item
