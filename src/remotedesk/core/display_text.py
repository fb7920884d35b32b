"""Text from elsewhere, made safe to show: no control, direction or invisible characters, one line, bounded."""

import unicodedata

# Cc control, Cf format (bidi overrides and isolates, zero-width, tags), Cs surrogates, Co private, Cn unassigned.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def one_line(text: str, longest: int) -> str:
    """Return `text` in NFC with hidden characters gone, white space single, and at most `longest` characters."""
    spaced = "".join(" " if char.isspace() else char for char in unicodedata.normalize("NFC", text))
    shown = "".join(char for char in spaced if unicodedata.category(char) not in _HIDDEN)
    return " ".join(shown.split())[:longest].rstrip()


def many_lines(text: str, longest: int) -> str:
    """Like `one_line`, but line breaks stay: for chat."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(one_line(line, longest) for line in lines)[:longest].rstrip()
