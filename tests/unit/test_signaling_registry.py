"""The registry's sessions, step by step, with a clock of the test's own."""

import itertools

import pytest

from remotedesk.core.errors import ErrorCode, ProtocolError, RemotedeskError
from remotedesk.wire import signaling as wire
from remotedesk_signaling.limits import Limits
from remotedesk_signaling.numbers import NumberPool
from remotedesk_signaling.registry import Registry
from remotedesk_signaling.sessions import Client, Engineer

WHO = Engineer("Hanako Sato", "Sample Support K.K.")


class HeardClient(Client):
    """A socket's stand-in that keeps what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[wire.ToClient] = []
        self.dropped: ErrorCode | None = None

    def send(self, message: wire.ToClient) -> None:
        self.heard.append(message)

    def drop(self, code: ErrorCode) -> None:
        self.dropped = code

    def take(self) -> list[wire.ToClient]:
        heard, self.heard = self.heard, []
        return heard


class Desk:
    """A registry with one engineer who holds a number."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.registry = Registry(limits or Limits())
        self.engineer = HeardClient()
        self.issued = self.issue(self.engineer)

    def issue(self, client: HeardClient, now: float = 0.0, who: Engineer = WHO) -> wire.Issued:
        self.registry.issue(client, who, now)
        (message,) = client.take()
        assert isinstance(message, wire.Issued)
        return message

    def join(self, now: float = 0.0) -> tuple[HeardClient, wire.Joined]:
        customer = HeardClient()
        self.registry.join(customer, self.issued.routing, now)
        (joined,) = customer.take()
        assert isinstance(joined, wire.Joined)
        assert self.engineer.take() == [wire.PeerJoined()]
        return customer, joined

    def pair(self) -> tuple[HeardClient, wire.Joined]:
        customer, joined = self.join()
        self.registry.paired(self.engineer, 0.0)
        return customer, joined

    def refusal(self, routing: str = "", now: float = 0.0) -> ErrorCode:
        with pytest.raises(RemotedeskError) as caught:
            self.registry.join(HeardClient(), routing or self.issued.routing, now)
        return caught.value.code


def code_of(act: object, *arguments: object) -> tuple[type[RemotedeskError], ErrorCode]:
    assert callable(act)
    with pytest.raises(RemotedeskError) as caught:
        act(*arguments)
    return type(caught.value), caught.value.code


def test_a_failed_guess_reported_by_both_counts_once() -> None:
    desk = Desk()
    customer, _ = desk.join()
    desk.registry.relay(customer, wire.Relay(b"guess"))
    assert desk.engineer.take() == [wire.Relay(b"guess")]
    desk.registry.guess_failed(desk.engineer, 1.0)
    desk.registry.guess_failed(customer, 1.0)
    assert desk.engineer.take() == customer.take() == [wire.GuessCounted(2)]


def test_nothing_is_relayed_between_a_failed_guess_and_the_next_exchange() -> None:
    desk = Desk()
    customer, _ = desk.join()
    desk.registry.guess_failed(desk.engineer, 1.0)
    customer.take(), desk.engineer.take()
    desk.registry.relay(customer, wire.Relay(b"a free guess"))
    assert desk.engineer.take() == []
    desk.registry.allow_retry(desk.engineer)
    assert desk.engineer.take() == customer.take() == [wire.RetryAllowed(2)]
    desk.registry.relay(customer, wire.Relay(b"second guess"))
    assert desk.engineer.take() == [wire.Relay(b"second guess")]


def test_a_late_report_of_the_exchange_before_does_not_count_against_the_next() -> None:
    desk = Desk()
    customer, _ = desk.join()
    desk.registry.relay(customer, wire.Relay(b"guess"))
    desk.registry.guess_failed(desk.engineer, 1.0)
    desk.registry.allow_retry(desk.engineer)
    customer.take()
    desk.registry.guess_failed(customer, 2.0)
    assert customer.take() == []


def test_the_third_failed_guess_burns_the_number() -> None:
    desk = Desk()
    customer, _ = desk.join()
    for left in (2, 1, 0):
        desk.registry.guess_failed(desk.engineer, 1.0)
        assert customer.take() == [wire.GuessCounted(left)]
        if left:
            desk.registry.allow_retry(desk.engineer)
            assert customer.take() == [wire.RetryAllowed(left)]
    assert desk.refusal() == ErrorCode.NUMBER_BURNT
    assert desk.registry.sessions == desk.registry.waiting == 0
    desk.engineer.take()
    desk.issue(desk.engineer)


def test_hanging_up_after_the_exchange_began_is_a_guess() -> None:
    desk = Desk()
    for left in (2, 1, 0):
        customer, _ = desk.join()
        desk.registry.relay(customer, wire.Relay(b"guess"))
        desk.registry.lost(customer, 1.0)
        assert desk.engineer.take()[1:] == [wire.PeerLeft(), wire.GuessCounted(left)]
        if left:
            assert desk.refusal() == ErrorCode.NUMBER_USED  # until the engineer allows it
            desk.registry.allow_retry(desk.engineer)
            assert desk.engineer.take() == [wire.RetryAllowed(left)]
    assert desk.refusal() == ErrorCode.NUMBER_BURNT


@pytest.mark.parametrize("politely", [True, False])
def test_hanging_up_before_the_exchange_began_is_none(politely: bool) -> None:
    desk = Desk()
    customer, _ = desk.join()
    if politely:
        desk.registry.leave(customer, 1.0)
    else:
        desk.registry.lost(customer, 1.0)
    assert desk.engineer.take() == [wire.PeerLeft()]
    desk.join()


def test_a_customer_lost_after_the_count_leaves_the_seat_to_another_try() -> None:
    desk = Desk()
    customer, _ = desk.join()
    desk.registry.guess_failed(desk.engineer, 1.0)
    desk.registry.lost(customer, 1.0)
    assert desk.engineer.take() == [wire.GuessCounted(2), wire.PeerLeft()]
    desk.registry.allow_retry(desk.engineer)
    desk.engineer.take()
    desk.join()


def test_allow_retry_means_nothing_where_there_is_nothing_to_allow() -> None:
    desk = Desk()
    desk.registry.allow_retry(desk.engineer)
    desk.join()
    desk.registry.allow_retry(desk.engineer)
    assert desk.engineer.take() == []


def test_an_unused_number_expires_and_is_remembered_for_a_while() -> None:
    limits = Limits(number_lifetime_s=10.0, remember_s=100.0)
    desk = Desk(limits)
    desk.registry.sweep(9.9)
    assert desk.engineer.take() == []
    assert desk.refusal(now=10.0) == ErrorCode.NUMBER_EXPIRED  # also before the sweep
    desk.registry.sweep(10.0)
    assert desk.engineer.take() == [wire.Refused(ErrorCode.NUMBER_EXPIRED)]
    assert desk.refusal(now=109.0) == ErrorCode.NUMBER_EXPIRED
    assert desk.refusal(now=110.0) == ErrorCode.NUMBER_UNKNOWN
    assert code_of(desk.registry.relay, desk.engineer, wire.Relay(b"late"))[1] == ErrorCode.PEER_ENDED


def test_who_joined_in_time_may_finish_but_not_for_ever() -> None:
    desk = Desk(Limits(number_lifetime_s=10.0, joined_grace_s=5.0))
    customer, _ = desk.join(9.0)
    desk.registry.sweep(14.9)
    assert customer.take() == []
    desk.registry.sweep(15.0)
    assert customer.take() == desk.engineer.take() == [wire.Refused(ErrorCode.NUMBER_EXPIRED)]


def test_a_paired_session_outlives_the_number() -> None:
    desk = Desk()
    customer, _ = desk.pair()
    desk.registry.sweep(100_000.0)
    desk.registry.relay(customer, wire.Relay(b"alive"))
    assert desk.engineer.take() == [wire.Relay(b"alive")]
    assert desk.refusal(now=100.0) == ErrorCode.NUMBER_USED
    assert (desk.registry.sessions, desk.registry.waiting) == (1, 0)


def test_a_new_number_burns_the_unused_one() -> None:
    desk = Desk()
    customer, _ = desk.join()
    desk.issue(desk.engineer)
    assert customer.take() == [wire.Refused(ErrorCode.NUMBER_BURNT)]
    assert desk.refusal() == ErrorCode.NUMBER_BURNT
    assert desk.registry.waiting == 1


def test_burn_tells_the_customer_who_may_join_elsewhere() -> None:
    desk = Desk()
    customer, _ = desk.join()
    desk.registry.burn(desk.engineer, 1.0)
    assert customer.take() == [wire.Refused(ErrorCode.NUMBER_BURNT)]
    assert desk.refusal() == ErrorCode.NUMBER_BURNT
    desk.issued = desk.issue(desk.engineer)
    desk.registry.join(customer, desk.issued.routing, 2.0)
    assert isinstance(customer.take()[0], wire.Joined)


def test_both_sides_resume_after_the_pairing() -> None:
    desk = Desk()
    customer, joined = desk.pair()
    desk.registry.lost(customer, 1.0)
    assert desk.engineer.take() == [wire.PeerPresent(False)]
    assert code_of(desk.registry.relay, desk.engineer, wire.Relay(b"x"))[1] == ErrorCode.PEER_LOST
    desk.registry.lost(desk.engineer, 2.0)
    back, engineer = HeardClient(), HeardClient()
    desk.registry.resume(back, joined.token)
    assert back.take() == [wire.Resumed(False)]
    desk.registry.resume(engineer, desk.issued.token)
    assert engineer.take() == [wire.Resumed(True)]
    assert back.take() == [wire.PeerPresent(True)]
    desk.registry.relay(back, wire.Relay(b"hello again"))
    assert engineer.take() == [wire.Relay(b"hello again")]


def test_the_newest_of_two_sockets_with_one_token_wins() -> None:
    desk = Desk()
    customer, joined = desk.pair()
    newer = HeardClient()
    desk.registry.resume(newer, joined.token)
    assert customer.dropped == ErrorCode.STATE_FORBIDS
    assert desk.engineer.take() == [wire.PeerPresent(True)]
    desk.registry.lost(customer, 1.0)  # the older socket's end changes nothing
    assert desk.engineer.take() == []
    desk.registry.relay(newer, wire.Relay(b"mine"))
    assert desk.engineer.take() == [wire.Relay(b"mine")]


def test_a_lost_side_is_waited_for_only_so_long() -> None:
    desk = Desk(Limits(resume_s=10.0))
    customer, joined = desk.pair()
    desk.registry.lost(customer, 5.0)
    desk.registry.sweep(14.9)
    assert desk.engineer.take() == [wire.PeerPresent(False)]
    desk.registry.sweep(15.0)
    assert desk.engineer.take() == [wire.PeerLeft()]
    assert code_of(desk.registry.resume, HeardClient(), joined.token)[1] == ErrorCode.PEER_ENDED
    assert desk.registry.sessions == 0


def test_a_customer_does_not_resume_before_the_pairing() -> None:
    desk = Desk()
    _, joined = desk.join()
    assert code_of(desk.registry.resume, HeardClient(), joined.token)[1] == ErrorCode.PEER_ENDED


def test_an_engineer_comes_back_to_his_number() -> None:
    desk = Desk()
    desk.registry.lost(desk.engineer, 1.0)
    assert desk.refusal() == ErrorCode.PEER_LOST
    desk.engineer = HeardClient()
    desk.registry.resume(desk.engineer, desk.issued.token)
    assert desk.engineer.take() == [wire.Resumed(False)]
    desk.join()


def test_an_engineer_lost_in_an_exchange_has_to_allow_the_next() -> None:
    desk = Desk()
    customer, _ = desk.join()
    desk.registry.lost(desk.engineer, 1.0)
    assert customer.take() == [wire.GuessCounted(2), wire.PeerPresent(False)]
    desk.engineer = HeardClient()
    desk.registry.resume(desk.engineer, desk.issued.token)
    assert desk.engineer.take() == [wire.Resumed(True), wire.GuessCounted(2)]
    assert customer.take() == [wire.PeerPresent(True)]
    desk.registry.allow_retry(desk.engineer)
    assert customer.take() == [wire.RetryAllowed(2)]


@pytest.mark.parametrize("customer_leaves", [True, False])
def test_leaving_ends_a_paired_session(customer_leaves: bool) -> None:
    desk = Desk()
    customer, joined = desk.pair()
    first, second = (customer, desk.engineer) if customer_leaves else (desk.engineer, customer)
    desk.registry.leave(first, 1.0)
    assert (first.take(), second.take()) == ([], [wire.PeerLeft()])
    assert code_of(desk.registry.resume, HeardClient(), joined.token)[1] == ErrorCode.PEER_ENDED
    assert desk.registry.sessions == 0


def test_what_crosses_the_end_of_a_session_is_answered_and_no_offence() -> None:
    desk = Desk()
    customer, _ = desk.pair()
    desk.registry.leave(desk.engineer, 1.0)
    kind, code = code_of(desk.registry.relay, customer, wire.Relay(b"x"))
    assert not issubclass(kind, ProtocolError)
    assert code == ErrorCode.PEER_ENDED


def test_what_an_honest_client_never_sends_is_an_offence() -> None:
    desk = Desk()
    customer, _ = desk.join()
    stranger = HeardClient()
    registry = desk.registry
    for act, arguments in (
        (registry.relay, (stranger, wire.Relay(b"x"))),
        (registry.leave, (stranger, 0.0)),
        (registry.guess_failed, (stranger, 0.0)),
        (registry.allow_retry, (customer,)),
        (registry.paired, (customer, 0.0)),
        (registry.burn, (customer, 0.0)),
        (registry.join, (customer, desk.issued.routing, 0.0)),
        (registry.resume, (customer, desk.issued.token)),
    ):
        assert code_of(act, *arguments) == (ProtocolError, ErrorCode.MESSAGE_OUT_OF_ORDER)


def test_what_the_state_forbids_is_refused() -> None:
    desk = Desk()
    registry = desk.registry
    assert code_of(registry.paired, desk.engineer, 0.0)[1] == ErrorCode.STATE_FORBIDS
    customer, _ = desk.pair()
    for act, arguments in (
        (registry.paired, (desk.engineer, 0.0)),
        (registry.burn, (desk.engineer, 0.0)),
        (registry.guess_failed, (desk.engineer, 0.0)),
        (registry.issue, (desk.engineer, WHO, 0.0)),
        (registry.issue, (customer, WHO, 0.0)),
    ):
        assert code_of(act, *arguments)[1] == ErrorCode.STATE_FORBIDS


def test_an_account_holds_so_many_numbers_and_its_abandoned_ones_give_way() -> None:
    desk = Desk(Limits(live_numbers_per_account=2))
    desk.issue(HeardClient())
    assert code_of(desk.registry.issue, HeardClient(), WHO, 0.0)[1] == ErrorCode.TOO_MANY_REQUESTS
    desk.issue(HeardClient(), who=Engineer("Jiro Suzuki", "Sample Support K.K."))
    desk.registry.lost(desk.engineer, 1.0)
    desk.issue(HeardClient(), now=2.0)
    assert desk.refusal(now=2.0) == ErrorCode.NUMBER_BURNT


def test_the_server_can_be_full() -> None:
    sessions = Desk(Limits(sessions_most=1))
    assert code_of(sessions.registry.issue, HeardClient(), WHO, 0.0)[1] == ErrorCode.SERVER_FULL
    numbers = Desk(Limits(live_numbers_most=1))
    client = HeardClient()
    assert code_of(numbers.registry.issue, client, WHO, 0.0)[1] == ErrorCode.SERVER_FULL
    assert client.seat is None
    assert numbers.registry.sessions == 1


def test_digits_are_not_drawn_again_while_live_or_remembered() -> None:
    draws = itertools.chain([5, 5, 7, 5, 7, 9, 5], itertools.count())
    pool: NumberPool[str] = NumberPool(Limits(remember_s=10.0), lambda _: next(draws))
    assert pool.draw("a", 0.0) == "00005"
    assert pool.draw("b", 0.0) == "00007"
    pool.retire("00005", ErrorCode.NUMBER_USED, 0.0)
    assert pool.draw("c", 9.0) == "00009"
    assert pool.draw("d", 10.0) == "00005"


def test_as_many_numbers_as_can_be_remembered_are_used_up() -> None:
    pool: NumberPool[str] = NumberPool(Limits(remember_s=10.0, remembered_most=1))
    pool.retire(pool.draw("a", 0.0), ErrorCode.NUMBER_USED, 0.0)
    assert code_of(pool.draw, "b", 9.0)[1] == ErrorCode.SERVER_FULL
    pool.draw("b", 10.0)
