"""The 4-digit comparison code, without I/O: shows two careful people whether anybody sits between them.

Commit, then reveal: the customer commits to a nonce, the engineer sends his, the customer reveals. Whoever learned
the secret digits and paired with each side apart has two different code keys, and must fix a nonce towards each side
before he learns that side's own: he cannot steer the codes together, they agree once in ten thousand tries.
"""

import hashlib
import hmac
import secrets
from typing import Final

from remotedesk.core.errors import ErrorCode, PairingError
from remotedesk.transport.session_keys import LABEL, Purpose, SessionKeys, framed
from remotedesk.wire.sealed import CodeCommit, CodeNonce, CodeReveal

NONCE_BYTES: Final = 32
CODE_DIGITS: Final = 4


class CustomerComparison:
    """The customer's side: commits first, reveals last."""

    def __init__(self, keys: SessionKeys, nonce: bytes | None = None) -> None:
        """`nonce` is 32 random bytes; made here unless given."""
        self._keys = keys
        self._nonce = nonce or secrets.token_bytes(NONCE_BYTES)
        self.commit = CodeCommit(_commitment(self._nonce))

    def reveal(self, theirs: CodeNonce) -> tuple[str, CodeReveal]:
        """Return the code to show, and what the engineer needs to compute it."""
        return _code(self._keys, self._nonce, theirs.nonce), CodeReveal(self._nonce)


class EngineerComparison:
    """The engineer's side: answers a commitment with a nonce in the open."""

    def __init__(self, keys: SessionKeys, commit: CodeCommit, nonce: bytes | None = None) -> None:
        """`nonce` is 32 random bytes; made here unless given."""
        self._keys = keys
        self._commitment = commit.commitment
        self.answer = CodeNonce(nonce or secrets.token_bytes(NONCE_BYTES))

    def finish(self, reveal: CodeReveal) -> str:
        """Return the code to show; raises PairingError(COMMITMENT_BROKEN) if the nonce is not the one committed to."""
        if not hmac.compare_digest(_commitment(reveal.nonce), self._commitment):
            raise PairingError(ErrorCode.COMMITMENT_BROKEN)
        return _code(self._keys, reveal.nonce, self.answer.nonce)


def _commitment(nonce: bytes) -> bytes:
    return hashlib.sha256(framed(LABEL, b"code commitment", nonce)).digest()


def _code(keys: SessionKeys, customer_nonce: bytes, engineer_nonce: bytes) -> str:
    # 256 bits reduced modulo 10,000: the most likely code is ahead by less than 2**-240.
    number = int.from_bytes(keys.mac(Purpose.CODE, customer_nonce, engineer_nonce), "big")
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}}"
