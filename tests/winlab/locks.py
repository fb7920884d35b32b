"""Locks between processes that build or use a lab: held by an open file, so a killed process leaves none behind."""

import fcntl
import time
from pathlib import Path
from typing import IO, Final

PATIENCE_S: Final = 1200.0  # a build from nothing, with its downloads
LOOK_EVERY_S: Final = 0.2


def try_lock(path: Path, *, alone: bool) -> IO[bytes] | None:
    """Return the open file that holds this lock, or None if another process stands in the way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("ab")
    try:
        fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def lock(path: Path, *, alone: bool, timeout_s: float = PATIENCE_S) -> IO[bytes]:
    """Return the open file that holds this lock, as soon as nobody stands in the way; raise TimeoutError."""
    deadline = time.monotonic() + timeout_s
    while (file := try_lock(path, alone=alone)) is None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"another process has held {path} for {timeout_s:.0f} s")
        time.sleep(LOOK_EVERY_S)
    return file
