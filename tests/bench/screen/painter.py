"""Draws on the customer's display as a program does: into a picture of its own, then what changed into its window."""

import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from Xlib import X, display
from Xlib.protocol import rq

from tests.bench.screen import stamp
from tests.bench.screen.layout import SCREEN, Box
from tests.bench.screen.pictures import Colour, Pixels

_MOST_REQUEST_BYTES: Final = 200_000
_DEPTH: Final = 24


class _PolySegment(rq.Request):  # type: ignore[misc]
    """PolySegment of the core protocol with the segments as bytes: packing each by itself takes too long."""

    _request = rq.Struct(
        rq.Opcode(66), rq.Pad(1), rq.RequestLength(), rq.Drawable("drawable"), rq.GC("gc"), rq.Binary("segments")
    )


class Painter:
    """A window as large as the screen; every commit of a change carries the next number in its stamp."""

    def __init__(self, name: str, stamp_at: Box, say: Callable[[str], None]) -> None:
        """`say` is told `draw N SCENE X Y WIDTH HEIGHT` before a change is drawn, and `drawn N SECONDS` after."""
        self._say = say
        self._stamp_at = stamp_at
        self._number = 0
        self.connection = display.Display(name)
        root = self.connection.screen().root
        events = X.ExposureMask | X.ButtonPressMask
        self._window = root.create_window(
            0, 0, SCREEN.width, SCREEN.height, 0, X.CopyFromParent, override_redirect=True, event_mask=events
        )
        self._canvas = self._window.create_pixmap(SCREEN.width, SCREEN.height, _DEPTH)
        self._pen = self._canvas.create_gc(graphics_exposures=False)
        self._window.map()
        self.connection.sync()

    # -- into the picture -----------------------------------------------------------------------------------

    def upload(self, pixels: Pixels) -> Any:
        """Return a pixmap with this picture."""
        height, width = pixels.shape[:2]
        pixmap = self._window.create_pixmap(width, height, _DEPTH)
        rows = _MOST_REQUEST_BYTES // (width * 4)
        for top in range(0, height, rows):
            part = pixels[top : top + rows]
            pixmap.put_image(self._pen, 0, top, width, len(part), X.ZPixmap, _DEPTH, 0, part.tobytes())
            self.connection.flush()  # the library's buffer is slow when it is long
        return pixmap

    def lay(self, pixmap: Any, box: Box, from_x: int = 0, from_y: int = 0) -> None:
        """Copy a part of a pixmap to a box of the picture."""
        self._canvas.copy_area(self._pen, pixmap, from_x, from_y, box.width, box.height, box.x, box.y)

    def fill(self, box: Box, colour: Colour) -> None:
        """Fill a box of the picture."""
        self._ink(colour)
        self._canvas.fill_rectangle(self._pen, box.x, box.y, box.width, box.height)

    def lines(self, segments: NDArray[np.int16], colour: Colour) -> None:
        """Draw lines, x0, y0, x1, y1 each, one pixel wide."""
        self._ink(colour)
        _PolySegment(
            display=self.connection.display, drawable=self._canvas.id, gc=self._pen.id, segments=segments.tobytes()
        )

    def clip(self, box: Box | None) -> None:
        """Draw inside a box only, or anywhere."""
        whole = box or SCREEN
        self._pen.set_clip_rectangles(0, 0, [(whole.x, whole.y, whole.width, whole.height)], X.Unsorted)

    def _ink(self, colour: Colour) -> None:
        red, green, blue = colour
        self._pen.change(foreground=red << 16 | green << 8 | blue)

    # -- onto the screen ------------------------------------------------------------------------------------

    def commit(self, scene: str, changed: Box, act: Callable[[], None] | None = None) -> None:
        """Show what has changed, or let `act` change it, then the stamp with the next number."""
        self._number = (self._number + 1) % stamp.NUMBERS
        box = f"{changed.x} {changed.y} {changed.width} {changed.height}"
        self._say(f"draw {self._number} {scene} {box}")
        if act is None:
            self.show(changed)
        else:
            act()
        self._draw_stamp()
        self.show(self._stamp_at)
        self.connection.sync()
        self._say(f"drawn {self._number} {time.monotonic():.6f}")

    def _draw_stamp(self) -> None:
        at = self._stamp_at
        self.fill(at, (0, 0, 0))
        self._ink((255, 255, 255))
        side = stamp.CELL
        white = [
            (at.x + int(column) * side, at.y + int(row) * side, side, side)
            for row, column in zip(*np.nonzero(stamp.cells(self._number)), strict=True)
        ]
        self._canvas.poly_fill_rectangle(self._pen, white)

    def show(self, box: Box) -> None:
        """Bring a box of the picture onto the screen as it is."""
        self._window.copy_area(self._pen, self._canvas, box.x, box.y, box.width, box.height, box.x, box.y)

    def clicked(self) -> bool:
        """Answer what the display tells; return whether somebody has clicked."""
        clicked = False
        while self.connection.pending_events():
            event = self.connection.next_event()
            if event.type == X.Expose:
                self.show(Box(event.x, event.y, event.width, event.height))
            elif event.type == X.ButtonPress:
                clicked = True
        self.connection.flush()
        return clicked

    # -- windows above --------------------------------------------------------------------------------------

    def open_window(self, picture: Any, box: Box) -> Any:
        """Map a window of its own, with a picture that the server keeps."""
        made = self.connection.screen().root.create_window(
            *(box.x, box.y, box.width, box.height, 0, X.CopyFromParent),
            override_redirect=True,
            background_pixmap=picture,
        )
        made.map()
        return made
