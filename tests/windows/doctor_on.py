"""The doctor's command with a server that the arguments name, on a Windows of the version that they name."""

import sys
from pathlib import Path
from typing import Any

from remotedesk.engine.options import EngineOptions
from remotedesk.platform.windows import win32
from remotedesk.platform.windows.platform import WindowsPlatform
from remotedesk.transport.server_address import ServerAddress, Trust, pin_of
from remotedesk.ui.doctor.app import Wanted, run


def main() -> None:
    """Try everything out: MAJOR VERSION, LANGUAGE, ADDRESS and FINGERPRINT of the server."""
    major, language, address, fingerprint = sys.argv[1:]
    real = win32.RtlGetVersion

    def tell_version(version: Any) -> int:
        status = int(real(version))
        version._obj.dwMajorVersion = int(major)
        return status

    win32.RtlGetVersion = tell_version
    options = EngineOptions(ServerAddress.parse(address), Trust(pin=pin_of(fingerprint)), Path())
    sys.exit(run(WindowsPlatform(), lambda: options, Wanted(self_test=True), language=language, say=print))


if __name__ == "__main__":
    main()
