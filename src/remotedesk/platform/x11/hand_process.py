"""The client's end of the hand: starts the process, passes acts on, and gives it up when it does not answer."""

import json
import logging
import select
import subprocess
import sys
from typing import Any, Final

from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.platform.x11.connection import close_display, open_display

_log = logging.getLogger(__name__)

_START_WITHIN_S: Final = 20.0
_ANSWER_WITHIN_S: Final = 2.0
_END_WITHIN_S: Final = 7.0  # the hand waits for its guardian in turn


class HandProcess:
    """One hand; its owner keeps threads apart. Should the hand die, the guardian lets go of what was pressed."""

    def __init__(self, display_name: str) -> None:
        """Raises PlatformError(PLATFORM_UNSUPPORTED) when the display cannot be opened."""
        # A connection of this process, for the hand to know whose windows are its own.
        self._display = open_display(display_name)
        self._within_s = _START_WITHIN_S
        self._process = subprocess.Popen(  # noqa: S603 - our own executable
            [*_command(), display_name, str(self._display.display.info.resource_id_base)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def act(self, name: str, *arguments: Any) -> Any:
        """Do one act and return its value. Raises PlatformError: INPUT_BLOCKED_OWN_WINDOW, INPUT_REFUSED."""
        try:
            code, value = self._ask(json.dumps([name, *arguments]).encode() + b"\n")
        except (OSError, ValueError):
            raise PlatformError(ErrorCode.INPUT_REFUSED, "the hand is gone") from None
        if code:
            raise PlatformError(ErrorCode(code), "hand")
        return value

    def _ask(self, line: bytes) -> tuple[str, Any]:
        acts, answers = self._process.stdin, self._process.stdout
        if acts is None or answers is None:
            raise OSError
        acts.write(line)
        acts.flush()
        if not select.select([answers], [], [], self._within_s)[0]:
            # It may hold the X server, and the end of its connection is what frees that.
            _log.error("the hand does not answer and is given up")
            self._process.kill()
        code, value = json.loads(answers.readline())
        self._within_s = _ANSWER_WITHIN_S
        return code, value

    def close(self) -> None:
        """Send the hand home; it releases whatever is still down."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    _log.debug("the hand had gone")
        try:
            self._process.wait(_END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        close_display(self._display)


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, "--internal-hand"]
    return [sys.executable, "-P", "-m", "remotedesk.platform.x11.hand"]  # -P: import nothing from where it starts
