"""Sealed envelopes: what the server relays without being able to read, change, repeat, reorder or drop unnoticed."""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from remotedesk.core.errors import ErrorCode, PairingError, ProtocolError
from remotedesk.core.role import Role
from remotedesk.transport.session_keys import LABEL, Purpose, SessionKeys, framed
from remotedesk.wire.pairing import Sealed
from remotedesk.wire.sealed import SEALED, SealedMessage

# A session seals some dozens of envelopes; AES-GCM bears 2**32 under one key (NIST SP 800-38D, 8.3) many times over.
ENVELOPES_PER_KEY: Final = 2**20

_SEAL_KEYS: Final = {Role.CUSTOMER: Purpose.SEAL_CUSTOMER, Role.ENGINEER: Purpose.SEAL_ENGINEER}


class SealedChannel:
    """AES-256-GCM with a key and a counter per direction; the counter is the nonce, so none is ever used twice.

    The first failure ends the channel: from then on both methods raise that failure's code.
    """

    def __init__(self, keys: SessionKeys, role: Role) -> None:
        """Seal as `role`, open what the other role sealed."""
        self._sealer: AESGCM | None = AESGCM(keys.key(_SEAL_KEYS[role]))
        self._opener: AESGCM | None = AESGCM(keys.key(_SEAL_KEYS[role.other]))
        self._sent_label = _label(role)
        self._received_label = _label(role.other)
        self._sent = 0
        self._received = 0
        self._dead: ErrorCode | None = None

    def seal(self, message: SealedMessage) -> Sealed:
        """Return the next envelope.

        Raises ProtocolError for a message out of bounds, which leaves the channel as it was;
        PairingError(ENVELOPE_OUT_OF_ORDER) when the key is used up; PairingError with its first failure's code when
        the channel is dead.
        """
        plain = SEALED.encode(message)
        sealer = self._require(self._sealer)
        if self._sent >= ENVELOPES_PER_KEY:
            raise self._die(ErrorCode.ENVELOPE_OUT_OF_ORDER, "key used up")
        counter = self._sent
        self._sent += 1
        return Sealed(counter, sealer.encrypt(_nonce(counter), plain, self._sent_label))

    def open(self, envelope: Sealed) -> SealedMessage:
        """Return the message in the next envelope.

        Raises PairingError: ENVELOPE_OUT_OF_ORDER (repeated, reordered, or one before it was dropped),
        ENVELOPE_FORGED (changed, reflected, or not ours); ProtocolError when the peer itself sealed what no message is.
        """
        opener = self._require(self._opener)
        if envelope.counter != self._received or envelope.counter >= ENVELOPES_PER_KEY:
            raise self._die(ErrorCode.ENVELOPE_OUT_OF_ORDER, f"{envelope.counter}, not {self._received}")
        try:
            plain = opener.decrypt(_nonce(envelope.counter), envelope.box, self._received_label)
        except InvalidTag:
            raise self._die(ErrorCode.ENVELOPE_FORGED) from None
        self._received += 1
        try:
            return SEALED.decode(plain)
        except ProtocolError as error:
            self._die(error.code)
            raise

    def wipe(self) -> None:
        """Let go of the keys; the channel is dead afterwards."""
        self._die(self._dead or ErrorCode.PEER_UNPROVEN)

    def _require(self, cipher: AESGCM | None) -> AESGCM:
        if cipher is None:
            raise PairingError(self._dead or ErrorCode.PEER_UNPROVEN, "channel is dead")
        return cipher

    def _die(self, code: ErrorCode, detail: str = "") -> PairingError:
        self._dead = code
        self._sealer = self._opener = None
        return PairingError(code, detail)


def _nonce(counter: int) -> bytes:
    return counter.to_bytes(12, "big")


def _label(sender: Role) -> bytes:
    return framed(LABEL, b"sealed", sender.encode())
