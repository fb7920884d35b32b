"""The client for attacks on its windows alone: its injector injects whatever it is told, also into them.

The grant is still needed; but neither a window of ours nor an open question stops an event.
"""

import sys
from typing import Any

from remotedesk.platform.windows import own_windows
from remotedesk.platform.windows.injector import WindowsInjector
from remotedesk.platform.windows.platform import WindowsPlatform
from tests.windows import read_client
from tests.windows.attacked_client import watch_nobody


def reaches_all(_: WindowsInjector, window: Any) -> None:
    """Put this in the place of `WindowsInjector._require_reachable`."""


def never(*_: int) -> bool:
    """Put this in the place of what asks whether a window is ours."""
    return False


def main() -> int:
    """Take away the first line of defence, then run the client."""
    WindowsPlatform.watch_local_activity = watch_nobody  # type: ignore[method-assign]
    WindowsPlatform.open_injector = lambda _, grant, prompt_open: WindowsInjector(never)  # type: ignore[method-assign]
    WindowsInjector._require_reachable = reaches_all  # type: ignore[method-assign]
    own_windows.own_at = own_windows.own_under_pointer = never
    return read_client.main()


if __name__ == "__main__":
    sys.exit(main())
