"""Every message there and back, and everything that is no message refused, by ProtocolError and nothing else."""

import itertools
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from remotedesk.core.consent import Feature
from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.wire.chat import CHAT, LONGEST_TEXT, Chat
from remotedesk.wire.codec import Codec, Message
from remotedesk.wire.input import INPUT, POINTER, Key, PointerButton, PointerMove, Text
from remotedesk.wire.pairing import RELAY, Sealed
from remotedesk.wire.sealed import SEALED, Ask, Description
from remotedesk.wire.session import SESSION
from remotedesk.wire.signaling import TO_CLIENT, TO_SERVER, Issue, Join
from remotedesk.wire.signaling import Relay as RelayedBytes
from tests.support.messages import Dialect, built, dialects, fields, messages

DIALECTS = {dialect.name: dialect for dialect in dialects()}
SPOKEN = [(dialect, struct) for dialect in DIALECTS.values() for struct in dialect.structs]
SPOKEN_IDS = [f"{dialect.name}-{struct.__name__}" for dialect, struct in SPOKEN]
FIELDS = [(dialect, struct, field) for dialect, struct in SPOKEN for field in fields(struct)]
FIELD_IDS = [f"{dialect.name}-{struct.__name__}-{field.name}" for dialect, struct, field in FIELDS]

spoken = pytest.mark.parametrize(("dialect", "struct"), SPOKEN, ids=SPOKEN_IDS)
each_field = pytest.mark.parametrize(("dialect", "struct", "field"), FIELDS, ids=FIELD_IDS)
each_dialect = pytest.mark.parametrize("dialect", list(DIALECTS.values()), ids=list(DIALECTS))

# One value of every kind that JSON has, none of which fits a pattern or a length of 32.
JSON_KINDS: dict[str, Any] = {
    "null": None,
    "boolean": True,
    "integer": 1,
    "fraction": 1.5,
    "string": "?",
    "array": [[]],
    "object": {"a": 1},
}


def refusal(dialect: Dialect, data: bytes) -> ErrorCode:
    with pytest.raises(ProtocolError) as caught:
        dialect.codec.decode(data)
    assert str(caught.value) == f"{caught.value.code} {caught.value.code.name}"
    return caught.value.code


def example(struct: type[Message]) -> dict[str, Any]:
    """Return the plainest message of this type as a JSON object."""
    values = {field.name: smallest(field.type) for field in fields(struct)}
    return {"type": struct.__name__} | values


def smallest(kind: inspect.Type) -> Any:
    match kind:
        case inspect.BoolType():
            return False
        case inspect.IntType():
            return kind.ge
        case inspect.StrType(pattern=str() as pattern):
            return EXAMPLES[pattern]
        case inspect.StrType():
            return "a" * (kind.min_length or 0)
        case inspect.BytesType():
            return msgspec.to_builtins(bytes(kind.min_length or 0))
        case inspect.LiteralType():
            return kind.values[0]
        case inspect.EnumType():
            return next(iter(kind.cls)).value
        case inspect.VarTupleType():
            return []
    raise NotImplementedError(kind)


EXAMPLES = {
    r"\A[0-9]{5}\Z": "12345",
    r"\ARD-[0-9]{3}\Z": "RD-509",
    r"\A[A-Za-z0-9_-]{22,64}\Z": "a" * 22,
    r"\A[a-z0-9_.]{1,32}\Z": "chat",
    r"\A[A-Z][A-Za-z0-9]{1,23}\Z": "KeyA",
    r"\A(offer|answer)\Z": "offer",
    r"\A[0-9a-f]{64}\Z": "0" * 64,
    r"\A[a-z]{1,16}\Z": "chat",
    r"\A([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):[0-9]{1,5}\Z": "turn.example:443",
}


def too_far(kind: inspect.Type) -> list[Any]:
    """Return values of the right kind just outside the bounds."""
    match kind:
        case inspect.IntType():
            assert kind.ge is not None
            assert kind.le is not None
            return [kind.ge - 1, kind.le + 1, 2**64, -(2**63) - 1]
        case inspect.StrType(pattern=str() as pattern):
            good = EXAMPLES[pattern]
            return ["", good + "\n", "\n" + good, good + "\x00", good * 65, "１２３４５", good[:-1] + "é"]
        case inspect.StrType():
            assert kind.max_length is not None
            return ["", "a" * (kind.max_length + 1)]
        case inspect.BytesType():
            assert kind.max_length is not None
            sizes = {(kind.min_length or 0) - 1, kind.max_length + 1} - {-1}
            return [msgspec.to_builtins(bytes(size)) for size in sizes] + ["=", "AAA", "AA=A", "Ａ" * 44, "-_-_"]
        case inspect.LiteralType():
            return [99, -1]
        case inspect.EnumType():
            return ["", "VIEW", "unheard_of"]
        case inspect.VarTupleType():
            assert kind.max_length is not None
            return [[smallest(kind.item_type)] * (kind.max_length + 1)] + [[bad] for bad in too_far(kind.item_type)]
    return []


def test_every_message_belongs_to_a_codec_and_has_a_name_of_its_own_there() -> None:
    assert set(messages()) == {struct for dialect in DIALECTS.values() for struct in dialect.structs}
    for dialect in DIALECTS.values():
        names = [struct.__name__ for struct in dialect.structs]
        assert len(set(names)) == len(names)


@each_field
def test_every_field_is_bounded(dialect: Dialect, struct: type[Message], field: inspect.Field) -> None:
    def check(kind: inspect.Type) -> None:
        match kind:
            case inspect.BoolType() | inspect.LiteralType() | inspect.EnumType():
                return
            case inspect.IntType():
                assert kind.ge is not None
                assert kind.le is not None
                assert kind.le < 2**53
            case inspect.StrType():
                assert kind.pattern in EXAMPLES or kind.max_length is not None
            case inspect.BytesType():
                assert kind.max_length is not None
            case inspect.VarTupleType():
                assert kind.max_length is not None
                check(kind.item_type)
            case _:
                pytest.fail(f"a field of a kind whose bounds nobody has thought about: {kind}")

    check(field.type)


@spoken
@given(data=st.data())
def test_every_message_comes_back(dialect: Dialect, struct: type[Message], data: st.DataObject) -> None:
    message = data.draw(built(struct))
    encoded = dialect.codec.encode(message)
    assert len(encoded) <= dialect.codec.largest
    assert dialect.codec.decode(encoded) == message
    assert json.loads(encoded)["type"] == struct.__name__


@spoken
def test_unknown_fields_are_ignored(dialect: Dialect, struct: type[Message]) -> None:
    plain = example(struct)
    extended = plain | {"later": {"version": [1, "two", None]}, "": 1e300}
    assert dialect.codec.decode(json.dumps(extended).encode()) == dialect.codec.decode(json.dumps(plain).encode())


@spoken
def test_the_longest_message_within_bounds_fits(dialect: Dialect, struct: type[Message]) -> None:
    def longest(kind: inspect.Type, text: str) -> Any:
        match kind:
            case inspect.StrType(pattern=None):
                return text * (kind.max_length or 0)
            case inspect.BytesType():
                return bytes(kind.max_length or 0)
            case inspect.VarTupleType(item_type=inspect.StrType(pattern=None)):
                return (longest(kind.item_type, text),) * (kind.max_length or 0)
            case inspect.VarTupleType(item_type=inspect.StrType(pattern=r"\A[a-z0-9_.]{1,32}\Z")):
                return ("a" * 32,) * (kind.max_length or 0)
            case inspect.VarTupleType():
                return (smallest(kind.item_type),) * (kind.max_length or 0)
        return smallest(kind)

    # SDP is ASCII; everything else may be all emoji.
    text = "a" if struct is Description else "\U0001f600"
    values = {field.name: longest(field.type, text) for field in fields(struct)}
    assert dialect.codec.decode(dialect.codec.encode(struct(**values)))


@each_field
def test_a_missing_field_is_malformed_unless_it_has_a_default(
    dialect: Dialect, struct: type[Message], field: inspect.Field
) -> None:
    rest = {name: value for name, value in example(struct).items() if name != field.name}
    data = json.dumps(rest).encode()
    if field.required:
        assert refusal(dialect, data) is ErrorCode.MESSAGE_MALFORMED
    else:
        assert getattr(dialect.codec.decode(data), field.name) == field.default


@each_field
def test_another_kind_of_value_is_malformed(dialect: Dialect, struct: type[Message], field: inspect.Field) -> None:
    allowed = {
        inspect.BoolType: {"boolean"},
        inspect.IntType: {"integer"},
        inspect.LiteralType: {"integer"},
    }.get(type(field.type), set())
    if isinstance(field.type, inspect.StrType) and field.type.pattern is None:
        allowed = {"string"}
    for kind in JSON_KINDS.keys() - allowed:
        changed = example(struct) | {field.name: JSON_KINDS[kind]}
        assert refusal(dialect, json.dumps(changed).encode()) is ErrorCode.MESSAGE_MALFORMED, kind
    for raw in ("NaN", "Infinity", "-Infinity", "1.0", "1e2", "0x1", "01", "undefined", "'a'", ""):
        text = json.dumps(example(struct) | {field.name: "@"}).replace('"@"', raw)
        assert refusal(dialect, text.encode()) is ErrorCode.MESSAGE_MALFORMED, raw


@each_field
def test_a_value_out_of_bounds_is_refused(dialect: Dialect, struct: type[Message], field: inspect.Field) -> None:
    for value in too_far(field.type):
        data = json.dumps(example(struct) | {field.name: value}, ensure_ascii=False).encode()
        assert refusal(dialect, data) in (ErrorCode.MESSAGE_MALFORMED, ErrorCode.MESSAGE_TOO_BIG), value


@each_dialect
def test_another_or_no_type_is_malformed(dialect: Dialect) -> None:
    names = {struct.__name__ for struct in dialect.structs}
    strangers: list[Any] = sorted({struct.__name__ for struct in messages()} - names)
    plain = example(dialect.structs[0])
    for kind in [*strangers, "", "Message", plain["type"].lower(), plain["type"] + " ", None, 1, [], {}]:
        assert refusal(dialect, json.dumps(plain | {"type": kind}).encode()) is ErrorCode.MESSAGE_MALFORMED
    without = json.dumps({name: value for name, value in plain.items() if name != "type"}).encode()
    if len(names) == 1:  # where only one type can be meant, it need not be named
        assert isinstance(dialect.codec.decode(without), dialect.structs[0])
    else:
        assert refusal(dialect, without) is ErrorCode.MESSAGE_MALFORMED


@each_dialect
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"\x00",
        b"null",
        b"true",
        b"1",
        b'"Issue"',
        b"[]",
        b"{}",
        b"{",
        b'{"type"',
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b"[" * 1_500,
        b'{"a":' * 400,
        b'{"type":"\xff"}',
        b'{"type":"\\ud800"}',
    ],
)
def test_what_is_no_message_is_malformed(dialect: Dialect, data: bytes) -> None:
    assert refusal(dialect, data) is ErrorCode.MESSAGE_MALFORMED


@spoken
def test_rubbish_around_a_message_is_malformed(dialect: Dialect, struct: type[Message]) -> None:
    data = json.dumps(example(struct)).encode()
    for before, after in (
        (b"", b"x"),
        (b"", data),
        (b"\x00", b""),
        (b"", b"\x00"),
        (b"[", b"]"),
        (b"\xef\xbb\xbf", b""),
    ):
        assert refusal(dialect, before + data + after) is ErrorCode.MESSAGE_MALFORMED
    assert dialect.codec.decode(b" " + data + b"\n") == dialect.codec.decode(data)


@each_dialect
def test_one_byte_too_many_is_too_big_before_it_is_read(dialect: Dialect) -> None:
    data = json.dumps(example(dialect.structs[0])).encode()
    full = data + b" " * (dialect.codec.largest - len(data))
    assert isinstance(dialect.codec.decode(full), dialect.structs[0])
    assert refusal(dialect, full + b" ") is ErrorCode.MESSAGE_TOO_BIG


@each_dialect
def test_deep_nesting_in_a_field_nobody_reads_is_refused_or_ignored(dialect: Dialect) -> None:
    text = json.dumps(example(dialect.structs[0]) | {"later": "@"})
    for depth, (opening, closing) in itertools.product((10, 300, 900), (("[", "]"), ('{"a":', "}"))):
        data = text.replace('"@"', opening * depth + "1" + closing * depth).encode()
        try:
            dialect.codec.decode(data)
        except ProtocolError:
            assert depth > 100


@pytest.mark.parametrize("text", ["\\ud800", "\\udc00\\ud800"])
def test_half_a_character_is_malformed(text: str) -> None:
    assert refusal(DIALECTS["CHAT"], f'{{"type":"Chat","text":"{text}"}}'.encode()) is ErrorCode.MESSAGE_MALFORMED


def test_of_a_repeated_field_the_last_counts_and_is_checked() -> None:
    assert CHAT.decode(b'{"type":"Chat","text":"a","text":"b"}') == Chat("b")
    assert refusal(DIALECTS["CHAT"], b'{"type":"Chat","text":"a","text":""}') is ErrorCode.MESSAGE_MALFORMED


def test_what_the_other_side_would_refuse_is_not_sent() -> None:
    wrong: Any = 3
    attempts: list[tuple[Codec[Any], Message, ErrorCode]] = [
        (CHAT, Chat(""), ErrorCode.MESSAGE_MALFORMED),
        (CHAT, Chat("a" * (LONGEST_TEXT + 1)), ErrorCode.MESSAGE_MALFORMED),
        (CHAT, Chat("\x00" * LONGEST_TEXT), ErrorCode.MESSAGE_TOO_BIG),
        (CHAT, Chat("\ud800"), ErrorCode.MESSAGE_MALFORMED),
        (CHAT, Chat(wrong), ErrorCode.MESSAGE_MALFORMED),
        (CHAT, Chat(wrong.__add__), ErrorCode.MESSAGE_MALFORMED),
        (INPUT, Key(0, "not a code", True), ErrorCode.MESSAGE_MALFORMED),
        (INPUT, Text(0, "\udfff"), ErrorCode.MESSAGE_MALFORMED),
        (INPUT, PointerButton(0, wrong + 6, True, 0, 0), ErrorCode.MESSAGE_MALFORMED),
        (POINTER, PointerMove(-1, 0, 0), ErrorCode.MESSAGE_MALFORMED),
        (RELAY, Sealed(0, b"too short"), ErrorCode.MESSAGE_MALFORMED),
        (RELAY, Sealed(0, bytes(60_000)), ErrorCode.MESSAGE_TOO_BIG),
        (SEALED, Ask((Feature.VIEW,) * 17), ErrorCode.MESSAGE_MALFORMED),
        (TO_SERVER, Join("1234"), ErrorCode.MESSAGE_MALFORMED),
        (TO_SERVER, RelayedBytes(bytes(60_001)), ErrorCode.MESSAGE_MALFORMED),
    ]
    for codec, message, code in attempts:
        with pytest.raises(ProtocolError) as caught:
            codec.encode(message)
        assert caught.value.code is code


def test_a_message_of_another_channel_is_not_sent() -> None:
    stranger: Any = Issue()
    codecs: list[Codec[Any]] = [CHAT, INPUT, POINTER, RELAY, SEALED, SESSION, TO_CLIENT]
    for codec in codecs:
        with pytest.raises(ProtocolError) as caught:
            codec.encode(stranger)
        assert caught.value.code is ErrorCode.MESSAGE_MALFORMED
