"""The session number: 5 routing digits, 6 secret digits, 1 check digit, shown as 4-4-4.

Routing digits come from the server; the secret digits are made by the engineer's client and never reach the
server. The check digit is Damm's (H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004) over the eleven
digits before it: it finds every single wrong digit and every swap of neighbours. It is checked on the keyboard
and never sent, since it would tell a tenth of the secret.
"""

import unicodedata
from dataclasses import dataclass, field

from remotedesk.core.errors import ErrorCode, NumberError

ROUTING_DIGITS = 5
SECRET_DIGITS = 6
TOTAL_DIGITS = ROUTING_DIGITS + SECRET_DIGITS + 1

_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def check_digit(digits: str) -> str:
    """Return Damm's check digit for a string of ASCII digits."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return str(interim)


def digits_of(text: str) -> str:
    """Return the decimal digits in `text` as ASCII, in order.

    Full-width and other Unicode decimal digits count; spaces and every kind of hyphen are passed over, the long
    vowel mark included, which a Japanese keyboard gives for a hyphen.
    Raises NumberError(NUMBER_MISTYPED) for any other character.
    """
    found = []
    for char in text:
        value = unicodedata.decimal(char, None)
        if value is not None:
            found.append(str(value))
        elif not (char.isspace() or unicodedata.category(char) == "Pd" or char in "−ー‐ｰ"):
            raise NumberError(ErrorCode.NUMBER_MISTYPED, "not a digit")
    return "".join(found)


@dataclass(frozen=True)
class SessionNumber:
    """A well-formed number; its secret part stays out of repr, logs and tracebacks."""

    routing: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        for part, length in ((self.routing, ROUTING_DIGITS), (self.secret, SECRET_DIGITS)):
            if len(part) != length or not (part.isascii() and part.isdigit()):
                raise NumberError(ErrorCode.NUMBER_MISTYPED, "wrong shape")

    @classmethod
    def parse(cls, text: str) -> "SessionNumber":
        """Read a number as people type it.

        Raises NumberError: NUMBER_INCOMPLETE (too few digits), NUMBER_MISTYPED (too many, another character, or
        the check digit does not fit).
        """
        digits = digits_of(text)
        if len(digits) < TOTAL_DIGITS:
            raise NumberError(ErrorCode.NUMBER_INCOMPLETE)
        if len(digits) > TOTAL_DIGITS or check_digit(digits) != "0":
            raise NumberError(ErrorCode.NUMBER_MISTYPED)
        return cls(digits[:ROUTING_DIGITS], digits[ROUTING_DIGITS:-1])

    def grouped(self) -> str:
        """Return all twelve digits as they are read aloud: 4-4-4."""
        digits = self.routing + self.secret
        digits += check_digit(digits)
        return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"
