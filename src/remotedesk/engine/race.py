"""Waits for whichever of several things happens first and leaves no task of the others behind; ends a cancellation."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def first_of(*works: Awaitable[T]) -> T:
    """Return what the first to end returned, or raise what it raised; the others are cancelled and awaited.

    Of those that end together the earlier argument wins. A future that must outlive this is given in a shield.
    """
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(task for task in tasks if task.done()).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def uncancel() -> None:
    """Have this task's cancellation behind it: before Python 3.11.3 no timeout worked after one (CPython gh-102780)."""
    task = asyncio.current_task()
    while task is not None and task.cancelling():
        task.uncancel()
