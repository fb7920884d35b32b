"""Lets one customer's client be the only one of a display: the one that owns a selection, which ends with it."""

from collections.abc import Callable
from typing import Any, Final

from Xlib import X
from Xlib.protocol import event

from remotedesk.platform.x11.connection import X_ERRORS, close_display, open_display
from remotedesk.platform.x11.event_thread import EventThread

_SELECTION: Final = "_REMOTEDESK_CUSTOMER"
_BYTES: Final = 20  # of a client message


class X11OnlyOne:
    """The first client, which is told when another one is started."""

    def __init__(self, display: Any, selection: int, again: Callable[[str], None]) -> None:
        """Takes over the connection, whose window owns the selection."""
        self._selection = selection
        self._again = again
        self._thread = EventThread("only one", display, self._take)

    def close(self) -> None:
        """Let another be the first."""
        self._thread.close()

    def _take(self, message: Any) -> None:
        if message.type == X.ClientMessage and message.client_type == self._selection:
            self._again(bytes(message.data[1]).rstrip(b"\0").decode("ascii", "replace"))


def claim(display_name: str, number: str, again: Callable[[str], None]) -> X11OnlyOne | None:
    """Be the first, or tell the first the digits of `number` and return None. Raises PlatformError."""
    display = open_display(display_name)
    root = display.screen().root
    selection = display.intern_atom(_SELECTION)
    display.grab_server()  # nobody else asks between the question and the claim
    owner = display.get_selection_owner(selection)
    if owner == X.NONE:
        window = root.create_window(0, 0, 1, 1, 0, X.CopyFromParent, X.InputOnly)
        window.set_selection_owner(selection, X.CurrentTime)
    display.ungrab_server()
    display.sync()
    if owner == X.NONE:
        return X11OnlyOne(display, selection, again)
    try:
        digits = number.encode("ascii", "ignore")[:_BYTES].ljust(_BYTES, b"\0")
        owner.send_event(event.ClientMessage(window=owner, client_type=selection, data=(8, digits)))
        display.sync()
    except X_ERRORS:
        pass  # it has just ended
    close_display(display)
    return None
