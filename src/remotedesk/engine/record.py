"""The record of one session on disk: the audit chain, appended line by line, in a thread of its own."""

import contextlib
import datetime
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from remotedesk.core.audit import Act, AuditChain
from remotedesk.core.safe_paths import unique_name

log = logging.getLogger(__name__)


class Record:
    """Appends entries; a disk that fails is logged and never stops a session, since the chain itself is in memory."""

    def __init__(self, folder: Path, role: str) -> None:
        """The file is made with the first entry, readable by its owner only; `path` is final after `close`."""
        started = datetime.datetime.now(datetime.UTC)
        self.path = folder / f"remotedesk {started:%Y-%m-%d %H%M%S} {role}.jsonl"
        self._made = False
        self._chain = AuditChain()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="record")
        self._writing = False  # a write is waiting for the thread: it will take along what comes meanwhile
        self._written = 0

    @property
    def head(self) -> str:
        """The hash of the newest entry."""
        return self._chain.head

    def add(self, act: Act, **facts: str | int) -> None:
        """Append an entry with the time of now."""
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        self._chain.append(now, act, **facts)
        if not self._writing:
            self._writing = True
            self._writer.submit(self._write)

    def close(self) -> None:
        """Wait until everything is on disk."""
        self._writer.shutdown()

    def _write(self) -> None:
        self._writing = False
        entries = self._chain.since(self._written)
        self._written += len(entries)
        try:
            if not self._made:
                self._make()
            with open(self.path, "a", encoding="utf-8", newline="\n", opener=_private) as file:
                file.writelines(entry.to_line() + "\n" for entry in entries)
        except OSError as error:
            log.error("the record cannot be written: %s", error.strerror)

    def _make(self) -> None:
        """Take a name that nobody has: two sessions may begin in the same second, which are two chains."""
        folder = self.path.parent
        folder.mkdir(parents=True, exist_ok=True)
        while not self._made:
            self.path = folder / unique_name(self.path.name, os.listdir(folder))
            with contextlib.suppress(FileExistsError), open(self.path, "x", encoding="utf-8", opener=_private):
                self._made = True


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
