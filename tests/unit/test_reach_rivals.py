"""Ways tried at once: who wins, what becomes of the others."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.transport.reach.rivals import all_in_time, first_to_succeed

LONG_S = 30.0
Try = Callable[[], Coroutine[Any, Any, str]]


class Tries:
    """Makes tries, and remembers which began and which were cancelled."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.cancelled: list[str] = []

    def that(self, name: str, after_s: float = 0.0, error: Exception | None = None) -> Try:
        async def work() -> str:
            self.begun.append(name)
            try:
                await asyncio.sleep(after_s)
            except asyncio.CancelledError:
                self.cancelled.append(name)
                raise
            if error is not None:
                raise error
            return name

        return work


BLOCKED = ServerError(ErrorCode.WAY_BLOCKED)


async def test_the_better_one_wins_and_the_next_is_never_begun() -> None:
    tries = Tries()
    won, losers = await first_to_succeed([tries.that("a"), tries.that("b")], LONG_S)
    assert (won, losers, tries.begun) == ("a", [], ["a"])


async def test_a_failure_begins_the_next_at_once() -> None:
    tries = Tries()
    won, losers = await first_to_succeed([tries.that("a", error=BLOCKED), tries.that("b")], LONG_S)
    assert (won, losers, tries.begun) == ("b", [], ["a", "b"])


async def test_nobody_waits_for_a_dead_one() -> None:
    tries = Tries()
    won, losers = await first_to_succeed([tries.that("dead", LONG_S), tries.that("b")], 0.01)
    assert won == "b"
    await asyncio.wait(losers)
    assert tries.cancelled == ["dead"]


async def test_of_two_that_succeed_together_the_better_wins_and_the_other_is_handed_over() -> None:
    ready = asyncio.Event()

    async def wait(name: str) -> str:
        await ready.wait()
        return name

    asyncio.get_running_loop().call_later(0.05, ready.set)
    won, losers = await first_to_succeed([lambda: wait("a"), lambda: wait("b")], 0.001)
    assert won == "a"
    await asyncio.wait(losers)
    assert [task.cancelled() or task.result() for task in losers] == ["b"]


async def test_without_success_the_last_failure_is_told() -> None:
    tries = Tries()
    refused = ServerError(ErrorCode.TURN_REFUSED)
    with pytest.raises(ServerError) as last:
        await first_to_succeed([tries.that("a", 0.05, refused), tries.that("b", error=BLOCKED)], 0.0)
    assert last.value is refused
    with pytest.raises(ServerError) as last:
        await first_to_succeed(list[Try](), 1.0)
    assert last.value.code is ErrorCode.WAY_BLOCKED


async def test_a_mistake_and_a_cancellation_leave_nothing_running() -> None:
    tries = Tries()
    with pytest.raises(KeyError):
        await first_to_succeed([tries.that("a", LONG_S), tries.that("b", error=KeyError())], 0.001)
    assert tries.cancelled == ["a"]
    task = asyncio.ensure_future(first_to_succeed([tries.that("c", LONG_S)], 1.0))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert tries.cancelled == ["a", "c"]


async def test_others_get_as_long_as_the_first_says() -> None:
    tries = Tries()
    works = [tries.that("slow", LONG_S)(), tries.that("b", 0.02)(), tries.that("a")(), tries.that("x", error=BLOCKED)()]
    assert await all_in_time(works, lambda first: 0.5 if first == "a" else LONG_S) == ["a", "b"]
    assert tries.cancelled == ["slow"]


async def test_all_may_fail() -> None:
    tries = Tries()
    assert await all_in_time([tries.that("a", error=BLOCKED)()], lambda _: 1.0) == []
    with pytest.raises(KeyError):
        await all_in_time([tries.that("a", error=KeyError())(), tries.that("b", LONG_S)()], lambda _: 1.0)
    assert tries.cancelled == ["b"]
