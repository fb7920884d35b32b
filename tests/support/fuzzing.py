"""A small fuzzer: valid inputs, bent in every way that has broken a parser before; each input can be made again.

Input number `index` of a run depends on the run's seed and on `index` only, so a failure names both.
"""

import json
import random
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

LARGEST_INPUT: Final = 256 * 1024
MOST_SHOWN: Final = 2_000  # bytes of a failing input in the message

_TOKENS: Final = (
    b"NaN", b"Infinity", b"-0", b"1e999", b"1.0", b"null", b"true", b"[]", b"{}", b"9" * 400, b"-1",
    b"9007199254740993", b"18446744073709551616", b"e+", b"\\ud800", b"\\u0000", b"\\u202e", b"\xff", b"\xed\xa0\x80",
    b"\xef\xbb\xbf", b"\x00", b'"', b'""', b"\\", b",", b":", b'"type":', b'"type":"Relay"', b"/*", b"=",
    b"====", b"\r\n", b"\n", b"\n\n", b"%00", "１２３".encode(), "ー".encode(),
)  # fmt: skip
_VALUES: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 2**31, 2**53, 2**63, 2**64, 10**300, 1.5, -0.0, 1e308,
    "", "a", "A" * 44, "=" * 4, "\x00", "\u202e", "12345", "RD-401", "view", "offer", "0" * 64, "x" * 5_000,
    [], [[]], list(range(40)), {}, {"type": "Relay"},
)  # fmt: skip


class Mutator:
    """Makes inputs out of samples."""

    def __init__(self, samples: Sequence[bytes], seed: int) -> None:
        """`samples` are valid inputs, none of them empty."""
        self._samples = tuple(samples)
        self._seed = seed

    def input(self, index: int) -> bytes:
        """Return input number `index` of this seed."""
        chance = random.Random(f"{self._seed}/{index}")
        if chance.random() < 0.05:
            return chance.randbytes(chance.choice((0, 1, 3, 50, 2_000)))
        data = chance.choice(self._samples)
        for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
            data = chance.choice(_BENDS)(data, chance, self._samples)[:LARGEST_INPUT]
        return data


def fuzz(target: Callable[[bytes], object], refusal: type[Exception], mutator: Mutator, seconds: float) -> int:
    """Feed `target` for that long and return how many inputs it took; only `refusal` may come out of it."""
    deadline = time.monotonic() + seconds
    index = 0
    while time.monotonic() < deadline:
        _feed(target, refusal, mutator, index)
        index += 1
    return index


def fuzz_memory(target: Callable[[bytes], object], refusal: type[Exception], mutator: Mutator, inputs: int) -> int:
    """Feed `target` that many inputs and return the most bytes it held at once for any of them."""
    most = 0
    tracemalloc.start()
    try:
        for index in range(inputs):
            data = mutator.input(index)
            before, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            _give(target, refusal, data)
            most = max(most, tracemalloc.get_traced_memory()[1] - before)
    finally:
        tracemalloc.stop()
    return most


def _feed(target: Callable[[bytes], object], refusal: type[Exception], mutator: Mutator, index: int) -> None:
    data = mutator.input(index)
    try:
        _give(target, refusal, data)
    except BaseException as error:
        shown = f"{data[:MOST_SHOWN]!r}{' …' if len(data) > MOST_SHOWN else ''}"
        raise AssertionError(f"seed {mutator._seed}, input {index}: {type(error).__name__} from {shown}") from error


def _give(target: Callable[[bytes], object], refusal: type[Exception], data: bytes) -> None:
    try:
        target(data)
    except refusal:
        return


Bend = Callable[[bytes, random.Random, Sequence[bytes]], bytes]


def _flip(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    if not data:
        return data
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]


def _put(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + chance.choice(_TOKENS) + data[place + chance.choice((0, 1, 4)) :]


def _cut(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _drop(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _slice(data, chance)
    return data[:start] + data[end:]


def _repeat(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _slice(data, chance)
    times = chance.choice((2, 2, 3, 10, 200, 5_000))
    times = min(times, 1 + LARGEST_INPUT // max(1, end - start))
    return data[:start] + data[start:end] * times + data[end:]


def _splice(data: bytes, chance: random.Random, samples: Sequence[bytes]) -> bytes:
    other = chance.choice(samples)
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other)) :]


def _nest(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    opening, closing = chance.choice(((b"[", b"]"), (b'{"a":', b"}"), (b'{"type":', b"}")))
    depth = chance.choice((1, 2, 50, 900, 1_100, 20_000))
    return opening * depth + data + chance.choice((closing * depth, b""))


def _exchange_value(data: bytes, chance: random.Random, samples: Sequence[bytes]) -> bytes:
    """Change one field of a JSON object, add one, take one away, or write one twice."""
    try:
        fields = json.loads(data.split(b"\n")[0])
    except (ValueError, RecursionError):
        return _flip(data, chance, samples)
    if not isinstance(fields, dict) or not fields:
        return _put(data, chance, samples)
    name = chance.choice(list(fields))
    act = chance.randrange(4)
    if act == 0:
        fields[name] = chance.choice(_VALUES)
    elif act == 1:
        del fields[name]
    elif act == 2:
        fields[chance.choice(("later", "type", "", name + " ", "seq"))] = chance.choice(_VALUES)
    text = json.dumps(fields, ensure_ascii=chance.random() < 0.5).encode(errors="replace")
    if act == 3:
        text = text[:-1] + b"," + json.dumps({name: chance.choice(_VALUES)}).encode()[1:]
    return text


def _slice(data: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.choice((1, 2, 8, 64, len(data))))


_BENDS: Final[tuple[Bend, ...]] = (
    _flip, _put, _put, _cut, _drop, _repeat, _splice, _nest, _exchange_value, _exchange_value, _exchange_value,
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """Something that reads what others wrote: what it is called, how to feed it, what it may raise, valid inputs."""

    name: str
    take: Callable[[bytes], object]
    refusal: type[Exception]
    samples: tuple[bytes, ...]
