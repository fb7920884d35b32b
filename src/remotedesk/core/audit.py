"""The record of a session: an append-only chain of entries, each sealed by the hash of the one before it.

Formula: hash = SHA-256(previous hash ‖ canonical JSON of the entry without its hash), where canonical JSON has sorted
keys and no spaces, in UTF-8; the first entry follows 64 zeros. A line of the record is the canonical JSON of the whole
entry, byte for byte, so that no change hides in the writing. What is typed, said or shown is never recorded, only
that it happened. Both sides keep their own chain, exchange heads at the end and show the same short code.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from remotedesk.core.display_text import one_line
from remotedesk.core.errors import ErrorCode, RecordError

GENESIS: Final = "0" * 64
LONGEST_FACT: Final = 200  # characters


class Act(StrEnum):
    """What can stand in the record."""

    STARTED = "started"  # role, server, routing digits
    PAIRED = "paired"  # with whom, comparison code
    GUESS_FAILED = "guess_failed"
    ASKED = "asked"  # features
    GRANTED = "granted"
    REFUSED = "refused"
    REVOKED = "revoked"
    CONNECTED = "connected"
    SUSPENDED = "suspended"  # why
    RESUMED = "resumed"
    VIEW_STARTED = "view_started"
    VIEW_STOPPED = "view_stopped"
    CONTROL_USED = "control_used"  # how many keys, clicks, moves since the last such entry
    INPUT_REFUSED = "input_refused"  # how many, why
    CHAT_SENT = "chat_sent"  # length only
    CHAT_RECEIVED = "chat_received"
    PROTOCOL_BROKEN = "protocol_broken"  # code
    ENDED = "ended"  # by whom, code
    HEADS_EXCHANGED = "heads_exchanged"  # the peer's head


@dataclass(frozen=True)
class Entry:
    """One line of the record. `at` is UTC, ISO 8601 with milliseconds; `facts` are short strings and numbers."""

    seq: int
    at: str
    act: Act
    facts: tuple[tuple[str, str | int], ...]
    previous: str
    hash: str

    def to_line(self) -> str:
        """Return the entry as one line of JSON, without the newline."""
        return _canonical({**_body(self.seq, self.at, self.act, self.facts, self.previous), "hash": self.hash})


class AuditChain:
    """The chain of one side of one session, in memory; whoever owns it writes the lines out, in one thread only."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    @property
    def head(self) -> str:
        """The hash of the newest entry, 64 hex digits."""
        return self._entries[-1].hash if self._entries else GENESIS

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, oldest first."""
        return tuple(self._entries)

    def since(self, seq: int) -> tuple[Entry, ...]:
        """The entries from number `seq` on; from any thread."""
        return tuple(self._entries[seq:])

    def append(self, at: str, act: Act, **facts: str | int) -> Entry:
        """Add an entry and return it; text is cut to one displayable line, so that no name can forge or hide one."""
        seq, previous = len(self._entries), self.head
        sorted_facts = tuple((name, _plain(value)) for name, value in sorted(facts.items()))
        entry = Entry(seq, at, act, sorted_facts, previous, _hash(seq, at, act, sorted_facts, previous))
        self._entries.append(entry)
        return entry


def verify(lines: Iterable[str]) -> tuple[Entry, ...]:
    """Read the lines of a record, each with or without its newline, and check the chain.

    An open file will do, if nothing but a line feed ends its lines: `open(..., newline="\\n")`.
    Cut off at the end it still verifies: only the head exchanged with the other side shows that lines are missing.

    Raises RecordError: RECORD_UNREADABLE (not a record), RECORD_BROKEN (changed, removed, added or reordered).
    """
    try:
        return tuple(_linked(lines))
    except UnicodeError:
        raise RecordError(ErrorCode.RECORD_UNREADABLE) from None


def short_code(customer_head: str, engineer_head: str) -> str:
    """Return the eight hex digits, 4-4, that both sides show for the same two records."""
    digest = hashlib.sha256(f"remotedesk record {customer_head} {engineer_head}".encode()).hexdigest().upper()
    return f"{digest[:4]}-{digest[4:8]}"


_FIELDS: Final = {"seq": int, "at": str, "act": str, "facts": dict, "previous": str, "hash": str}


def _canonical(value: dict[str, object]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _body(seq: int, at: str, act: str, facts: tuple[tuple[str, str | int], ...], previous: str) -> dict[str, object]:
    return {"seq": seq, "at": at, "act": act, "facts": dict(facts), "previous": previous}


def _hash(seq: int, at: str, act: str, facts: tuple[tuple[str, str | int], ...], previous: str) -> str:
    text = _canonical(_body(seq, at, act, facts, previous))
    return hashlib.sha256((previous + text).encode()).hexdigest()


def _plain(value: str | int) -> str | int:
    """Return exactly a str or an int, as JSON gives them back: enumerations and booleans become what they stand for."""
    return one_line(value, LONGEST_FACT) if isinstance(value, str) else int(value)


def _linked(lines: Iterable[str]) -> Iterator[Entry]:
    previous = GENESIS
    for seq, line in enumerate(lines):
        entry = _read(line)
        if (
            entry.to_line() != line.removesuffix("\n")
            or entry.seq != seq
            or entry.previous != previous
            or entry.hash != _hash(entry.seq, entry.at, entry.act, entry.facts, entry.previous)
        ):
            raise RecordError(ErrorCode.RECORD_BROKEN, f"line {seq + 1}")
        previous = entry.hash
        yield entry


def _read(line: str) -> Entry:
    try:
        raw = json.loads(line)
        if not isinstance(raw, dict) or {name: type(raw.get(name)) for name in raw} != _FIELDS:
            raise ValueError("fields")
        facts = raw["facts"]
        if not all(type(value) in (str, int) for value in facts.values()):
            raise ValueError("facts")
        act = Act(raw["act"])
    except (ValueError, RecursionError):
        raise RecordError(ErrorCode.RECORD_UNREADABLE) from None
    return Entry(raw["seq"], raw["at"], act, tuple(sorted(facts.items())), raw["previous"], raw["hash"])
