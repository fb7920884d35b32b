"""The record: whatever is changed in it is found, and whatever is put into it stays one readable line."""

import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from remotedesk.core.audit import GENESIS, LONGEST_FACT, Act, AuditChain, Entry, short_code, verify
from remotedesk.core.errors import ErrorCode, RecordError

FACT_NAMES = st.from_regex(r"\A[a-z_]{1,12}\Z").filter(lambda name: name not in ("at", "act", "self"))
FACTS = st.dictionaries(FACT_NAMES, st.text(max_size=20) | st.integers() | st.booleans(), max_size=3)
STEPS = st.lists(st.tuples(st.sampled_from(Act), FACTS), min_size=1, max_size=6)
AT = "2026-11-23T01:02:03.456+00:00"


def chain_of(steps: list[tuple[Act, dict[str, str | int]]]) -> AuditChain:
    chain = AuditChain()
    for act, facts in steps:
        chain.append(AT, act, **facts)
    return chain


def lines_of(chain: AuditChain) -> list[str]:
    return [entry.to_line() for entry in chain.entries]


def some_record() -> list[str]:
    chain = AuditChain()
    chain.append(AT, Act.STARTED, role="customer", server="support.example", routing="12345")
    chain.append(AT, Act.PAIRED, engineer="山田 太郎", company="テスト㈱")
    chain.append(AT, Act.CONTROL_USED, keys=12, clicks=3)
    chain.append(AT, Act.ENDED, code=ErrorCode.PEER_ENDED)
    return lines_of(chain)


def refusal(lines: list[str]) -> ErrorCode:
    with pytest.raises(RecordError) as caught:
        verify(lines)
    return caught.value.code


@given(STEPS)
def test_a_record_verifies_and_reads_back(steps: list[tuple[Act, dict[str, str | int]]]) -> None:
    chain = chain_of(steps)
    assert verify(lines_of(chain)) == chain.entries
    assert chain.head == chain.entries[-1].hash
    assert [entry.previous for entry in chain.entries] == [GENESIS, *(entry.hash for entry in chain.entries[:-1])]


@given(STEPS)
def test_a_record_survives_being_a_file(steps: list[tuple[Act, dict[str, str | int]]]) -> None:
    lines = lines_of(chain_of(steps))
    text = "".join(line + "\n" for line in lines)
    assert text.splitlines() == lines
    assert len(verify(io.StringIO(text))) == len(steps)


@given(STEPS, st.data())
def test_any_changed_character_is_found(steps: list[tuple[Act, dict[str, str | int]]], data: st.DataObject) -> None:
    lines = lines_of(chain_of(steps))
    number = data.draw(st.integers(0, len(lines) - 1))
    place = data.draw(st.integers(0, len(lines[number]) - 1))
    char = data.draw(st.characters())
    assume(char != lines[number][place])
    lines[number] = lines[number][:place] + char + lines[number][place + 1 :]
    assert refusal(lines) in (ErrorCode.RECORD_BROKEN, ErrorCode.RECORD_UNREADABLE)


def test_every_changed_bit_of_a_record_is_found(tmp_path: Path) -> None:
    record = "\n".join(some_record()).encode()
    path = tmp_path / "record.jsonl"
    for place in range(len(record)):
        path.write_bytes(record[:place] + bytes([record[place] ^ 1 << place % 8]) + record[place + 1 :])
        with pytest.raises(RecordError), path.open(encoding="utf-8", newline="\n") as file:
            verify(file)


def test_a_removed_repeated_moved_or_foreign_line_is_found() -> None:
    lines = some_record()
    for number in range(len(lines)):
        without = lines[:number] + lines[number + 1 :]
        if number < len(lines) - 1:
            assert refusal(without) is ErrorCode.RECORD_BROKEN
            assert refusal([*lines[:number], lines[number + 1], lines[number], *lines[number + 2 :]])
        assert refusal([*lines, lines[number]]) is ErrorCode.RECORD_BROKEN
        assert refusal([*lines[: number + 1], *lines[number:]]) is ErrorCode.RECORD_BROKEN
    other = lines_of(chain_of([(Act.STARTED, {}), (Act.ENDED, {})]))
    assert refusal([lines[0], other[1]]) is ErrorCode.RECORD_BROKEN


def test_the_first_broken_line_is_named() -> None:
    lines = some_record()
    with pytest.raises(RecordError, match=r"RD-701 RECORD_BROKEN: line 2$"):
        verify([lines[0], *lines[2:]])


def test_a_record_cut_off_verifies_but_has_another_head() -> None:
    lines = some_record()
    assert verify(lines[:-1])[-1].hash != verify(lines)[-1].hash
    assert verify([]) == ()


def test_an_entry_appended_with_a_right_hash_but_wrong_place_is_found() -> None:
    lines = some_record()
    rogue = AuditChain()
    for _ in range(len(lines) + 1):
        rogue.append(AT, Act.GRANTED, feature="control")
    assert refusal([*lines, rogue.entries[-1].to_line()]) is ErrorCode.RECORD_BROKEN


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"seq":0', '"seq": 0'),
        ('"seq":0', '"seq":0,"seq":0'),
        ('"role":"customer"', '"role":"engineer","role":"customer"'),
        ("customer", "custome\\u0072"),
        ('"seq":0', '"seq":0.0'),
        ('"seq":0', '"seq":-0'),
        ('"seq":0', '"seq":false'),
        ('"seq":0', '"seq":NaN'),
        ('"seq":0', '"seq":' + "9" * 5_000),
        ('"seq":0', '"seq":' + "9" * 4_000),
        ('"role":"customer"', '"role":Infinity'),
        ('"role":"customer"', '"role":true'),
        ('"role":"customer"', '"role":null'),
        ('"role":"customer"', '"role":["customer"]'),
        ('"role":"customer"', '"role":"\\ud800"'),
        ('"role":"customer"', '"role":"\ud800"'),
        ('"act":"started"', '"act":"unheard_of"'),
        ('"act":"started"', '"act":"granted"'),
        ('"facts":{', '"more":1,"facts":{'),
        ('"facts":{', '"facts":[],"other":{'),
    ],
)
def test_other_ways_to_write_the_same_or_another_thing_are_refused(old: str, new: str) -> None:
    lines = some_record()
    assert old in lines[0]
    lines[0] = lines[0].replace(old, new, 1)
    assert refusal(lines) in (ErrorCode.RECORD_BROKEN, ErrorCode.RECORD_UNREADABLE)


@pytest.mark.parametrize(
    "line", ["", "null", "[]", "{}", "1e999", "nonsense", "[" * 100_000, '{"seq":' * 5_000, "\ud800"]
)
def test_what_is_no_record_is_unreadable(line: str) -> None:
    assert refusal([line]) is ErrorCode.RECORD_UNREADABLE


def test_a_surrogate_that_keeps_the_canonical_form_is_unreadable() -> None:
    entry = Entry(0, AT, Act.PAIRED, (("engineer", "\ud800"),), GENESIS, "0" * 64)
    assert refusal([entry.to_line()]) is ErrorCode.RECORD_UNREADABLE


def test_a_file_that_is_not_utf8_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    path.write_bytes("\n".join(some_record()).encode("cp932"))
    with pytest.raises(RecordError) as caught, path.open(encoding="utf-8") as file:
        verify(file)
    assert caught.value.code is ErrorCode.RECORD_UNREADABLE


def test_facts_become_plain_text_and_plain_numbers() -> None:
    entry = AuditChain().append(AT, Act.ENDED, code=ErrorCode.PEER_LOST, prompt=True, who="a\u2028b\x00\u202ec\ud800")
    assert entry.facts == (("code", "RD-508"), ("prompt", 1), ("who", "a bc"))
    assert [type(value) for _, value in entry.facts] == [str, int, str]


def test_a_fact_is_short() -> None:
    ((_, value),) = AuditChain().append(AT, Act.PAIRED, engineer="長" * 1_000).facts
    assert value == "長" * LONGEST_FACT


def test_the_format_does_not_change_unnoticed() -> None:
    facts = '{"company":"テスト㈱","keys":12}'
    body = f'{{"act":"paired","at":"{AT}","facts":{facts},"previous":"{GENESIS}","seq":0}}'
    digest = hashlib.sha256((GENESIS + body).encode()).hexdigest()
    line = AuditChain().append(AT, Act.PAIRED, keys=12, company="テスト㈱").to_line()
    assert line == body.replace('"previous"', f'"hash":"{digest}","previous"')


def test_an_empty_chain_has_the_genesis_head() -> None:
    assert AuditChain().head == GENESIS
    assert AuditChain().entries == ()


def test_both_sides_show_the_same_short_code_and_other_records_another() -> None:
    customer, engineer = "a" * 64, "b" * 64
    code = short_code(customer, engineer)
    assert len(code) == 9
    assert code[4] == "-"
    assert code == code.upper()
    assert short_code(engineer, customer) != code
    assert short_code(customer, customer) != code
