"""Names from elsewhere: whatever is sent, the file lands in the folder it was meant for, under a name that works."""

import os
import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.core.safe_paths import LONGEST_NAME_BYTES, MOST_PARTS, UNNAMED, safe_name, safe_relative, unique_name

TRICKS = '. /\\:*?"<>|~$-_()\x00\x1f\x7f\u202e\u200b\u2028\u3000\u00a5\u20a9\ud800'
TRICKS += "¹²³0123CONPRNAUXLMTconulcomlpt図か\u3099é\U0001f600"
DEVICES = ["CON", "PRN", "AUX", "NUL", "COM1", "com9", "LPT0", "Com¹", "lpt³", "CONIN$", "conout$", "CLOCK$"]
DEVICE_NAMES = st.builds(
    "".join, st.tuples(st.sampled_from(DEVICES), st.text(" .", max_size=3), st.text(TRICKS, max_size=9))
)
NAMES = st.text() | st.text(TRICKS) | DEVICE_NAMES | st.text("あ字.x ", min_size=80, max_size=400)


@given(NAMES)
def test_a_safe_name_is_one_ordinary_component_everywhere(text: str) -> None:
    name = safe_name(text)
    assert PurePosixPath(name).parts == (name,)
    assert PureWindowsPath(name).parts == (name,)
    assert name.split(".")[0].rstrip().upper() not in {device.upper() for device in DEVICES}
    assert not set(name) & set('<>:"/\\|?*¥₩')
    assert name == name.strip()
    assert not name.startswith(".")
    assert not name.endswith((".", " "))
    assert unicodedata.is_normalized("NFC", name)
    assert {unicodedata.category(char) for char in name}.isdisjoint({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
    assert 1 <= len(name.encode()) <= LONGEST_NAME_BYTES
    assert len(name.encode("utf-16-le")) // 2 <= LONGEST_NAME_BYTES


@given(NAMES)
def test_a_safe_name_is_left_as_it_is(text: str) -> None:
    name = safe_name(text)
    assert safe_name(name) == name


@given(text=NAMES)
def test_a_file_of_that_name_can_be_made_in_a_folder_and_is_in_it(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("files")
    name = safe_name(text)
    (folder / name).open("x").close()
    assert os.listdir(folder) == [name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("図面（改訂２）.dwg", "図面（改訂２）.dwg"),
        ("ガイド・組立 図.DXF", "ガイド・組立 図.DXF"),
        ("か\u3099.txt", "が.txt"),
        ("外字\ue000.txt", "外字\ue000.txt"),
        ("../../etc/passwd", "_._.._etc_passwd"),
        ("C:\\Windows\\win.ini", "C__Windows_win.ini"),
        ("report.pdf:hidden.exe", "report.pdf_hidden.exe"),
        ("\u202efdp.exe", "fdp.exe"),
        ("見積¥1,000.xlsx", "見積￥1,000.xlsx"),
        (".bashrc", "_bashrc"),
        ("con", "_con"),
        ("NUL.tar.gz", "_NUL.tar.gz"),
        ("COM¹ .log", "_COM¹ .log"),
        ("CONSOLE", "CONSOLE"),
        ("COM10", "COM10"),
        ("name. . .", "name"),
        ("a\tb\u2028c", "a b c"),
        ("", UNNAMED),
        ("..", UNNAMED),
        ("\u200b\u202e", UNNAMED),
        ("a.b.c", "a.b.c"),
    ],
)
def test_examples(text: str, name: str) -> None:
    assert safe_name(text) == name


def test_a_long_name_keeps_its_extension_and_its_whole_characters() -> None:
    assert safe_name("あ" * 200 + ".dwg") == "あ" * 83 + ".dwg"
    assert safe_name("x" * 255) == "x" * 255
    assert safe_name("x." + "y" * 300) == "x." + "y" * 253
    longest = "." + "z" * 31
    assert safe_name("x" * 300 + longest) == "x" * 223 + longest
    assert safe_name("x" * 300 + longest + "z") == "x" * 255
    assert safe_name("CON" + " " * 300 + "x.txt") == "_CON.txt"
    assert safe_name("CON." + "x" * 251) == "_CON." + "x" * 250


@given(st.lists(st.text(TRICKS, max_size=12), max_size=MOST_PARTS + 2))
def test_a_path_of_parts_stays_below_its_folder_or_is_refused(parts: list[str]) -> None:
    try:
        safe = safe_relative(parts)
    except ProtocolError:
        assert (
            not parts
            or len(parts) > MOST_PARTS
            or any(set(part) & set("/\\") or part in ("", ".", "..") for part in parts)
        )
        return
    assert safe == tuple(safe_name(part) for part in parts)
    for path in (PurePosixPath(*safe), PureWindowsPath(*safe)):
        assert path.parts == safe
        assert not path.is_absolute()


@pytest.mark.parametrize(
    "parts",
    [[], [""], ["."], [".."], ["a", ".."], ["a/b"], ["a\\b"], ["/"], ["x"] * (MOST_PARTS + 1)],
)
def test_a_path_no_honest_sender_gives_is_refused(parts: list[str]) -> None:
    with pytest.raises(ProtocolError) as caught:
        safe_relative(parts)
    assert caught.value.code is ErrorCode.MESSAGE_MALFORMED


def test_a_path_may_be_sixteen_parts_deep() -> None:
    assert safe_relative(["x"]) == ("x",)
    assert safe_relative(["x"] * 16) == ("x",) * 16


def test_endless_parts_are_not_read_to_their_end() -> None:
    with pytest.raises(ProtocolError):
        safe_relative(iter(lambda: "x", None))


def folded(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())


@given(NAMES, st.lists(NAMES, max_size=5))
def test_a_unique_name_is_safe_and_free(name: str, taken: list[str]) -> None:
    taken = [safe_name(other) for other in [*taken, name]]
    unique = unique_name(name, taken)
    assert safe_name(unique) == unique
    assert folded(unique) not in {folded(other) for other in taken}


def test_a_name_already_taken_is_numbered_before_its_extension() -> None:
    assert unique_name("図.dwg", []) == "図.dwg"
    assert unique_name("図.dwg", ["図.DWG"]) == "図 (2).dwg"
    assert unique_name("図.dwg", ["図.dwg", "図 (2).dwg"]) == "図 (3).dwg"
    assert unique_name("が", ["か\u3099"]) == "が (2)"
    assert unique_name("x" * 255, ["X" * 255]) == "x" * 251 + " (2)"
