"""Consent: the gate that makes grants, and the grants that every act must show.

Nothing but `ConsentGate` can make a `Grant`. A port that reads or acts on the customer's machine takes one and calls
`grant.require(feature)` at the moment of acting. Revoking is synchronous and safe from any thread: it takes the grant
out of the gate's table and calls the listeners before it returns, and no await lies between STOP and its effect.

Threads: the gate holds no lock, so no listener can deadlock it. A grant is live only while the gate's table holds that
very object and the gate is open; each step on the table is one atomic dict or set operation, so a yes that races with
a revoke leaves at most one live grant, and one that races with STOP leaves none.
"""

import itertools
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from remotedesk.core.errors import ConsentError, ErrorCode

PROMPT_ARMS_AFTER_S: Final = 0.5
# Longer than a press may take to arrive and still count, so that no press of the engineer's can: a younger one than
# this is known to the injector, an older one by its own time.
ALONE_AFTER_S: Final = PROMPT_ARMS_AFTER_S + 0.1


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
    """A permission for one feature. Made by the gate only; dead for good once revoked, and so is any copy of it."""

    __slots__ = ("_gate", "feature", "scope", "until")

    def __init__(self, gate: "ConsentGate", feature: Feature, scope: Scope, until: float | None, key: object) -> None:
        """`until` is in the gate's clock, seconds, or None for the session's length."""
        if key is not gate._key:
            raise ConsentError(ErrorCode.NOT_GRANTED, "only the gate makes grants")
        self._gate = gate
        self.feature = feature
        self.scope = scope
        self.until = until

    def require(self, feature: Feature) -> None:
        """Return if `feature` may act right now.

        Raises ConsentError: NOT_GRANTED (another feature's grant), GRANT_REVOKED, GRANT_SUSPENDED.
        """
        if feature is not self.feature:
            raise ConsentError(ErrorCode.NOT_GRANTED, f"{self.feature} is not {feature}")
        if not self._gate._holds(self):
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
    caller's thread, whenever the set of live grants may have changed. A listener that raises keeps no other from being
    called; its error then comes out of the method that made the change, which has taken effect.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self._key = object()
        self._grants: dict[Feature, Grant] = {}
        self._suspensions: set[Suspension] = set()
        self._prompt: Prompt | None = None
        self._numbers = itertools.count(1)
        self._closed = False
        self._listeners: list[Callable[[], None]] = []

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every change; it must be quick, and safe in any thread."""
        self._listeners.append(listener)

    # -- asking ---------------------------------------------------------------------------------------------

    @property
    def prompt(self) -> Prompt | None:
        """The open question. While there is one, nothing may be injected."""
        return None if self._closed else self._prompt

    def ask(self, features: Iterable[Feature]) -> Prompt:
        """Open a question for the customer; replaces an open one. Raises ConsentError(GRANT_REVOKED) after the end."""
        if self._closed:
            raise ConsentError(ErrorCode.GRANT_REVOKED, "the session is over")
        prompt = Prompt(next(self._numbers), frozenset(features), self.now() + PROMPT_ARMS_AFTER_S)
        self._prompt = prompt
        self._tell()
        return prompt

    def answer(self, number: int, allowed: Iterable[Feature]) -> tuple[Grant, ...]:
        """Take the customer's answer and return the new grants; an empty `allowed` is a no.

        Only what was asked can be allowed. Raises ConsentError: PROMPT_GONE (another or no question is open),
        PROMPT_NOT_ARMED (too soon for a person to have read it; the question stays open).
        """
        prompt = self.prompt
        if prompt is None or prompt.number != number:
            raise ConsentError(ErrorCode.PROMPT_GONE)
        if self.now() < prompt.armed_at:
            raise ConsentError(ErrorCode.PROMPT_NOT_ARMED)
        self._prompt = None
        grants = tuple(self._make(feature, None) for feature in sorted(prompt.features.intersection(allowed)))
        self._tell()
        return grants

    def withdraw_prompt(self) -> None:
        """Close the open question unanswered."""
        self._prompt = None
        self._tell()

    def allow(self, feature: Feature, until: float | None = None) -> Grant:
        """Grant `feature` because the customer switched it on himself, unasked, in his own window.

        `until` is in the gate's clock, seconds, or None for the session's length.
        Raises ConsentError(GRANT_REVOKED) after the end, PROMPT_NOT_ARMED while a question is open.
        """
        if self._closed:
            raise ConsentError(ErrorCode.GRANT_REVOKED, "the session is over")
        if self.prompt is not None:
            raise ConsentError(ErrorCode.PROMPT_NOT_ARMED)
        grant = self._make(feature, until)
        self._tell()
        return grant

    # -- granted --------------------------------------------------------------------------------------------

    def grant(self, feature: Feature) -> Grant:
        """Return the standing grant, which may be suspended; raises ConsentError(NOT_GRANTED) when there is none."""
        grant = self._grants.get(feature)
        if grant is None or not self._holds(grant):
            raise ConsentError(ErrorCode.NOT_GRANTED, feature)
        return grant

    @property
    def grants(self) -> dict[Feature, Grant]:
        """A copy of the standing grants, suspended or not."""
        return {feature: grant for feature, grant in tuple(self._grants.items()) if self._holds(grant)}

    @property
    def granted(self) -> frozenset[Feature]:
        """The features with a standing grant, suspended or not."""
        return frozenset(self.grants)

    @property
    def suspended(self) -> bool:
        """True while no grant may be used, for whatever reason."""
        return bool(self._suspensions)

    @property
    def suspensions(self) -> frozenset[Suspension]:
        """Why grants stand still; empty when they do not."""
        return frozenset(self._suspensions)

    def suspend(self, reason: Suspension) -> None:
        """Make every grant fail `require` until `resume(reason)`; the yes itself stands."""
        self._suspensions.add(reason)
        self._tell()

    def resume(self, reason: Suspension) -> None:
        """Take one reason back; grants live again when none is left."""
        self._suspensions.discard(reason)
        self._tell()

    def revoke(self, feature: Feature) -> None:
        """End one feature's grant at once; nothing happens if there is none."""
        self._grants.pop(feature, None)
        self._tell()

    def stop(self) -> None:
        """End everything, for good: the STOP of the whole session."""
        self._closed = True
        self._prompt = None
        self._grants.clear()
        self._tell()

    def _holds(self, grant: Grant) -> bool:
        if self._closed or self._grants.get(grant.feature) is not grant:
            return False
        return grant.until is None or self.now() < grant.until

    def _make(self, feature: Feature, until: float | None) -> Grant:
        grant = Grant(self, feature, Scope(), until, self._key)
        self._grants[feature] = grant
        return grant

    def _tell(self) -> None:
        with ExitStack() as calls:
            for listener in reversed(self._listeners):
                calls.callback(listener)
