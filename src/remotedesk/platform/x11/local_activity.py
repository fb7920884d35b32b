"""Tells when the person at the machine uses his own mouse or keyboard, as opposed to injected input.

XInput 2 raw events name the device they come from. Everything injected through XTEST comes from the two XTEST
devices of the server, which carry the property "XTEST Device"; everything else is local.
"""

import struct
from collections.abc import Callable
from typing import Any, Final

from Xlib import X
from Xlib.ext import ge, xinput

from remotedesk.platform.x11.connection import X_ERRORS, open_display, use_raw_events
from remotedesk.platform.x11.event_thread import EventThread

_RAW: Final = frozenset((13, 14, 15, 16, 17))  # RawKeyPress, RawKeyRelease, RawButtonPress, RawButtonRelease, RawMotion
# What follows the ten bytes common to generic events in a raw event: device, time, detail, source (XI2proto, 9.3).
_RAW_EVENT: Final = struct.Struct("=HIIH")


class X11LocalActivity:
    """Watches the physical devices until it is closed."""

    def __init__(self, display_name: str, active: Callable[[], None]) -> None:
        self._active = active
        self._display = open_display(display_name)
        self._xtest = self._display.intern_atom("XTEST Device")
        self._injecting: dict[int, bool] = {}
        use_raw_events(self._display)
        masks = [
            (xinput.AllMasterDevices, sum(1 << kind for kind in _RAW)),
            (xinput.AllDevices, xinput.HierarchyChangedMask),
        ]
        self._display.screen().root.xinput_select_events(masks)
        self._display.sync()
        self._thread = EventThread("local activity", self._display, self._take)

    def close(self) -> None:
        """Stop watching."""
        self._thread.close()

    def injects(self, device: int) -> bool:
        """True for a device through which programs inject, False for one people touch, or that has gone."""
        if device not in self._injecting:
            try:
                found = self._display.xinput_get_device_property(device, self._xtest, X.AnyPropertyType, 0, 1)
            except X_ERRORS:
                return False
            self._injecting[device] = bool(found.value)
        return self._injecting[device]

    def _take(self, event: Any) -> None:
        if event.type != ge.GenericEventCode:
            return
        if event.evtype == xinput.HierarchyChanged:
            self._injecting.clear()
        elif event.evtype in _RAW:
            _device, _time, _detail, source = _RAW_EVENT.unpack_from(event.data)
            if not self.injects(source):
                self._active()
