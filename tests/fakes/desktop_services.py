"""Stands for a desktop's D-Bus services: both kinds of screen saver and logind, on a real private dbus-daemon."""

import asyncio
import subprocess
import threading
from collections.abc import Awaitable
from pathlib import Path
from types import TracebackType
from typing import Self

from dbus_fast import BusType, ErrorType, Message, MessageType, RequestNameReply, Variant
from dbus_fast.aio import MessageBus

from tests.support.xserver import wait_until

SAVERS = {
    "org.freedesktop.ScreenSaver": "/org/freedesktop/ScreenSaver",
    "org.gnome.ScreenSaver": "/org/gnome/ScreenSaver",
}
LOGIN, MANAGER_PATH = "org.freedesktop.login1", "/org/freedesktop/login1"
SESSION, SESSION_PATH = "org.freedesktop.login1.Session", "/org/freedesktop/login1/session/_31"

CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>"""


class DesktopServices:
    """One bus that serves as both session and system bus, and the services on it in a thread of their own."""

    def __init__(self, directory: Path) -> None:
        socket, configuration = directory / "bus", directory / "bus.conf"
        configuration.write_text(CONFIGURATION.format(path=socket))
        self._daemon = subprocess.Popen(
            ["dbus-daemon", f"--config-file={configuration}", "--nofork"], stderr=subprocess.DEVNULL
        )
        wait_until(socket.exists, what="the bus")
        address = f"unix:path={socket}"
        self.environment = {"DBUS_SESSION_BUS_ADDRESS": address, "DBUS_SYSTEM_BUS_ADDRESS": address}
        self._active = dict.fromkeys(SAVERS, False)
        self._asked: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._bus: MessageBus
        self._run(self._serve(address))

    async def _serve(self, address: str) -> None:
        self._bus = await MessageBus(address, BusType.SESSION).connect()
        for name in (*SAVERS, LOGIN):
            assert await self._bus.request_name(name) is RequestNameReply.PRIMARY_OWNER
        self._bus.add_message_handler(self._answer)

    def _answer(self, message: Message) -> Message | None:
        if message.message_type is not MessageType.METHOD_CALL:
            return None
        self._asked.append(f"{message.interface}.{message.member}")
        match message.interface, message.member:
            case saver, "GetActive" if saver in SAVERS and message.path == SAVERS[saver]:
                return Message.new_method_return(message, "b", [self._active[saver]])
            case "org.freedesktop.login1.Manager", "GetSession" if message.path == MANAGER_PATH:
                return Message.new_method_return(message, "o", [SESSION_PATH])
            case "org.freedesktop.DBus.Properties", "GetAll" if message.path == SESSION_PATH:
                properties = {"LockedHint": Variant("b", False), "Active": Variant("b", True)}
                return Message.new_method_return(message, "a{sv}", [properties])
        return Message.new_error(message, ErrorType.UNKNOWN_METHOD, "no such thing")

    def await_listener(self) -> None:
        """Wait until a client has asked for everything it asks for once it listens."""
        last = {"org.gnome.ScreenSaver.GetActive", "org.freedesktop.DBus.Properties.GetAll"}
        wait_until(lambda: last <= set(self._asked), what="a listener")

    def set_active(self, saver: str, active: bool) -> None:
        """Change what a screen saver answers, without telling."""
        self._active[saver] = active

    def say_active(self, saver: str, active: bool) -> None:
        """Send a screen saver's signal."""
        self._signal(SAVERS[saver], saver, "ActiveChanged", "b", [active])

    def say_login(self, what: str, value: bool | None) -> None:
        """Send logind's signal: Lock, Unlock, PrepareForSleep, or the change of a session's property."""
        if value is None:
            self._signal(SESSION_PATH, SESSION, what, "", [])
        elif what == "PrepareForSleep":
            self._signal(MANAGER_PATH, "org.freedesktop.login1.Manager", what, "b", [value])
        else:
            body = [SESSION, {what: Variant("b", value)}, []]
            self._signal(SESSION_PATH, "org.freedesktop.DBus.Properties", "PropertiesChanged", "sa{sv}as", body)

    def _signal(self, path: str, interface: str, member: str, signature: str, body: list[object]) -> None:
        async def send() -> None:
            await self._bus.send(Message.new_signal(path, interface, member, signature, body))

        self._run(send())

    async def _leave(self) -> None:
        self._bus.disconnect()
        await self._bus.wait_for_disconnect()

    def _run(self, work: Awaitable[None]) -> None:
        async def wait() -> None:
            await work

        asyncio.run_coroutine_threadsafe(wait(), self._loop).result(20)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._run(self._leave())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._daemon.terminate()
        self._daemon.wait(10)
