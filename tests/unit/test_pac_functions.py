"""What a proxy script may ask, answered as browsers do."""

import time
from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.transport.reach import pac_functions as pac


def at(gmt: bool) -> datetime:
    """Return Saturday, 14 November 2026: 23:30:15 here, in the morning of the day in GMT."""
    return datetime(2026, 11, 14, 14 if gmt else 23, 30, 15)  # noqa: DTZ001 - both are local to somebody


def test_names() -> None:
    assert pac.is_plain_host_name("server")
    assert not pac.is_plain_host_name("server.corp")
    assert not pac.is_plain_host_name("::1")
    assert pac.dns_domain_is("www.Corp.example", ".corp.example")
    assert not pac.dns_domain_is("www", ".corp.example")
    assert pac.local_host_or_domain_is("www", "www.corp.example")
    assert pac.local_host_or_domain_is("www.corp.example", "WWW.corp.example")
    assert not pac.local_host_or_domain_is("home.corp.example", "www.corp.example")
    assert pac.dns_domain_levels("www.corp.example") == 2


@pytest.mark.parametrize(
    ("text", "pattern", "fits"),
    [
        ("http://a.corp/x", "*.corp/*", True),
        ("http://a.corp", "*.corp/*", False),
        ("a.corp", "a?corp", True),
        ("aXcorp", "a.corp", False),
        ("abc", "abc", True),
        ("abc", "ab", False),
        ("abc", "*", True),
        ("", "*", True),
        ("", "", True),
        ("aa", "a*a", True),
        ("a", "a*a", False),
        ("a.b.c", "*.b.*", True),
        ("ab\ncd", "ab*cd", True),
        ("axbxc", "a*x*c", True),
        ("a[1]", "a[1]", True),
    ],
)
def test_patterns(text: str, pattern: str, fits: bool) -> None:
    assert pac.sh_exp_match(text, pattern) is fits


def test_no_pattern_is_slow() -> None:
    start = time.process_time()
    assert not pac.sh_exp_match("a" * 5_000, "a*" * 2_000 + "b")
    assert time.process_time() - start < 5


def test_networks() -> None:
    assert pac.is_in_net("192.0.2.9", "192.0.2.0", "255.255.255.0")
    assert not pac.is_in_net("192.0.3.9", "192.0.2.0", "255.255.255.0")
    assert not pac.is_in_net("", "192.0.2.0", "255.255.255.0")
    assert not pac.is_in_net("192.0.2.9", "192.0.2.0", "nonsense")


@pytest.mark.parametrize(
    ("words", "within"),
    [
        (["SAT"], True),
        (["MON", "FRI"], False),
        (["FRI", "MON"], True),
        (["SAT", "GMT"], True),
    ],
)
def test_days_of_the_week(words: list[object], within: bool) -> None:
    assert pac.weekday_range(words, at) is within


@pytest.mark.parametrize(
    ("words", "within"),
    [
        ([14], True),
        ([1, 13], False),
        (["NOV"], True),
        (["OCT", "JAN"], True),
        ([2026], True),
        ([2027, 2030], False),
        ([1, "NOV", 14, "NOV"], True),
        ([15, "NOV", 31, "DEC"], False),
        (["DEC", 2025, "DEC", 2026], True),
        ([1, "JAN", 2026, 13, "NOV", 2026, "GMT"], False),
    ],
)
def test_dates(words: list[object], within: bool) -> None:
    assert pac.date_range(words, at) is within


@pytest.mark.parametrize(
    ("words", "within"),
    [
        ([23], True),
        ([22], False),
        ([9, 23], True),
        ([9, 17], False),
        ([9, 17, "GMT"], True),
        ([22, 0, 6, 0], True),
        ([23, 30, 16, 23, 59, 59], False),
    ],
)
def test_times(words: list[object], within: bool) -> None:
    assert pac.time_range(words, at) is within


@given(
    st.lists(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text())
)
def test_whatever_a_script_gives_is_answered_or_refused(words: list[object]) -> None:
    for ask in (pac.weekday_range, pac.date_range, pac.time_range):
        with suppress(ValueError):
            assert ask(words, at) in (True, False)
