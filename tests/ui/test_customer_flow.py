"""From number to record: which window is there when, and which engine is asked."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from remotedesk.core.audit import Act, AuditChain
from remotedesk.core.errors import ErrorCode
from remotedesk.core.session_state import State
from remotedesk.engine.events import Failed, GuessFailed, RecordClosed, RetryAllowed, StateChanged
from tests.support.customer_stage import DIGITS, NUMBER, Stage
from tests.support.qt_wait import type_text, wait_for


def test_a_session_from_number_to_end(stage: Stage, tmp_path: Path) -> None:
    window = stage.flow.window
    stage.join()
    assert window.waiting.isVisible()
    assert window.waiting.status.text() == "Waiting for your engineer…"
    stage.tell(StateChanged(State.PAIRING))
    assert window.waiting.status.text() == "Checking the number with your engineer…"
    stage.ask()
    stage.prompt.accept_button.click()
    assert stage.session.bar.isVisible()
    assert stage.session.bar.status.text() == "Connecting…"
    assert not window.isVisible()
    stage.tell(StateChanged(State.CONNECTING), StateChanged(State.VERIFYING), StateChanged(State.ACTIVE))
    stage.tell(StateChanged(State.ENDED, ErrorCode.PEER_ENDED))
    assert window.end.isVisible()
    assert window.end.what.text() == "Your engineer has ended the session."
    assert not window.end.open_button.isVisible()
    chain = AuditChain()
    path = tmp_path / "record.jsonl"
    path.write_text(chain.append("2026-11-23T05:00:10.000+00:00", Act.CONNECTED).to_line() + "\n", encoding="utf-8")
    stage.tell(RecordClosed(str(path), "3F9A-07C2"))
    assert window.end.code.text() == "3F9A-07C2"
    window.end.open_button.click()
    assert stage.flow.record is not None
    assert stage.flow.record.table.rowCount() == 1


def test_cancel_ends_and_goes_back(stage: Stage) -> None:
    stage.join()
    stage.flow.window.waiting.cancel_button.click()
    assert stage.calls[-1] == ("end",)
    assert stage.flow.window.start.isVisible()
    stage.tell(StateChanged(State.ENDED, ErrorCode.SERVER_LOST))
    assert not stage.flow.window.start.notice.isVisible()


def test_after_a_cancel_a_new_engine_joins(stage: Stage) -> None:
    stage.join()
    stage.flow.window.waiting.cancel_button.click()
    stage.flow.window.start.connect_button.click()
    assert [engine.calls for engine in stage.engines] == [
        [("join", NUMBER, "Taro Yamada"), ("end",), ("close",)],
        [("join", NUMBER, "Taro Yamada")],
    ]


@pytest.mark.parametrize("code", [ErrorCode.NUMBER_UNKNOWN, ErrorCode.SERVER_UNREACHABLE, ErrorCode.NUMBER_BURNT])
def test_what_went_wrong_before_the_question_is_told_beside_the_number(stage: Stage, code: ErrorCode) -> None:
    stage.join()
    stage.tell(StateChanged(State.ENDED, code))
    start = stage.flow.window.start
    assert start.notice.isVisible()
    assert code.value in start.notice.text
    assert start.number.text() == NUMBER


def test_a_wrong_number_may_be_typed_again_when_the_engineer_allows_it(stage: Stage) -> None:
    stage.join()
    stage.tell(StateChanged(State.PAIRING), StateChanged(State.WAITING), GuessFailed(ErrorCode.SECRET_WRONG, 2))
    waiting = stage.flow.window.waiting
    assert waiting.status.text() == "The number did not fit"
    assert "RD-201" in waiting.hint.text()
    assert "2" in waiting.hint.text().splitlines()[-1]
    stage.tell(StateChanged(State.WAITING))
    assert waiting.status.text() == "The number did not fit"
    stage.tell(RetryAllowed(2))
    start = stage.flow.window.start
    assert start.notice.isVisible()
    assert start.number.text() == ""
    wait_for(lambda: QApplication.focusWidget() is start.number)
    type_text(start.number, DIGITS)
    start.connect_button.click()
    assert len(stage.engines) == 1
    assert [call[0] for call in stage.calls] == ["join", "join"]


def test_a_burnt_number_is_told_once_the_session_has_ended(stage: Stage) -> None:
    stage.join()
    stage.tell(GuessFailed(ErrorCode.SECRET_WRONG, 0), StateChanged(State.ENDED, ErrorCode.NUMBER_BURNT))
    assert "RD-106" in stage.flow.window.start.notice.text


def test_what_fails_while_waiting_is_told_and_the_waiting_goes_on(stage: Stage) -> None:
    stage.join()
    stage.tell(Failed(ErrorCode.HOT_KEY_TAKEN))
    assert stage.flow.window.waiting.isVisible()
    assert "RD-606" in stage.flow.window.waiting.hint.text()


def test_the_engineer_leaving_takes_the_question_away(stage: Stage) -> None:
    stage.join()
    stage.ask()
    stage.tell(StateChanged(State.ENDED, ErrorCode.PEER_ENDED))
    assert stage.flow.prompt is None
    assert stage.flow.window.end.isVisible()


def test_records_that_were_not_compared_say_so(stage: Stage, tmp_path: Path) -> None:
    stage.share()
    stage.session.bar.end_button.click()
    stage.tell(StateChanged(State.ENDED), RecordClosed(str(tmp_path / "record.jsonl"), ""))
    end = stage.flow.window.end
    assert end.what.text().startswith("You ended the session")
    assert not end.code.isVisible()
    assert end.open_button.isVisible()


def test_another_number_starts_over(stage: Stage) -> None:
    stage.share()
    stage.session.bar.end_button.click()
    stage.flow.window.end.restart_button.click()
    start = stage.flow.window.start
    assert start.isVisible()
    assert start.number.text() == ""
    type_text(start.number, DIGITS)
    start.connect_button.click()
    assert len(stage.engines) == 2


def test_all_of_a_long_message_is_visible(stage: Stage, japanese: None) -> None:
    stage.join()
    stage.tell(StateChanged(State.ENDED, ErrorCode.ENVELOPE_FORGED))
    window, start = stage.flow.window, stage.flow.window.start
    needed = start.notice.heightForWidth(start.notice.width())
    wait_for(lambda: start.notice.height() >= needed)
    assert window.height() >= start.heightForWidth(window.width())
