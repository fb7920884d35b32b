"""The way to the other client through the server: typed messages in both directions, bounded, nothing trusted."""

import asyncio
from typing import Final, Protocol

from remotedesk.core.errors import ErrorCode, ProtocolError, RemotedeskError
from remotedesk.transport.signaling_client import SignalingClient
from remotedesk.wire import signaling
from remotedesk.wire.pairing import RELAY, RelayMessage

WAITING_AT_MOST: Final = 32


class Relay(Protocol):
    """What a handshake needs of the way in between; both methods raise ServerError or ProtocolError."""

    async def send(self, message: RelayMessage) -> None:
        """Send to the other client."""

    async def receive(self) -> RelayMessage:
        """Return the next message of the other client."""


class SignalingRelay:
    """A Relay over a signaling client that somebody else reads: he calls `deliver` for each `signaling.Relay`.

    Make a new one for each guess, so that nothing left over from the one before is read.
    """

    def __init__(self, client: SignalingClient) -> None:
        self._client = client
        self._inbox: asyncio.Queue[RelayMessage | RemotedeskError] = asyncio.Queue(WAITING_AT_MOST + 1)
        self._failed = False

    async def send(self, message: RelayMessage) -> None:
        """Send to the other client; raises ServerError(SERVER_LOST), or ProtocolError for one out of bounds."""
        await self._client.send(signaling.Relay(RELAY.encode(message)))

    async def receive(self) -> RelayMessage:
        """Return the next message; raises what `deliver` or `fail` found, and again on every later call."""
        item = await self._inbox.get()
        if isinstance(item, RemotedeskError):
            self._inbox.put_nowait(item)
            raise item
        return item

    def waiting(self) -> list[RelayMessage]:
        """Return, and forget, what has come and not been read; an error stays."""
        messages: list[RelayMessage] = []
        while not self._inbox.empty():
            item = self._inbox.get_nowait()
            if isinstance(item, RemotedeskError):
                self._inbox.put_nowait(item)
                break
            messages.append(item)
        return messages

    def deliver(self, payload: bytes) -> None:
        """Take what the server relayed; what is malformed or too much is raised by `receive`, not here."""
        if self._failed:
            return
        try:
            message = RELAY.decode(payload)
        except ProtocolError as error:
            self.fail(error)
            return
        if self._inbox.qsize() < WAITING_AT_MOST:
            self._inbox.put_nowait(message)
        else:
            self.fail(ProtocolError(ErrorCode.MESSAGE_FLOOD))

    def end(self, error: RemotedeskError) -> None:
        """Give `error` to whoever has read what is still waiting."""
        try:
            self._inbox.put_nowait(error)
        except asyncio.QueueFull:
            self.fail(error)

    def fail(self, error: RemotedeskError) -> None:
        """End it: after what was said before, whoever waits in `receive` or comes later gets `error`, the first one."""
        if not self._failed:
            self._failed = True
            self._inbox.put_nowait(error)
