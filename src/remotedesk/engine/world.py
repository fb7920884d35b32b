"""What a session works with."""

from collections.abc import Callable
from dataclasses import dataclass

from remotedesk.engine.events import EngineEvent
from remotedesk.engine.options import EngineOptions
from remotedesk.engine.thread import EngineThread
from remotedesk.platform.ports import Platform
from remotedesk.transport.reach.proxy_ways import Ways


@dataclass(frozen=True)
class World:
    """The engine's thread, the machine, what the engine was told at its start, who hears its events, the ways out."""

    thread: EngineThread
    platform: Platform
    options: EngineOptions
    tell: Callable[[EngineEvent], None]
    ways: Ways
