"""What a session works with."""

from collections.abc import Callable
from dataclasses import dataclass

from remotedesk.engine.events import EngineEvent
from remotedesk.engine.options import EngineOptions
from remotedesk.engine.thread import EngineThread
from remotedesk.platform.ports import Platform


@dataclass(frozen=True)
class World:
    """The engine's thread, the machine, what the engine was told at its start, and who hears its events."""

    thread: EngineThread
    platform: Platform
    options: EngineOptions
    tell: Callable[[EngineEvent], None]
