"""What a check finds, and the two windows it needs for that."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum, auto
from types import MappingProxyType
from typing import Protocol

from remotedesk.core.errors import ErrorCode


class Check(StrEnum):
    """What is tried out, in this order."""

    PLATFORM = auto()
    SCREEN = auto()
    CURSOR = auto()
    HOT_KEYS = auto()
    LOCK = auto()
    LOCAL_ACTIVITY = auto()
    INPUT = auto()
    HIDDEN_WINDOWS = auto()
    X264 = auto()
    SVT_AV1 = auto()
    HARDWARE = auto()
    CERTIFICATES = auto()
    SERVER = auto()


class Outcome(StrEnum):
    """How it went."""

    OK = auto()
    FAILED = auto()
    NOT_HERE = auto()  # this machine, or this call, has no such thing; a session does without


class Why(StrEnum):
    """Why something is not ok where no ErrorCode says it."""

    UNSUPPORTED = auto()  # nothing of the screen is tried out on a system that cannot share it
    NO_CHANGE_SEEN = auto()
    WINDOW_NOT_SEEN = auto()
    TEXT_DIFFERS = auto()
    ONLY_WITH_SELF_TEST = auto()
    WINDOWS_ARE_SEEN = auto()
    NOT_BUILT_IN = auto()
    ENCODER_BROKEN = auto()
    NO_CARD = auto()
    NO_AUTHORITIES = auto()


@dataclass(frozen=True)
class Finding:
    """One check's result. `facts` are figures and names of encoders: never what is on the screen, nor secrets."""

    check: Check
    outcome: Outcome
    why: ErrorCode | Why | None = None
    facts: Mapping[str, str | float] = field(default_factory=lambda: MappingProxyType({}))


class Stand(Protocol):
    """A small window of ours above all others; used from the thread that checks."""

    @property
    def window(self) -> int:
        """Qt's native id of it."""

    def paint(self, colour: int) -> None:
        """Show it in one colour, 0xRRGGBB; returns when Qt has drawn it."""


class Field(Protocol):
    """A text field of a process that is not ours to the injector."""

    @property
    def text(self) -> str:
        """What has been typed into it so far."""


class OpensField(Protocol):
    """Opens such a field."""

    def __call__(self, colour: int) -> AbstractContextManager[Field]:
        """Show it, empty, on a ground of one colour, 0xRRGGBB, above all other windows, until the context ends."""
