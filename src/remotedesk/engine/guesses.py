"""How often this client has let somebody guess a number, over all its sessions."""

from collections import Counter
from typing import Final

from remotedesk.core.errors import ErrorCode, NumberError

GUESSES: Final = 3


class Guesses:
    """Counts exchanges by routing digits as they begin: a server that guesses itself would end them without a word."""

    def __init__(self) -> None:
        self._spent: Counter[str] = Counter()

    def spend(self, routing: str) -> int:
        """Count an exchange that is about to begin; returns how many are left. Raises NumberError(NUMBER_BURNT)."""
        if self._spent[routing] >= GUESSES:
            raise NumberError(ErrorCode.NUMBER_BURNT)
        self._spent[routing] += 1
        return GUESSES - self._spent[routing]

    def forget(self, routing: str) -> None:
        """The exchange succeeded: these digits are used up, and may come again as another number."""
        del self._spent[routing]
