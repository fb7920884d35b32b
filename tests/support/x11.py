"""Looks at an X display from outside the product, and makes plain windows that count what reaches them."""

from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from Xlib import X, Xatom, display
from Xlib.ext import shape

from tests.support.xserver import wait_until

_EVENTS = X.KeyPressMask | X.KeyReleaseMask | X.ButtonPressMask | X.ButtonReleaseMask | X.StructureNotifyMask
_BUTTON_STATES = X.Button1Mask | X.Button2Mask | X.Button3Mask | X.Button4Mask | X.Button5Mask


@dataclass(frozen=True)
class Happened:
    """One input event that reached a window."""

    kind: str  # the event's class: KeyPress, KeyRelease, ButtonPress, ButtonRelease
    detail: int


class Window:
    """A window of the process that makes it."""

    def __init__(self, connection: Any, x: int, y: int, width: int, height: int, *, managed: bool) -> None:
        self._display = connection
        screen = connection.screen()
        self.handle = screen.root.create_window(
            x,
            y,
            width,
            height,
            0,
            screen.root_depth,
            event_mask=_EVENTS,
            background_pixel=screen.white_pixel,
            override_redirect=not managed,
        )
        self.handle.set_wm_normal_hints(flags=1, min_width=width, min_height=height)
        self.handle.map()
        wait_until(self._viewable, what="the window to be mapped")

    def _viewable(self) -> bool:
        # Openbox may sleep on an event it has read already, until the next one comes.
        root = self._display.screen().root
        root.change_property(self._display.intern_atom("_REMOTEDESK_TEST"), Xatom.STRING, 8, b"")
        return bool(self.handle.get_attributes().map_state == X.IsViewable)

    def pass_input_through(self) -> None:
        """Make the window transparent to input, as an overlay is."""
        self.handle.shape_rectangles(shape.SO.Set, shape.SK.Input, 0, 0, 0, [])
        self._display.sync()

    def focus(self) -> None:
        """Take the keyboard focus."""
        self.handle.set_input_focus(X.RevertToParent, X.CurrentTime)
        self._display.sync()

    def confine_pointer(self) -> None:
        """Keep the pointer inside the window, as a game does."""
        self.handle.grab_pointer(
            True, X.ButtonPressMask, X.GrabModeAsync, X.GrabModeAsync, self.handle, X.NONE, X.CurrentTime
        )

    def unmap(self) -> None:
        """Take the window off the screen."""
        self.handle.unmap()
        self._display.sync()

    def place(self) -> tuple[int, int]:
        """Return where the window's own top left pixel is on the screen."""
        at = self.handle.translate_coords(self._display.screen().root, 0, 0)
        return -at.x, -at.y

    def happened(self) -> list[Happened]:
        """Return the input events that have come since the last call."""
        self._display.sync()
        events = [self._display.next_event() for _ in range(self._display.pending_events())]
        names = ("KeyPress", "KeyRelease", "ButtonPress", "ButtonRelease")
        return [Happened(type(event).__name__, event.detail) for event in events if type(event).__name__ in names]


class Onlooker:
    """A connection of its own to a display."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._display = display.Display(name)
        self._windows: list[Any] = []

    def window(self, x: int, y: int, width: int = 200, height: int = 150, *, managed: bool = False) -> Window:
        """Map a window of this process; `managed` lets the window manager frame it."""
        connection = display.Display(self._name)
        self._windows.append(connection)
        return Window(connection, x, y, width, height, managed=managed)

    def screen_size(self) -> tuple[int, int]:
        """Return width and height of the screen in pixels."""
        screen = self._display.screen()
        return screen.width_in_pixels, screen.height_in_pixels

    def keys_down(self) -> set[int]:
        """Return the keycodes that are down."""
        keymap = self._display.query_keymap()
        return {8 * index + bit for index, byte in enumerate(keymap) for bit in range(8) if byte >> bit & 1}

    def repeating_keys(self) -> list[int]:
        """Return the bits of the keycodes that repeat when held."""
        return list(self._display.get_keyboard_control().auto_repeats)

    def buttons_down(self) -> bool:
        """True while any of the first five buttons is down."""
        return bool(self._display.screen().root.query_pointer().mask & _BUTTON_STATES)

    def nothing_down(self) -> bool:
        """True while no key and no button is down."""
        return not self.keys_down() and not self.buttons_down()

    def pointer(self) -> tuple[int, int]:
        """Return where the pointer is."""
        found = self._display.screen().root.query_pointer()
        return found.root_x, found.root_y

    def focus_follows_pointer(self) -> None:
        """Let keys go to the window under the pointer."""
        self._display.set_input_focus(X.PointerRoot, X.RevertToPointerRoot, X.CurrentTime)
        self._display.sync()

    def keyboard_mapping(self) -> list[list[int]]:
        """Return the keysyms of all keycodes."""
        info = self._display.display.info
        count = info.max_keycode - info.min_keycode + 1
        return [list(row) for row in self._display.get_keyboard_mapping(info.min_keycode, count)]

    def grab_key(self, keycode: int, modifiers: int) -> None:
        """Take a hot key, as another program would."""
        self._display.screen().root.grab_key(keycode, modifiers, True, X.GrabModeAsync, X.GrabModeAsync)
        self._display.sync()

    def hold_presses(self) -> None:
        """Hold the pointer at the next press, as a window manager does that raises windows by click."""
        self._display.screen().root.grab_button(
            1, X.AnyModifier, False, X.ButtonPressMask, X.GrabModeSync, X.GrabModeAsync, X.NONE, X.NONE
        )
        self._display.sync()

    def replay_press(self) -> None:
        """Give the held press to whatever is there now, and let the pointer go on."""
        self._display.allow_events(X.ReplayPointer, X.CurrentTime)
        self._display.sync()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for connection in (*self._windows, self._display):
            connection.close()
