"""Takes back the real-time priority that an encoder gave itself.

SVT-AV1 makes its caller and its own threads SCHED_FIFO 99 where it may, which is as root: programs that the caller
starts afterwards inherit it, and one of them that never waits stands the machine still.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_THREADS: Final = Path("/proc/self/task")


@contextmanager
def ordinary_priority() -> Iterator[None]:
    """Leave no thread of this process with real-time priority that is there at the end."""
    try:
        yield
    finally:
        if hasattr(os, "sched_setscheduler") and _THREADS.is_dir():
            for thread in _THREADS.iterdir():
                with suppress(OSError):  # it has ended meanwhile
                    if os.sched_getscheduler(int(thread.name)) in (os.SCHED_FIFO, os.SCHED_RR):
                        os.sched_setscheduler(int(thread.name), os.SCHED_OTHER, os.sched_param(0))
