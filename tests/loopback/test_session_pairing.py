"""What a wrong, stale, shared or abandoned number gets."""

from pathlib import Path

from remotedesk.core.errors import ErrorCode
from remotedesk.core.session_number import SessionNumber
from remotedesk.core.session_state import State
from remotedesk.engine.customer import CustomerEngine
from remotedesk.engine.events import CodeReady, Failed, GuessFailed, RetryAllowed
from remotedesk.platform.fake import FakePlatform
from tests.support.sessions import NAME, Heard, SessionPair


def wrong(number: SessionNumber) -> SessionNumber:
    """Return a number with the same routing digits and another secret."""
    return SessionNumber(number.routing, f"{(int(number.secret) + 1) % 1_000_000:06}")


def test_a_wrong_secret_is_counted_told_and_may_be_tried_again(pair: SessionPair) -> None:
    pair.sign_in()
    number = pair.issue()
    pair.join(wrong(number))
    assert pair.customer_heard.wait(GuessFailed) == GuessFailed(ErrorCode.SECRET_WRONG, 2)
    assert pair.engineer_heard.wait(GuessFailed) == GuessFailed(ErrorCode.SECRET_WRONG, 2)
    pair.engineer.allow_retry()
    assert pair.customer_heard.wait(RetryAllowed).guesses_left == 2
    pair.join(number)
    assert pair.customer_heard.wait(CodeReady) == pair.engineer_heard.wait(CodeReady)


def test_the_third_wrong_secret_burns_the_number(pair: SessionPair) -> None:
    pair.sign_in()
    number = pair.issue()
    for left in (2, 1, 0):
        marks = pair.customer_heard.mark(), pair.engineer_heard.mark()
        pair.join(wrong(number))
        assert pair.customer_heard.wait(GuessFailed, since=marks[0]).guesses_left == left
        assert pair.engineer_heard.wait(GuessFailed, since=marks[1]).guesses_left == left
        if left:
            pair.engineer.allow_retry()
            pair.customer_heard.wait(RetryAllowed, since=marks[0])
    assert pair.customer_heard.state(State.ENDED).code is ErrorCode.NUMBER_BURNT
    assert pair.engineer_heard.state(State.ENDED).code is ErrorCode.NUMBER_BURNT
    since = pair.customer_heard.mark()
    pair.join(number)
    assert pair.customer_heard.state(State.ENDED, since=since).code is ErrorCode.NUMBER_BURNT


def test_an_unknown_number_is_told_and_nothing_else_happens(pair: SessionPair) -> None:
    pair.join(SessionNumber("00000", "000000"))
    assert pair.customer_heard.state(State.ENDED).code is ErrorCode.NUMBER_UNKNOWN
    assert not (pair.folder / "records" / "customer").exists()


def test_a_second_customer_is_refused_and_the_first_is_unharmed(pair: SessionPair, tmp_path: Path) -> None:
    pair.sign_in()
    number = pair.issue()
    pair.join(number)
    pair.customer_heard.wait(CodeReady)
    heard = Heard()
    second = CustomerEngine(pair._options("second"), FakePlatform(), heard)
    try:
        second.join(number, "someone else")
        assert heard.state(State.ENDED).code is ErrorCode.NUMBER_USED
    finally:
        second.close()
    assert pair.customer_heard.events[-1][1] == pair.customer_heard.wait(CodeReady)
    pair.engineer_heard.state(State.ASKING)


def test_a_customer_who_leaves_after_a_wrong_secret_can_come_back_when_allowed(pair: SessionPair) -> None:
    pair.sign_in()
    number = pair.issue()
    pair.join(wrong(number))
    pair.engineer_heard.wait(GuessFailed)
    pair.customer_heard.wait(GuessFailed)
    pair.customer.end()
    pair.customer_heard.state(State.ENDED)
    pair.engineer.allow_retry()
    pair.engineer_heard.wait(RetryAllowed)
    pair.join(number)
    assert pair.customer_heard.wait(CodeReady) == pair.engineer_heard.wait(CodeReady)


def test_an_engineer_who_takes_the_number_back_ends_the_wait(pair: SessionPair) -> None:
    pair.sign_in()
    number = pair.issue()
    pair.join(number)
    pair.customer_heard.wait(CodeReady)
    pair.engineer.issue_number()
    assert pair.customer_heard.state(State.ENDED).code is ErrorCode.PEER_ENDED


def test_a_wrong_password_is_told(pair: SessionPair) -> None:
    pair.engineer.sign_in(pair.server.engineer_name, "wrong")
    assert pair.engineer_heard.wait(Failed).code is ErrorCode.SIGN_IN_FAILED
    pair.engineer.issue_number()
    pair.engineer_heard.wait(Failed, lambda event: event.code is ErrorCode.NOT_SIGNED_IN)


def test_no_server_is_told(pair: SessionPair) -> None:
    number = SessionNumber("00000", "000000")
    pair.server.close()
    pair.customer.join(number, NAME)
    assert pair.customer_heard.state(State.ENDED).code is ErrorCode.SERVER_UNREACHABLE
