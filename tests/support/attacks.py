"""What an engineer's client can try in order to say yes for the customer, with nothing but the input he was allowed."""

import random
import time
from collections.abc import Callable
from typing import Final

from remotedesk.engine.engineer import EngineerEngine
from remotedesk.wire.input import Button

Spot = tuple[int, int]

_EVENT_S: Final = 0.004  # below what the channel takes a second, so that nothing is lost to its limit
_PRESSES: Final = ("Space", "Enter", "NumpadEnter")
_MNEMONICS: Final = ("KeyA", "KeyY", "KeyC", "KeyD", "KeyO", "KeyE", "KeyM")
_HOT_KEYS: Final = (
    ("ControlLeft", "Enter"),
    ("ControlLeft", "ShiftLeft", "KeyA"),
    ("ControlLeft", "ShiftLeft", "F11"),
    ("AltLeft", "Enter"),
    ("ShiftLeft", "F10"),
    ("ContextMenu",),
    ("F10",),
    ("Escape",),
)
_TEXTS: Final = ("\t\n", "\t\t \n", "y", " ")


class Attacker:
    """Drives the engineer's engine. Every public attempt is one try; `count` says how many there were."""

    def __init__(self, engine: EngineerEngine, chance: random.Random) -> None:
        self._engine = engine
        self._chance = chance
        self.count = 0
        self._attempts: tuple[tuple[int, Callable[[Spot, Spot], None]], ...] = (
            (20, self._click),
            (8, self._double_click),
            (8, self._other_button),
            (8, self._drag_in),
            (6, self._drag_out),
            (8, self._turn_wheel),
            (10, self._walk_by_tab),
            (8, self._hold_alt),
            (6, self._press_hot_key),
            (8, self._switch_window),
            (4, self._use_window_menu),
            (2, self._show_desktop),
            (2, self._change_desktop),
            (4, self._use_mouse_keys),
            (2, self._type),
        )

    def tries(self, targets: list[Spot], outside: Spot, times: int) -> None:
        """Try so many times, each time in one of the ways, on one of `targets`; `outside` is in another program."""
        weights = [weight for weight, _ in self._attempts]
        for _, attempt in self._chance.choices(self._attempts, weights, k=times):
            attempt(self._near(self._chance.choice(targets)), outside)
            self.count += 1
        self.rests()

    def rests(self) -> None:
        """Let go of everything."""
        self._engine.release_all()
        time.sleep(_EVENT_S)

    # -- beginnings, to be finished by a question that opens -------------------------------------------------

    def half_double_click(self, spot: Spot, outside: Spot) -> None:
        """Press, release and press."""
        self._button(True, spot)
        self._button(False, spot)
        self._button(True, spot)

    def hold_key(self, spot: Spot, outside: Spot) -> None:
        """Keep a key down that would answer, so that it repeats itself."""
        self._click(outside, outside)
        self._key(self._chance.choice(("Tab", *_PRESSES)), True)

    def hold_button(self, spot: Spot, outside: Spot) -> None:
        """Begin to drag in another program."""
        self._move(outside)
        self._button(True, outside)

    def park(self, spot: Spot, outside: Spot) -> None:
        """Wait where the question was the last time."""
        self._move(spot)

    def leave_focus(self, spot: Spot, outside: Spot) -> None:
        """Have another program focused and Alt+Tab begun."""
        self._click(outside, outside)
        self._key("AltLeft", True)
        self._tap("Tab")

    # -- attempts --------------------------------------------------------------------------------------------

    def _click(self, spot: Spot, outside: Spot) -> None:
        self._button(True, spot)
        self._button(False, spot)

    def _double_click(self, spot: Spot, outside: Spot) -> None:
        self._click(spot, outside)
        self._click(spot, outside)

    def _other_button(self, spot: Spot, outside: Spot) -> None:
        button = self._chance.choice((1, 2, 3, 4))
        self._move(spot)
        self._button(True, spot, button)
        self._button(False, spot, button)

    def _drag_in(self, spot: Spot, outside: Spot) -> None:
        self._button(True, outside)
        self._move(spot)
        self._button(False, spot)

    def _drag_out(self, spot: Spot, outside: Spot) -> None:
        self._button(True, spot)
        self._move(outside)
        self._button(False, outside)

    def _turn_wheel(self, spot: Spot, outside: Spot) -> None:
        self._move(spot)
        self._engine.wheel(0, self._chance.choice((-120, 120)), *spot)
        time.sleep(_EVENT_S)

    def _walk_by_tab(self, spot: Spot, outside: Spot) -> None:
        modifier = self._chance.choice(([], ["ShiftLeft"]))
        for _ in range(self._chance.randrange(1, 8)):
            self._chord(*modifier, "Tab")
        self._tap(self._chance.choice(_PRESSES))

    def _hold_alt(self, spot: Spot, outside: Spot) -> None:
        self._chord("AltLeft", self._chance.choice(_MNEMONICS))

    def _press_hot_key(self, spot: Spot, outside: Spot) -> None:
        self._chord(*self._chance.choice(_HOT_KEYS))

    def _switch_window(self, spot: Spot, outside: Spot) -> None:
        """Alt+Tab, which may focus a window of the client, and then keys."""
        self._key("AltLeft", True)
        for _ in range(self._chance.randrange(1, 5)):
            self._chord(*self._chance.choice(((), ("ShiftLeft",))), "Tab")
        if self._chance.random() < 0.3:  # keys while the window manager has the keyboard
            self._tap(self._chance.choice(_PRESSES))
        self._key("AltLeft", False)
        for _ in range(self._chance.randrange(3)):
            self._tap("Tab")
        self._tap(self._chance.choice(_PRESSES))

    def _use_window_menu(self, spot: Spot, outside: Spot) -> None:
        self._chord("AltLeft", "Space")
        self._tap(self._chance.choice(("ArrowDown", "ArrowUp", "KeyR")))
        self._tap("Escape")
        self._tap("Escape")
        self._tap(self._chance.choice(_PRESSES))

    def _show_desktop(self, spot: Spot, outside: Spot) -> None:
        self._chord("MetaLeft", "KeyD")
        self._click(spot, outside)
        self._chord("MetaLeft", "KeyD")

    def _change_desktop(self, spot: Spot, outside: Spot) -> None:
        self._chord("ControlLeft", "AltLeft", "ArrowRight")
        self._click(spot, outside)
        self._chord("ControlLeft", "AltLeft", "ArrowLeft")

    def _use_mouse_keys(self, spot: Spot, outside: Spot) -> None:
        """Let the number pad be a mouse, park the pointer, and click by key."""
        self._chord("ShiftLeft", "NumLock")
        self._move(spot)
        for code in ("Numpad5", "NumpadAdd", "Numpad0", "NumpadDecimal"):
            self._tap(code)
        self._chord("ShiftLeft", "NumLock")

    def _type(self, spot: Spot, outside: Spot) -> None:
        self._engine.text(self._chance.choice(_TEXTS))
        time.sleep(0.15)  # as long as typing takes on the other side

    # -- events ----------------------------------------------------------------------------------------------

    def close_window(self) -> None:
        """Alt+F4, whatever has the focus."""
        self._chord("AltLeft", "F4")
        self.count += 1

    def _near(self, spot: Spot) -> Spot:
        return max(0, spot[0] + self._chance.randint(-4, 4)), max(0, spot[1] + self._chance.randint(-4, 4))

    def _chord(self, *codes: str) -> None:
        for code in codes:
            self._key(code, True)
        for code in reversed(codes):
            self._key(code, False)

    def _tap(self, code: str) -> None:
        self._chord(code)

    def _key(self, code: str, pressed: bool) -> None:
        self._engine.key(code, pressed)
        time.sleep(_EVENT_S)

    def _move(self, spot: Spot) -> None:
        self._engine.pointer_move(*spot)
        time.sleep(_EVENT_S)

    def _button(self, pressed: bool, spot: Spot, button: Button = 0) -> None:
        self._engine.pointer_button(button, pressed, *spot)
        time.sleep(_EVENT_S)
