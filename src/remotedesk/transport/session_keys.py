"""The keys of one session: one per purpose, in memory only, never shown, wiped at the end."""

import hashlib
import hmac
from enum import StrEnum
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from remotedesk.core.errors import ErrorCode, PairingError

KEY_BYTES: Final = 32
LABEL: Final = b"remotedesk/1"


class Purpose(StrEnum):
    """What a key is for; the value is part of its HKDF info, so it never changes."""

    CONFIRM_CUSTOMER = "confirm customer"
    CONFIRM_ENGINEER = "confirm engineer"
    SEAL_CUSTOMER = "seal customer"  # what the customer sends
    SEAL_ENGINEER = "seal engineer"
    RESUME = "resume"  # the secret that the keys after a lost connection come from
    RESUME_HELLO = "resume hello"
    VERIFY = "verify"  # proves the certificates' fingerprints inside the connection
    CODE = "code"


class SessionKeys:
    """Keys derived by HKDF-SHA256 (RFC 5869), each with a label of its own.

    Python keeps copies that nobody can reach (digits as a str, big integers of the PAKE): `wipe` clears the keys
    themselves, and every use after it fails.
    """

    __slots__ = ("_keys",)

    def __init__(self, secret: bytes, transcript: bytes) -> None:
        """Derive from a shared secret; `transcript` is the hash, 32 bytes, of all that both sides agreed on."""
        self._keys = {purpose: bytearray(_hkdf(secret, transcript, purpose)) for purpose in Purpose}

    def __repr__(self) -> str:
        return f"<SessionKeys {'alive' if self._keys else 'wiped'}>"

    def key(self, purpose: Purpose) -> bytearray:
        """Return the key itself, 32 bytes; raises PairingError(PEER_UNPROVEN) once wiped."""
        try:
            return self._keys[purpose]
        except KeyError:
            raise PairingError(ErrorCode.PEER_UNPROVEN, "keys are wiped") from None

    def mac(self, purpose: Purpose, *parts: bytes) -> bytes:
        """Return HMAC-SHA256 over the parts, 32 bytes; raises PairingError(PEER_UNPROVEN) once wiped."""
        return hmac.digest(self.key(purpose), framed(*parts), "sha256")

    def proves(self, mac: bytes, purpose: Purpose, *parts: bytes) -> bool:
        """Compare in constant time what the other side sent with what `mac` gives."""
        return hmac.compare_digest(mac, self.mac(purpose, *parts))

    @property
    def wiped(self) -> bool:
        """True once the keys are gone."""
        return not self._keys

    def wipe(self) -> None:
        """Overwrite and forget every key; may be called again."""
        for key in self._keys.values():
            key[:] = bytes(KEY_BYTES)
        self._keys = {}


def framed(*parts: bytes) -> bytes:
    """Return the parts in one unambiguous string: each behind its length as four bytes, big-endian."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def transcript_hash(*parts: bytes) -> bytes:
    """Return SHA-256 over the protocol's label and the framed parts."""
    return hashlib.sha256(framed(LABEL, *parts)).digest()


def _hkdf(secret: bytes, salt: bytes, purpose: Purpose) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt, framed(LABEL, purpose.encode())).derive(secret)
