"""Connections to the X server, each used by one owner, with errors as the product names them."""

import logging
from typing import Any, Final

from Xlib import display as xdisplay
from Xlib import error
from Xlib.ext import xinput

from remotedesk.core.errors import ErrorCode, PlatformError

_log = logging.getLogger(__name__)

# What a request on a connection that has gone, or on a window that has gone, raises in python-xlib.
X_ERRORS: Final = (error.XError, error.ConnectionClosedError, error.DisplayError, OSError)


def open_display(name: str) -> Any:
    """Return a new connection to the display `name`; raises PlatformError(PLATFORM_UNSUPPORTED)."""
    try:
        display = xdisplay.Display(name)
    except (*X_ERRORS, error.XauthError, error.XNoAuthError, OverflowError) as failure:
        raise PlatformError(ErrorCode.PLATFORM_UNSUPPORTED, "the X display cannot be opened") from failure
    display.set_error_handler(_note)
    return display


def use_raw_events(display: Any) -> None:
    """Agree on XInput 2.2: raw events name their source, and come whoever holds a grab, since 2.1."""
    xinput.XIQueryVersion(
        display=display.display,
        opcode=display.display.get_extension_major(xinput.extname),
        major_version=2,
        minor_version=2,
    )


def close_display(display: Any) -> None:
    """Close a connection; never raises, the server may be gone."""
    try:
        display.close()
    except X_ERRORS:
        _log.debug("the connection to the X server had gone before it was closed")


def _note(failure: object, _request: object) -> None:
    _log.debug("X error %s", type(failure).__name__)
