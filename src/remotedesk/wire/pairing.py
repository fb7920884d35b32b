"""Messages relayed between the two clients before and after the PAKE; the server sees bytes."""

from typing import Annotated

from msgspec import Meta

from remotedesk.wire.codec import Codec, Message
from remotedesk.wire.fields import Capabilities, Key32, Sequence, Version

LARGEST = 60_000
PROTOCOL_VERSION = 1

# A SPAKE2 message over Ed25519: one side byte and a 32-byte element.
Spake2Message = Annotated[bytes, Meta(min_length=33, max_length=33)]
SealedBytes = Annotated[bytes, Meta(min_length=16, max_length=44_000)]


class PakeCustomer(Message, frozen=True):
    """The customer opens the exchange."""

    version: Version
    capabilities: Capabilities
    spake2: Spake2Message


class PakeEngineer(Message, frozen=True):
    """The engineer answers."""

    version: Version
    capabilities: Capabilities
    spake2: Spake2Message


class ConfirmCustomer(Message, frozen=True):
    """The customer proves the key first."""

    mac: Key32


class ConfirmEngineer(Message, frozen=True):
    """The engineer proves it after he has checked the customer's proof."""

    mac: Key32


class PakeRefused(Message, frozen=True):
    """The proof was wrong: this guess is over."""


class ResumeHello(Message, frozen=True):
    """Fresh keys for a session that was lost: a nonce and an ephemeral X25519 key, proven by the resume key."""

    nonce: Key32
    x25519: Key32
    mac: Key32


class Sealed(Message, frozen=True):
    """A SealedMessage under AES-256-GCM; `counter` starts at 0 in each direction and never skips."""

    counter: Sequence
    box: SealedBytes


RelayMessage = PakeCustomer | PakeEngineer | ConfirmCustomer | ConfirmEngineer | PakeRefused | ResumeHello | Sealed
RELAY: Codec[RelayMessage] = Codec(RelayMessage, LARGEST)
