"""STUN messages (RFC 8489) of strangers, read within bounds: everything that is wrong with one is one error.

The bytes are aioice's business; what it leaves open is held here: length, cookie, the lengths that attributes claim,
and which exception comes out.
"""

import struct
from dataclasses import dataclass, field
from typing import Final, Protocol

from aioice import stun
from aioice.stun import Class, Message, Method

from remotedesk.core.errors import ErrorCode, ProtocolError

HEADER: Final = stun.HEADER_LENGTH
LARGEST: Final = 2_048  # bytes of one message; what servers send is a fifth of that
LONGEST_WORD: Final = 763  # bytes of a realm or a nonce (RFC 8489, 14.9 and 14.10)

Address = tuple[str, int]


@dataclass(frozen=True)
class Answer:
    """What a server answered. Without an `error`, a number of RFC 8489 14.8 or RFC 8656 18.13, it agreed."""

    error: int | None
    mapped: Address | None
    relayed: Address | None
    lifetime_s: int | None
    realm: str | None
    nonce: bytes | None = field(repr=False)
    message: Message = field(repr=False)

    def signed_with(self, key: bytes) -> bool:
        """True if its MESSAGE-INTEGRITY was made with this key."""
        return self.message.check_message_integrity(key)


class Exchange(Protocol):
    """Something that brings requests to one server and its answers back."""

    async def ask(self, request: Message, key: bytes | None = None) -> Answer:
        """Return the answer to this request; with a key, one signed with it, or a 401 or 438 that cannot be.

        Never gives up on its own, except: ServerError(WAY_BLOCKED) if the way is closed or refused,
        ServerError(PROXY_IN_THE_WAY) if something else than a STUN server speaks.
        """
        ...


def request(method: Method) -> Message:
    """Return a new request without attributes."""
    return Message(method, Class.REQUEST)


def size_of(head: bytes) -> int:
    """Return how many bytes the message has that begins with these 20, as a stream needs to know.

    Raises ProtocolError(MESSAGE_MALFORMED) if no message does, and MESSAGE_TOO_BIG.
    """
    kind, length, cookie = struct.unpack("!HHI", head[:8])
    if kind & 0xC000 or cookie != stun.COOKIE or length % 4:
        raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "no STUN message")
    if HEADER + length > LARGEST:
        raise ProtocolError(ErrorCode.MESSAGE_TOO_BIG, "STUN message")
    return HEADER + int(length)


def parse_answer(data: bytes) -> Answer:
    """Read an answer. Raises ProtocolError: MESSAGE_MALFORMED, MESSAGE_TOO_BIG."""
    message = parse(data)
    if message.message_class not in (Class.RESPONSE, Class.ERROR):
        raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "no STUN answer")
    return _answer(message)


def parse(data: bytes) -> Message:
    """Read a message of any kind. Raises ProtocolError: MESSAGE_MALFORMED, MESSAGE_TOO_BIG."""
    if len(data) < HEADER or len(data) != size_of(data):
        raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "STUN length")
    _require_whole_attributes(data)
    try:
        return stun.parse_message(data)
    except (ValueError, struct.error):
        raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "STUN message") from None


def _require_whole_attributes(data: bytes) -> None:
    """An attribute that claims more bytes than there are would be cut silently."""
    place = HEADER
    while place < len(data):
        (length,) = struct.unpack_from("!H", data, place + 2)
        place += 4 + length + stun.padding_length(length)
    if place != len(data):
        raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "STUN attribute")


def _answer(message: Message) -> Answer:
    found = message.attributes
    failed = message.message_class is Class.ERROR
    realm, nonce = found.get("REALM"), found.get("NONCE")
    if (failed and message.error_code is None) or max(len((realm or "").encode()), len(nonce or b"")) > LONGEST_WORD:
        raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "STUN answer")
    return Answer(
        error=message.error_code if failed else None,
        mapped=found.get("XOR-MAPPED-ADDRESS") or found.get("MAPPED-ADDRESS"),
        relayed=found.get("XOR-RELAYED-ADDRESS"),
        lifetime_s=found.get("LIFETIME"),
        realm=realm,
        nonce=nonce,
        message=message,
    )


def acceptable(answer: Answer, key: bytes | None) -> bool:
    """True unless the answer should have been signed with `key` and was not (RFC 8489, 9.2.5)."""
    return key is None or answer.error in (401, 438) or answer.signed_with(key)
