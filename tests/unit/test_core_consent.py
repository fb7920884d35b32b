"""Consent: no act without a yes, none after a no, whatever the order and whatever the thread."""

import contextlib
import copy
import itertools
import sys
import threading
from collections.abc import Iterator

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from remotedesk.core.consent import (
    PROMPT_ARMS_AFTER_S,
    ConsentGate,
    Feature,
    Grant,
    Prompt,
    Scope,
    ScopeKind,
    Suspension,
)
from remotedesk.core.errors import ConsentError, ErrorCode

FEATURES = st.sampled_from(Feature)
SETS = st.frozensets(FEATURES, max_size=4)


class Clock:
    """Stands for the monotonic clock; a test moves it."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(clock: Clock) -> ConsentGate:
    return ConsentGate(clock)


def refusal(grant: Grant, feature: Feature | None = None) -> ErrorCode:
    with pytest.raises(ConsentError) as caught:
        grant.require(feature or grant.feature)
    return caught.value.code


def test_a_yes_to_an_armed_question_makes_grants_for_what_was_asked_and_allowed(
    gate: ConsentGate, clock: Clock
) -> None:
    prompt = gate.ask([Feature.VIEW, Feature.CONTROL])
    assert gate.prompt == prompt
    clock.now_s += PROMPT_ARMS_AFTER_S
    (grant,) = gate.answer(prompt.number, [Feature.VIEW, Feature.CHAT])
    grant.require(Feature.VIEW)
    assert grant.live
    assert grant.scope == Scope(ScopeKind.DESKTOP)
    assert gate.granted == {Feature.VIEW}
    assert gate.grant(Feature.VIEW) is grant
    assert gate.prompt is None


def test_an_answer_before_the_question_is_armed_is_refused_and_the_question_stays(
    gate: ConsentGate, clock: Clock
) -> None:
    prompt = gate.ask([Feature.VIEW])
    clock.now_s += PROMPT_ARMS_AFTER_S - 0.001
    with pytest.raises(ConsentError) as caught:
        gate.answer(prompt.number, [Feature.VIEW])
    assert caught.value.code is ErrorCode.PROMPT_NOT_ARMED
    assert gate.prompt == prompt
    assert gate.granted == frozenset()


def test_a_question_is_answered_once(gate: ConsentGate, clock: Clock) -> None:
    prompt = gate.ask([Feature.VIEW])
    clock.now_s += 1
    assert gate.answer(prompt.number, []) == ()
    with pytest.raises(ConsentError) as caught:
        gate.answer(prompt.number, [Feature.VIEW])
    assert caught.value.code is ErrorCode.PROMPT_GONE


def test_a_newer_question_takes_the_place_of_the_older_and_arms_afresh(gate: ConsentGate, clock: Clock) -> None:
    old = gate.ask([Feature.VIEW])
    clock.now_s += 1
    new = gate.ask([Feature.CONTROL])
    for number, code in ((old.number, ErrorCode.PROMPT_GONE), (new.number, ErrorCode.PROMPT_NOT_ARMED)):
        with pytest.raises(ConsentError) as caught:
            gate.answer(number, Feature)
        assert caught.value.code is code


def test_a_withdrawn_question_cannot_be_answered(gate: ConsentGate, clock: Clock) -> None:
    prompt = gate.ask([Feature.VIEW])
    clock.now_s += 1
    gate.withdraw_prompt()
    with pytest.raises(ConsentError) as caught:
        gate.answer(prompt.number, [Feature.VIEW])
    assert caught.value.code is ErrorCode.PROMPT_GONE


def test_the_customer_may_allow_unasked_but_not_beside_an_open_question(gate: ConsentGate) -> None:
    gate.allow(Feature.VIEW).require(Feature.VIEW)
    gate.ask([Feature.CONTROL])
    with pytest.raises(ConsentError) as caught:
        gate.allow(Feature.CONTROL)
    assert caught.value.code is ErrorCode.PROMPT_NOT_ARMED


def test_a_grant_is_for_its_feature_only(gate: ConsentGate) -> None:
    assert refusal(gate.allow(Feature.VIEW), Feature.CONTROL) is ErrorCode.NOT_GRANTED


def test_without_a_yes_there_is_no_grant(gate: ConsentGate) -> None:
    with pytest.raises(ConsentError) as caught:
        gate.grant(Feature.VIEW)
    assert caught.value.code is ErrorCode.NOT_GRANTED


def test_revoking_one_feature_leaves_the_others(gate: ConsentGate) -> None:
    view, control = gate.allow(Feature.VIEW), gate.allow(Feature.CONTROL)
    gate.revoke(Feature.CONTROL)
    gate.revoke(Feature.CAMERA)
    assert refusal(control) is ErrorCode.GRANT_REVOKED
    assert not control.live
    assert view.live


def test_a_new_yes_does_not_wake_the_old_grant(gate: ConsentGate) -> None:
    old = gate.allow(Feature.CONTROL)
    gate.revoke(Feature.CONTROL)
    new = gate.allow(Feature.CONTROL)
    newest = gate.allow(Feature.CONTROL)
    assert [old.live, new.live, newest.live] == [False, False, True]


def test_suspension_lasts_until_the_last_reason_is_gone(gate: ConsentGate) -> None:
    grant = gate.allow(Feature.VIEW)
    gate.suspend(Suspension.LOCKED)
    gate.suspend(Suspension.SILENCE)
    gate.resume(Suspension.SILENCE)
    assert gate.suspended
    assert gate.suspensions == {Suspension.LOCKED}
    assert refusal(grant) is ErrorCode.GRANT_SUSPENDED
    assert gate.granted == {Feature.VIEW}
    gate.resume(Suspension.LOCKED)
    assert grant.live


def test_a_grant_ends_by_itself_at_its_time(gate: ConsentGate, clock: Clock) -> None:
    grant = gate.allow(Feature.VIEW, until=clock.now_s + 10)
    assert grant.until == clock.now_s + 10
    clock.now_s += 9.9
    grant.require(Feature.VIEW)
    clock.now_s += 0.1
    assert refusal(grant) is ErrorCode.GRANT_REVOKED
    assert gate.granted == frozenset()
    with pytest.raises(ConsentError):
        gate.grant(Feature.VIEW)


def test_after_stop_there_is_nothing_and_never_again(gate: ConsentGate, clock: Clock) -> None:
    grant = gate.allow(Feature.VIEW)
    prompt = gate.ask([Feature.CONTROL])
    clock.now_s += 1
    gate.stop()
    assert gate.prompt is None
    assert gate.granted == frozenset()
    assert refusal(grant) is ErrorCode.GRANT_REVOKED
    for attempt, code in (
        (lambda: gate.ask([Feature.VIEW]), ErrorCode.GRANT_REVOKED),
        (lambda: gate.allow(Feature.VIEW), ErrorCode.GRANT_REVOKED),
        (lambda: gate.answer(prompt.number, [Feature.CONTROL]), ErrorCode.PROMPT_GONE),
        (lambda: gate.grant(Feature.VIEW), ErrorCode.NOT_GRANTED),
    ):
        with pytest.raises(ConsentError) as caught:
            attempt()
        assert caught.value.code is code


@pytest.mark.parametrize("key", [None, object(), 0, "key"])
def test_nobody_but_the_gate_makes_a_grant(gate: ConsentGate, key: object) -> None:
    with pytest.raises(ConsentError) as caught:
        Grant(gate, Feature.CONTROL, Scope(), None, key)
    assert caught.value.code is ErrorCode.NOT_GRANTED


def test_a_copied_changed_or_foreign_grant_is_dead(gate: ConsentGate, clock: Clock) -> None:
    view = gate.allow(Feature.VIEW)
    assert not copy.copy(view).live
    view.feature = Feature.CONTROL
    assert refusal(view) is ErrorCode.GRANT_REVOKED
    other = ConsentGate(clock)
    assert not Grant(other, Feature.CONTROL, Scope(), None, other._key).live


def test_listeners_hear_of_every_change_before_the_method_returns(gate: ConsentGate, clock: Clock) -> None:
    heard: list[tuple[frozenset[Feature], bool, bool]] = []
    gate.listen(lambda: heard.append((gate.granted, gate.suspended, gate.prompt is not None)))
    prompt = gate.ask([Feature.VIEW])
    assert heard[-1] == (frozenset(), False, True)
    clock.now_s += 1
    gate.answer(prompt.number, [Feature.VIEW])
    assert heard[-1] == (frozenset({Feature.VIEW}), False, False)
    gate.suspend(Suspension.SILENCE)
    assert heard[-1] == (frozenset({Feature.VIEW}), True, False)
    gate.resume(Suspension.SILENCE)
    gate.withdraw_prompt()
    gate.allow(Feature.CONTROL)
    assert heard[-1] == (frozenset({Feature.VIEW, Feature.CONTROL}), False, False)
    gate.revoke(Feature.VIEW)
    assert heard[-1] == (frozenset({Feature.CONTROL}), False, False)
    gate.stop()
    assert heard[-1] == (frozenset(), False, False)
    assert len(heard) == 8


def test_a_listener_that_fails_keeps_no_other_from_hearing_the_stop(gate: ConsentGate) -> None:
    heard: list[str] = []

    def broken() -> None:
        raise ValueError("a listener's own mistake")

    gate.listen(lambda: heard.append("first"))
    gate.listen(broken)
    gate.listen(lambda: heard.append("last"))
    with pytest.raises(ValueError, match="own mistake"):
        gate.stop()
    assert heard == ["first", "last"]
    assert gate.granted == frozenset()


def test_a_listener_may_change_the_gate_and_add_listeners(gate: ConsentGate) -> None:
    heard: list[str] = []

    def once() -> None:
        if Feature.CONTROL in gate.granted:
            gate.listen(lambda: heard.append("new"))
            gate.revoke(Feature.CONTROL)

    gate.listen(once)
    assert not gate.allow(Feature.CONTROL).live
    assert heard == ["new"]


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Let threads take turns as often as the interpreter can, so that a race is met."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("eager_threads")
class TestRaces:
    """Several threads on one gate: what each round must leave behind, however they interleave."""

    ROUNDS = 300

    @staticmethod
    def together(*acts: object) -> None:
        barrier = threading.Barrier(len(acts))

        def run(act: object) -> None:
            barrier.wait()
            assert callable(act)
            with contextlib.suppress(ConsentError):
                act()

        threads = [threading.Thread(target=run, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def test_a_yes_that_races_with_stop_leaves_no_grant(self) -> None:
        for _ in range(self.ROUNDS):
            clock = Clock()
            gate = ConsentGate(clock)
            made: list[Grant] = []
            prompt = gate.ask([Feature.VIEW, Feature.CONTROL])
            clock.now_s += 1
            self.together(lambda g=gate, p=prompt, m=made: m.extend(g.answer(p.number, Feature)), gate.stop)
            assert not any(grant.live for grant in made)
            assert gate.grants == {}
            assert gate.prompt is None

    def test_two_yeses_at_once_leave_one_grant_that_a_revoke_reaches(self) -> None:
        for _ in range(self.ROUNDS):
            gate = ConsentGate(Clock())
            made: list[Grant] = []
            allow = lambda g=gate, m=made: m.append(g.allow(Feature.CONTROL))  # noqa: E731
            self.together(allow, allow)
            assert sum(grant.live for grant in made) == 1
            gate.revoke(Feature.CONTROL)
            assert not any(grant.live for grant in made)

    def test_reasons_to_suspend_do_not_overwrite_each_other(self) -> None:
        for _ in range(self.ROUNDS):
            gate = ConsentGate(Clock())
            grant = gate.allow(Feature.VIEW)
            gate.suspend(Suspension.SILENCE)
            self.together(
                lambda g=gate: g.suspend(Suspension.LOCKED),
                lambda g=gate: g.resume(Suspension.SILENCE),
            )
            assert gate.suspensions == {Suspension.LOCKED}
            assert not grant.live

    def test_once_revoke_has_returned_no_require_succeeds(self) -> None:
        gate = ConsentGate(Clock())
        grant = gate.allow(Feature.CONTROL)
        revoked = threading.Event()
        late: list[bool] = []

        def act() -> None:
            for _ in itertools.count():
                was_revoked = revoked.is_set()
                if not grant.live:
                    return
                late.append(was_revoked)

        threads = [threading.Thread(target=act) for _ in range(3)]
        for thread in threads:
            thread.start()
        gate.revoke(Feature.CONTROL)
        revoked.set()
        for thread in threads:
            thread.join()
        assert not any(late)


class ConsentMachine(RuleBasedStateMachine):
    """Random lives of a gate beside a model that keeps what the customer said."""

    prompts: Bundle[Prompt] = Bundle("prompts")
    grants: Bundle[tuple[Grant, float | None]] = Bundle("grants")

    @initialize()
    def start(self) -> None:
        self.clock = Clock()
        self.gate = ConsentGate(self.clock)
        self.told = 0
        self.gate.listen(self.count)
        self.allowed: dict[Feature, Grant] = {}
        self.open: Prompt | None = None
        self.reasons: set[Suspension] = set()
        self.stopped = False
        self.made: list[Grant] = []

    def count(self) -> None:
        self.told += 1

    @rule(seconds=st.sampled_from([0.1, 0.25, 0.5, 5.0]))
    def wait(self, seconds: float) -> None:
        self.clock.now_s += seconds

    @rule(target=prompts, features=SETS)
    def ask(self, features: frozenset[Feature]) -> MultipleResults[Prompt] | Prompt:
        try:
            prompt = self.gate.ask(features)
        except ConsentError:
            assert self.stopped
            return multiple()
        assert not self.stopped
        assert prompt.armed_at == self.clock.now_s + PROMPT_ARMS_AFTER_S
        self.open = prompt
        return prompt

    @rule(prompt=prompts, allowed=SETS)
    def answer(self, prompt: Prompt, allowed: frozenset[Feature]) -> None:
        expected = None
        if prompt != self.open:
            expected = ErrorCode.PROMPT_GONE
        elif self.clock.now_s < prompt.armed_at:
            expected = ErrorCode.PROMPT_NOT_ARMED
        if expected is not None:
            with pytest.raises(ConsentError) as caught:
                self.gate.answer(prompt.number, allowed)
            assert caught.value.code is expected
            return
        grants = self.gate.answer(prompt.number, allowed)
        assert {grant.feature for grant in grants} == prompt.features & allowed
        self.open = None
        self.keep(*grants)

    @rule(prompt=consumes(prompts))
    def forget(self, prompt: Prompt) -> None:
        """Keep the list of old questions short."""

    @rule(feature=FEATURES)
    def allow(self, feature: Feature) -> None:
        try:
            grant = self.gate.allow(feature)
        except ConsentError:
            assert self.stopped or self.open is not None
            return
        assert not self.stopped
        assert self.open is None
        self.keep(grant)

    @rule()
    def withdraw(self) -> None:
        self.gate.withdraw_prompt()
        self.open = None

    @rule(feature=FEATURES)
    def revoke(self, feature: Feature) -> None:
        told = self.told
        self.gate.revoke(feature)
        self.allowed.pop(feature, None)
        assert self.told == told + 1

    @rule(reason=st.sampled_from(Suspension))
    def suspend(self, reason: Suspension) -> None:
        self.gate.suspend(reason)
        self.reasons.add(reason)

    @rule(reason=st.sampled_from(Suspension))
    def resume(self, reason: Suspension) -> None:
        self.gate.resume(reason)
        self.reasons.discard(reason)

    @rule(really=st.integers(0, 9))
    def stop(self, really: int) -> None:
        if really == 0:
            self.gate.stop()
            self.allowed.clear()
            self.open = None
            self.stopped = True

    def keep(self, *grants: Grant) -> None:
        for grant in grants:
            self.allowed[grant.feature] = grant
            self.made.append(grant)

    @invariant()
    def only_what_was_allowed_lives(self) -> None:
        for grant in self.made:
            standing = self.allowed.get(grant.feature) is grant
            assert grant.live == (standing and not self.reasons)
        assert self.gate.grants == self.allowed
        assert self.gate.granted == set(self.allowed)
        assert self.gate.suspended == bool(self.reasons)
        assert self.gate.prompt == self.open


TestConsentMachine = ConsentMachine.TestCase
TestConsentMachine.settings = settings(max_examples=100, stateful_step_count=40)
