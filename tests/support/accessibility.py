"""Find the controls of a window the way a screen reader does: AT-SPI 2 over a D-Bus session of the display's own."""

import asyncio
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from dbus_fast import BusType, Message, MessageType
from dbus_fast.aio import MessageBus

from tests.support.xserver import XServer, wait_until

_ACCESSIBLE = "org.a11y.atspi.Accessible"
_ROOT = "/org/a11y/atspi/accessible/root"
_SCREEN_COORDINATES = 0
# Bits of the AT-SPI state set, atspi-constants.h.
_CHECKED, _ENABLED, _FOCUSED, _SHOWING = 4, 8, 12, 25


@dataclass(frozen=True)
class Extents:
    """Where a control is, in pixels of the display."""

    x: int
    y: int
    width: int
    height: int

    @property
    def centre(self) -> tuple[int, int]:
        """Return the pixel in the middle."""
        return self.x + self.width // 2, self.y + self.height // 2


class AccessibilityError(AssertionError):
    """The program on the other side did not answer, or no longer has this control."""


class Shown(Protocol):
    """One control of a running program; every property asks the program, or asked it a moment ago."""

    @property
    def name(self) -> str:
        """Return the accessible name."""

    @property
    def role(self) -> str:
        """Return what kind of control it is."""

    @property
    def identifier(self) -> str:
        """Return the object name the program gave the control, the same in every language."""

    @property
    def extents(self) -> Extents:
        """Return where it is on the display."""

    @property
    def text(self) -> str:
        """Return the text inside; for a control without any, its name."""

    @property
    def is_checked(self) -> bool:
        """Return whether it is ticked."""

    @property
    def is_enabled(self) -> bool:
        """Return whether it takes input."""

    @property
    def is_focused(self) -> bool:
        """Return whether the keyboard writes into it."""

    @property
    def is_showing(self) -> bool:
        """Return whether it can be seen."""


class Reader(ABC):
    """Finds controls among all that are shown."""

    @abstractmethod
    def controls(self) -> Iterator[Shown]:
        """Yield every control of every program, from the outside in."""

    @abstractmethod
    def close(self) -> None:
        """Stop reading."""

    def find_all(self, identifier: str = "", *, name: str = "", role: str = "") -> Iterator[Shown]:
        """Yield the controls that show and are all of what is asked for."""
        for control in self.controls():
            try:
                if (
                    (not identifier or control.identifier == identifier)
                    and (not name or control.name == name)
                    and (not role or control.role == role)
                    and control.is_showing
                ):
                    yield control
            except AccessibilityError:
                continue  # gone since it was listed, or without an identifier

    def find(self, identifier: str = "", *, name: str = "", role: str = "") -> Shown | None:
        """Return the first control that shows and is all of what is asked for; None if there is none."""
        return next(self.find_all(identifier, name=name, role=role), None)

    def wait_for(
        self,
        identifier: str = "",
        *,
        name: str = "",
        role: str = "",
        that: Callable[[Shown], object] = lambda _control: True,
        timeout_s: float = 20.0,
    ) -> Shown:
        """Return the control as soon as it shows and is `that`; raises AccessibilityError after the timeout."""
        deadline = time.monotonic() + timeout_s
        while True:
            control = self.find(identifier, name=name, role=role)
            try:
                if control is not None and that(control):
                    return control
            except AccessibilityError:
                pass  # gone between finding and looking
            if time.monotonic() > deadline:
                raise AccessibilityError(f"no control {identifier or name!r} {role}\n{self.describe()}")
            time.sleep(0.05)

    def describe(self) -> str:
        """Return what is on the screen, one control a line, for a failure message."""
        lines = []
        for control in self.controls():
            try:
                if control.is_showing:
                    lines.append(f"{control.role} {control.identifier!r} {control.name!r} {control.extents}")
            except AccessibilityError:
                continue
        return "\n".join(lines)


class SessionBus:
    """A D-Bus session of one display; the accessibility bus starts on it by itself when the first one asks."""

    def __init__(self, screen: XServer, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"bus-{screen.display.removeprefix(':')}"
        self.address = f"unix:path={path}"
        screen.start("dbus-daemon", "--session", "--nofork", "--nopidfile", "--nosyslog", f"--address={self.address}")
        wait_until(lambda: _takes_connections(path), what="the session bus")

    @property
    def environment(self) -> dict[str, str]:
        """Return what a Qt program needs to be on this bus and to show its controls from the start."""
        return {"DBUS_SESSION_BUS_ADDRESS": self.address, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}


def _takes_connections(path: Path) -> bool:
    """True once somebody listens; the file is there a moment before."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


class Control:
    """One control of a running program; every property asks the program now."""

    def __init__(self, reader: "ScreenReader", program: str, path: str) -> None:
        self._reader = reader
        self._program = program
        self._path = path

    def _call(self, interface: str, member: str, signature: str = "", *arguments: object) -> Any:
        return self._reader.call(self._program, self._path, interface, member, signature, *arguments)

    def _property(self, name: str, interface: str = _ACCESSIBLE) -> Any:
        return self._call("org.freedesktop.DBus.Properties", "Get", "ss", interface, name).value

    @property
    def name(self) -> str:
        """Return the accessible name."""
        return str(self._property("Name"))

    @property
    def role(self) -> str:
        """Return the role as AT-SPI spells it, such as `push button`."""
        return str(self._call(_ACCESSIBLE, "GetRoleName"))

    @property
    def identifier(self) -> str:
        """Return the object name the program gave the control, the same in every language."""
        return str(self._property("AccessibleId")).rpartition(".")[2]

    @property
    def children(self) -> list["Control"]:
        """Return the controls inside."""
        return [Control(self._reader, *child) for child in self._call(_ACCESSIBLE, "GetChildren")]

    @property
    def extents(self) -> Extents:
        """Return where it is on the display."""
        return Extents(*self._call("org.a11y.atspi.Component", "GetExtents", "u", _SCREEN_COORDINATES))

    @property
    def text(self) -> str:
        """Return the text inside; for a control without any, its name."""
        try:
            return str(self._call("org.a11y.atspi.Text", "GetText", "ii", 0, -1))
        except AccessibilityError:
            return self.name

    def _has_state(self, bit: int) -> bool:
        low, high = self._call(_ACCESSIBLE, "GetState")
        return bool((low | high << 32) >> bit & 1)

    @property
    def is_checked(self) -> bool:
        """Return whether it is ticked."""
        return self._has_state(_CHECKED)

    @property
    def is_enabled(self) -> bool:
        """Return whether it takes input."""
        return self._has_state(_ENABLED)

    @property
    def is_focused(self) -> bool:
        """Return whether the keyboard writes into it."""
        return self._has_state(_FOCUSED)

    @property
    def is_showing(self) -> bool:
        """Return whether it can be seen."""
        return self._has_state(_SHOWING)


class ScreenReader(Reader):
    """Walks the controls of all programs of one session bus. Not to be used inside a running event loop."""

    def __init__(self, bus: SessionBus) -> None:
        self._runner = asyncio.Runner()
        session = self._connect(bus.address)
        try:
            answer = self._ask(session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", "", ())
        finally:
            self._disconnect(session)
        self._bus = self._connect(str(answer))

    def _connect(self, address: str) -> MessageBus:
        async def connect() -> MessageBus:
            return await MessageBus(address, BusType.SESSION).connect()

        return self._runner.run(connect())

    def _disconnect(self, bus: MessageBus) -> None:
        async def disconnect() -> None:
            bus.disconnect()
            await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]

        self._runner.run(disconnect())

    def _ask(
        self, bus: MessageBus, to: str, path: str, interface: str, member: str, signature: str, body: tuple[object, ...]
    ) -> Any:
        message = Message(to, path, interface, member, signature=signature, body=list(body))
        reply = self._runner.run(asyncio.wait_for(bus.call(message), timeout=20))
        if reply.message_type is MessageType.ERROR:
            raise AccessibilityError(f"{interface}.{member}: {reply.error_name}")
        return reply.body[0]

    def call(self, program: str, path: str, interface: str, member: str, signature: str, *arguments: object) -> Any:
        """Call a program's method and return its first result; raises AccessibilityError."""
        return self._ask(self._bus, program, path, interface, member, signature, arguments)

    def controls(self) -> Iterator[Control]:
        """Yield every control of every program, from the outside in."""
        open_ones = [Control(self, "org.a11y.atspi.Registry", _ROOT)]
        while open_ones:
            control = open_ones.pop()
            yield control
            try:
                open_ones.extend(reversed(control.children))
            except AccessibilityError:
                continue  # gone since it was listed

    def close(self) -> None:
        """Leave the bus."""
        self._disconnect(self._bus)
        self._runner.close()
