"""Both languages are complete, up to date, and made of literals only."""

import ast
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtWidgets import QApplication

from remotedesk.core.errors import ErrorCode
from remotedesk.ui import i18n
from remotedesk.ui.i18n.language import choose_language
from remotedesk.ui.i18n.sentences import sentence, sentence_with_code

FOLDER = Path(i18n.__file__).parent
UI = FOLDER.parent
CATALOGUE = FOLDER / "remotedesk_ja.ts"
COMPILED = FOLDER / "remotedesk_ja.qm"
SOURCES = sorted(UI.glob("**/*.py"))
KANA_OR_KANJI = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
PLACES = re.compile(r"\{\w*\}|%\d|&(?=\w)")


def run(tool: str, *arguments: str) -> None:
    command = (str(Path(sys.executable).parent / tool), *arguments)
    subprocess.run(command, cwd=UI, check=True, capture_output=True, timeout=110)


def messages(path: Path) -> dict[tuple[str, str, str], ElementTree.Element]:
    return {
        (context.findtext("name", ""), message.findtext("source", ""), message.findtext("comment", "")): message
        for context in ElementTree.parse(path).getroot().findall("context")
        for message in context.findall("message")
    }


def translations() -> list[tuple[str, str]]:
    return [(key[1], message.findtext("translation", "")) for key, message in messages(CATALOGUE).items()]


def test_the_catalogue_has_every_string_of_the_source_and_no_other(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh_ja.ts"
    names = [str(path.relative_to(UI)) for path in SOURCES]
    run("pyside6-lupdate", *names, "-locations", "none", "-source-language", "en", "-ts", str(fresh))
    assert set(messages(fresh)) == set(messages(CATALOGUE)), "run `make translations`"


def test_every_string_is_translated() -> None:
    unfinished = [
        key
        for key, message in messages(CATALOGUE).items()
        if message.find("translation").get("type") is not None  # type: ignore[union-attr]
    ]
    assert unfinished == []
    assert [source for source, japanese in translations() if not japanese] == []


def test_the_compiled_catalogue_is_up_to_date(tmp_path: Path) -> None:
    source = tmp_path / CATALOGUE.name
    shutil.copy(CATALOGUE, source)
    fresh = tmp_path / COMPILED.name
    run("pyside6-lrelease", "-silent", str(source), "-qm", str(fresh))
    assert fresh.read_bytes() == COMPILED.read_bytes(), "run `make translations`"


def test_translations_keep_the_places_for_values_and_for_keys() -> None:
    def places(text: str) -> list[str]:
        return sorted(PLACES.findall(text))

    assert [pair for pair in translations() if places(pair[0]) != places(pair[1])] == []


def test_translations_are_japanese() -> None:
    same = {"1:1", ", ", "{proxy}, {login}"}
    assert [pair for pair in translations() if pair[0] not in same and not KANA_OR_KANJI.search(pair[1])] == []


def test_only_literals_are_translated() -> None:
    """lupdate takes the text of an f-string or of a variable without a word, and translates nothing at run time."""
    bad = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (name := _called(node)) in ("tr", "translate"):
                texts = node.args[: 1 if name == "tr" else 3]
                if not texts or not all(
                    isinstance(text, ast.Constant) and isinstance(text.value, str) for text in texts
                ):
                    bad.append(f"{path.name}:{node.lineno}")
    assert bad == []


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id="translate") | ast.Attribute(value=ast.Name(id="QCoreApplication"), attr="translate"):
            return "translate"
        case ast.Attribute(attr="tr"):
            return "tr"
        case _:
            return ""


@pytest.mark.parametrize("for_engineer", [False, True], ids=["customer", "engineer"])
@pytest.mark.parametrize("code", list(ErrorCode), ids=[code.name for code in ErrorCode])
def test_every_code_has_a_sentence(app: QApplication, code: ErrorCode, for_engineer: bool) -> None:
    text = sentence(code, for_engineer=for_engineer)
    assert text.endswith(".")
    assert sentence_with_code(code, for_engineer=for_engineer) == f"{text} ({code.value})"


@pytest.mark.parametrize("for_engineer", [False, True], ids=["customer", "engineer"])
@pytest.mark.parametrize("code", list(ErrorCode), ids=[code.name for code in ErrorCode])
def test_every_code_has_a_japanese_sentence(
    app: QApplication, japanese: None, code: ErrorCode, for_engineer: bool
) -> None:
    text = sentence(code, for_engineer=for_engineer)
    assert text.endswith("。")
    assert KANA_OR_KANJI.search(text)


def test_standard_buttons_speak_japanese_too(app: QApplication, japanese: None) -> None:
    assert KANA_OR_KANJI.search(QCoreApplication.translate("QPlatformTheme", "Cancel"))


@pytest.mark.parametrize(
    ("wanted", "system", "chosen"),
    [
        ("ja", "en_US", "ja"),
        ("en", "ja_JP", "en"),
        (None, "ja_JP", "ja"),
        (None, "en_GB", "en"),
        (None, "de_DE", "en"),
        ("fr", "ja_JP", "ja"),
    ],
)
def test_the_language_follows_the_system_unless_told(
    monkeypatch: pytest.MonkeyPatch, wanted: str | None, system: str, chosen: str
) -> None:
    monkeypatch.setattr(QLocale, "system", lambda: QLocale(system))
    assert choose_language(wanted) == chosen
