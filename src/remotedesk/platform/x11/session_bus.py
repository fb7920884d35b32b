"""Listens on D-Bus for screen locks, session switches and sleep.

Screen savers: org.freedesktop.ScreenSaver (the Idle Inhibition draft) and org.gnome.ScreenSaver, on the session bus.
Session and sleep: org.freedesktop.login1 (systemd's logind, also elogind), on the system bus.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Final

from dbus_fast import BusType, DBusError, Message, MessageFlag, MessageType, Variant
from dbus_fast.aio import MessageBus

_log = logging.getLogger(__name__)

_SAVERS: Final = (
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"),
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"),
)
_LOGIN: Final = "org.freedesktop.login1"
_LOGIN_PATH: Final = "/org/freedesktop/login1"
_MANAGER: Final = "org.freedesktop.login1.Manager"
_SESSION: Final = "org.freedesktop.login1.Session"
_PROPERTIES: Final = "org.freedesktop.DBus.Properties"
_BUS: Final = "org.freedesktop.DBus"
_NO_BUS: Final = (OSError, EOFError, DBusError, ValueError)

Say = Callable[[str, bool], None]
Watcher = Callable[[MessageBus], Coroutine[None, None, None]]


class BusLockWatch:
    """Runs both buses in a loop and thread of its own; `say(reason, away)` is called there.

    The buses are found as every D-Bus program finds them; where there is none, nothing is heard.
    """

    def __init__(self, environment: Mapping[str, str], say: Say) -> None:
        self._addresses = (
            environment.get("DBUS_SESSION_BUS_ADDRESS"),
            environment.get("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/var/run/dbus/system_bus_socket"),
        )
        self._session_id = environment.get("XDG_SESSION_ID", "auto")
        self._say = say
        self._loop = asyncio.new_event_loop()
        self._listening = self._loop.create_task(self._listen())
        self._thread = threading.Thread(target=self._run, name="D-Bus", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and join the thread."""
        with contextlib.suppress(RuntimeError):  # no bus to listen on: the loop has ended by itself
            self._loop.call_soon_threadsafe(self._listening.cancel)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._listening)
        except asyncio.CancelledError:
            _log.debug("D-Bus watch closed")
        except Exception:  # noqa: BLE001 - thread entry
            _log.exception("D-Bus ends")
        finally:
            self._loop.close()

    async def _listen(self) -> None:
        session, system = self._addresses
        async with asyncio.TaskGroup() as group:
            group.create_task(self._on_bus("session", session, self._watch_savers))
            group.create_task(self._on_bus("system", system, self._watch_login))

    async def _on_bus(self, name: str, address: str | None, watch: Watcher) -> None:
        if address is None:
            _log.info("no D-Bus %s bus", name)
            return
        try:
            bus = await MessageBus(address, BusType.SESSION).connect()
        except _NO_BUS as failure:
            _log.info("no D-Bus %s bus: %s", name, type(failure).__name__)
            return
        try:
            await watch(bus)
            await asyncio.Event().wait()
        except _NO_BUS as failure:
            _log.info("nothing to hear on the D-Bus %s bus: %s", name, type(failure).__name__)
        finally:
            bus.disconnect()
            with contextlib.suppress(*_NO_BUS):
                await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]

    async def _watch_savers(self, bus: MessageBus) -> None:
        for service, path in _SAVERS:
            await _subscribe(bus, f"type='signal',sender='{service}',interface='{service}',member='ActiveChanged'")
            bus.add_message_handler(partial(self._take_saver, service))
            active = await _call(bus, service, path, service, "GetActive")
            if active is not None and active.signature == "b":
                self._say(service, active.body[0])

    def _take_saver(self, service: str, message: Message) -> None:
        if message.interface == service and message.member == "ActiveChanged" and message.signature == "b":
            self._say(service, message.body[0])

    async def _watch_login(self, bus: MessageBus) -> None:
        session = await _call(bus, _LOGIN, _LOGIN_PATH, _MANAGER, "GetSession", self._session_id)
        if session is None or session.signature != "o":
            return
        path = session.body[0]
        await _subscribe(bus, f"type='signal',sender='{_LOGIN}'")
        bus.add_message_handler(lambda message: self._take_login(message, path))
        found = await _call(bus, _LOGIN, path, _PROPERTIES, "GetAll", _SESSION)
        if found is not None and found.signature == "a{sv}":
            self._take_properties(found.body[0])

    def _take_login(self, message: Message, path: str) -> None:
        if message.message_type is not MessageType.SIGNAL:
            return
        match message.interface, message.member, message.signature:
            case (manager, "PrepareForSleep", "b") if manager == _MANAGER:
                self._say("sleep", message.body[0])
            case (session, "Lock" | "Unlock" as order, "") if session == _SESSION and message.path == path:
                self._say("lock", order == "Lock")
            case (properties, "PropertiesChanged", "sa{sv}as") if properties == _PROPERTIES and message.path == path:
                self._take_properties(message.body[1])

    def _take_properties(self, properties: dict[str, Variant]) -> None:
        if "LockedHint" in properties:
            self._say("lock", properties["LockedHint"].value is True)
        if "Active" in properties:
            self._say("another session", properties["Active"].value is False)


async def _subscribe(bus: MessageBus, rule: str) -> None:
    await _call(bus, _BUS, "/org/freedesktop/DBus", _BUS, "AddMatch", rule)


async def _call(
    bus: MessageBus, service: str, path: str, interface: str, member: str, *arguments: str
) -> Message | None:
    """Return the answer, None when the service is not there or does not know; it is not started for it."""
    answer = await bus.call(
        Message(
            destination=service,
            path=path,
            interface=interface,
            member=member,
            signature="s" * len(arguments),
            body=list(arguments),
            flags=MessageFlag.NO_AUTOSTART,
        )
    )
    return answer if answer.message_type is MessageType.METHOD_RETURN else None
