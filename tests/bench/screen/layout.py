"""Where things are on the customer's screen, for those who draw it and for those who look."""

import random
from dataclasses import dataclass
from typing import Final

from tests.bench.screen import stamp
from tests.bench.screen.framebuffer import HEIGHT, WIDTH


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels of the screen."""

    x: int
    y: int
    width: int
    height: int

    @property
    def rows(self) -> slice:
        """Return the box's rows of a picture."""
        return slice(self.y, self.y + self.height)

    @property
    def columns(self) -> slice:
        """Return the box's columns of a picture."""
        return slice(self.x, self.x + self.width)

    def touches(self, other: "Box") -> bool:
        """True if any pixel is in both."""
        across = self.x < other.x + other.width and other.x < self.x + self.width
        return across and self.y < other.y + other.height and other.y < self.y + self.height

    def joined(self, other: "Box") -> "Box":
        """Return the smallest box around both."""
        left, top = min(self.x, other.x), min(self.y, other.y)
        right = max(self.x + self.width, other.x + other.width)
        bottom = max(self.y + self.height, other.y + other.height)
        return Box(left, top, right - left, bottom - top)


SCREEN: Final = Box(0, 0, WIDTH, HEIGHT)
EDITOR: Final = Box(260, 100, 1400, 900)  # the text that scrolls and is typed
VIEWPORT: Final = Box(20, 90, 1200, 900)  # the part that turns
WINDOW: Final = Box(0, 0, 640, 480)  # the window that is dragged
WINDOW_PATH: Final = Box(100, 110, 1400, 860)  # where it is dragged about
MENU: Final = Box(420, 200, 300, 440)
BUTTON: Final = Box(700, 640, 96, 28)  # what a click makes look pressed
DIALOG: Final = Box(700, 400, 360, 200)  # what it opens
CLICK_AT: Final = (1200, 700)
PARKED: Final = (1912, 1074)  # where the pointers rest

POINTERS: Final = Box(WIDTH - 30, HEIGHT - 30, 30, 30)
FULL_SCREEN_STRIP: Final = Box(876, 0, 168, 10)  # the engineer's own, with which he gets his tool bar back
SESSION_BAR: Final = Box(320, 0, 1280, 96)  # the customer's own
_WORKED_ON: Final = (
    *(EDITOR, VIEWPORT, WINDOW_PATH, MENU, BUTTON, DIALOG, POINTERS, SESSION_BAR),
    Box(0, 0, WIDTH, 6),
    Box(0, HEIGHT - 6, WIDTH, 6),
    Box(0, 0, 6, HEIGHT),
    Box(WIDTH - 6, 0, 6, HEIGHT),
)


def random_stamp(chance: random.Random) -> Box:
    """Return a place for the stamp that no scene draws on, at any pixel."""
    while True:
        x, y = chance.randrange(WIDTH - stamp.WIDTH), chance.randrange(HEIGHT - stamp.HEIGHT)
        place = Box(x, y, stamp.WIDTH, stamp.HEIGHT)
        if not any(place.touches(box) for box in _WORKED_ON):
            return place
