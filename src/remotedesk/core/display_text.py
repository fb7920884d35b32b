"""Text from elsewhere, made safe to show: no control, direction or invisible characters, one line, bounded."""

import unicodedata
from typing import Final

# Cc control, Cf format (bidi overrides and isolates, zero-width, tags), Cs surrogates, Co private, Cn unassigned.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Letters, marks and symbols by category, but nothing is drawn: joiner, Hangul and Khmer fillers, Braille blank.
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Marks on one letter: no written language needs more, and a tall stack draws over the lines above and below.
_MOST_MARKS: Final = 4


def one_line(text: str, longest: int) -> str:
    """Return `text` in NFC with hidden characters gone, white space single, and at most `longest` characters."""
    shown = "".join(" " if char.isspace() else char for char in text if char.isspace() or not _hidden(char))
    words = unicodedata.normalize("NFC", _few_marks(shown)).split()
    return " ".join(words)[:longest].rstrip()


def many_lines(text: str, longest: int) -> str:
    """Like `one_line`, but line breaks stay: for chat."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(one_line(line, longest) for line in lines).strip()[:longest].rstrip()


def _hidden(char: str) -> bool:
    return unicodedata.category(char) in _HIDDEN or char in _BLANK


def _few_marks(text: str) -> str:
    """Drop marks that have no letter to stand on, and those that make a stack too tall."""
    kept = []
    room = 0
    for char in text:
        if unicodedata.category(char) in ("Mn", "Me"):
            if room == 0:
                continue
            room -= 1
        else:
            room = 0 if char == " " else _MOST_MARKS
        kept.append(char)
    return "".join(kept)
