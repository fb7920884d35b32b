"""Both sides come to the same keys exactly when secret, binding and everything said are the same."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remotedesk.core.errors import ErrorCode, PairingError
from remotedesk.core.role import Role
from remotedesk.transport.pairing import Binding, CustomerPairing, EngineerPairing, PairingTerms
from remotedesk.transport.session_keys import Purpose, SessionKeys
from remotedesk.transport.spake2_exchange import Spake2Exchange
from remotedesk.wire.pairing import ConfirmCustomer, ConfirmEngineer, PakeCustomer, PakeEngineer

secrets = st.text("0123456789", min_size=6, max_size=6)
bindings = st.builds(Binding, st.from_regex(r"\A[a-z]{1,10}\.example\Z"), st.text("0123456789", min_size=5, max_size=5))
capabilities = st.lists(st.from_regex(r"\A[a-z0-9_.]{1,8}\Z"), max_size=4).map(tuple)
terms = st.builds(PairingTerms, secrets, bindings, capabilities)

TERMS = PairingTerms("271828", Binding("support.example.com", "12345"), ("screen.1",))


def run(customer: PairingTerms, engineer: PairingTerms) -> tuple[SessionKeys, SessionKeys]:
    """Return both sides' proven keys; raises what either of them does."""
    left, right = CustomerPairing(customer), EngineerPairing(engineer)
    theirs = right.accept(left.opening)
    ours, proof = left.answer(right.message)
    left.check(ours, right.check(theirs, proof))
    return ours, theirs


@settings(max_examples=20, deadline=None)
@given(terms, capabilities)
def test_the_same_secret_and_binding_give_the_same_keys(customer: PairingTerms, can: tuple[str, ...]) -> None:
    ours, theirs = run(customer, replace(customer, capabilities=can))
    assert {purpose: ours.key(purpose) for purpose in Purpose} == {purpose: theirs.key(purpose) for purpose in Purpose}


@settings(max_examples=20, deadline=None)
@given(terms, secrets, bindings)
def test_another_secret_or_binding_is_a_wrong_guess(customer: PairingTerms, secret: str, binding: Binding) -> None:
    for engineer in (replace(customer, secret=secret), replace(customer, binding=binding)):
        if engineer != customer:
            with pytest.raises(PairingError) as caught:
                run(customer, engineer)
            assert caught.value.code is ErrorCode.SECRET_WRONG


def test_no_two_runs_have_the_same_keys() -> None:
    assert run(TERMS, TERMS)[0].key(Purpose.RESUME) != run(TERMS, TERMS)[0].key(Purpose.RESUME)


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=33, max_size=33) | st.binary(min_size=32, max_size=32).map(b"B".__add__))
def test_no_bytes_for_an_element_raise_anything_else(element: bytes) -> None:
    def believe() -> None:
        pairing = CustomerPairing(TERMS)
        keys, _ = pairing.answer(PakeEngineer(1, (), element))
        pairing.check(keys, ConfirmEngineer(bytes(32)))

    with pytest.raises(PairingError) as caught:
        believe()
    assert caught.value.code is ErrorCode.PEER_UNPROVEN


def small_order_points() -> list[bytes]:
    """The encodings of order 1, 2 and 4 on edwards25519."""
    one, minus_one = (1).to_bytes(32, "little"), (2**255 - 20).to_bytes(32, "little")
    return [one, minus_one, bytes(32), bytes(31) + b"\x80"]


@pytest.mark.parametrize("point", small_order_points())
def test_points_that_would_give_the_key_away_are_refused(point: bytes) -> None:
    with pytest.raises(PairingError) as caught:
        CustomerPairing(TERMS).answer(PakeEngineer(1, (), b"B" + point))
    assert caught.value.code is ErrorCode.PEER_UNPROVEN


@pytest.mark.parametrize("side", [b"A", b"B", b"S"])
def test_reflected_and_misplaced_messages_are_refused(side: bytes) -> None:
    customer, engineer = CustomerPairing(TERMS), EngineerPairing(TERMS)
    for refused in (
        lambda: customer.answer(PakeEngineer(1, (), side + customer.opening.spake2[1:])),
        lambda: engineer.accept(PakeCustomer(1, (), side + engineer.message.spake2[1:])),
    ):
        with pytest.raises(PairingError) as caught:
            refused()
        assert caught.value.code is ErrorCode.PEER_UNPROVEN


def test_one_exchange_answers_once() -> None:
    ours = Spake2Exchange(Role.CUSTOMER, b"271828", b"", b"")
    theirs = Spake2Exchange(Role.ENGINEER, b"271828", b"", b"").message
    ours.finish(theirs)
    with pytest.raises(PairingError) as caught:
        ours.finish(theirs)
    assert caught.value.code is ErrorCode.PEER_UNPROVEN


def test_another_version_is_told_apart_from_a_wrong_secret() -> None:
    customer, engineer = CustomerPairing(TERMS), EngineerPairing(TERMS)
    for refused in (
        lambda: customer.answer(msgspec.structs.replace(engineer.message, version=2)),
        lambda: engineer.accept(msgspec.structs.replace(customer.opening, version=2)),
    ):
        with pytest.raises(PairingError) as caught:
            refused()
        assert caught.value.code is ErrorCode.VERSION_UNSUPPORTED


def test_the_first_proof_is_no_second_proof() -> None:
    """The customer's MAC sent back to him, or the engineer's as the customer's, proves nothing."""
    customer, engineer = CustomerPairing(TERMS), EngineerPairing(TERMS)
    theirs = engineer.accept(customer.opening)
    ours, proof = customer.answer(engineer.message)
    with pytest.raises(PairingError):
        engineer.check(theirs, ConfirmCustomer(ours.mac(Purpose.CONFIRM_ENGINEER)))
    with pytest.raises(PairingError):
        customer.check(ours, ConfirmEngineer(proof.mac))
    assert ours.wiped
    assert theirs.wiped


def test_terms_do_not_show_the_secret() -> None:
    assert TERMS.secret not in repr(TERMS)
