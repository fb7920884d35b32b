"""What each role brings to a session of its own."""

from abc import ABC, abstractmethod

from remotedesk.engine.connection import Connection
from remotedesk.engine.quality import Screen
from remotedesk.transport.handshake import Paired
from remotedesk.transport.relay import Relay
from remotedesk.wire.session import SessionMessage


class Duties(ABC):
    """The steps that differ between the customer and the engineer; all run in the engine's loop, but `quiet`."""

    @abstractmethod
    async def live(self) -> None:
        """Go through the session; returning or raising a RemotedeskError ends it."""

    @abstractmethod
    async def connect(self, paired: Paired) -> Connection:
        """Exchange descriptions over the sealed relay and return the unverified connection."""

    @abstractmethod
    async def resume_keys(self, relay: Relay, paired: Paired) -> Paired:
        """Make fresh keys with the peer after a loss."""

    @abstractmethod
    def on_message(self, message: SessionMessage) -> None:
        """Take a message of the `session` channel that is this role's own."""

    @abstractmethod
    def went_live(self, connection: Connection) -> Screen:
        """The connection is verified: features may use it. Returns the screen that travels over it."""

    @abstractmethod
    def went_silent(self) -> None:
        """The connection is gone: nothing may act until it is back."""

    @abstractmethod
    def channel_broken(self, label: str) -> None:
        """The peer broke the rules of this channel, which is closed: its feature must not go on."""

    @abstractmethod
    def settle(self) -> None:
        """Write into the record what has only been counted so far."""

    @abstractmethod
    def quiet(self) -> None:
        """Stop every act of this session, now; may be called again."""
