"""Routing digits: which are live, and why those that are gone are gone."""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.core.session_number import ROUTING_DIGITS
from remotedesk_signaling.limits import ROUTING_SPACE, Limits

T = TypeVar("T")


class NumberPool(Generic[T]):
    """Hands out routing digits for things of type T; a number that is gone is not issued again for a while.

    With fewer than a fifth live and half remembered, a random draw is free at least three times in ten.
    """

    def __init__(self, limits: Limits, choose: Callable[[int], int] = secrets.randbelow) -> None:
        """`choose(n)` gives a uniform integer in [0, n)."""
        self._limits = limits
        self._choose = choose
        self._live: dict[str, T] = {}
        self._gone: OrderedDict[str, tuple[ErrorCode, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._live)

    def draw(self, holder: T, now: float) -> str:
        """Return fresh routing digits, live from now on for `holder`; raises ServerError(SERVER_FULL)."""
        self._forget(now)
        limits = self._limits
        if len(self._live) >= limits.live_numbers_most or len(self._gone) >= limits.remembered_most:
            raise ServerError(ErrorCode.SERVER_FULL)
        while True:
            routing = f"{self._choose(ROUTING_SPACE):0{ROUTING_DIGITS}d}"
            if routing not in self._live and routing not in self._gone:
                self._live[routing] = holder
                return routing

    def find(self, routing: str, now: float) -> T | ErrorCode:
        """Return the holder of live digits, or why they are not live."""
        holder = self._live.get(routing)
        if holder is not None:
            return holder
        self._forget(now)
        gone = self._gone.get(routing)
        return gone[0] if gone else ErrorCode.NUMBER_UNKNOWN

    def retire(self, routing: str, why: ErrorCode, now: float) -> None:
        """Take live digits out of use, remembering why."""
        del self._live[routing]
        self._gone[routing] = (why, now + self._limits.remember_s)

    def _forget(self, now: float) -> None:
        while self._gone:
            routing, (_, until) = next(iter(self._gone.items()))
            if now < until:
                return
            del self._gone[routing]
