"""PROTOCOL.md says what the code does: every message, field, bound, limit and error code, and nothing else."""

import re
from enum import StrEnum
from pathlib import Path
from struct import Struct

import pytest
from msgspec import inspect

import remotedesk.wire
from remotedesk.core.consent import Feature, Suspension
from remotedesk.core.errors import ErrorCode
from remotedesk.transport.channels import CHANNELS, Channel
from remotedesk.transport.session_keys import LABEL, Purpose
from remotedesk.wire import cursor
from remotedesk.wire.codec import Message
from remotedesk.wire.pairing import PROTOCOL_VERSION
from remotedesk.wire.signaling import SUBPROTOCOL
from remotedesk.wire.tiles import (
    ACK_LAYOUT,
    COLOUR_LAYOUT,
    COPY_LAYOUT,
    LARGEST_SIDE,
    MOST_COLOURS,
    MOST_DRAWN,
    MOST_OPERATIONS,
    MOST_PIXELS,
    MOST_STRIP,
    MOST_STRIPS,
    RECT_LAYOUT,
    STRIP_LAYOUT,
    STRIPS_LAYOUT,
    TILES,
    UPDATE_LAYOUT,
)
from remotedesk.wire.video import LEAST_SIDE, MOST_CODED, MOST_VIDEO, VIDEO_LAYOUT, Coding
from tests.support.messages import Dialect, dialects, fields

TEXT = (Path(remotedesk.wire.__path__[0]) / "PROTOCOL.md").read_text(encoding="utf-8")
ENUMERATIONS = (Feature, Suspension)
Rows = list[dict[str, str]]


def table(heading: str, columns: tuple[str, ...]) -> Rows:
    """Return the rows of the one table with these columns in the section under `heading`."""
    section = re.split(r"^#+ .*$", TEXT.split(f"\n{heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    for block in re.findall(r"(?:^\|.*\|\n)+", section, re.MULTILINE):
        head, rule, *rows = (
            [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in block.splitlines()
        )
        if tuple(head) == columns:
            assert all(set(cell) <= {"-", ":"} for cell in rule)
            assert all(len(row) == len(head) and all(row) for row in rows)
            return [dict(zip(head, row, strict=True)) for row in rows]
    raise AssertionError(f"no table {columns} under {heading}")


def bound(kind: inspect.Type) -> str:
    """Return a field's type and bounds as the document writes them."""
    match kind:
        case inspect.BoolType():
            return "boolean"
        case inspect.IntType():
            return f"integer {kind.ge:,} to {kind.le:,}"
        case inspect.StrType(pattern=str() as pattern):
            inner = pattern.removeprefix(r"\A").removesuffix(r"\Z").replace("|", r"\|")
            return f"string `{inner}`"
        case inspect.StrType():
            return f"string of {kind.min_length:,} to {kind.max_length:,} characters"
        case inspect.BytesType():
            low, high = kind.min_length or 0, kind.max_length
            return f"base64 of {low:,} bytes" if low == high else f"base64 of {low:,} to {high:,} bytes"
        case inspect.LiteralType():
            return "one of " + ", ".join(f"`{value}`" for value in kind.values)
        case inspect.EnumType():
            return f"one of {kind.cls.__name__}"
        case inspect.VarTupleType():
            return f"array of 0 to {kind.max_length}: {bound(kind.item_type)}"
    raise NotImplementedError(kind)


def described(field: inspect.Field) -> str:
    """Return what stands in the Bound column."""
    return bound(field.type) + ("" if field.required else "; may be absent")


each_dialect = pytest.mark.parametrize("dialect", dialects(), ids=lambda dialect: dialect.name)


@each_dialect
def test_every_message_has_its_row(dialect: Dialect) -> None:
    rows = table(f"### {dialect.name}", ("Message", "From", "Allowed when", "What it says"))
    assert [row["Message"] for row in rows] == [f"`{struct.__name__}`" for struct in dialect.structs]
    assert {row["From"] for row in rows} <= {"customer", "engineer", "either", "server"}


@each_dialect
def test_every_field_has_its_row_with_its_bound(dialect: Dialect) -> None:
    expected = [
        (f"`{struct.__name__}`", f"`{field.name}`", described(field))
        for struct in dialect.structs
        for field in fields(struct)
    ]
    rows = table(f"### {dialect.name}", ("Message", "Field", "Bound", "Meaning"))
    assert [(row["Message"], row["Field"], row["Bound"]) for row in rows] == expected


def test_every_set_of_messages_has_its_limit() -> None:
    rows = table("## 2. Messages", ("Set", "Travels", "Largest, bytes"))
    stated = {row["Set"]: row["Largest, bytes"] for row in rows}
    sizes = {dialect.name: dialect.codec.largest for dialect in dialects()} | {
        "TILES": TILES.largest,
        "CURSOR": cursor.CURSOR.largest,
    }
    assert stated == {f"`{name}`": f"{largest:,}" for name, largest in sizes.items()}


STRIP_PARTS = {"Strips": STRIPS_LAYOUT, "Colour": COLOUR_LAYOUT, "Strip": STRIP_LAYOUT}
VIDEO_PARTS = {"VideoPart": VIDEO_LAYOUT}
TILE_PARTS = (
    {"Update": UPDATE_LAYOUT, "Copy": COPY_LAYOUT, "Rect": RECT_LAYOUT, "Ack": ACK_LAYOUT} | STRIP_PARTS | VIDEO_PARTS
)
CURSOR_PARTS = {"Shape": cursor.SHAPE_LAYOUT, "Pointer": cursor.POINTER_LAYOUT}
BINARY_PARTS = TILE_PARTS | CURSOR_PARTS


@pytest.mark.parametrize(("name", "parts"), [("TILES", TILE_PARTS), ("CURSOR", CURSOR_PARTS)])
def test_every_field_of_a_binary_message_has_its_row(name: str, parts: dict[str, Struct]) -> None:
    rows = table(f"### {name}", ("Part", "Field", "Type", "Bound", "Meaning"))
    letters = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q"}
    stated = {part: "<" + "".join(letters[row["Type"]] for row in rows if row["Part"] == f"`{part}`") for part in parts}
    assert stated == {
        part: layout.format.replace("6H", "HHHHHH").replace("4H", "HHHH") for part, layout in parts.items()
    }
    assert {row["Part"] for row in rows} == {f"`{part}`" for part in parts}


def test_the_bounds_of_binary_messages_are_the_codes() -> None:
    rows = table("### TILES", ("Part", "Field", "Type", "Bound", "Meaning"))
    of_update = {row["Field"]: row for row in rows if row["Part"] == "`Update`"}
    assert of_update["`width`"]["Bound"] == of_update["`height`"]["Bound"] == f"1 to {LARGEST_SIDE:,}"
    assert of_update["`copies`"]["Bound"] == of_update["`rects`"]["Bound"] == f"0 to {MOST_OPERATIONS:,}"
    assert f"{MOST_PIXELS:,}" in of_update["`width`"]["Meaning"]
    assert f"{MOST_DRAWN:,}" in of_update["`rects`"]["Meaning"]
    of_video = {row["Field"]: row for row in rows if row["Part"] == "`VideoPart`"}
    assert of_video["`width`"]["Bound"] == of_video["`height`"]["Bound"] == f"{LEAST_SIDE} up, inside"
    assert f"{MOST_VIDEO:,}" in of_video["`width`"]["Meaning"]
    assert of_video["`coding`"]["Bound"] == f"{min(Coding):d} to {max(Coding):d}"
    assert f"{MOST_CODED:,} bytes" in TEXT
    of_strips = {row["Field"]: row for row in rows if row["Part"] == "`Strips`"}
    assert of_strips["`width`"]["Bound"] == of_strips["`height`"]["Bound"] == f"0 to {LARGEST_SIDE:,}"
    assert of_strips["`strips`"]["Bound"] == f"1 to {MOST_STRIPS}"
    assert of_strips["`colours`"]["Bound"] == f"0 to {MOST_COLOURS}"
    assert f"{MOST_STRIP:,}" in of_strips["`width`"]["Meaning"]
    rows = table("### CURSOR", ("Part", "Field", "Type", "Bound", "Meaning"))
    bounds = {(row["Part"], row["Field"]): row["Bound"] for row in rows}
    assert bounds["`Shape`", "`width`"] == bounds["`Shape`", "`height`"] == f"1 to {cursor.LARGEST_SIDE}"
    assert bounds["`Shape`", "`slot`"] == f"1 to {cursor.SLOTS}"
    assert bounds["`Pointer`", "`slot`"] == f"0 to {cursor.SLOTS}"
    assert [f"`{spec.label}`" for spec in CHANNELS if spec.most_early == 64] == ["`tiles`", "`cursor`"]
    assert "What comes on `tiles` or `cursor` before" in TEXT
    assert "at most 64 messages each" in TEXT


@pytest.mark.parametrize("values", ENUMERATIONS, ids=lambda values: values.__name__)
def test_every_value_of_an_enumeration_has_its_row(values: type[StrEnum]) -> None:
    rows = table(f"### {values.__name__}", ("Value", "Meaning"))
    assert [row["Value"] for row in rows] == [f"`{value}`" for value in values]


def test_every_error_code_has_its_row() -> None:
    rows = table("## 11. Error codes", ("Code", "Name", "Meaning"))
    assert [(row["Code"], row["Name"]) for row in rows] == [(code.value, f"`{code.name}`") for code in ErrorCode]


def test_every_channel_has_its_row() -> None:
    rows = table(
        "## 8. Data channels",
        ("Label", "Stream", "Ordered", "Retransmits", "Set", "Burst, messages", "Messages per second"),
    )
    names = {id(dialect.codec): dialect.name for dialect in dialects()} | {
        id(TILES): "TILES",
        id(cursor.CURSOR): "CURSOR",
    }
    assert [tuple(row.values()) for row in rows] == [
        (
            f"`{spec.label}`",
            str(spec.stream_id),
            "yes" if spec.reliable else "no",
            "until delivered" if spec.reliable else "0",
            f"`{names[id(spec.codec)]}`",
            f"{spec.burst:,}",
            f"{spec.per_second:,}",
        )
        for spec in CHANNELS
    ]
    assert Channel.__doc__


def test_every_key_has_its_row() -> None:
    rows = table("### 5.4 Keys", ("Purpose", "Used for"))
    assert [row["Purpose"] for row in rows] == [f"`{purpose}`" for purpose in Purpose]


def test_the_constants_are_the_codes() -> None:
    assert f"`{LABEL.decode()}`" in TEXT
    assert f"`{SUBPROTOCOL}`" in TEXT
    assert f"Version {PROTOCOL_VERSION}." in TEXT


def test_nothing_is_named_that_does_not_exist() -> None:
    """Every CamelCase word in code quotes is a message, and every code is one of ours."""
    known = {struct.__name__ for dialect in dialects() for struct in dialect.structs} | {"SealedMessage"}
    known |= {values.__name__ for values in ENUMERATIONS} | {Message.__name__} | set(BINARY_PARTS)
    quoted = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z0-9][a-z0-9]+)*)`", TEXT))
    assert quoted - known == set()
    assert set(re.findall(r"RD-\d{3}", TEXT)) - {code.value for code in ErrorCode} == set()
    names = set(re.findall(r"\b[A-Z]{3,}_[A-Z_]+\b", TEXT))
    assert names - {code.name for code in ErrorCode} - {dialect.name for dialect in dialects()} == set()
