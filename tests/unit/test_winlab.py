"""What of the Windows lab is no matter of Wine: names in libraries, what goes where, stamps, locks, skips."""

import ast
import re
import struct
import subprocess
import time
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.winlab import build, played
from tests.winlab.lab import Lab, windows_path
from tests.winlab.locks import lock, try_lock
from tests.winlab.on_windows import reason_for_file, reason_for_test
from tests.winlab.pe import (
    BUILTIN_MARK,
    MARK_OFFSET,
    NotALibraryError,
    exported_names,
    forwarding_definition,
    without_builtin_mark,
)
from tests.winlab.skipped import SKIPPED

ROOT = Path(__file__).resolve().parents[2]
SIGNATURE_AT = 0x80
OPTIONAL_BYTES = 240
SECTION_ADDRESS = 0x1000
SECTION_PLACE = 0x200


def library(*names: str, mark: bytes = b"") -> bytes:
    """Return the least 64-bit image that exports these names."""
    directory = bytearray(40)
    addresses_at = len(directory)
    texts_at = addresses_at + 4 * len(names)
    texts, addresses = b"", b""
    for name in names:
        addresses += struct.pack("<I", SECTION_ADDRESS + texts_at + len(texts))
        texts += name.encode() + b"\0"
    struct.pack_into("<I", directory, 24, len(names))
    struct.pack_into("<I", directory, 32, SECTION_ADDRESS + addresses_at)
    body = bytes(directory) + addresses + texts
    image = bytearray(SECTION_PLACE)
    image[MARK_OFFSET : MARK_OFFSET + len(mark)] = mark
    struct.pack_into("<I", image, 0x3C, SIGNATURE_AT)
    struct.pack_into("<4sHH12xHH", image, SIGNATURE_AT, b"PE\0\0", 0x8664, 1, OPTIONAL_BYTES, 0)
    optional = SIGNATURE_AT + 24
    struct.pack_into("<H110xI", image, optional, 0x20B, SECTION_ADDRESS)
    section = (b".edata", len(body), SECTION_ADDRESS, len(body), SECTION_PLACE)
    struct.pack_into("<8s4I", image, optional + OPTIONAL_BYTES, *section)
    return bytes(image) + body


def test_the_names_of_a_library_come_in_its_own_order() -> None:
    assert exported_names(library("sqrt", "_Cbuild", "?what@@YAXXZ")) == ["sqrt", "_Cbuild", "?what@@YAXXZ"]
    assert exported_names(library()) == []


@pytest.mark.parametrize("spoil", [0x3C, SIGNATURE_AT, SIGNATURE_AT + 24, SIGNATURE_AT + 24 + 112])
def test_what_is_no_library_is_told(spoil: int) -> None:
    image = bytearray(library("sqrt"))
    image[spoil : spoil + 4] = bytes(4)
    with pytest.raises(NotALibraryError):
        exported_names(bytes(image))


@given(st.binary(max_size=400))
def test_no_bytes_do_harm(data: bytes) -> None:
    with pytest.raises(NotALibraryError):
        exported_names(data)


def test_a_library_passes_on_what_it_has_not_itself() -> None:
    definition = forwarding_definition("ucrtbase.dll", ["cexp", "sqrt"], "original", own={"cexp"})
    assert definition.splitlines() == [
        "LIBRARY ucrtbase.dll",
        "EXPORTS",
        '"cexp" = "own_cexp"',
        '"sqrt" = "original.sqrt"',
    ]


def test_only_the_mark_of_wine_is_taken_away() -> None:
    assert without_builtin_mark(library("sqrt", mark=BUILTIN_MARK)) == library("sqrt")
    assert without_builtin_mark(library("sqrt")) == library("sqrt")


def test_of_the_wheel_only_python_is_taken() -> None:
    wheel = [
        "panda3d/core.dll",
        "deploy_libs/",
        "deploy_libs/python311.dll",
        "deploy_libs/_socket.cp311-win_amd64.pyd",
        "deploy_libs/API-MS-Win-crt-heap-l1-1-0.dll",
        "deploy_libs/notes.txt",
    ]
    assert dict(build.unpacked(wheel)) == {
        "deploy_libs/python311.dll": PurePosixPath("python311.dll"),
        "deploy_libs/_socket.cp311-win_amd64.pyd": PurePosixPath("DLLs/_socket.pyd"),
    }


def test_a_digest_tells_inputs_apart(tmp_path: Path) -> None:
    file = tmp_path / "input"
    file.write_text("a", encoding="utf-8")
    before = build.digest_of(file, "b")
    assert before == build.digest_of("a", "b") != build.digest_of("ab") != build.digest_of("b", "a")
    file.write_text("c", encoding="utf-8")
    assert build.digest_of(file, "b") != before


def test_what_changed_is_made_anew_with_what_stands_on_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    digests = {"first": "1", "second": "2", "third": "3"}

    def parts() -> list[build.Part]:
        return [
            build.Part(name, digest, lambda lab, name=name: made.append(name))  # type: ignore[misc]
            for name, digest in digests.items()
        ]

    monkeypatch.setattr(build, "parts", parts)
    lab = Lab(tmp_path / "lab")
    build.build(lab)
    build.build(lab)
    assert made == ["first", "second", "third"]
    digests["second"] = "changed"
    build.build(lab)
    assert made[3:] == ["second", "third"]


def test_what_was_left_halfway_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    downloads = [False, True]

    def second(lab: Lab) -> None:
        if not downloads.pop(0):
            raise SystemExit("no download")
        made.append("second")

    wanted = [build.Part("first", "1", lambda lab: made.append("first")), build.Part("second", "2", second)]
    monkeypatch.setattr(build, "parts", lambda: wanted)
    lab = Lab(tmp_path)
    with pytest.raises(SystemExit):
        build.build(lab)
    build.build(lab)
    build.build(lab)
    assert made == ["first", "second"]


def test_a_download_is_tried_again_and_in_the_end_fails_loudly(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    outcomes = [SystemExit("winlab: pip failed"), subprocess.TimeoutExpired("pip", 900.0), None]
    rests: list[float] = []

    def run(*command: str) -> str:
        assert command == ("pip", "download")
        if failure := outcomes.pop(0):
            raise failure
        return ""

    monkeypatch.setattr(build, "run", run)
    monkeypatch.setattr(time, "sleep", rests.append)
    build.download("pip", "download")
    assert not outcomes
    assert rests == list(build.DOWNLOAD_AGAIN_AFTER_S)
    assert "winlab: pip failed" in capfd.readouterr().err
    outcomes[:] = [SystemExit("winlab: no index")] * 3
    with pytest.raises(SystemExit, match="no index"):
        build.download("pip", "download")


def test_links_out_of_a_prefix_become_folders(tmp_path: Path) -> None:
    somebodys = tmp_path / "documents"
    somebodys.mkdir()
    (somebodys / "letter").touch()
    person = tmp_path / "users" / "person"
    (person / "Temp").mkdir(parents=True)
    (person / "Documents").symlink_to(somebodys)
    build.make_folders_own(tmp_path / "users")
    assert sorted(path.name for path in person.iterdir() if path.is_dir() and not path.is_symlink()) == [
        "Documents",
        "Temp",
    ]
    assert (somebodys / "letter").exists()


def test_a_build_waits_for_runs_and_runs_share(tmp_path: Path) -> None:
    place = tmp_path / "lab" / "lock"
    with lock(place, alone=False):
        with lock(place, alone=False):
            assert try_lock(place, alone=True) is None
        with pytest.raises(TimeoutError):
            lock(place, alone=True, timeout_s=0.3)
    with lock(place, alone=True):
        assert try_lock(place, alone=False) is None


MEASURED = """\
def asked(answer):
    if not answer:
        return None
    try:
        return int(answer)
    except ValueError:
        return 0


def never_called():
    return 1 | 2
"""


def test_a_branch_that_only_played_answers_take_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text(MEASURED, encoding="utf-8")
    asked = {"missing_lines": [3, 6, 7], "executed_lines": [2, 4, 5], "start_line": 1}
    never = {"missing_lines": [11], "executed_lines": [], "start_line": 10}
    file = {"missing_lines": [3, 6, 7, 11], "missing_branches": [[2, 3]], "functions": {"asked": asked, "n": never}}
    found = played.played({"files": {"src\\a.py": file}}, tmp_path)
    assert found == {
        ("a.py", "if not answer:", "return None"),
        ("a.py", "try", "except ValueError:"),
        ("a.py", "def never_called():", "return 1 \\| 2"),
    }
    rows = [f"| `{each.file}` | `{each.start}` → `{each.end}` | because | nowhere |" for each in found]
    assert played.listed("\n".join(["| file | branch | why | where |", "|---|---|---|---|", *rows])) == found


def test_windows_sees_the_whole_system_as_a_drive() -> None:
    assert windows_path(Path("/a b/c")) == "Z:\\a b\\c"


def test_every_skip_names_a_test_that_exists() -> None:
    for place in SKIPPED:
        file, _, name = place.partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert not name or name.partition("[")[0] in functions, place


def test_skips_are_found_by_file_and_by_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SKIPPED, "tests/unit/test_a.py", "needs a")
    monkeypatch.setitem(SKIPPED, "tests/unit/test_b.py::test_c", "needs c")
    assert reason_for_file(ROOT / "tests/unit/test_a.py") == "needs a"
    assert reason_for_test("tests/unit/test_b.py::test_c[1-2]") == "needs c"
    assert reason_for_test("tests/unit/test_b.py::test_cd") is None
    monkeypatch.setitem(SKIPPED, "tests/unit/test_d.py::test_e[2]", "needs two")
    assert reason_for_test("tests/unit/test_d.py::test_e[2]") == "needs two"
    assert reason_for_test("tests/unit/test_d.py::test_e[1]") is None


def pins(place: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", place.read_text(encoding="utf-8"), re.MULTILINE))


def test_windows_gets_the_versions_that_linux_has() -> None:
    windows, linux = pins(build.LOCK), pins(ROOT / "requirements.lock")
    assert {name: version for name, version in windows.items() if linux.get(name, version) != version} == {}
    assert {"aiortc", "pyside6-essentials", "pytest", "pyinstaller"} <= windows.keys()
    assert windows.keys().isdisjoint({"python-xlib", "dbus-fast", "evdev"})


def test_every_pin_for_windows_is_hashed_and_names_no_host() -> None:
    text = build.LOCK.read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:/|--(extra-)?index-url|--find-links|--trusted-host", text)
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert [block for block in blocks if "--hash=sha256:" not in block] == []
