"""Every failure the product can name, with a code that never changes.

    RemotedeskError
    ├── NumberError     RD-1xx  the session number
    ├── PairingError    RD-2xx  two clients proving the number to each other
    ├── ServerError     RD-3xx  the signaling server and the way to it
    ├── ProtocolError   RD-4xx  a peer that sends what it must not
    ├── ConsentError    RD-5xx  an act without a live grant, a step out of order
    ├── PlatformError   RD-6xx  the operating system
    └── RecordError     RD-7xx  the audit log

The engine and the server speak codes; the user interface turns them into sentences (ui/i18n/sentences.py).
"""

from enum import StrEnum


class ErrorCode(StrEnum):
    """A stable code; shown to people beside the sentence and written to logs."""

    NUMBER_INCOMPLETE = "RD-101"
    NUMBER_MISTYPED = "RD-102"
    NUMBER_UNKNOWN = "RD-103"
    NUMBER_EXPIRED = "RD-104"
    NUMBER_USED = "RD-105"
    NUMBER_BURNT = "RD-106"

    SECRET_WRONG = "RD-201"  # noqa: S105 - a code, not a secret
    PAIRING_TIMEOUT = "RD-202"
    PEER_UNPROVEN = "RD-203"
    ENVELOPE_FORGED = "RD-204"
    ENVELOPE_OUT_OF_ORDER = "RD-205"
    COMMITMENT_BROKEN = "RD-206"
    VERSION_UNSUPPORTED = "RD-207"
    CODES_DIFFER = "RD-208"

    SERVER_UNREACHABLE = "RD-301"
    SERVER_CERTIFICATE = "RD-302"
    PROXY_IN_THE_WAY = "RD-303"
    SERVER_LOST = "RD-304"
    SIGN_IN_FAILED = "RD-305"
    TOO_MANY_REQUESTS = "RD-306"
    SERVER_FULL = "RD-307"
    NOT_SIGNED_IN = "RD-308"
    SERVER_SHUTTING_DOWN = "RD-309"
    SERVER_INTERNAL = "RD-310"
    SERVER_NOT_NAMED = "RD-311"
    PROXY_UNREACHABLE = "RD-312"
    PROXY_WANTS_PASSWORD = "RD-313"  # noqa: S105 - a code, not a secret
    PROXY_REFUSED = "RD-314"
    TLS_OPENED = "RD-315"
    WAY_BLOCKED = "RD-316"
    TURN_REFUSED = "RD-317"

    MESSAGE_MALFORMED = "RD-401"
    MESSAGE_TOO_BIG = "RD-402"
    MESSAGE_OUT_OF_ORDER = "RD-403"
    MESSAGE_FLOOD = "RD-404"
    CHANNEL_UNEXPECTED = "RD-405"

    NOT_GRANTED = "RD-501"
    GRANT_REVOKED = "RD-502"
    GRANT_SUSPENDED = "RD-503"
    PROMPT_NOT_ARMED = "RD-504"
    PROMPT_GONE = "RD-505"
    STATE_FORBIDS = "RD-506"
    DECLINED = "RD-507"
    PEER_LOST = "RD-508"
    PEER_ENDED = "RD-509"
    CONNECT_FAILED = "RD-510"

    PLATFORM_UNSUPPORTED = "RD-601"
    WAYLAND_UNSUPPORTED = "RD-602"
    CAPTURE_FAILED = "RD-603"
    INPUT_REFUSED = "RD-604"
    INPUT_BLOCKED_OWN_WINDOW = "RD-605"
    HOT_KEY_TAKEN = "RD-606"
    INPUT_HELD_BY_LOCAL_USER = "RD-607"
    INPUT_ELEVATED = "RD-608"

    RECORD_BROKEN = "RD-701"
    RECORD_UNREADABLE = "RD-702"

    INTERNAL = "RD-901"


def known_code(code: str) -> ErrorCode:
    """Return a peer's code if this version knows it; an ordinary end by the peer otherwise."""
    return ErrorCode(code) if code in set(ErrorCode) else ErrorCode.PEER_ENDED


class RemotedeskError(Exception):
    """The root: carries a code, never user content."""

    def __init__(self, code: ErrorCode, detail: str = "") -> None:
        super().__init__(f"{code} {code.name}" + (f": {detail}" if detail else ""))
        self.code = code


class NumberError(RemotedeskError):
    """The session number was mistyped, or is no longer good."""


class PairingError(RemotedeskError):
    """The other side could not be proven to know the same number."""


class ServerError(RemotedeskError):
    """The signaling server refused, or cannot be reached."""


class InterceptedError(ServerError):
    """TLS_OPENED: something between shows a certificate for the server's name that an unknown authority made.

    `issuer` is that authority's name, cleaned for display.
    """

    def __init__(self, issuer: str) -> None:
        super().__init__(ErrorCode.TLS_OPENED, issuer)
        self.issuer = issuer


class ProtocolError(RemotedeskError):
    """The peer sent something that is malformed, too big, too much or out of order."""


class ConsentError(RemotedeskError):
    """Something was about to happen that the customer has not allowed."""


class PlatformError(RemotedeskError):
    """The operating system does not do what was asked."""


class RecordError(RemotedeskError):
    """An audit log does not verify."""
