"""Engineers' accounts: SQLite rows with Argon2id password hashes, and nothing else about anybody."""

import sqlite3
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from remotedesk.core.display_text import one_line

LONGEST_NAME: Final = 64
SHORTEST_PASSWORD: Final = 8
LONGEST_PASSWORD: Final = 256

# One of the equivalent minimum settings for Argon2id in OWASP's Password Storage Cheat Sheet: 7 MiB, five passes, one
# lane. The one with the least memory, as this process hashes beside thousands of sockets.
_HASHER: Final = argon2.PasswordHasher(time_cost=5, memory_cost=7_168, parallelism=1)

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS engineers (
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    company TEXT NOT NULL,
    password_hash TEXT NOT NULL
) WITHOUT ROWID
"""


class AccountError(Exception):
    """An account could not be added, changed or removed; the text is for the administrator."""


@dataclass(frozen=True, slots=True)
class Account:
    """One engineer's record. Another password makes another record."""

    name: str
    company: str
    password_hash: str = field(repr=False)


class Accounts:
    """The accounts in one database; every method may block, and may be called from any thread."""

    def __init__(self, database: str) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(database, timeout=5.0, isolation_level=None, check_same_thread=False)
        self._connection.execute(_SCHEMA)
        # An unknown name costs the same hashing as a known one.
        self._nobody = _HASHER.hash("nobody's password")

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open or create a database file, readable by its owner only. Raises OSError, sqlite3.Error."""
        path.touch(mode=0o600, exist_ok=True)
        return cls(str(path))

    @classmethod
    def in_memory(cls) -> Self:
        """Accounts that are gone with the process: for a server inside an engineer's client."""
        return cls(":memory:")

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            self._connection.close()

    def add(self, name: str, company: str, password: str) -> Account:
        """Add an engineer as customers will see him. Raises AccountError."""
        account = Account(_shown(name, "name"), _shown(company, "company"), _hash(password))
        with self._cursor() as cursor:
            try:
                cursor.execute(
                    "INSERT INTO engineers VALUES (?, ?, ?, ?)",
                    (account_key(name), account.name, account.company, account.password_hash),
                )
            except sqlite3.IntegrityError:
                raise AccountError(f"there is an engineer called {account.name} already") from None
        return account

    def remove(self, name: str) -> None:
        """Remove an engineer. Raises AccountError."""
        with self._cursor() as cursor:
            cursor.execute("DELETE FROM engineers WHERE key = ?", (account_key(name),))
            if not cursor.rowcount:
                raise AccountError("there is no such engineer")

    def set_password(self, name: str, password: str) -> None:
        """Give an engineer another password. Raises AccountError."""
        password_hash = _hash(password)
        with self._cursor() as cursor:
            cursor.execute("UPDATE engineers SET password_hash = ? WHERE key = ?", (password_hash, account_key(name)))
            if not cursor.rowcount:
                raise AccountError("there is no such engineer")

    def all(self) -> tuple[Account, ...]:
        """Return every account, by name."""
        with self._cursor() as cursor:
            rows = cursor.execute("SELECT name, company, password_hash FROM engineers ORDER BY key").fetchall()
        return tuple(Account(*row) for row in rows)

    def find(self, name: str) -> Account | None:
        """Return the account with this name, however it is written."""
        with self._cursor() as cursor:
            row = cursor.execute(
                "SELECT name, company, password_hash FROM engineers WHERE key = ?", (account_key(name),)
            ).fetchone()
        return Account(*row) if row else None

    def verify(self, name: str, password: str) -> Account | None:
        """Return the account if the password is right; takes as long when there is none."""
        account = self.find(name)
        try:
            _HASHER.verify(account.password_hash if account else self._nobody, _prepared(password))
        except (VerificationError, InvalidHashError):
            return None
        return account

    @contextmanager
    def _cursor(self) -> Iterator[sqlite3.Cursor]:
        with self._lock:
            cursor = self._connection.cursor()
            try:
                yield cursor
            finally:
                cursor.close()


def account_key(name: str) -> str:
    """Return what makes two spellings of a name the same account."""
    return one_line(name, LONGEST_NAME).casefold()


def _shown(text: str, what: str) -> str:
    shown = one_line(text, LONGEST_NAME)
    if not shown:
        raise AccountError(f"the {what} is empty")
    return shown


def _prepared(password: str) -> str:
    """Normalize as RFC 8265, section 4.2 (OpaqueString) does: keyboards compose characters differently."""
    return unicodedata.normalize("NFC", password)


def _hash(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountError(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    return _HASHER.hash(_prepared(password))
