"""Tells which branches of the Windows adapters are reached only because a test plays Windows' part.

    python -m tests.winlab.played COVERAGE.json    # of what ran in the context "real" (tests/windows/conftest.py)

Compares them with the table in packaging/windows/PLAYED.md, where each has its reason, and exits with 1 if one is
missing there or one too many is. What only such a branch leads to is not listed again.
"""

import json
import re
import sys
from pathlib import Path, PureWindowsPath
from typing import Any, Final, NamedTuple

from tests.winlab.lab import ROOT

LIST: Final = ROOT / "packaging" / "windows" / "PLAYED.md"
ROW: Final = re.compile(
    r"^\| `(?P<file>[^`]+)` \| `(?P<start>[^`]+)` → `(?P<end>[^`]+)` \| (?P<reason>.+) \|$", re.MULTILINE
)
END: Final = "end"  # of the function


class Branch(NamedTuple):
    """A file of the adapters, and the text of the two lines between which it goes on."""

    file: str
    start: str
    end: str


def played_in(file: str, lines: list[str], measured: dict[str, Any]) -> set[Branch]:
    """Return the branches that Wine does not take although it comes to where they begin."""
    missed = set(measured["missing_lines"])

    def text(number: int) -> str:
        return lines[number - 1].strip().replace("|", "\\|") if number > 0 else END

    gone_to = [(start, end) for start, end in measured["missing_branches"] if start not in missed]
    found = {Branch(file, text(start), text(end)) for start, end in gone_to}
    found |= {Branch(file, "try", text(line)) for line in missed if text(line).startswith("except")}
    led_to = {end for _, end in gone_to}
    for body in measured["functions"].values():  # those nobody has called
        inside = set(body["missing_lines"])
        if inside and not body["executed_lines"] and not inside & led_to:
            found.add(Branch(file, text(body["start_line"]), text(min(inside))))
    return found


def played(report: dict[str, Any], root: Path) -> set[Branch]:
    """Return the branches of all files of a report of coverage's."""
    found: set[Branch] = set()
    for name, measured in report["files"].items():
        file = PureWindowsPath(name)
        lines = root.joinpath(*file.parts).read_text(encoding="utf-8").splitlines()
        found |= played_in(file.name, lines, measured)
    return found


def listed(text: str) -> set[Branch]:
    """Return the branches of the list."""
    return {Branch(row["file"], row["start"], row["end"]) for row in ROW.finditer(text)}


def main() -> None:
    """Compare, and say what has to be changed in the list."""
    found = played(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), ROOT)
    known = listed(LIST.read_text(encoding="utf-8")) if LIST.exists() else set()
    for what, branches in (("lacks", found - known), ("has, but Wine does it", known - found)):
        for branch in sorted(branches):
            print(f"{LIST.relative_to(ROOT)} {what}: | `{branch.file}` | `{branch.start}` → `{branch.end}` |")
    sys.exit(found != known)


if __name__ == "__main__":
    main()
