"""SECURITY.md names tests for its claims: they have to exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def defined() -> set[str]:
    """Return the names of all test functions and test classes, a state machine's included."""
    names: set[str] = set()
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.Assign):
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def test_every_test_named_in_security_md_exists() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([Tt]est_?\w{2,})`", text))
    assert len(named) > 50
    assert sorted(named - defined()) == []
