"""Runs the lab's Windows Python as one would run `python`, and exits as it does.

    python -m tests.winlab.run [--display :5] ARGUMENTS...

Builds the lab first, if need be. The working folder is the repository's root; standard input is empty. Without
--display it has a screen of its own.
"""

import os
import signal
import sys
import threading
from typing import IO, Final

from tests.winlab.build import build
from tests.winlab.lab import Lab
from tests.winlab.wine_python import WinePython

PIECE_BYTES: Final = 65536
DRAIN_S: Final = 2.0  # for what the program has said at its end


def pass_on(source: IO[bytes], target: IO[bytes]) -> threading.Thread:
    """Copy what a program says as it says it, in a thread that ends with the pipe."""

    def copy() -> None:
        while piece := os.read(source.fileno(), PIECE_BYTES):
            target.write(piece)
            target.flush()

    thread = threading.Thread(target=copy, name="pass on")
    thread.start()
    return thread


def run(arguments: list[str], display: str | None = None) -> int:
    """Run Windows' Python with these arguments and return its exit code."""
    with WinePython(display=display) as windows:
        process = windows.start(*arguments)
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.close()
        copying = [pass_on(process.stdout, sys.stdout.buffer), pass_on(process.stderr, sys.stderr.buffer)]
        try:
            code = process.wait()
            for thread in copying:
                thread.join(DRAIN_S)
        finally:
            windows.end()  # with what still holds the pipes
            for thread in copying:
                thread.join()
    return code


def stop(number: int, frame: object) -> None:
    """End as on Ctrl+C, so that what was started is ended."""
    raise SystemExit(128 + number)


def main() -> None:
    """Read the command line, run, exit with the same code."""
    arguments, display = sys.argv[1:], None
    if arguments[:1] == ["--display"]:
        display, arguments = arguments[1], arguments[2:]
    signal.signal(signal.SIGTERM, stop)
    build(Lab())
    sys.exit(run(arguments, display))


if __name__ == "__main__":
    main()
