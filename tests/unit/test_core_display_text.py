"""Text from elsewhere: whatever comes, one honest line comes out, and Japanese stays Japanese."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.display_text import many_lines, one_line

# Mostly what an attacker would choose, among ordinary letters.
TRICKS = (
    "\u202e\u2066\u200b\u200d\ufeff\u00ad\x00\x1b\x7f\x85\u2028\t\r\n \u3000\u00a0\u3164\u2800\ud800"
    "a字e\u0301\u0308か\u3099"
)
TEXTS = st.text() | st.text(TRICKS)


@given(TEXTS, st.integers(1, 80))
def test_a_line_is_one_bounded_visible_line(text: str, longest: int) -> None:
    line = one_line(text, longest)
    assert len(line) <= longest
    assert line == line.strip()
    assert "  " not in line
    assert len(line.splitlines()) <= 1
    assert unicodedata.is_normalized("NFC", line)
    assert {unicodedata.category(char) for char in line}.isdisjoint({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
    line.encode()


@given(TEXTS, st.integers(1, 80))
def test_a_shown_line_is_shown_as_it_is(text: str, longest: int) -> None:
    line = one_line(text, longest)
    assert one_line(line, longest) == line


@given(TEXTS, st.integers(1, 80))
def test_many_lines_are_lines(text: str, longest: int) -> None:
    shown = many_lines(text, longest)
    assert len(shown) <= longest
    assert shown == shown.strip()
    assert all(one_line(line, longest) == line for line in shown.split("\n"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("山田\u3000太郎", "山田 太郎"),
        ("\u202eoraT\u202c", "oraT"),
        ("Taro\r\nYamada\tK.K.", "Taro Yamada K.K."),
        ("か\u3099", "が"),
        ("e\u200d\u0301", "é"),
        ("ﾃｽﾄ㈱", "ﾃｽﾄ㈱"),
        ("\ufa19", "\u795e"),  # a compatibility ideograph is canonically the unified one
        ("\ufa11", "\ufa11"),
        ("葛\U000e0100", "葛\U000e0100"),  # a variant of a name's character
        ("\u3164\u2800\u115f", ""),
        ("\u0301abc", "abc"),
        ("a \u0301b", "a b"),
        ("x" + "\u0336" * 50, "x" + "\u0336" * 4),
        ("한국어 ไทย עִבְרִית", "한국어 ไทย עִבְרִית"),
        ("\U000e0041\U000e0042", ""),
        ("\ue000", ""),
        ("", ""),
    ],
)
def test_examples(text: str, shown: str) -> None:
    assert one_line(text, 64) == shown


def test_every_line_break_of_every_system_is_one() -> None:
    assert many_lines("\n a\r\nb\rc\n\n d \n", 100) == "a\nb\nc\n\nd"


def test_the_cut_leaves_no_space_behind() -> None:
    assert one_line("ab cd", 3) == "ab"
    assert many_lines("ab\ncd", 3) == "ab"
