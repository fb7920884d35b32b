"""The client for attacks on it: it never stands aside for the person at the machine, so that all the attacks act.

Wine tells of quick moves that were injected as of a mouse's own, and the client would refuse most of what is tried.
"""

import sys
from collections.abc import Callable

from remotedesk.platform.ports import Watch
from remotedesk.platform.windows.platform import WindowsPlatform
from tests.windows import read_client


class NobodyHere:
    """A watch that tells nothing."""

    def close(self) -> None:
        """Stop nothing."""


def watch_nobody(_: WindowsPlatform, active: Callable[[], None]) -> Watch:
    """Put this in the place of `WindowsPlatform.watch_local_activity`."""
    return NobodyHere()


if __name__ == "__main__":
    WindowsPlatform.watch_local_activity = watch_nobody  # type: ignore[method-assign]
    sys.exit(read_client.main())
