"""What the engineer presses, passed on to the customer's PC while he may; nothing stays pressed there."""

from PySide6.QtCore import QObject, Qt, QTimer

from remotedesk.engine.api import EngineerApi
from remotedesk.wire.input import Button

MOVE_INTERVAL_MS = 9  # the pointer travels at most 111 times a second, newest position only
LARGEST_TEXT = 256  # characters in one message
LARGEST_WHEEL = 12_000  # 1/120 notches in one message


class RemoteInput(QObject):
    """Keeps the books of what is pressed on the other side.

    A release goes out only for a press that went out. `allowed` is the engineer's grant as last heard; the customer's
    PC decides again on its own.
    """

    def __init__(self, api: EngineerApi, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._api = api
        self._allowed = False
        self._keys: set[str] = set()
        self._buttons: set[Button] = set()
        self._to_release = False
        self._next_move: tuple[int, int] | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setTimerType(Qt.TimerType.PreciseTimer)
        self._pause.setInterval(MOVE_INTERVAL_MS)
        self._pause.timeout.connect(self._flush_move)

    @property
    def allowed(self) -> bool:
        """True while control is granted and not suspended."""
        return self._allowed

    @property
    def dragging(self) -> bool:
        """True while a button is pressed on the other side."""
        return bool(self._buttons)

    def set_allowed(self, allowed: bool) -> None:
        """Take what the customer allows now. With the grant goes everything pressed: his PC releases it itself."""
        self._allowed = allowed
        if not allowed:
            self._forget()
            self._to_release = False

    def key(self, code: str, pressed: bool) -> None:
        """Pass on a key; a press of one that is down already is a repeat."""
        if pressed and self._allowed:
            self._keys.add(code)
            self._to_release = True
            self._api.key(code, True)
        elif not pressed and code in self._keys:
            self._keys.remove(code)
            self._api.key(code, False)

    def text(self, text: str) -> None:
        """Pass on text as characters, in pieces a message can carry."""
        if self._allowed:
            for start in range(0, len(text), LARGEST_TEXT):
                self._api.text(text[start : start + LARGEST_TEXT])

    def move(self, x: int, y: int) -> None:
        """Pass on the pointer: at once after a pause, otherwise the newest position at the end of the interval."""
        if not self._allowed:
            return
        self._next_move = (x, y)
        if not self._pause.isActive():
            self._flush_move()

    def button(self, button: Button, pressed: bool, x: int, y: int) -> None:
        """Pass on a button with its own position, after any move still waiting."""
        if pressed and self._allowed:
            self._flush_move()
            self._buttons.add(button)
            self._to_release = True
            self._api.pointer_button(button, True, x, y)
        elif not pressed and button in self._buttons:
            self._flush_move()
            self._buttons.remove(button)
            self._api.pointer_button(button, False, x, y)

    def wheel(self, dx: int, dy: int, x: int, y: int) -> None:
        """Pass on a turn of the wheel in 1/120 notches, positive right and down."""
        if self._allowed and (dx or dy):
            self._flush_move()
            self._api.wheel(_bounded(dx), _bounded(dy), x, y)

    def release_all(self) -> None:
        """The view is left: everything pressed since the last time is released on the other side."""
        self._forget()
        if self._to_release:
            self._to_release = False
            self._api.release_all()

    def _forget(self) -> None:
        self._keys.clear()
        self._buttons.clear()
        self._next_move = None

    def _flush_move(self) -> None:
        if self._next_move is not None:
            x, y = self._next_move
            self._next_move = None
            self._api.pointer_move(x, y)
            self._pause.start()


def _bounded(turn: int) -> int:
    return min(max(turn, -LARGEST_WHEEL), LARGEST_WHEEL)
