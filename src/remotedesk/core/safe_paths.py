"""Names of files and folders that come from elsewhere, made into names that stay where they are put on every system.

Sources: Microsoft, "Naming Files, Paths, and Namespaces"; POSIX.1-2017 §3.170 (Filename); Apple, "APFS FAQ". Whoever
writes the file still creates it exclusively ("x"): Windows' short names (ABCDEF~1) and links can't be seen from here.
"""

import itertools
import unicodedata
from collections.abc import Collection, Iterable
from typing import Final

from remotedesk.core.errors import ErrorCode, ProtocolError

LONGEST_NAME_BYTES: Final = 255  # UTF-8; never fewer than UTF-16 units, which Windows counts
LONGEST_SUFFIX_BYTES: Final = 32  # longer, it is no extension worth keeping when a name is cut
MOST_PARTS: Final = 16
UNNAMED: Final = "unnamed"

# Separators, the colon of NTFS streams, and what Windows or its shell takes for a pattern or a redirection.
_FORBIDDEN: Final = dict.fromkeys(map(ord, '<>:"/\\|?*'), "_")
# In the Japanese and the Korean code page these become a backslash for programs that still ask for bytes.
_BACKSLASH_LIKE: Final = {ord("¥"): "￥", ord("₩"): "￦"}
# Control, format (bidi among them), surrogate, unassigned: some systems refuse them, none shows them. Private use
# stays: Japanese companies have characters of their own there.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Cn"})
_DEVICES: Final = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"}
    | {device + digit for device in ("COM", "LPT") for digit in "0123456789¹²³"}
)


def safe_name(text: str) -> str:
    """Return one path component, as near to `text` as is safe on Windows, macOS and Linux.

    NFC, 1 to 255 bytes of UTF-8, no separator, no reserved device name, not hidden by a leading dot, no control or
    direction characters, no dot or space at the end. What is safe already comes back as it is.
    """
    spaced = "".join(" " if char.isspace() and char != "\u3000" else char for char in text)
    shown = "".join(char for char in spaced if unicodedata.category(char) not in _HIDDEN)
    plain = unicodedata.normalize("NFC", shown).translate(_FORBIDDEN | _BACKSLASH_LIKE)
    trimmed = _trim(plain)
    if trimmed.startswith("."):
        trimmed = "_" + trimmed[1:]
    name = _cut(trimmed)
    if name.split(".")[0].rstrip().upper() in _DEVICES:
        name = _cut("_" + name)
    return name or UNNAMED


def safe_relative(parts: Iterable[str]) -> tuple[str, ...]:
    """Return the components of a path below a folder, each made safe.

    Raises ProtocolError(MESSAGE_MALFORMED) for what no honest sender gives: no part at all, more than MOST_PARTS, an
    empty part, "." or "..", a part with a separator in it.
    """
    found = tuple(itertools.islice(parts, MOST_PARTS + 1))
    if not 1 <= len(found) <= MOST_PARTS:
        raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "depth of a path")
    if any(part in ("", ".", "..") or "/" in part or "\\" in part for part in found):
        raise ProtocolError(ErrorCode.MESSAGE_MALFORMED, "part of a path")
    return tuple(safe_name(part) for part in found)


def unique_name(name: str, taken: Collection[str]) -> str:
    """Return `name`, made safe, or with " (2)", " (3)" … before its extension if it is taken.

    Names that differ only in case or in composed characters count as the same, as on Windows and macOS.
    """
    folded = {_folded(other) for other in taken}
    safe = safe_name(name)
    if _folded(safe) not in folded:
        return safe
    stem, suffix = _split(safe)
    numbered = (
        _trim(_head(stem, LONGEST_NAME_BYTES - len(mark.encode()))) + mark
        for mark in (f" ({number}){suffix}" for number in itertools.count(2))
    )
    return next(candidate for candidate in numbered if _folded(candidate) not in folded)


def _trim(text: str) -> str:
    return text.lstrip().rstrip(". \u3000")


def _split(name: str) -> tuple[str, str]:
    stem, dot, suffix = name.rpartition(".")
    if not stem or len((dot + suffix).encode()) > LONGEST_SUFFIX_BYTES:
        return name, ""
    return stem, dot + suffix


def _cut(name: str) -> str:
    """Shorten the part before the extension, never through a character."""
    if len(name.encode()) <= LONGEST_NAME_BYTES:
        return name
    stem, suffix = _split(name)
    return _trim(_head(stem, LONGEST_NAME_BYTES - len(suffix.encode()))) + suffix


def _head(text: str, longest_bytes: int) -> str:
    return text.encode()[:longest_bytes].decode(errors="ignore")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
