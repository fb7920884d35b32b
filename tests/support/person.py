"""Somebody in front of a display, who finds controls as a screen reader does and then uses mouse and keyboard."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.accessibility import Reader, ScreenReader, SessionBus, Shown
from tests.support.xserver import XServer

_KEY_DELAY_MS = 20


@dataclass(frozen=True)
class Person:
    """One display, read and used; `environment` is what programs need to be read there."""

    screen: XServer
    reader: Reader
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, screen: XServer, folder: Path) -> "Person":
        """Sit down at a display; `folder` takes the session bus and should have a short path."""
        bus = SessionBus(screen, folder)
        return cls(screen, ScreenReader(bus), bus.environment)

    def sees(self, identifier: str, that: Callable[[Shown], object] = lambda _: True, timeout_s: float = 20) -> Shown:
        """Wait until a control is there and is `that`; fails with what is on the screen instead."""
        return self.reader.wait_for(identifier, that=that, timeout_s=timeout_s)

    def reads(self, identifier: str, timeout_s: float = 20) -> str:
        """Wait until a control shows some text and return it."""
        return self.sees(identifier, lambda control: control.text.strip(), timeout_s).text.strip()

    def reads_all(self, identifier: str) -> list[str]:
        """Return the texts of all controls of this name that show now, from top to bottom."""
        return [control.text for control in self.reader.find_all(identifier)]

    def moves(self, x: int, y: int) -> None:
        """Move the mouse."""
        self.screen.xdotool("mousemove", str(x), str(y))

    def clicks_at(self, x: int, y: int) -> None:
        """Click the left button at a pixel."""
        self.screen.xdotool("mousemove", str(x), str(y), "sleep", "0.1", "click", "1")

    def clicks(self, identifier: str, timeout_s: float = 20) -> None:
        """Click a control as soon as it is there and takes clicks."""
        control = self.sees(identifier, lambda found: found.is_enabled, timeout_s)
        self.clicks_at(*control.extents.centre)

    def types(self, text: str) -> None:
        """Type into whatever has the keyboard."""
        self.screen.xdotool("type", "--delay", str(_KEY_DELAY_MS), text)

    def presses(self, *keys: str) -> None:
        """Press keys by their X names, such as `Return` or `ctrl+s`."""
        self.screen.xdotool("key", "--delay", str(_KEY_DELAY_MS), *keys)

    def fills_in(self, identifier: str, text: str) -> None:
        """Click into a field and type."""
        self.clicks(identifier)
        self.sees(identifier, lambda field: field.is_focused)
        self.types(text)

    def ticks(self, identifier: str, on: bool = True) -> None:
        """Click a tick box or switch unless it is as wanted; waits until it is."""
        if self.sees(identifier).is_checked != on:
            self.clicks(identifier)
        self.sees(identifier, lambda box: box.is_checked == on)

    def leaves(self) -> None:
        """Stop reading; the display is closed by whoever opened it."""
        self.reader.close()
