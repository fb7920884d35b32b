"""Paired sessions on disk, so that a restart of the server ends none: two hashes and a time each, and nothing else."""

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Final, Self

from remotedesk_signaling.sessions import KeptSession, Session

log = logging.getLogger(__name__)

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS paired_sessions (
    engineer TEXT PRIMARY KEY,
    customer TEXT NOT NULL,
    until REAL NOT NULL
) WITHOUT ROWID
"""


class KeptSessions:
    """The sessions in one database; every method may block, may be called from any thread, and raises sqlite3.Error.

    Times are seconds since 1970.
    """

    def __init__(self, database: str) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(database, timeout=5.0, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA secure_delete = ON")
        self._connection.execute(_SCHEMA)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open or create a database file, readable by its owner only; accounts may be in it too. Raises OSError."""
        path.touch(mode=0o600, exist_ok=True)
        return cls(str(path))

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            self._connection.close()

    def keep(self, session: KeptSession, until: float) -> None:
        """Write a session down."""
        self._do("REPLACE INTO paired_sessions VALUES (?, ?, ?)", session.engineer_key, session.customer_key, until)

    def forget(self, session: KeptSession) -> None:
        """Strike a session out, if it is there."""
        self._do("DELETE FROM paired_sessions WHERE engineer = ?", session.engineer_key)

    def all(self, now: float) -> tuple[KeptSession, ...]:
        """Return the sessions whose time is not over; the others are gone."""
        self._do("DELETE FROM paired_sessions WHERE until <= ?", now)
        with self._lock, closing(self._connection.execute("SELECT engineer, customer FROM paired_sessions")) as rows:
            return tuple(KeptSession(*row) for row in rows)

    def _do(self, statement: str, *values: str | float) -> None:
        with self._lock, closing(self._connection.execute(statement, values)):
            pass


class Keeper:
    """Writes sessions down from a thread of its own, in order, without making an event loop wait for the disk.

    A disk that fails costs what this is for, and nothing else: sessions go on, but not through a restart.
    """

    def __init__(self, sessions: KeptSessions | None, kept_s: float, wall: Callable[[], float] = time.time) -> None:
        """Without `sessions` nothing is kept. `wall` gives seconds since 1970."""
        self._sessions = sessions
        self._kept_s = kept_s
        self._wall = wall
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="kept-sessions")

    def found(self) -> tuple[KeptSession, ...]:
        """Return what an earlier process has kept; blocks."""
        return () if self._sessions is None else self._sessions.all(self._wall())

    async def keep(self, session: Session) -> None:
        """Write a paired session down, and return when it is."""
        kept, sessions = session.kept(), self._sessions
        if kept is not None and sessions is not None:
            until = self._wall() + self._kept_s
            await asyncio.get_running_loop().run_in_executor(
                self._executor, _logged, "written down", lambda: sessions.keep(kept, until)
            )

    def forget(self, session: Session) -> None:
        """Strike a session that is over out, soon."""
        kept, sessions = session.kept(), self._sessions
        if kept is not None and sessions is not None:
            self._executor.submit(_logged, "struck out", lambda: sessions.forget(kept))

    def close(self) -> None:
        """Finish what is to be written; blocks."""
        self._executor.shutdown()


def _logged(what: str, write: Callable[[], None]) -> None:
    try:
        write()
    except sqlite3.Error:
        log.exception("a paired session could not be %s", what)
