"""However many threads allocate, there is one heap; glibc's own account of them is asked."""

import subprocess
import sys

_ASK = """
import ctypes, threading
{before}
def work():
    kept.append([bytes(20_000 + number) for number in range(20)])
kept = []
together = threading.Barrier(6)
threads = [threading.Thread(target=lambda: (together.wait(), work(), together.wait())) for _ in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
out = libc.fopen(b"/dev/stdout", b"w")
libc.malloc_info(0, ctypes.c_void_p(out))
libc.fflush(ctypes.c_void_p(out))
"""


def _heaps(before: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", _ASK.format(before=before)], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.count("<heap nr=")


def test_all_threads_share_one_heap() -> None:
    assert _heaps("") > 1
    choosing = "import os; from remotedesk.platform.select import current_platform; current_platform()"
    assert _heaps(choosing) == 1


_HOLES = """
from remotedesk.platform.select import current_platform
def kept_kib():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS"))
platform = current_platform()
freed, at_the_end = [bytearray(b"1") * (4 << 20) for _ in range(20)], bytearray(1 << 20)
full = kept_kib()
del freed
before = kept_kib()
platform.give_back_memory()
print(full, before, kept_kib())
"""


def test_what_was_freed_below_something_that_lives_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", _HOLES], capture_output=True, text=True, check=True, timeout=60)
    full, before, after = map(int, done.stdout.split())
    assert before > full - 20_000
    assert after < full - 70_000
