"""Every message of the wire, found by looking, and hypothesis strategies built from its declared bounds."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, cast

from hypothesis import strategies as st
from msgspec import inspect

import remotedesk.wire
from remotedesk.wire.codec import Codec, Message


@dataclass(frozen=True)
class Dialect:
    """One codec, under the name it has in its module, with the structs it takes."""

    name: str
    codec: Codec[Any]
    structs: tuple[type[Message], ...]


def wire_modules() -> tuple[ModuleType, ...]:
    """Return every module of remotedesk.wire."""
    found = pkgutil.iter_modules(remotedesk.wire.__path__, "remotedesk.wire.")
    return tuple(importlib.import_module(module.name) for module in found)


def dialects() -> tuple[Dialect, ...]:
    """Return every codec in remotedesk.wire."""
    return tuple(
        Dialect(name, value, _structs(value))
        for module in wire_modules()
        for name, value in sorted(vars(module).items())
        if isinstance(value, Codec)
    )


def messages() -> tuple[type[Message], ...]:
    """Return every message struct declared in remotedesk.wire."""
    return tuple(
        value
        for module in wire_modules()
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Message)
        and value is not Message
        and value.__module__ == module.__name__
    )


def fields(struct: type[Message]) -> tuple[inspect.Field, ...]:
    """Return the fields of a message with their types and bounds."""
    return cast("inspect.StructType", inspect.type_info(struct)).fields


def built(struct: type[Message]) -> st.SearchStrategy[Message]:
    """Return messages of one type, all of them within bounds."""
    return st.builds(struct, **{field.name: strategy(field.type) for field in fields(struct)})


def strategy(kind: inspect.Type) -> st.SearchStrategy[Any]:
    """Return the values a field may have; a type not listed here is a type nobody has thought about yet."""
    match kind:
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType():
            return st.integers(kind.ge, kind.le)
        case inspect.StrType(pattern=str() as pattern):
            return st.from_regex(pattern)
        case inspect.StrType():
            return st.text(min_size=kind.min_length or 0, max_size=kind.max_length)
        case inspect.BytesType():
            return st.binary(min_size=kind.min_length or 0, max_size=kind.max_length)
        case inspect.LiteralType():
            return st.sampled_from(kind.values)
        case inspect.EnumType():
            return st.sampled_from(kind.cls)
        case inspect.VarTupleType():
            return st.lists(strategy(kind.item_type), max_size=kind.max_length).map(tuple)
    raise NotImplementedError(f"no strategy for {kind}")


def _structs(codec: Codec[Any]) -> tuple[type[Message], ...]:
    def walk(kind: inspect.Type) -> Iterator[type[Message]]:
        if isinstance(kind, inspect.UnionType):
            for member in kind.types:
                yield from walk(member)
        elif isinstance(kind, inspect.StructType):
            yield cast("type[Message]", kind.cls)

    return tuple(walk(inspect.type_info(codec._decoder.type)))
