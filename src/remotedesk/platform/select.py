"""Chooses the adapter of the operating system; the only place that asks which one it is."""

import os
import sys

from remotedesk.platform.ports import Platform


def current_platform() -> Platform:
    """Return the platform this process runs on; whether sharing works there, `require_supported` says."""
    # Imported here, since each adapter imports libraries that only its own system has.
    if sys.platform == "win32":
        from remotedesk.platform.windows.platform import WindowsPlatform

        return WindowsPlatform()
    if sys.platform == "darwin":
        from remotedesk.platform.macos.platform import MacosPlatform

        return MacosPlatform()
    from remotedesk.platform.x11.heap import keep_one_heap
    from remotedesk.platform.x11.platform import X11Platform

    keep_one_heap()
    return X11Platform(os.environ)
