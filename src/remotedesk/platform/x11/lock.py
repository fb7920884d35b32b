"""Tells when nobody is at the machine: screen saver, screen lock, another session in front, or sleep."""

from collections.abc import Callable, Mapping
from typing import Any

from Xlib.ext import screensaver

from remotedesk.platform.away import Away
from remotedesk.platform.x11.connection import open_display
from remotedesk.platform.x11.event_thread import EventThread
from remotedesk.platform.x11.session_bus import BusLockWatch


class X11LockWatch:
    """Joins what the X server's screen saver and the desktop's D-Bus services say: away as long as one says so."""

    def __init__(self, display_name: str, environment: Mapping[str, str], changed: Callable[[bool], None]) -> None:
        self._away = Away(changed)
        display = open_display(display_name)
        self._notify = display.query_extension(screensaver.extname).first_event
        root = display.screen().root
        root.screensaver_select_input(screensaver.NotifyMask)
        # Asked after subscribing: what happens between the two is told twice, not never.
        self._away.say("screen saver", root.screensaver_query_info().state == screensaver.StateOn)
        self._saver = EventThread("screen saver", display, self._take)
        self._bus = BusLockWatch(environment, self._away.say)

    def close(self) -> None:
        """Stop watching."""
        self._bus.close()
        self._saver.close()

    def _take(self, event: Any) -> None:
        if event.type == self._notify:
            self._away.say("screen saver", event.state != screensaver.StateOff)
