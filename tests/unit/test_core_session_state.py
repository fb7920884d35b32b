"""The state table: what may happen when, walked over completely."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.errors import ConsentError, ErrorCode
from remotedesk.core.session_state import TABLE, Event, State, advance

EVENTS = st.lists(st.sampled_from(Event), max_size=40)


def walk(events: list[Event]) -> list[tuple[Event, State]]:
    """Apply the events a session takes, from IDLE on, and return them with the state after each."""
    state, taken = State.IDLE, []
    for event in events:
        try:
            state = advance(state, event)
        except ConsentError:
            continue
        taken.append((event, state))
    return taken


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_every_pair_is_in_the_table_or_refused(state: State, event: Event) -> None:
    if event in TABLE[state]:
        assert advance(state, event) is TABLE[state][event]
        return
    with pytest.raises(ConsentError) as caught:
        advance(state, event)
    assert caught.value.code is ErrorCode.STATE_FORBIDS
    assert str(state) in str(caught.value)


def test_every_state_has_its_row_and_can_be_reached() -> None:
    assert set(TABLE) == set(State)
    reached = {State.IDLE}
    while more := {target for state in reached for target in TABLE[state].values()} - reached:
        reached |= more
    assert reached == set(State)


@pytest.mark.parametrize("state", list(State))
def test_the_end_is_possible_from_anywhere(state: State) -> None:
    assert advance(state, Event.END) is State.ENDED


def test_the_end_is_the_end() -> None:
    assert TABLE[State.ENDED] == {Event.END: State.ENDED}


@given(EVENTS)
def test_nothing_follows_the_end(events: list[Event]) -> None:
    states = [state for _, state in walk(events)]
    if State.ENDED in states:
        assert set(states[states.index(State.ENDED) :]) == {State.ENDED}


@given(EVENTS)
def test_no_session_is_active_without_a_yes_and_a_proof(events: list[Event]) -> None:
    taken = walk(events)
    for place, (event, state) in enumerate(taken):
        if state is State.ACTIVE:
            assert event is Event.VERIFIED
            before = [earlier for earlier, _ in taken[:place]]
            assert {Event.PAIRED, Event.ACCEPTED, Event.CONNECTED} <= set(before)


def test_no_path_in_the_whole_table_avoids_the_yes_or_the_proof() -> None:
    for needed in (Event.PAIRED, Event.ACCEPTED, Event.VERIFIED):
        reached = {State.IDLE}
        while (
            more := {target for state in reached for event, target in TABLE[state].items() if event is not needed}
            - reached
        ):
            reached |= more
        assert State.ACTIVE not in reached


@given(EVENTS)
def test_after_a_loss_the_peer_is_verified_again(events: list[Event]) -> None:
    verified = False
    for event, state in walk(events):
        verified = event is Event.VERIFIED if event in (Event.VERIFIED, Event.LOST) else verified
        if state is State.ACTIVE:
            assert verified
