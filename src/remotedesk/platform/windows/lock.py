"""Tells when nobody is at the machine: locked, another user in front, a session taken to another screen, or asleep."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from remotedesk.platform.away import Away
from remotedesk.platform.windows import win32
from remotedesk.platform.windows.message_thread import MessageThread

# What a message says of why nobody is there: (reason, whether it begins).
_SESSION: Final = MappingProxyType(
    {
        win32.WTS_SESSION_LOCK: ("locked", True),
        win32.WTS_SESSION_UNLOCK: ("locked", False),
        win32.WTS_CONSOLE_DISCONNECT: ("away", True),
        win32.WTS_CONSOLE_CONNECT: ("away", False),
        win32.WTS_REMOTE_DISCONNECT: ("away", True),
        win32.WTS_REMOTE_CONNECT: ("away", False),
        win32.WTS_SESSION_LOGOFF: ("logged off", True),
    }
)
_POWER: Final = MappingProxyType(
    {
        win32.PBT_APMSUSPEND: ("asleep", True),
        win32.PBT_APMRESUMESUSPEND: ("asleep", False),
        win32.PBT_APMRESUMEAUTOMATIC: ("asleep", False),
    }
)


class WindowsLockWatch:
    """Away as long as one reason says so."""

    def __init__(self, changed: Callable[[bool], None]) -> None:
        self._away = Away(changed)
        self._thread = MessageThread(
            "lock",
            lambda window: bool(win32.WTSRegisterSessionNotification(window, win32.NOTIFY_FOR_THIS_SESSION)),
            self._take,
            win32.WTSUnRegisterSessionNotification,
        )

    def close(self) -> None:
        """Stop watching."""
        self._thread.close()

    def _take(self, message: int, w_param: int, _l_param: int) -> None:
        if message == win32.WM_WTSSESSION_CHANGE:
            said = _SESSION.get(w_param)
        elif message == win32.WM_POWERBROADCAST:
            said = _POWER.get(w_param)
        else:
            return
        if said is not None:
            self._away.say(*said)
