"""One client's socket to the server: a reader that sorts the peer's relayed messages from the server's own."""

import asyncio
import contextlib
from typing import Final, TypeVar

from remotedesk.core.errors import ErrorCode, ProtocolError, RemotedeskError, ServerError
from remotedesk.transport.relay import SignalingRelay
from remotedesk.transport.server_address import ServerAddress, Trust
from remotedesk.transport.signaling_client import SignalingClient
from remotedesk.wire.signaling import PeerLeft, PeerPresent, Relay, RetryAllowed, ToClient, ToServer

T = TypeVar("T")

MOST_NOTICES: Final = 32


class Mailbox:
    """Owns the socket and its reader task."""

    def __init__(self, client: SignalingClient) -> None:
        self._client = client
        self.relay = SignalingRelay(client)
        self._notices: asyncio.Queue[ToClient | RemotedeskError] = asyncio.Queue(MOST_NOTICES)
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, address: ServerAddress, trust: Trust) -> "Mailbox":
        """Connect to the server. Raises ServerError."""
        return cls(await SignalingClient.connect(address, trust))

    @property
    def lost(self) -> bool:
        """True once the socket is gone."""
        return self._reader.done()

    async def send(self, message: ToServer) -> None:
        """Tell the server something. Raises ServerError(SERVER_LOST)."""
        await self._client.send(message)

    async def expect(self, *kinds: type[T], leaving_ends: bool = True) -> T:
        """Return the server's next message of these kinds; others are passed over.

        Raises what the server refused with, ServerError(SERVER_LOST), and ServerError(PEER_ENDED) when the other
        side leaves, unless `leaving_ends` is False.
        """
        while True:
            notice = await self._notices.get()
            if isinstance(notice, RemotedeskError):
                self._fail(notice)
                raise notice
            if isinstance(notice, kinds):
                return notice
            if leaving_ends and isinstance(notice, PeerLeft):
                raise ServerError(ErrorCode.PEER_ENDED)

    def put_back(self, notice: ToClient) -> None:
        """Let the next `expect` see `notice`."""
        self._notices.put_nowait(notice)

    def fresh_relay(self) -> SignalingRelay:
        """Return a relay that holds nothing from an exchange before."""
        self.relay = SignalingRelay(self._client)
        return self.relay

    def forget(self) -> None:
        """Drop what the server said about a session that is over."""
        while not self._notices.empty():
            self._notices.get_nowait()
        self.fresh_relay()

    async def close(self) -> None:
        """Close the socket and end the reader."""
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader
        await self._client.close()

    async def _read(self) -> None:
        while True:
            try:
                self._sort(await self._client.receive())
            except RemotedeskError as error:
                self._fail(error)
                if error.code is ErrorCode.SERVER_LOST or isinstance(error, ProtocolError):
                    return

    def _sort(self, message: ToClient) -> None:
        match message:
            case Relay(payload=payload):
                self.relay.deliver(payload)
                return
            case PeerPresent():
                return
            case RetryAllowed():
                self.fresh_relay()  # what is left of the exchange before must not spoil the next
            case PeerLeft():
                self.relay.fail(ServerError(ErrorCode.PEER_ENDED))
        try:
            self._notices.put_nowait(message)
        except asyncio.QueueFull:
            self._fail(ProtocolError(ErrorCode.MESSAGE_FLOOD))

    def _fail(self, error: RemotedeskError) -> None:
        self.relay.fail(error)
        while not self._notices.empty():
            self._notices.get_nowait()
        self._notices.put_nowait(error)
