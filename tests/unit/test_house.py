"""The house rules that no linter knows."""

import ast
import gc
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = sorted([*ROOT.glob("src/**/*.py"), *ROOT.glob("signaling/**/*.py")])
MOST_FILE_LINES = 350
MOST_FUNCTION_LINES = 40

TOP_LEVEL = {
    ".ci", ".gitignore", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md",
    "SECURITY.md", "THIRD_PARTY.md", "packaging", "pyproject.toml", "requirements.lock", "signaling", "src", "tests",
}  # fmt: skip
LAYERS = {"core", "engine", "features", "platform", "transport", "ui", "wire"}
TEST_KINDS = {
    "bench", "browser", "demo", "fakes", "loopback", "network", "soak", "support", "ui", "unit", "windows", "winlab",
}  # fmt: skip
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}

# Which folders may import what comes from outside; the layers among themselves are import-linter's.
DOORS = {
    "PySide6": ("src/remotedesk/ui/",),
    "aiortc": ("src/remotedesk/features/", "src/remotedesk/transport/"),
    "av": ("src/remotedesk/features/", "src/remotedesk/transport/"),
    "spake2": ("src/remotedesk/transport/",),
    "Xlib": ("src/remotedesk/platform/",),
    "mss": ("src/remotedesk/platform/",),
    "pynput": ("src/remotedesk/platform/",),
    "dbus_fast": ("src/remotedesk/platform/",),
    "ctypes": ("src/remotedesk/platform/",),
    "argon2": ("signaling/",),
    "sqlite3": ("signaling/",),
    "numpy": (
        "src/remotedesk/features/screen/tiles/",
        "src/remotedesk/transport/video/",
        "src/remotedesk/platform/windows/",
    ),
    "xxhash": ("src/remotedesk/features/screen/tiles/",),
    "zstandard": ("src/remotedesk/features/screen/tiles/",),
}


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tracked() -> list[str]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listing.stdout.split("\0") if name]


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    # A finalizer that warns while a tree is built parses another one for its traceback, and CPython 3.11 then says
    # "AST constructor recursion depth mismatch" (gh-106905): let what other tests left go first.
    gc.collect()
    gc.disable()
    try:
        return {place(path): ast.parse(path.read_text(encoding="utf-8")) for path in PRODUCT}
    finally:
        gc.enable()


def test_files_stay_readable() -> None:
    lengths = {place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in PRODUCT}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_FILE_LINES} == {}


def test_functions_stay_readable(trees: dict[str, ast.Module]) -> None:
    too_long = [
        f"{name}:{node.lineno} {node.name} {lines}"
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > MOST_FUNCTION_LINES
    ]
    assert too_long == []


def test_every_module_says_what_it_is_for(trees: dict[str, ast.Module]) -> None:
    assert [name for name, tree in trees.items() if tree.body and not ast.get_docstring(tree)] == []


def test_no_module_has_a_vague_name() -> None:
    assert [place(path) for path in PRODUCT if path.stem in VAGUE_NAMES] == []


def test_only_select_tests_the_operating_system(trees: dict[str, ast.Module]) -> None:
    tests = {("sys", "platform"), ("os", "name"), ("platform", "system"), ("sys", "getwindowsversion")}
    asking = {
        name
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (node.value.id, node.attr) in tests
    }
    assert asking <= {"src/remotedesk/platform/select.py"}


def test_no_option_hides_in_the_environment(trees: dict[str, ast.Module]) -> None:
    reading = {
        name
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}
    }
    assert [name for name in reading if not name.startswith("src/remotedesk/platform/")] == []


def test_foreign_modules_come_in_by_their_own_door(trees: dict[str, ast.Module]) -> None:
    astray = [
        f"{name} imports {module}"
        for name, tree in trees.items()
        for module in imported(tree)
        if module in DOORS and not name.startswith(DOORS[module])
    ]
    assert astray == []


def test_every_file_has_its_place() -> None:
    names = tracked()
    astray = {name for name in names if name.split("/")[0] not in TOP_LEVEL}
    for name in names:
        parts = name.split("/")
        if parts[:2] == ["src", "remotedesk"] and len(parts) > 3:
            astray |= {name} - ({name} if parts[2] in LAYERS else set())
        if parts[0] == "tests" and len(parts) > 2:
            astray |= {name} - ({name} if parts[1] in TEST_KINDS else set())
        if parts[0] == "tests" and parts[-1].startswith("test_"):
            astray |= {name} - ({name} if len(parts) > 2 else set())
    assert astray == set()


def pins(lock: Path) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.lock", ("client", "dev")), ("signaling/requirements.lock", ())]
)
def test_lock_agrees_with_pyproject(lock: str, extras: tuple[str, ...]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    for extra in extras:
        wanted += project["project"]["optional-dependencies"][extra]
    locked = pins(ROOT / lock)
    disagreeing = [
        line
        for line in map(Requirement, wanted)
        if (line.marker is None or line.marker.evaluate())
        and not line.specifier.contains(locked.get(canonicalize_name(line.name), "0"), prereleases=True)
    ]
    assert disagreeing == [], "run `make lock`"


def test_every_pin_is_hashed_and_names_no_host() -> None:
    for lock in (ROOT / "requirements.lock", ROOT / "signaling" / "requirements.lock"):
        text = lock.read_text(encoding="utf-8")
        assert not re.search(r"https?:|file:/|--(extra-)?index-url|--find-links|--trusted-host", text)
        blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
        assert [block for block in blocks if "--hash=sha256:" not in block] == []


def test_the_server_is_installed_without_the_client() -> None:
    assert pins(ROOT / "signaling" / "requirements.lock").keys().isdisjoint({"aiortc", "av", "pyside6-essentials"})


def test_every_licence_that_travels_is_listed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8").lower()
    travelling = {
        Requirement(line).name for line in project["dependencies"] + project["optional-dependencies"]["client"]
    }
    assert sorted(name for name in travelling if name.lower() not in listed) == []
    assert "x264" in listed
    assert "gpl" in listed


def test_every_debian_package_has_its_reason() -> None:
    lines = (ROOT / "packaging" / "debian-packages.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#") and "#" not in line] == []
