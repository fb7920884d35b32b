"""The doctor's command on Windows as it will be when Windows counts as supported: all other checks are real."""

import sys
from pathlib import Path

from remotedesk.engine.options import EngineOptions
from remotedesk.platform.windows.platform import WindowsPlatform
from remotedesk.transport.server_address import ServerAddress, Trust, pin_of
from remotedesk.ui.doctor.app import run


class OpenDoor(WindowsPlatform):
    """Does not refuse."""

    def require_supported(self) -> None:
        """Return."""


def main() -> None:
    """Try everything out, with the server that the arguments name, address and fingerprint."""
    address, fingerprint = sys.argv[1:]
    options = EngineOptions(ServerAddress.parse(address), Trust(pin=pin_of(fingerprint)), Path())
    sys.exit(run(OpenDoor(), lambda: options, language="en", self_test=True, say=print))


if __name__ == "__main__":
    main()
