"""A report as people read it: one verdict, and a few sections of lines, for a window, for text and for HTML alike."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Mark(StrEnum):
    """What stands before a line."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    NONE = "none"


@dataclass(frozen=True)
class Row:
    """One line: what it is about, and how it is. `note` explains it further."""

    mark: Mark
    what: str
    how: str
    note: str = ""


@dataclass(frozen=True)
class Section:
    """Lines under one heading."""

    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Sheet:
    """All of it, on one page."""

    title: str
    subtitle: str
    mark: Mark
    verdict: str
    advice: str
    sections: tuple[Section, ...]
    foot: str


_SIGNS: Final = {Mark.GOOD: "[ok]", Mark.WARN: "[!] ", Mark.BAD: "[x] ", Mark.NONE: "[-] "}


def text_of(sheet: Sheet) -> str:
    """Return it as plain text, to be pasted into a message."""
    lines = [sheet.title, sheet.subtitle, "", f"{_SIGNS[sheet.mark]} {sheet.verdict}"]
    if sheet.advice:
        lines += [f"     {sheet.advice}"]
    for section in sheet.sections:
        lines += ["", section.heading]
        for row in section.rows:
            lines.append(f"  {_SIGNS[row.mark]} {row.what}: {row.how}")
            if row.note:
                lines.append(f"       {row.note}")
    return "\n".join([*lines, "", sheet.foot, ""])
