"""Where the X server has drawn, as the DAMAGE extension tells it.

python-xlib knows DAMAGE, but not the requests on regions of XFIXES (protocol version 2) in which it says where. It has
no types, which is why its classes are ignored below.
"""

import select
import struct
import time
from typing import Any, Final

from Xlib import X
from Xlib.display import Display
from Xlib.ext import damage, xfixes
from Xlib.protocol import rq, structs

from remotedesk.core.geometry import Rect, Size

_GATHER_S: Final = 0.0005  # one picture for what is drawn in several requests
_RECTANGLE: Final = struct.Struct("=hhHH")
_MOST_RECTS: Final = 64  # of a region; of one with more the rectangle around it counts
_MOST_AREAS: Final = 4
_APART: Final = 64 * 64  # pixels that may be read in vain, rather than to read once more


class _CreateRegion(rq.Request):  # type: ignore[misc]
    _request = rq.Struct(
        rq.Card8("opcode"), rq.Opcode(5), rq.RequestLength(), rq.Card32("region"),
        rq.List("rectangles", structs.Rectangle),
    )  # fmt: skip


class _FetchRegion(rq.ReplyRequest):  # type: ignore[misc]
    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(19), rq.RequestLength(), rq.Card32("region"))
    _reply = rq.Struct(
        rq.ReplyCode(), rq.Pad(1), rq.Card16("sequence_number"), rq.ReplyLength(),
        rq.Object("extents", structs.Rectangle), rq.Pad(16), rq.Binary("rectangles", pad=0),
    )  # fmt: skip


class ScreenDamage:
    """Watches the root window through a connection of its own caller's; used from one thread.

    All methods raise what python-xlib does when the X server is gone.
    """

    def __init__(self, display: Display) -> None:
        """Other events of `display` are dropped. Raises ValueError: the X server tells nothing."""
        self._display: Any = display
        if not (display.has_extension(damage.extname) and display.has_extension(xfixes.extname)):
            raise ValueError(damage.extname)
        self.screen: Size | None = None  # its size when it told of something the last time
        self._display.damage_query_version()
        self._display.xfixes_query_version()
        self._opcode = self._display.display.get_extension_major(xfixes.extname)
        self._region = self._display.display.allocate_resource_id()
        _CreateRegion(display=self._display.display, opcode=self._opcode, region=self._region, rectangles=[])
        self._watched = self._display.screen().root.damage_create(damage.DamageReportNonEmpty)
        self._display.sync()

    def wait(self, timeout_s: float) -> tuple[Rect, ...]:
        """Return where something has been drawn since the last time, after waiting for it; nothing if nothing was."""
        if not (self._told() or (select.select([self._display.fileno()], [], [], timeout_s)[0] and self._told())):
            return ()
        time.sleep(_GATHER_S)
        self._told()
        self._display.damage_subtract(self._watched, X.NONE, self._region)
        drawn = _FetchRegion(display=self._display.display, opcode=self._opcode, region=self._region)
        around = drawn.extents
        if len(drawn.rectangles) > _MOST_RECTS * _RECTANGLE.size:
            return (Rect(around.x, around.y, around.width, around.height),)
        return gathered([Rect(*each) for each in _RECTANGLE.iter_unpack(drawn.rectangles)])

    def _told(self) -> bool:
        told = False
        while self._display.pending_events():
            event = self._display.next_event()
            if event.type != self._display.extension_event.DamageNotify:
                continue  # every client is told of another keyboard mapping, such as text that is typed needs
            screen = event.drawable_geometry
            self.screen = Size(screen.width, screen.height)
            told = True
        return told


def gathered(rects: list[Rect]) -> tuple[Rect, ...]:
    """Return few rectangles around all of these, which hold little else where that can be had."""
    areas: list[Rect] = []
    for rect in rects:
        joined = rect
        near = [each for each in areas if each.joined(joined).area <= each.area + joined.area + _APART]
        for each in near:
            areas.remove(each)
            joined = joined.joined(each)
        areas.append(joined)
    while len(areas) > _MOST_AREAS:
        last = areas.pop()
        nearest = min(areas, key=lambda each: each.joined(last).area - each.area)
        areas[areas.index(nearest)] = nearest.joined(last)
    return tuple(areas)
