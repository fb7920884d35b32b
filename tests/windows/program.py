"""Starts another program and asks it what has reached it."""

import ctypes
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self

from remotedesk.platform.windows import win32

_WITHIN_S: Final = 30.0


class Program:
    """A program of its own process, with a text field that has the keyboard."""

    def __init__(self, x: int = 100, y: int = 120, module: str = "typed_into") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"tests.windows.{module}", str(x), str(y)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.x, self.y = x, y
        self.facts = self.wait_for("window")
        self.window: int = self.facts["window"]
        self.field: list[int] = self.facts["field"]
        until(lambda: win32.GetForegroundWindow() == self.window)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the program."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def tell(self, line: str) -> None:
        """Have it do something."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def wait_for(self, fact: str) -> dict[str, Any]:
        """Return the next line that says something of `fact`; what comes before it is forgotten."""
        deadline = time.monotonic() + _WITHIN_S
        while True:
            facts = self._lines.get(timeout=max(0.1, deadline - time.monotonic()))
            if fact in facts:
                return facts

    def told_within(self, seconds: float) -> list[dict[str, Any]]:
        """Return all it says within this time."""
        time.sleep(seconds)
        told = []
        while not self._lines.empty():
            told.append(self._lines.get())
        return told

    @property
    def text(self) -> str:
        """What has been typed into it."""
        self.tell("text")
        return str(self.wait_for("text")["text"])

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(json.loads(line))


class EditControl(Program):
    """The same with Windows' own text field, which says nothing."""

    def __init__(self) -> None:
        super().__init__(module="edit_control")

    @property
    def text(self) -> str:
        """What has been typed into it."""
        buffer = ctypes.create_unicode_buffer(10_000)
        win32.SendMessageW(self.window, win32.WM_GETTEXT, len(buffer), ctypes.addressof(buffer))
        return buffer.value.replace("\r\n", "\n")

    def clear(self) -> None:
        """Take all out of it."""
        empty = ctypes.create_unicode_buffer("")
        win32.SendMessageW(self.window, win32.WM_SETTEXT, 0, ctypes.addressof(empty))


def until(done: Any, within_s: float = _WITHIN_S, says: Callable[[], str] = str) -> None:
    """Wait until `done()`. Raises TimeoutError with what `says()` then."""
    deadline = time.monotonic() + within_s
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(says())
        time.sleep(0.02)
