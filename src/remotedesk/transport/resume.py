"""Fresh keys for a session that lost its connection, without I/O: the old keys prove who comes back, then ratchet.

Each side sends a nonce and an ephemeral X25519 key under a MAC of the resume key. The new keys come from the resume
key and the X25519 secret together: whoever steals the old keys later cannot compute them, and whoever breaks into the
exchange without the old keys cannot either.
"""

import secrets
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from remotedesk.core.errors import ErrorCode, PairingError
from remotedesk.core.role import Role
from remotedesk.transport.pairing import Binding
from remotedesk.transport.session_keys import Purpose, SessionKeys, transcript_hash
from remotedesk.wire.pairing import ResumeHello

NONCE_BYTES: Final = 32


class ResumeExchange:
    """One side of one resumption: send `hello`, give the other side's to `finish`."""

    def __init__(self, role: Role, keys: SessionKeys, binding: Binding) -> None:
        """`keys` are those of the lost connection; they are not wiped here, since the peer may not have followed."""
        self._role = role
        self._keys = keys
        self._binding = binding.encoded()
        self._private = X25519PrivateKey.generate()
        nonce, public = secrets.token_bytes(NONCE_BYTES), self._private.public_key().public_bytes_raw()
        mac = keys.mac(Purpose.RESUME_HELLO, *self._signed(role, nonce, public))
        self.hello: Final = ResumeHello(nonce, public, mac)

    def proven(self, theirs: ResumeHello) -> bool:
        """True if the other role of this session made `theirs`, with the same keys."""
        signed = self._signed(self._role.other, theirs.nonce, theirs.x25519)
        return self._keys.proves(theirs.mac, Purpose.RESUME_HELLO, *signed)

    def finish(self, theirs: ResumeHello) -> SessionKeys:
        """Return the fresh keys, a new resume key among them.

        Raises PairingError(PEER_UNPROVEN) for a hello that is forged, reflected or from before the last ratchet. One
        repeated from an earlier try gives keys that nobody else has, so the confirmation that follows fails.
        """
        if not self.proven(theirs):
            raise PairingError(ErrorCode.PEER_UNPROVEN, "resume hello")
        try:
            shared = self._private.exchange(X25519PublicKey.from_public_bytes(theirs.x25519))
        except ValueError:  # a point of small order: the shared secret would be zero
            raise PairingError(ErrorCode.PEER_UNPROVEN, "resume key share") from None
        hellos = {self._role: self.hello, self._role.other: theirs}
        said = [part for role in Role for part in (hellos[role].nonce, hellos[role].x25519)]
        secret = bytes(self._keys.key(Purpose.RESUME)) + shared
        return SessionKeys(secret, transcript_hash(b"resume", self._binding, *said))

    def _signed(self, role: Role, nonce: bytes, public: bytes) -> tuple[bytes, ...]:
        return role.encode(), self._binding, nonce, public
