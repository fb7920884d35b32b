"""Consent: the gate that makes grants, and the grants that every act must show.

Nothing but `ConsentGate` can make a `Grant`. A port that reads or acts on the customer's machine takes one and calls
`grant.require(feature)` at the moment of acting. Revoking is synchronous and safe from any thread: it flips flags
and calls the listeners before it returns, and no await lies between STOP and its effect.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from remotedesk.core.errors import ConsentError, ErrorCode

PROMPT_ARMS_AFTER_S: Final = 0.5


class Feature(StrEnum):
    """What the customer can allow, each on its own."""

    VIEW = "view"
    CONTROL = "control"
    CHAT = "chat"
    ANNOTATE = "annotate"
    VOICE = "voice"
    CAMERA = "camera"
    FILES_TO_CUSTOMER = "files_to_customer"
    FILES_FROM_CUSTOMER = "files_from_customer"
    CLIPBOARD_TO_CUSTOMER = "clipboard_to_customer"
    CLIPBOARD_FROM_CUSTOMER = "clipboard_from_customer"


class ScopeKind(StrEnum):
    """How much of the screen is meant."""

    DESKTOP = "desktop"


@dataclass(frozen=True)
class Scope:
    """What part of the machine a grant reaches."""

    kind: ScopeKind = ScopeKind.DESKTOP


class Suspension(StrEnum):
    """Why every grant stands still for now."""

    SILENCE = "silence"  # the peer has not been heard for 5 s
    LOCKED = "locked"  # screen lock, screen saver, session switch or sleep


class Grant:
    """A live permission for one feature. Made by the gate only; dead for good once revoked."""

    __slots__ = ("_gate", "_live", "feature", "scope", "until")

    def __init__(self, gate: "ConsentGate", feature: Feature, scope: Scope, until: float | None, key: object) -> None:
        """`until` is in the gate's clock, seconds, or None for the session's length."""
        if key is not gate._key:
            raise ConsentError(ErrorCode.NOT_GRANTED, "only the gate makes grants")
        self._gate = gate
        self._live = True
        self.feature = feature
        self.scope = scope
        self.until = until

    def require(self, feature: Feature) -> None:
        """Return if `feature` may act right now.

        Raises ConsentError: NOT_GRANTED (another feature's grant), GRANT_REVOKED, GRANT_SUSPENDED.
        """
        if feature is not self.feature:
            raise ConsentError(ErrorCode.NOT_GRANTED, f"{self.feature} is not {feature}")
        if not self._live or (self.until is not None and self._gate.now() >= self.until):
            raise ConsentError(ErrorCode.GRANT_REVOKED, feature)
        if self._gate.suspended:
            raise ConsentError(ErrorCode.GRANT_SUSPENDED, feature)

    @property
    def live(self) -> bool:
        """True while `require` would return."""
        try:
            self.require(self.feature)
        except ConsentError:
            return False
        return True


@dataclass(frozen=True)
class Prompt:
    """A question on the customer's screen; answered once, and not before it is armed."""

    number: int
    features: frozenset[Feature]
    armed_at: float


class ConsentGate:
    """The only maker of grants, on the side whose machine is concerned.

    `now` gives seconds of a monotonic clock; core itself reads none. Listeners are called synchronously, in the
    caller's thread, whenever the set of live grants may have changed.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self._key = object()
        self._grants: dict[Feature, Grant] = {}
        self._suspensions: frozenset[Suspension] = frozenset()
        self._prompt: Prompt | None = None
        self._prompts = 0
        self._closed = False
        self._listeners: list[Callable[[], None]] = []

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every change; it must be quick, and safe in any thread."""
        self._listeners.append(listener)

    # -- asking ---------------------------------------------------------------------------------------------

    @property
    def prompt(self) -> Prompt | None:
        """The open question. While there is one, nothing may be injected."""
        return self._prompt

    def ask(self, features: Iterable[Feature]) -> Prompt:
        """Open a question for the customer; replaces an open one. Raises ConsentError(GRANT_REVOKED) after the end."""
        if self._closed:
            raise ConsentError(ErrorCode.GRANT_REVOKED, "the session is over")
        self._prompts += 1
        self._prompt = Prompt(self._prompts, frozenset(features), self.now() + PROMPT_ARMS_AFTER_S)
        self._tell()
        return self._prompt

    def answer(self, number: int, allowed: Iterable[Feature]) -> tuple[Grant, ...]:
        """Take the customer's answer and return the new grants; an empty `allowed` is a no.

        Only what was asked can be allowed. Raises ConsentError: PROMPT_GONE (another or no question is open),
        PROMPT_NOT_ARMED (too soon for a person to have read it; the question stays open).
        """
        prompt = self._prompt
        if prompt is None or prompt.number != number:
            raise ConsentError(ErrorCode.PROMPT_GONE)
        if self.now() < prompt.armed_at:
            raise ConsentError(ErrorCode.PROMPT_NOT_ARMED)
        self._prompt = None
        grants = tuple(self._make(feature) for feature in sorted(prompt.features.intersection(allowed)))
        self._tell()
        return grants

    def withdraw_prompt(self) -> None:
        """Close the open question unanswered."""
        self._prompt = None
        self._tell()

    def allow(self, feature: Feature) -> Grant:
        """Grant `feature` because the customer switched it on himself, unasked, in his own window.

        Raises ConsentError(GRANT_REVOKED) after the end, PROMPT_NOT_ARMED while a question is open.
        """
        if self._closed:
            raise ConsentError(ErrorCode.GRANT_REVOKED, "the session is over")
        if self._prompt is not None:
            raise ConsentError(ErrorCode.PROMPT_NOT_ARMED)
        grant = self._make(feature)
        self._tell()
        return grant

    # -- granted --------------------------------------------------------------------------------------------

    def grant(self, feature: Feature) -> Grant:
        """Return the standing grant, which may be suspended; raises ConsentError(NOT_GRANTED) when there is none."""
        try:
            return self._grants[feature]
        except KeyError:
            raise ConsentError(ErrorCode.NOT_GRANTED, feature) from None

    @property
    def granted(self) -> frozenset[Feature]:
        """The features with a standing grant, suspended or not."""
        return frozenset(self._grants)

    @property
    def suspended(self) -> bool:
        """True while no grant may be used, for whatever reason."""
        return bool(self._suspensions)

    @property
    def suspensions(self) -> frozenset[Suspension]:
        """Why grants stand still; empty when they do not."""
        return self._suspensions

    def suspend(self, reason: Suspension) -> None:
        """Make every grant fail `require` until `resume(reason)`; the yes itself stands."""
        self._suspensions |= {reason}
        self._tell()

    def resume(self, reason: Suspension) -> None:
        """Take one reason back; grants live again when none is left."""
        self._suspensions -= {reason}
        self._tell()

    def revoke(self, feature: Feature) -> None:
        """End one feature's grant at once; nothing happens if there is none."""
        grant = self._grants.pop(feature, None)
        if grant is not None:
            grant._live = False
        self._tell()

    def stop(self) -> None:
        """End everything, for good: the STOP of the whole session."""
        self._closed = True
        self._prompt = None
        for grant in tuple(self._grants.values()):
            grant._live = False
        self._grants = {}
        self._tell()

    def _make(self, feature: Feature) -> Grant:
        old = self._grants.get(feature)
        if old is not None:
            old._live = False
        grant = Grant(self, feature, Scope(), None, self._key)
        self._grants[feature] = grant
        return grant

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()
