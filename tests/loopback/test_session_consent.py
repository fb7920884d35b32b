"""Nothing acts without a grant: refused, revoked midway, suspended, asked for later."""

import time

from remotedesk.core.consent import ALONE_AFTER_S, PROMPT_ARMS_AFTER_S, Feature, Suspension
from remotedesk.core.errors import ErrorCode
from remotedesk.core.session_state import State
from remotedesk.engine.events import (
    Answered,
    Asked,
    BarWanted,
    ChatAdded,
    Failed,
    FrameReady,
    GrantsChanged,
    InputRefused,
)
from remotedesk.platform.ports import HotKey
from tests.support.sessions import EVERYTHING, VIEW_AND_CHAT, SessionPair
from tests.support.xserver import wait_until


def standing_still(pair: SessionPair) -> bool:
    """True if the customer's screen is not read any more."""
    before = pair.fake.grabs
    time.sleep(0.3)
    return pair.fake.grabs == before


def test_a_no_ends_the_session_before_any_description_is_made(pair: SessionPair) -> None:
    pair.pair()
    pair.customer.answer(pair.ask(EVERYTHING).number, frozenset())
    assert pair.customer_heard.state(State.ENDED).code is ErrorCode.DECLINED
    assert pair.engineer_heard.state(State.ENDED).code is ErrorCode.DECLINED
    assert pair.engineer_heard.wait(Answered).features == frozenset()
    assert pair.fake.grabs == 0
    customer, engineer = pair.records()
    assert customer.short_code == engineer.short_code != ""


def test_an_answer_before_a_person_can_have_read_the_question_does_not_count(pair: SessionPair) -> None:
    pair.pair()
    pair.engineer.ask(EVERYTHING)
    asked = pair.customer_heard.wait(Asked)
    pair.customer.answer(asked.number, EVERYTHING)
    time.sleep(PROMPT_ARMS_AFTER_S)
    assert not pair.customer_heard.all(GrantsChanged)
    pair.customer.answer(asked.number, VIEW_AND_CHAT)
    pair.customer_heard.state(State.ACTIVE)


def test_what_was_not_allowed_does_not_happen(pair: SessionPair) -> None:
    pair.activate(frozenset({Feature.CHAT}))
    pair.engineer.key("KeyA", True)  # his client does not even send it
    pair.engineer_sends("input", b'{"type":"Key","seq":1,"code":"KeyA","pressed":true}')
    assert pair.engineer_heard.wait(InputRefused).code is ErrorCode.NOT_GRANTED
    assert not pair.fake.injected
    assert pair.fake.grabs == 0
    assert not pair.engineer_heard.all(FrameReady)


def test_chat_without_a_grant_is_dropped(pair: SessionPair) -> None:
    pair.activate(frozenset({Feature.VIEW}))
    pair.engineer_sends("chat", b'{"type":"Chat","text":"hello"}')
    pair.engineer_heard.wait(FrameReady)
    pair.customer.send_chat("hello")
    time.sleep(0.3)
    assert not pair.customer_heard.all(ChatAdded)
    assert not pair.engineer_heard.all(ChatAdded)


def test_revoking_view_stops_it_at_once_and_the_session_lives_on(pair: SessionPair) -> None:
    pair.activate(EVERYTHING)
    pair.engineer_heard.wait(FrameReady)
    pair.customer.set_allowed(Feature.VIEW, False)
    assert standing_still(pair)
    pair.engineer_heard.wait(GrantsChanged, lambda event: Feature.VIEW not in event.features)
    pair.engineer.latest_frame()
    since = pair.engineer_heard.mark()
    pair.customer.set_allowed(Feature.VIEW, True)
    pair.engineer_heard.wait(FrameReady, since=since)
    pair.engineer.key("KeyA", True)
    wait_until(lambda: "KeyA" in pair.fake.held, what="control, untouched by all this")


def test_revoking_control_releases_every_key_before_it_returns(pair: SessionPair) -> None:
    pair.activate(EVERYTHING)
    pair.engineer.key("ShiftLeft", True)
    pair.engineer.pointer_button(0, True, 5, 6)
    wait_until(lambda: pair.fake.held == {"ShiftLeft", 0}, what="two things held down")
    pair.customer.set_allowed(Feature.CONTROL, False)
    assert not pair.fake.held
    injected = len(pair.fake.injected)
    pair.engineer_sends("input", b'{"type":"Key","seq":900,"code":"KeyA","pressed":true}')
    pair.engineer_heard.wait(InputRefused)
    assert len(pair.fake.injected) == injected
    assert pair.customer_heard.events[-1][1] != State.ENDED
    since = pair.customer_heard.mark()
    pair.engineer.send_chat("still here")
    pair.customer_heard.wait(ChatAdded, since=since)


def test_asking_for_more_in_the_middle(pair: SessionPair) -> None:
    pair.activate(VIEW_AND_CHAT)
    asked = pair.ask(frozenset({Feature.CONTROL}))
    assert not asked.first
    assert asked.features == {Feature.CONTROL}
    pair.customer.answer(asked.number, frozenset({Feature.CONTROL}))
    pair.engineer_heard.wait(GrantsChanged, lambda event: Feature.CONTROL in event.features)
    pair.engineer.key("KeyA", True)
    wait_until(lambda: "KeyA" in pair.fake.held, what="the key")


def test_while_a_question_is_open_nothing_is_injected(pair: SessionPair) -> None:
    pair.activate(EVERYTHING)
    pair.engineer.key("KeyA", True)
    wait_until(lambda: "KeyA" in pair.fake.held, what="the key")
    asked = pair.ask(frozenset({Feature.CHAT}))
    for x in range(20):
        pair.engineer.pointer_button(0, True, x, 10)
        pair.engineer.key("Enter", True)
    assert pair.engineer_heard.wait(InputRefused).code is ErrorCode.INPUT_BLOCKED_OWN_WINDOW
    assert not [event for event in pair.fake.injected if event.method == "button"]
    pair.customer.answer(asked.number, frozenset())
    since = len(pair.fake.injected)
    pair.engineer.key("KeyB", True)
    wait_until(lambda: len(pair.fake.injected) > since, what="control after the question")


def test_a_flood_of_questions_is_not_shown(pair: SessionPair) -> None:
    pair.activate(EVERYTHING)
    for _ in range(20):
        pair.engineer.ask(frozenset({Feature.CONTROL}))
    time.sleep(0.5)
    assert 1 <= len([event for event in pair.customer_heard.all(Asked) if not event.first]) <= 3


def test_locking_the_screen_pauses_and_unlocking_goes_on(pair: SessionPair) -> None:
    pair.activate(EVERYTHING)
    pair.engineer.key("KeyA", True)
    wait_until(lambda: "KeyA" in pair.fake.held, what="the key")
    pair.fake.set_locked(True)
    assert not pair.fake.held
    pair.engineer_heard.wait(GrantsChanged, lambda event: event.suspensions == {Suspension.LOCKED})
    assert standing_still(pair)
    pair.fake.set_locked(False)
    pair.engineer_heard.wait(GrantsChanged, lambda event: event.features == EVERYTHING and not event.suspensions)
    wait_until(lambda: not standing_still(pair), what="the screen again")


def test_the_local_user_wins(pair: SessionPair) -> None:
    pair.activate(EVERYTHING)
    pair.engineer.key("KeyA", True)
    wait_until(lambda: "KeyA" in pair.fake.held, what="the key")
    pair.fake.touch()
    assert not pair.fake.held
    pair.engineer.key("KeyB", True)
    assert pair.engineer_heard.wait(InputRefused).code is ErrorCode.INPUT_HELD_BY_LOCAL_USER


def test_the_hot_key_ends_it(pair: SessionPair) -> None:
    pair.activate(EVERYTHING)
    pair.engineer.key("KeyA", True)
    wait_until(lambda: "KeyA" in pair.fake.held, what="the key")
    pair.fake.press_hot_key()
    assert not pair.fake.held
    pair.customer_heard.state(State.ENDED)
    assert standing_still(pair)
    pair.engineer_heard.state(State.ENDED)


def test_the_other_hot_key_brings_the_customer_to_the_bar_but_not_the_engineer(pair: SessionPair) -> None:
    pair.activate(EVERYTHING)
    pair.engineer.key("F11", True)
    wait_until(lambda: "F11" in pair.fake.held, what="the key")
    pair.fake.press_hot_key(HotKey.BAR)
    time.sleep(ALONE_AFTER_S)
    assert not pair.customer_heard.all(BarWanted)
    pair.fake.press_hot_key(HotKey.BAR)
    pair.customer_heard.wait(BarWanted)


def test_a_taken_hot_key_is_told_and_the_session_goes_on(pair: SessionPair) -> None:
    pair.fake.hot_key_taken = True
    pair.activate(EVERYTHING)
    assert pair.customer_heard.wait(Failed).code is ErrorCode.HOT_KEY_TAKEN
    pair.engineer_heard.wait(FrameReady)


def test_a_question_is_not_exchanged_for_another_under_the_customers_eyes(pair: SessionPair) -> None:
    pair.activate(frozenset({Feature.VIEW}))
    asked = pair.ask(frozenset({Feature.CHAT}))
    pair.engineer.ask(frozenset({Feature.CONTROL}))
    time.sleep(0.3)
    assert [event.features for event in pair.customer_heard.all(Asked) if not event.first] == [asked.features]
    pair.customer.answer(asked.number, asked.features)
    pair.engineer_heard.wait(GrantsChanged, lambda event: event.features == VIEW_AND_CHAT)
    assert pair.ask(frozenset({Feature.CONTROL})).features == {Feature.CONTROL}
