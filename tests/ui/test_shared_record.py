"""The reader of records: sentences, the verdict, and a copy that still verifies."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from remotedesk.core.audit import Act, AuditChain, verify
from remotedesk.ui.i18n.acts import act_sentence
from remotedesk.ui.shared.record_view import RecordView, save_copy

Keep = Callable[[QWidget], QWidget]
AT = "2026-11-23T05:00:10.000+00:00"


def chain() -> AuditChain:
    """Return a record with every act, as both engines write them."""
    made = AuditChain()
    made.append(AT, Act.STARTED, role="customer", server="support.example.jp", routing="12345")
    made.append(AT, Act.PAIRED, engineer="Hanako Sato", company="Example CAD Support", code="0427")
    made.append(AT, Act.GUESS_FAILED, code="RD-201", left=2)
    made.append(AT, Act.ASKED, features="chat,control,view")
    made.append(AT, Act.GRANTED, feature="view")
    made.append(AT, Act.REFUSED)
    made.append(AT, Act.REFUSED, features="control", why="too many questions")
    made.append(AT, Act.REVOKED, feature="control")
    made.append(AT, Act.CONNECTED)
    made.append(AT, Act.SUSPENDED, why="silence")
    made.append(AT, Act.RESUMED, why="locked")
    made.append(AT, Act.VIEW_STARTED)
    made.append(AT, Act.VIEW_STOPPED)
    made.append(AT, Act.CONTROL_USED, Key=4, PointerMove=20)
    made.append(AT, Act.INPUT_REFUSED, input_blocked_own_window=1)
    made.append(AT, Act.CHAT_SENT, characters=5)
    made.append(AT, Act.CHAT_RECEIVED, characters=5)
    made.append(AT, Act.PROTOCOL_BROKEN, channel="input", code="RD-401")
    made.append(AT, Act.ENDED, by="customer", code="RD-509")
    made.append(AT, Act.HEADS_EXCHANGED, peer="0" * 64, code="3F9A-07C2")
    return made


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "remotedesk 2026-11-23 customer.jsonl"
    path.write_text("".join(entry.to_line() + "\n" for entry in chain().entries), encoding="utf-8")
    return path


def test_every_act_has_a_sentence(app: QApplication) -> None:
    assert {entry.act for entry in chain().entries} == set(Act)
    sentences = [act_sentence(entry) for entry in chain().entries]
    assert sentences[1] == "Paired with Hanako Sato, Example CAD Support; comparison code 0427"
    assert sentences[4] == "The customer allowed: See the screen"
    assert sentences[13] == "The engineer used mouse and keyboard (keys: 4, pointer moves: 20)"
    assert sentences[18] == "The customer ended the session"
    assert len(set(sentences)) == len(sentences)


def test_every_act_has_a_japanese_sentence(app: QApplication, japanese: None) -> None:
    sentences = [act_sentence(entry) for entry in chain().entries]
    assert all(any("\u3040" <= char <= "\u30ff" for char in sentence) for sentence in sentences)


def test_an_act_without_its_facts_still_reads(app: QApplication) -> None:
    bare = AuditChain()
    assert all(act_sentence(bare.append(AT, act)) for act in Act)


def test_the_reader_shows_all_and_says_it_is_untouched(keep: Keep, record: Path) -> None:
    view = RecordView(record, "3F9A-07C2")
    keep(view)
    view.open()
    assert view.verdict.text == "Verified: nothing in this record has been changed."
    assert view.table.rowCount() == len(chain().entries)
    item = view.table.item(0, 2)
    assert item is not None
    assert item.text() == "Session started on server support.example.jp"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text.replace('"left":2', '"left":3'), "RD-701"),
        (lambda text: "\n".join(text.splitlines()[1:]), "RD-701"),
        (lambda text: "hello\n" + text, "RD-702"),
        (lambda text: text.encode().hex() + "\udcff", "RD-702"),
    ],
)
def test_a_changed_record_is_told(keep: Keep, record: Path, change: Callable[[str], str], code: str) -> None:
    changed = change(record.read_text(encoding="utf-8"))
    record.write_bytes(changed.encode("utf-8", "surrogateescape"))
    view = RecordView(record)
    keep(view)
    assert code in view.verdict.text
    assert view.table.rowCount() == 0


def test_a_missing_record_is_told(keep: Keep, tmp_path: Path) -> None:
    view = RecordView(tmp_path / "none.jsonl")
    keep(view)
    assert "RD-702" in view.verdict.text


def test_a_saved_copy_verifies(record: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.jsonl"
    save_copy(record, copy)
    assert len(verify(copy.read_text(encoding="utf-8").splitlines())) == len(chain().entries)
