"""An HTTP proxy's answer to CONNECT, read with bounds (RFC 9112; RFC 9110, sections 9.3.6 and 11.6.1)."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from remotedesk.core.errors import ErrorCode, ServerError

LARGEST_HEAD: Final = 16 * 1024
LARGEST_BODY: Final = 64 * 1024
MOST_INTERIM: Final = 4  # 1xx answers before the real one

_STATUS: Final = re.compile(rb"HTTP/(1\.[01]) ([1-5][0-9]{2})(?: .*)?")
_ELEMENT: Final = re.compile(r'(?:[^,"]|"(?:\\.|[^"\\])*")+')
_CHALLENGE: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:[ \t]+([^=].*))?")


@dataclass(frozen=True)
class Answer:
    """What a proxy said. `challenges`: what follows each scheme's lower-case name in Proxy-Authenticate."""

    status: int
    challenges: Mapping[str, str] = field(default_factory=dict, repr=False)
    keeps: bool = False  # the connection takes another request

    @property
    def opened(self) -> bool:
        """True if from here on every byte is the tunnel's."""
        return self.status // 100 == 2


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    """Read an answer and, unless it opens a tunnel, what follows it.

    Raises ServerError(PROXY_REFUSED) for what is no HTTP answer or too big, EOFError when the connection ends before
    there is one, OSError. Takes as long as the proxy takes: the caller sets the time.
    """
    for _ in range(MOST_INTERIM):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            raise _no_answer("head") from None
        if len(head) > LARGEST_HEAD:
            raise _no_answer("head")
        first, *lines = head[:-4].split(b"\r\n")
        status = _STATUS.fullmatch(first)
        if status is None:
            raise _no_answer("no HTTP")
        if status[2][0] != ord("1"):
            return await _rest(reader, int(status[2]), status[1] == b"1.1", _fields(lines))
    raise _no_answer("interim")


def challenges_of(values: list[str]) -> dict[str, str]:
    """Return what follows each scheme's lower-case name; parameters after a comma are left out."""
    found: dict[str, str] = {}
    for value in values:
        for element in _ELEMENT.findall(value):
            challenge = _CHALLENGE.fullmatch(element.strip())
            if challenge:
                found.setdefault(challenge[1].lower(), (challenge[2] or "").strip())
    return found


def _no_answer(why: str) -> ServerError:
    return ServerError(ErrorCode.PROXY_REFUSED, why)


def _fields(lines: list[bytes]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for line in lines:
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            fields.setdefault(name.lower(), []).append(value.strip(" \t"))
    return fields


async def _rest(reader: asyncio.StreamReader, status: int, keeps: bool, fields: dict[str, list[str]]) -> Answer:
    challenges = challenges_of(fields.get("proxy-authenticate", []))
    answer = Answer(status, challenges)
    if answer.opened:
        return answer
    words = ",".join(fields.get("connection", []) + fields.get("proxy-connection", [])).lower()
    options = {word.strip() for word in words.split(",")}
    keeps = "close" not in options and (keeps or "keep-alive" in options)
    return Answer(status, challenges, keeps and await _drained(reader, fields))


async def _drained(reader: asyncio.StreamReader, fields: dict[str, list[str]]) -> bool:
    """Read an answer's body; False if only the end of the connection ends it, or it is too big to be worth reading."""
    try:
        if "transfer-encoding" in fields:
            return fields["transfer-encoding"] == ["chunked"] and await _drained_chunks(reader)
        lengths = set(fields.get("content-length", []))
        length = lengths.pop() if len(lengths) == 1 else ""
        if not re.fullmatch(r"[0-9]{1,9}", length) or int(length) > LARGEST_BODY:
            return False
        await reader.readexactly(int(length))
    except asyncio.IncompleteReadError:
        return False
    return True


async def _drained_chunks(reader: asyncio.StreamReader) -> bool:
    left = LARGEST_BODY
    size = -1
    while size != 0:
        try:
            line = await reader.readuntil(b"\r\n")
        except asyncio.LimitOverrunError:
            return False
        digits = re.fullmatch(rb"([0-9A-Fa-f]{1,6})[ \t]*(?:;.*)?\r\n", line)
        size = int(digits[1], 16) if digits else LARGEST_BODY
        left -= size + len(line)
        if left < 0:
            return False
        if (await reader.readexactly(size + 2))[size:] != b"\r\n":
            return False  # trailers, which nobody sends
    return True
