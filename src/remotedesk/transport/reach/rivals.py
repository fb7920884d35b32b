"""Several ways tried at once: until one works, or until the others have had their time."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from remotedesk.core.errors import ErrorCode, ServerError

T = TypeVar("T")


async def first_to_succeed(
    tries: Sequence[Callable[[], Coroutine[Any, Any, T]]], head_start_s: float
) -> tuple[T, list[asyncio.Task[T]]]:
    """Start one after the other, the next as soon as one has failed with a ServerError or `head_start_s` is over.

    Returns what the first to succeed returned, and the tasks that still ran or succeeded at the same time, cancelled,
    for the caller to wait for. Raises the last ServerError if all failed; WAY_BLOCKED if there were none. On anything
    else that is raised all are cancelled.
    """
    running: list[asyncio.Task[T]] = []  # in the order of `tries`
    waiting = list(tries)
    failure = ServerError(ErrorCode.WAY_BLOCKED, "no way")
    try:
        while running or waiting:
            if waiting:
                running.append(asyncio.ensure_future(waiting.pop(0)()))
            done, _ = await asyncio.wait(
                running, timeout=head_start_s if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            for task in [task for task in running if task in done]:
                running.remove(task)
                try:
                    return task.result(), _cancelled(running)
                except ServerError as error:
                    failure = error
    except BaseException:
        await asyncio.gather(*_cancelled(running), return_exceptions=True)
        raise
    raise failure


async def all_in_time(works: Sequence[Coroutine[Any, Any, T]], patience_s: Callable[[T], float]) -> list[T]:
    """Return what those returned that succeeded, in the order in which they did.

    Waits for the first of them as long as it takes, and then for the others as long as `patience_s` says of its result.
    A ServerError of one is nothing; the list is empty when none succeeded.
    """
    pending = {asyncio.ensure_future(work) for work in works}
    everything, found, waiting_s = set(pending), list[T](), None
    try:
        while pending:
            done, pending = await asyncio.wait(pending, timeout=waiting_s, return_when=asyncio.FIRST_COMPLETED)
            if not done:
                break
            found += [task.result() for task in done if not isinstance(task.exception(), ServerError)]
            if found:
                waiting_s = patience_s(found[0])
    finally:
        await asyncio.gather(*_cancelled(list(everything)), return_exceptions=True)
    return found


def _cancelled(tasks: Sequence[asyncio.Task[T]]) -> list[asyncio.Task[T]]:
    for task in tasks:
        task.cancel()
    return list(tasks)
