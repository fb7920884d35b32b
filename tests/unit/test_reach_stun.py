"""STUN messages of strangers: refused as documented, or read rightly."""

import contextlib
import secrets
import struct

import pytest
from aioice.stun import COOKIE, Class, Message, Method
from aioice.turn import make_integrity_key
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.errors import ErrorCode, ProtocolError
from remotedesk.transport.reach.stun import LARGEST, acceptable, parse, parse_answer, request, size_of
from tests.support.fuzzing import Mutator, fuzz, fuzz_memory

KEY = make_integrity_key("1:a", "test", "word")
IDENTITY = bytes(range(12))

# RFC 5769, 2.2 and 2.3: answers with XOR-MAPPED-ADDRESS, over IPv4 and IPv6.
SAMPLE_IPV4 = bytes.fromhex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643"
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96"
)
SAMPLE_IPV6 = bytes.fromhex(
    "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f722000200014"
    "0002a1470113a9faa5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c"
)
SAMPLE_KEY = b"VOkJxbRl1RmTxUk/WvJxBt"


def answer(message_class: Class = Class.RESPONSE, key: bytes | None = None, **attributes: object) -> bytes:
    message = Message(Method.ALLOCATE, message_class, IDENTITY)
    message.attributes = {name.replace("_", "-"): value for name, value in attributes.items()}
    if key is not None:
        message.add_message_integrity(key)
    return bytes(message)


SAMPLES = (
    SAMPLE_IPV4,
    SAMPLE_IPV6,
    answer(key=KEY, XOR_RELAYED_ADDRESS=("192.0.2.1", 50_000), XOR_MAPPED_ADDRESS=("2001:db8::1", 1), LIFETIME=600),
    answer(Class.ERROR, ERROR_CODE=(401, "Unauthorized"), REALM="test", NONCE=b"abc"),
    bytes(request(Method.BINDING)),
)


@pytest.mark.parametrize(
    ("data", "address"), [(SAMPLE_IPV4, "192.0.2.1"), (SAMPLE_IPV6, "2001:db8:1234:5678:11:2233:4455:6677")]
)
def test_the_samples_of_rfc_5769_are_read(data: bytes, address: str) -> None:
    read = parse_answer(data)
    assert read.mapped == (address, 32_853)
    assert read.error is None
    assert read.signed_with(SAMPLE_KEY)
    assert not read.signed_with(KEY)


def test_a_challenge_is_read() -> None:
    read = parse_answer(SAMPLES[3])
    assert (read.error, read.realm, read.nonce) == (401, "test", b"abc")
    assert "abc" not in repr(read)


def test_an_answer_with_an_allocation_is_read() -> None:
    read = parse_answer(SAMPLES[2])
    assert (read.relayed, read.mapped, read.lifetime_s) == (("192.0.2.1", 50_000), ("2001:db8::1", 1), 600)


def test_only_what_asks_for_credentials_may_come_unsigned() -> None:
    assert acceptable(parse_answer(SAMPLES[2]), KEY)
    assert not acceptable(parse_answer(SAMPLES[2]), b"another key")
    assert not acceptable(parse_answer(answer(LIFETIME=600)), KEY)
    assert acceptable(parse_answer(answer(LIFETIME=600)), None)
    assert acceptable(parse_answer(SAMPLES[3]), KEY)
    assert not acceptable(parse_answer(answer(Class.ERROR, ERROR_CODE=(437, "Mismatch"))), KEY)


def raw(body: bytes, kind: int = 0x0101, length: int | None = None, cookie: int = COOKIE) -> bytes:
    return struct.pack("!HHI", kind, len(body) if length is None else length, cookie) + IDENTITY + body


@pytest.mark.parametrize(
    "data",
    [
        b"",
        SAMPLE_IPV4[:19],
        SAMPLE_IPV4[:-4],
        SAMPLE_IPV4 + bytes(4),
        raw(b"", cookie=1),
        raw(b"", kind=0x4001),  # channel data
        raw(b"", kind=0x0FFF),  # no method that anybody knows
        raw(b"", kind=0x0001),  # a request
        raw(b"abc", length=3),
        raw(struct.pack("!HH", 0x0020, 8)),  # an attribute that is not there
        raw(struct.pack("!HHI", 0x0020, 400, 0)),  # one that claims more than there is
        raw(struct.pack("!HHI", 0x000D, 2, 0)),  # a lifetime of two bytes
        raw(struct.pack("!HHI", 0x0009, 0, 0), kind=0x0111),
        raw(b"", kind=0x0111),  # an error without a number
        raw(struct.pack("!HHI", 0x0014, 4, 0xFFFFFFFF)),  # a realm that is not UTF-8
        answer(Class.ERROR, ERROR_CODE=(401, ""), REALM="x" * 764, NONCE=b"abc"),
        answer(Class.ERROR, ERROR_CODE=(401, ""), REALM="x", NONCE=b"x" * 764),
        SAMPLE_IPV4[:-1] + b"\0",  # a wrong FINGERPRINT
    ],
)
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError) as refused:
        parse_answer(data)
    assert refused.value.code is ErrorCode.MESSAGE_MALFORMED


def test_a_message_that_is_too_long_is_refused_by_its_head_alone() -> None:
    with pytest.raises(ProtocolError) as refused:
        size_of(raw(b"", length=LARGEST))
    assert refused.value.code is ErrorCode.MESSAGE_TOO_BIG
    assert size_of(raw(b"", length=LARGEST - 20)) == LARGEST


@given(st.binary(max_size=400), st.integers(0, 0xFFFF))
def test_any_bytes_behind_a_good_head_are_refused_or_read(body: bytes, kind: int) -> None:
    for data in (raw(body, kind), raw(body + bytes(-len(body) % 4), kind), body):
        with contextlib.suppress(ProtocolError):
            assert bytes(parse(data))[4:20] == data[4:20]


def test_broken_answers_are_refused_and_cost_nothing() -> None:
    mutator = Mutator(SAMPLES, secrets.randbits(32))
    assert fuzz(parse_answer, ProtocolError, mutator, 2.0) > 1_000
    assert fuzz_memory(parse_answer, ProtocolError, mutator, 300) < 512 * 1024
