"""The one door to the `spake2` library, which has no types of its own."""

from typing import Any, Final

from spake2 import SPAKE2_A, SPAKE2_B, SPAKEError
from spake2.ed25519_basic import NotOnCurve

from remotedesk.core.errors import ErrorCode, PairingError
from remotedesk.core.role import Role

_SIDES: Final = {Role.CUSTOMER: SPAKE2_A, Role.ENGINEER: SPAKE2_B}


class Spake2Exchange:
    """One side of one SPAKE2 run over Ed25519; the customer is side A.

    The library is pure Python and not constant-time: half of the work is done here at construction, and whoever
    answers must do so on a fixed deadline.
    """

    __slots__ = ("_side", "message")

    def __init__(self, role: Role, password: bytes, customer_id: bytes, engineer_id: bytes) -> None:
        self._side: Any = _SIDES[role](password, idA=customer_id, idB=engineer_id)
        self.message: Final[bytes] = self._side.start()

    def finish(self, theirs: bytes) -> bytes:
        """Return the shared secret, 32 bytes: the same on both sides only if the passwords were.

        Raises PairingError(PEER_UNPROVEN) for our own message reflected, the wrong side's, a point off the curve or
        outside the group, and for a second call.
        """
        try:
            key: bytes = self._side.finish(theirs)
        except (SPAKEError, NotOnCurve, ValueError):
            raise PairingError(ErrorCode.PEER_UNPROVEN, "not an answer to this exchange") from None
        return key
