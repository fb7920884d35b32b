"""Keys differ by purpose, secret and transcript; they are never shown, and gone after a wipe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.errors import ErrorCode, PairingError
from remotedesk.transport.session_keys import KEY_BYTES, Purpose, SessionKeys, framed, transcript_hash

SECRET, TRANSCRIPT = b"s" * 32, b"t" * 32


def test_every_purpose_secret_and_transcript_has_its_own_keys() -> None:
    sets = [SessionKeys(SECRET, TRANSCRIPT), SessionKeys(TRANSCRIPT, TRANSCRIPT), SessionKeys(SECRET, SECRET)]
    keys = {bytes(each.key(purpose)) for each in sets for purpose in Purpose}
    assert len(keys) == len(sets) * len(Purpose)
    assert {len(key) for key in keys} == {KEY_BYTES}


def test_the_derivation_is_the_one_in_the_protocol() -> None:
    """Worked out by hand with HMAC alone (RFC 5869: extract, then one block of expand)."""
    import hmac

    info = b"\x00\x00\x00\x0cremotedesk/1\x00\x00\x00\x06verify"
    extracted = hmac.digest(TRANSCRIPT, SECRET, "sha256")
    assert SessionKeys(SECRET, TRANSCRIPT).key(Purpose.VERIFY) == hmac.digest(extracted, info + b"\x01", "sha256")


def test_a_mac_proves_its_parts_and_purpose_only() -> None:
    keys = SessionKeys(SECRET, TRANSCRIPT)
    mac = keys.mac(Purpose.VERIFY, b"customer", b"fingerprint")
    assert keys.proves(mac, Purpose.VERIFY, b"customer", b"fingerprint")
    for parts in ((b"engineer", b"fingerprint"), (b"customerf", b"ingerprint"), (b"customerfingerprint",), ()):
        assert not keys.proves(mac, Purpose.VERIFY, *parts)
    assert not keys.proves(mac, Purpose.CODE, b"customer", b"fingerprint")


def test_wiping_overwrites_and_ends_every_use() -> None:
    keys = SessionKeys(SECRET, TRANSCRIPT)
    held = keys.key(Purpose.RESUME)
    assert not keys.wiped
    keys.wipe()
    keys.wipe()
    assert keys.wiped
    assert held == bytes(KEY_BYTES)
    for use in (lambda: keys.key(Purpose.RESUME), lambda: keys.mac(Purpose.VERIFY)):
        with pytest.raises(PairingError) as caught:
            use()
        assert caught.value.code is ErrorCode.PEER_UNPROVEN


def test_nothing_shows_a_key() -> None:
    keys = SessionKeys(SECRET, TRANSCRIPT)
    assert repr(keys) == str(keys) == "<SessionKeys alive>"
    keys.wipe()
    assert repr(keys) == "<SessionKeys wiped>"


parts = st.lists(st.binary(max_size=8), max_size=4)


@given(parts, parts)
def test_different_parts_have_different_frames_and_transcripts(one: list[bytes], other: list[bytes]) -> None:
    assert (framed(*one) == framed(*other)) is (one == other)
    assert (transcript_hash(*one) == transcript_hash(*other)) is (one == other)
