"""The session number: what a person mistypes is found at the field, and the secret stays where it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.errors import ErrorCode, NumberError
from remotedesk.core.session_number import (
    ROUTING_DIGITS,
    TOTAL_DIGITS,
    SessionNumber,
    check_digit,
    digits_of,
)

ROUTING = st.text("0123456789", min_size=5, max_size=5)
SECRET = st.text("0123456789", min_size=6, max_size=6)
NUMBERS = st.builds(SessionNumber, ROUTING, SECRET)
BETWEEN = st.text(" -\u3000‐‑–—−ー－\u00a0\t", max_size=3)


def refusal(text: str) -> ErrorCode:
    with pytest.raises(NumberError) as caught:
        SessionNumber.parse(text)
    return caught.value.code


def test_check_digit_of_the_example_in_damms_thesis() -> None:
    assert check_digit("572") == "4"
    assert check_digit("5724") == "0"


@given(NUMBERS)
def test_what_is_read_aloud_is_read_back(number: SessionNumber) -> None:
    text = number.grouped()
    assert [len(group) for group in text.split("-")] == [4, 4, 4]
    assert SessionNumber.parse(text) == number


@given(NUMBERS, st.data())
def test_separators_and_other_peoples_digits_are_taken_as_typed(number: SessionNumber, data: st.DataObject) -> None:
    zeros = data.draw(st.sampled_from("0０٠०"))
    typed = "".join(data.draw(BETWEEN) + chr(ord(zeros) + int(digit)) for digit in number.grouped() if digit.isdigit())
    assert SessionNumber.parse(typed + data.draw(BETWEEN)) == number


@given(NUMBERS)
def test_every_single_wrong_digit_is_caught(number: SessionNumber) -> None:
    digits = digits_of(number.grouped())
    for place in range(TOTAL_DIGITS):
        for other in set("0123456789") - {digits[place]}:
            assert refusal(digits[:place] + other + digits[place + 1 :]) is ErrorCode.NUMBER_MISTYPED


@given(NUMBERS)
def test_every_swap_of_neighbours_is_caught(number: SessionNumber) -> None:
    digits = digits_of(number.grouped())
    for place in range(TOTAL_DIGITS - 1):
        left, right = digits[place], digits[place + 1]
        if left != right:
            swapped = digits[:place] + right + left + digits[place + 2 :]
            assert refusal(swapped) is ErrorCode.NUMBER_MISTYPED


@given(st.text(st.characters(categories=["Nd"]), max_size=TOTAL_DIGITS - 1))
def test_too_few_digits_are_incomplete_not_wrong(text: str) -> None:
    assert refusal(text) is ErrorCode.NUMBER_INCOMPLETE


@given(NUMBERS, st.text("0123456789", min_size=1))
def test_too_many_digits_are_mistyped_even_when_they_check(number: SessionNumber, more: str) -> None:
    longer = digits_of(number.grouped()) + more
    assert refusal(longer + check_digit(longer)) is ErrorCode.NUMBER_MISTYPED


@pytest.mark.parametrize("char", ["²", "①", "五", "Ⅳ", "O", "l", ".", "/", "\u200b", "\ud800", "\x00", "½"])
def test_what_looks_like_a_digit_but_is_none_is_refused(char: str) -> None:
    assert refusal(char) is ErrorCode.NUMBER_MISTYPED


@given(st.text())
def test_any_text_is_a_number_or_a_number_error(text: str) -> None:
    try:
        number = SessionNumber.parse(text)
    except NumberError:
        return
    assert SessionNumber.parse(number.grouped()) == number


@given(NUMBERS)
def test_the_secret_is_in_no_representation(number: SessionNumber) -> None:
    assert number.secret not in repr(number).replace(number.routing, "")
    assert number.secret not in str(number).replace(number.routing, "")


@given(st.text("0123456789", max_size=TOTAL_DIGITS))
def test_a_refused_number_is_not_quoted(text: str) -> None:
    with pytest.raises(NumberError) as caught:
        SessionNumber.parse(text + "x")
    assert str(caught.value) == "RD-102 NUMBER_MISTYPED: not a digit"


@pytest.mark.parametrize(
    ("routing", "secret"),
    [("1234", "123456"), ("12345", "12345"), ("12345", "1234567"), ("１２３４５", "123456"), ("12345", "12345٣")],
)
def test_only_ascii_digits_of_the_right_count_make_a_number(routing: str, secret: str) -> None:
    assert len(routing) <= ROUTING_DIGITS
    with pytest.raises(NumberError):
        SessionNumber(routing, secret)
