"""The console from sign-in to the next number: what it shows, what it asks of the engine, by mouse and by keyboard."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from remotedesk.core.audit import Act, AuditChain
from remotedesk.core.consent import Feature
from remotedesk.core.errors import ErrorCode
from remotedesk.core.session_state import State
from remotedesk.engine.events import (
    Answered,
    CodeReady,
    EngineEvent,
    Failed,
    GuessFailed,
    NumberIssued,
    PeerNamed,
    RecordClosed,
    SignedIn,
    StateChanged,
)
from remotedesk.ui.engineer.console import Console
from remotedesk.ui.shared.options import ServeInfo, UiOptions
from tests.fakes.engines import ScriptedEngineer
from tests.support.qt_wait import wait_for

ALL = frozenset({Feature.VIEW, Feature.CONTROL, Feature.CHAT})


class Desk:
    """A console on a scripted engine, and the hands in front of it."""

    def __init__(self, options: UiOptions) -> None:
        self.engine = ScriptedEngineer(lambda event: None)
        self.console = Console(self.engine, options)
        self.console.show()
        self.console.activateWindow()
        assert QTest.qWaitForWindowActive(self.console)

    def tell(self, *events: EngineEvent) -> None:
        for event in events:
            self.console.on_event(event)

    def sign_in(self) -> None:
        self.tell(SignedIn("Hanako Suzuki", "Example K.K."))

    def give_number(self, expires_in_s: int = 600) -> None:
        self.tell(NumberIssued("4829-1056-3378", expires_in_s), StateChanged(State.WAITING))

    def meet(self) -> None:
        self.tell(StateChanged(State.PAIRING), StateChanged(State.ASKING), PeerNamed("Taro Yamada", ""))
        self.tell(CodeReady("4719"))

    def find(self, name: str) -> QWidget:
        found = self.console.findChild(QWidget, name)
        assert isinstance(found, QWidget), name
        return found

    def visible(self, name: str) -> bool:
        return self.find(name).isVisible()

    def text(self, name: str) -> str:
        label = self.find(name)
        assert isinstance(label, QLabel)
        return label.text() if label.isVisible() else ""

    def type(self, name: str, text: str) -> None:
        field = self.find(name)
        assert isinstance(field, QLineEdit)
        field.clear()
        QTest.keyClicks(field, text)

    def click(self, name: str) -> None:
        button = self.find(name)
        assert isinstance(button, QAbstractButton)
        assert button.isVisible(), name
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def key(self, key: Qt.Key) -> None:
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key)

    def focus(self) -> str:
        focused = QApplication.focusWidget()
        return focused.objectName() if focused is not None else ""


@pytest.fixture
def open_desk(app: QApplication) -> Iterator[Callable[[UiOptions], Desk]]:
    desks: list[Desk] = []

    def make(options: UiOptions) -> Desk:
        desks.append(Desk(options))
        return desks[-1]

    yield make
    for desk in desks:
        desk.console.hide()
        desk.console.deleteLater()
    app.processEvents()


@pytest.fixture
def desk(open_desk: Callable[[UiOptions], Desk]) -> Desk:
    return open_desk(UiOptions(server_name="support.example.com"))


# -- signing in -------------------------------------------------------------------------------------------------------


def test_signing_in_by_keyboard_alone(desk: Desk) -> None:
    assert desk.text("server") == "Server: support.example.com"
    assert desk.focus() == "name"
    QTest.keyClicks(desk.find("name"), "hanako")
    desk.key(Qt.Key.Key_Return)
    assert desk.focus() == "password"
    QTest.keyClicks(desk.find("password"), "correct horse")
    desk.key(Qt.Key.Key_Return)
    assert desk.engine.calls == [("sign_in", "hanako", "correct horse")]
    assert not desk.find("sign_in").isEnabled()
    desk.sign_in()
    assert desk.text("account") == "Hanako Suzuki · Example K.K."
    wait_for(lambda: desk.focus() == "new_number")
    desk.key(Qt.Key.Key_Return)
    assert desk.engine.calls[-1] == ("issue_number",)


def test_what_is_missing_is_said_at_its_field_and_nothing_is_sent(desk: Desk) -> None:
    desk.click("sign_in")
    assert desk.text("name_problem")
    assert desk.focus() == "name"
    desk.type("name", "hanako")
    assert not desk.visible("name_problem")
    desk.click("sign_in")
    assert desk.text("password_problem")
    assert desk.focus() == "password"
    assert desk.engine.calls == []


def test_a_wrong_password_is_said_at_the_field(desk: Desk) -> None:
    desk.type("name", "hanako")
    desk.type("password", "wrong")
    desk.click("sign_in")
    desk.tell(Failed(ErrorCode.SIGN_IN_FAILED))
    assert "RD-305" in desk.text("password_problem")
    assert desk.focus() == "password"
    assert desk.find("sign_in").isEnabled()


def test_a_server_that_is_down_is_said_and_signing_in_can_be_tried_again(desk: Desk) -> None:
    desk.type("name", "hanako")
    desk.type("password", "secret")
    desk.click("sign_in")
    desk.tell(Failed(ErrorCode.SERVER_UNREACHABLE))
    assert "RD-301" in desk.text("sign_in_status")
    desk.click("sign_in")
    assert len(desk.engine.calls) == 2


def test_the_password_is_gone_after_signing_in(desk: Desk) -> None:
    desk.type("password", "secret")
    desk.sign_in()
    field = desk.find("password")
    assert isinstance(field, QLineEdit)
    assert field.text() == ""


# -- the number -------------------------------------------------------------------------------------------------------


def test_the_number_is_shown_copied_and_counted_down(desk: Desk) -> None:
    desk.sign_in()
    desk.click("new_number")
    assert desk.engine.calls == [("issue_number",)]
    assert not desk.find("new_number").isEnabled()
    desk.give_number()
    assert desk.text("number") == "4829-1056-3378"
    assert desk.text("countdown") == "Good for 10:00"
    wait_for(lambda: desk.text("countdown") == "Good for 9:59")
    desk.click("copy_number")
    assert QGuiApplication.clipboard().text() == "4829-1056-3378"
    assert "Waiting" in desk.text("number_status")
    desk.tell(StateChanged(State.PAIRING))
    assert "Checking" in desk.text("number_status")


def test_a_number_that_ran_out_is_no_longer_shown(desk: Desk) -> None:
    desk.sign_in()
    desk.give_number(expires_in_s=0)
    wait_for(lambda: not desk.visible("number"))
    assert "RD-104" in desk.text("number_status")
    desk.click("new_number")
    assert desk.engine.calls == [("issue_number",)]


def test_a_wrong_number_lets_the_engineer_decide(desk: Desk) -> None:
    desk.sign_in()
    desk.give_number()
    desk.tell(StateChanged(State.PAIRING), GuessFailed(ErrorCode.SECRET_WRONG, 2), StateChanged(State.WAITING))
    assert "Tries left: 2" in desk.text("number_status")
    assert desk.visible("number")
    assert desk.focus() == "allow_retry"
    desk.click("allow_retry")
    assert desk.engine.calls == [("allow_retry",)]
    assert not desk.visible("allow_retry")
    assert "again" in desk.text("number_status")


def test_a_wrong_number_can_be_answered_with_a_new_one(desk: Desk) -> None:
    desk.sign_in()
    desk.give_number()
    desk.tell(GuessFailed(ErrorCode.PAIRING_TIMEOUT, 1))
    desk.click("new_number")
    assert desk.engine.calls == [("issue_number",)]


@pytest.mark.parametrize("first", ["state", "guess"])
def test_the_decision_stays_open_whatever_is_told_first(desk: Desk, first: str) -> None:
    desk.sign_in()
    desk.give_number()
    told: list[EngineEvent] = [StateChanged(State.WAITING), GuessFailed(ErrorCode.SECRET_WRONG, 2)]
    desk.tell(StateChanged(State.PAIRING), *(told if first == "state" else reversed(told)))
    assert desk.visible("allow_retry")
    desk.tell(StateChanged(State.PAIRING))
    assert not desk.visible("allow_retry")


def test_somebody_who_left_without_a_guess_is_waited_for_again(desk: Desk) -> None:
    desk.sign_in()
    desk.give_number()
    desk.tell(StateChanged(State.PAIRING), StateChanged(State.WAITING, ErrorCode.PEER_ENDED))
    assert "Waiting" in desk.text("number_status")


def test_a_burnt_number_is_taken_away(desk: Desk) -> None:
    desk.sign_in()
    desk.give_number()
    desk.tell(GuessFailed(ErrorCode.SECRET_WRONG, 0), StateChanged(State.ENDED, ErrorCode.NUMBER_BURNT))
    assert not desk.visible("number")
    assert not desk.visible("allow_retry")
    assert "RD-106" in desk.text("number_status")
    assert desk.focus() == "new_number"


# -- the customer -----------------------------------------------------------------------------------------------------


def test_the_customer_is_shown_with_the_code_and_asked_for_what_is_ticked(desk: Desk) -> None:
    desk.sign_in()
    desk.give_number()
    desk.meet()
    assert desk.text("customer_name") == "Taro Yamada"
    assert desk.text("comparison_code") == "4719"
    desk.click("want_control")
    desk.click("ask")
    assert desk.engine.calls == [("ask", frozenset({Feature.VIEW, Feature.CHAT}))]
    assert not desk.find("ask").isEnabled()
    assert not desk.find("want_view").isEnabled()


def test_by_keyboard_the_question_is_one_key_away(desk: Desk) -> None:
    desk.sign_in()
    desk.give_number()
    desk.meet()
    assert desk.focus() == "ask"
    desk.key(Qt.Key.Key_Return)
    desk.key(Qt.Key.Key_Return)
    assert desk.engine.calls == [("ask", ALL)]
    desk.tell(Answered(frozenset()))
    assert desk.focus() == "ask"


def test_there_is_no_question_before_the_code_can_be_compared(desk: Desk) -> None:
    desk.sign_in()
    desk.give_number()
    desk.tell(StateChanged(State.PAIRING), StateChanged(State.ASKING), PeerNamed("Taro Yamada", ""))
    assert not desk.visible("ask")
    assert desk.visible("number")
    desk.tell(CodeReady("4719"))
    assert desk.visible("ask")


def test_the_next_customer_is_not_shown_with_the_name_and_code_before(desk: Desk) -> None:
    desk.sign_in()
    desk.give_number()
    desk.meet()
    desk.click("want_control")
    desk.tell(StateChanged(State.ENDED))
    desk.give_number()
    desk.tell(StateChanged(State.PAIRING), StateChanged(State.ASKING), PeerNamed("Jiro Sato", ""))
    assert not desk.visible("comparison_code")
    desk.tell(CodeReady("1234"))
    assert desk.text("comparison_code") == "1234"
    desk.click("ask")
    assert desk.engine.calls[-1] == ("ask", ALL)


def test_the_end_of_the_number_before_does_not_disturb_the_new_one(desk: Desk) -> None:
    desk.sign_in()
    desk.give_number()
    desk.click("new_number")
    desk.tell(StateChanged(State.ENDED))
    assert "Making a number" in desk.text("number_status")
    assert not desk.find("new_number").isEnabled()
    desk.tell(NumberIssued("1111-2222-3333", 600), StateChanged(State.WAITING))
    assert desk.text("number") == "1111-2222-3333"


def test_nothing_ticked_cannot_be_asked(desk: Desk) -> None:
    desk.sign_in()
    desk.meet()
    for name in ("want_view", "want_control", "want_chat"):
        desk.click(name)
    assert not desk.find("ask").isEnabled()


def test_the_answer_says_what_was_accepted_and_what_was_not(desk: Desk) -> None:
    desk.sign_in()
    desk.meet()
    desk.click("ask")
    desk.tell(Answered(frozenset({Feature.VIEW})), StateChanged(State.CONNECTING))
    said = desk.text("ask_status")
    assert "Accepted: See the screen" in said
    assert "Not accepted: Mouse and keyboard, Chat" in said


def test_a_no_can_be_followed_by_another_question_or_the_end(desk: Desk) -> None:
    desk.sign_in()
    desk.meet()
    desk.click("ask")
    desk.tell(Answered(frozenset()))
    assert "said no" in desk.text("ask_status")
    assert desk.find("ask").isEnabled()
    desk.click("end_before")
    assert desk.engine.calls[-1] == ("end",)


def test_a_name_cannot_dress_itself_up(desk: Desk) -> None:
    desk.sign_in()
    desk.tell(StateChanged(State.ASKING), PeerNamed("<b>Admin</b><img src=x>", ""), CodeReady("4719"))
    label = desk.find("customer_name")
    assert isinstance(label, QLabel)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == "<b>Admin</b><img src=x>"


# -- the end, and again -----------------------------------------------------------------------------------------------


def test_the_console_hides_while_the_session_lives_and_tells_its_end(desk: Desk) -> None:
    desk.sign_in()
    desk.give_number()
    desk.meet()
    desk.tell(StateChanged(State.CONNECTING), StateChanged(State.VERIFYING), StateChanged(State.ACTIVE))
    assert not desk.console.isVisible()
    desk.tell(StateChanged(State.ENDED, ErrorCode.PEER_ENDED))
    assert desk.console.isVisible()
    assert "RD-509" in desk.text("outcome")
    assert "Taro Yamada" in desk.text("ended_with")
    assert not desk.visible("view_record")
    desk.tell(RecordClosed("/records/one.jsonl", "7F3A-90C2"))
    assert desk.text("short_code") == "7F3A-90C2"
    assert desk.visible("view_record")


def test_a_record_that_closes_before_the_end_is_kept(desk: Desk) -> None:
    desk.sign_in()
    desk.meet()
    desk.tell(RecordClosed("/records/one.jsonl", ""), StateChanged(State.ENDED))
    assert desk.text("outcome") == "You have ended the session."
    assert not desk.visible("short_code")
    assert "could not be reached" in desk.text("short_code_meaning")


def test_the_record_can_be_read_at_once(desk: Desk, tmp_path: Path) -> None:
    chain = AuditChain()
    chain.append("2026-11-23T01:02:03.000Z", Act.STARTED, role="engineer")
    record = tmp_path / "one.jsonl"
    record.write_text(chain.entries[0].to_line() + "\n", encoding="utf-8")
    desk.sign_in()
    desk.meet()
    desk.tell(StateChanged(State.ENDED), RecordClosed(str(record), "7F3A-90C2"))
    desk.click("view_record")
    (window,) = (each for each in QApplication.topLevelWidgets() if each.objectName() == "record_window")
    assert window.isVisible()
    desk.console.close()
    assert not window.isVisible()


def test_after_the_end_there_is_a_new_number_at_once(desk: Desk) -> None:
    desk.sign_in()
    desk.give_number()
    desk.meet()
    desk.tell(StateChanged(State.ACTIVE), StateChanged(State.ENDED))
    desk.click("next_number")
    assert desk.engine.calls == [("issue_number",)]
    desk.tell(StateChanged(State.WAITING), NumberIssued("1111-2222-3333", 600))
    assert desk.text("number") == "1111-2222-3333"


def test_an_account_that_is_no_longer_signed_in_is_asked_again(desk: Desk) -> None:
    desk.sign_in()
    desk.click("new_number")
    desk.tell(Failed(ErrorCode.NOT_SIGNED_IN))
    assert desk.visible("password")
    assert "RD-308" in desk.text("sign_in_status")


def test_a_server_that_fails_to_give_a_number_can_be_asked_again(desk: Desk) -> None:
    desk.sign_in()
    desk.click("new_number")
    desk.tell(Failed(ErrorCode.SERVER_FULL))
    assert "RD-307" in desk.text("number_status")
    desk.click("new_number")
    assert len(desk.engine.calls) == 2


# -- the server in this window ----------------------------------------------------------------------------------------


def test_with_the_server_inside_signing_in_is_skipped_and_the_address_can_be_copied(
    open_desk: Callable[[UiOptions], Desk],
) -> None:
    info = ServeInfo("https://192.168.10.21:8443", "4A:9C")
    desk = open_desk(UiOptions(serve_info=info, auto_sign_in=("engineer", "made-up")))
    assert desk.engine.calls == [("sign_in", "engineer", "made-up")]
    assert not desk.visible("password")
    assert "Signing in" in desk.text("number_status")
    assert desk.text("serve_address") == info.address
    desk.click("copy_serve_info")
    assert QGuiApplication.clipboard().text() == "https://192.168.10.21:8443\n4A:9C"
    desk.sign_in()
    assert desk.find("new_number").isEnabled()
    desk.tell(Failed(ErrorCode.NOT_SIGNED_IN))
    assert not desk.visible("password")
    desk.click("new_number")
    assert desk.engine.calls[1:] == [("sign_in", "engineer", "made-up"), ("issue_number",)]


def test_options_do_not_show_the_password() -> None:
    assert "made-up" not in repr(UiOptions(auto_sign_in=("engineer", "made-up")))


def test_every_control_has_a_name_for_screen_readers(desk: Desk) -> None:
    for widget in desk.console.findChildren(QWidget):
        if isinstance(widget, QAbstractButton | QLineEdit) and not widget.objectName().startswith("qt_"):
            assert widget.objectName(), widget
            assert widget.accessibleName(), widget.objectName()


def test_long_names_neither_widen_the_window_nor_get_lost_to_screen_readers(desk: Desk) -> None:
    desk.tell(SignedIn("技" * 64, "会" * 64))
    desk.tell(StateChanged(State.ASKING), PeerNamed("山" * 64, ""), CodeReady("4719"))
    assert desk.find("customer_name").accessibleName() == "山" * 64
    assert desk.find("account").accessibleName() == "技" * 64 + " · " + "会" * 64
    wait_for(lambda: desk.find("ask").isVisible())
    assert desk.console.minimumSizeHint().width() <= desk.console.width()
    assert desk.find("end_before").mapTo(desk.console, desk.find("end_before").rect().topRight()).x() < 600
