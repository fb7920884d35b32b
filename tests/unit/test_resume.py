"""Who comes back proves the old keys and leaves with new ones; nobody else does."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.errors import ErrorCode, PairingError
from remotedesk.core.role import Role
from remotedesk.transport.pairing import Binding
from remotedesk.transport.resume import ResumeExchange
from remotedesk.transport.session_keys import Purpose, SessionKeys
from remotedesk.wire.pairing import ResumeHello

BINDING = Binding("support.example.com", "12345")


def old_keys() -> SessionKeys:
    return SessionKeys(b"k" * 32, bytes(32))


def resumption(keys: SessionKeys) -> tuple[ResumeExchange, ResumeExchange]:
    """Return the customer's and the engineer's exchange under the same keys."""
    return ResumeExchange(Role.CUSTOMER, keys, BINDING), ResumeExchange(Role.ENGINEER, keys, BINDING)


def resume(keys: SessionKeys) -> SessionKeys:
    """Return the fresh keys, the same on both sides."""
    customer, engineer = resumption(keys)
    ours, theirs = customer.finish(engineer.hello), engineer.finish(customer.hello)
    assert all(ours.key(purpose) == theirs.key(purpose) for purpose in Purpose)
    return ours


def refused(exchange: ResumeExchange, hello: ResumeHello) -> bool:
    """True if the hello is refused as unproven."""
    with pytest.raises(PairingError) as caught:
        exchange.finish(hello)
    return caught.value.code is ErrorCode.PEER_UNPROVEN


def test_every_resumption_gives_new_keys_and_a_new_resume_key() -> None:
    keys = [old_keys()]
    for _ in range(3):
        keys.append(resume(keys[-1]))
    assert len({bytes(each.key(purpose)) for each in keys for purpose in Purpose}) == len(keys) * len(Purpose)
    assert resume(old_keys()).key(Purpose.RESUME) != keys[1].key(Purpose.RESUME)


def test_a_reflected_hello_is_refused() -> None:
    customer, engineer = resumption(old_keys())
    assert refused(customer, customer.hello)
    assert refused(engineer, engineer.hello)


def test_a_hello_from_before_the_ratchet_is_refused() -> None:
    keys = old_keys()
    _, before = resumption(keys)
    customer, _ = resumption(resume(keys))
    assert refused(customer, before.hello)


def test_a_hello_of_another_session_server_or_role_is_refused() -> None:
    customer, _ = resumption(old_keys())
    for stranger in (
        ResumeExchange(Role.ENGINEER, SessionKeys(b"o" * 32, bytes(32)), BINDING),
        ResumeExchange(Role.ENGINEER, old_keys(), Binding("support.example.net", "12345")),
        ResumeExchange(Role.CUSTOMER, old_keys(), BINDING),
    ):
        assert refused(customer, stranger.hello)


def test_a_hello_repeated_from_an_earlier_try_gives_keys_that_nobody_else_has() -> None:
    _, earlier = resumption(old_keys())
    customer, engineer = resumption(old_keys())
    ours, theirs = customer.finish(earlier.hello), engineer.finish(customer.hello)
    assert not ours.proves(theirs.mac(Purpose.CONFIRM_ENGINEER), Purpose.CONFIRM_ENGINEER)


@given(st.sampled_from(["nonce", "x25519", "mac"]), st.integers(0, 31), st.integers(1, 255))
def test_any_changed_byte_is_refused(field: str, at: int, mask: int) -> None:
    customer, engineer = resumption(old_keys())
    changed = bytearray(getattr(engineer.hello, field))
    changed[at] ^= mask
    assert refused(customer, msgspec.structs.replace(engineer.hello, **{field: bytes(changed)}))


def test_a_key_share_of_small_order_is_refused_even_if_proven() -> None:
    keys = old_keys()
    customer, _ = resumption(keys)
    nonce, share = b"n" * 32, bytes(32)
    mac = keys.mac(Purpose.RESUME_HELLO, Role.ENGINEER.encode(), BINDING.encoded(), nonce, share)
    assert refused(customer, ResumeHello(nonce, share, mac))


@pytest.mark.parametrize("use", [lambda each: each.finish(each.hello), lambda each: each.proven(each.hello)])
def test_wiped_keys_resume_nothing(use: Callable[[ResumeExchange], object]) -> None:
    keys = old_keys()
    customer, _ = resumption(keys)
    keys.wipe()
    with pytest.raises(PairingError):
        use(customer)
