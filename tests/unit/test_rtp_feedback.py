"""Transport-wide feedback: by the letter of the draft, and back."""

import random
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.errors import ProtocolError
from remotedesk.transport.rtp.dtls import feedback_in, feedback_packet, numbered
from remotedesk.transport.rtp.feedback import MOST_PACKETS, MOST_PENDING, ArrivalLog, decode, encode, unwrapped

TICK_S = 0.000_25


def test_the_draft_s_format_is_read() -> None:
    """Base 5, six packets, reference time 2; a run of two small deltas, then a vector: absent, large, absent, small."""
    header = pack("!HHI", 5, 6, 2 << 8 | 7)
    run, vector = pack("!H", 1 << 13 | 2), pack("!H", 0b11_00_10_00_01_00_00_00)
    message = header + run + vector + bytes([4, 8]) + pack("!h", -40) + bytes([3])
    told = decode(message)
    assert (told.base, told.count) == (5, 6)
    at = 0.128 + 4 * TICK_S
    assert [number for number, _ in told.arrivals] == [5, 6, 8, 10]
    expected = [at, at + 8 * TICK_S, at - 32 * TICK_S, at - 29 * TICK_S]
    assert [arrived_at for _, arrived_at in told.arrivals] == pytest.approx(expected)


def test_one_bit_symbols_are_read() -> None:
    message = pack("!HHIH", 65_535, 3, 0, 0b10_10100000000000) + bytes([1, 1])
    assert [number for number, _ in decode(message).arrivals] == [65_535, 1]


@given(
    st.integers(0, 65_535),
    st.lists(st.tuples(st.integers(1, 30), st.floats(-0.05, 0.2)), min_size=1, max_size=60),
    st.floats(0, 1e5),
)
def test_what_is_told_is_heard(first: int, steps: list[tuple[int, float]], start: float) -> None:
    number, at, arrivals = first, start + 1, []
    for gap, wait in steps:
        arrivals.append((number, at))
        number, at = number + gap, max(at + wait, arrivals[0][1] - 3)
    told = decode(encode(first, arrivals, 3))
    assert [number for number, _ in told.arrivals] == [number & 0xFFFF for number, _ in arrivals]
    offset = told.arrivals[0][1] - arrivals[0][1]
    for (_, heard), (_, said) in zip(told.arrivals, arrivals, strict=True):
        assert abs(heard - said - offset) <= 2 * TICK_S


def test_everything_that_came_is_told_once() -> None:
    chance, log, now = random.Random(1), ArrivalLog(), 50.0
    came, told = [], []
    for number in range(65_000, 70_000):
        now += 0.001
        if chance.random() < 0.9:
            log.add(number & 0xFFFF, now)
            came.append(number & 0xFFFF)
        if chance.random() < 0.02:
            told += [arrival for message in log.take() for arrival, _ in decode(message).arrivals]
    told += [arrival for message in log.take() for arrival, _ in decode(message).arrivals]
    assert told == came
    assert list(log.take()) == []


def test_what_is_missing_at_the_seam_of_two_messages_is_told_as_missing() -> None:
    log = ArrivalLog()
    log.add(10, 1.0)
    (first,) = log.take()
    log.add(13, 1.1)
    (second,) = log.take()
    assert (decode(first).base, decode(first).count) == (10, 1)
    assert (decode(second).base, decode(second).count) == (11, 3)


def test_a_message_fits_a_packet_and_the_log_is_bounded() -> None:
    chance, log = random.Random(2), ArrivalLog()
    for number in range(2 * MOST_PENDING):
        log.add(number * 3 & 0xFFFF, chance.uniform(0, 30))
    assert log.pending <= MOST_PENDING
    messages = list(log.take())
    assert max(map(len, messages)) <= 1_200
    assert all(decode(message).count <= MOST_PACKETS for message in messages)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        bytes(8),
        pack("!HHI", 1, 1, 0) + b"\x20",
        pack("!HHIH", 1, 9, 0, 0x2001),  # chunks end too early
        pack("!HHIH", 1, 1, 0, 0x2001),  # no delta
        pack("!HHIH", 1, 1, 0, 0x2000),  # a run of nothing
        pack("!HHIH", 1, 60_000, 0, 0x2000 | 8_000),  # more than the message could say of
    ],
)
def test_what_is_broken_is_refused(message: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(message)


@given(st.integers(0, 1 << 40), st.integers(-30_000, 30_000))
def test_numbers_are_unwrapped_to_the_nearest(near: int, step: int) -> None:
    assert unwrapped((near + step) & 0xFFFF, near) == near + step


@pytest.mark.parametrize("length", [10, 11, 12, 13])
def test_a_message_survives_its_packet(length: int) -> None:
    message = bytes(range(1, length + 1))
    packet = feedback_packet(message, 0xAABBCCDD)
    assert len(packet) % 4 == 0
    assert packet[8:12] == b"\xaa\xbb\xcc\xdd"
    report = bytes([0x80, 201, 0, 1, 0, 0, 0, 9])
    assert feedback_in(report + packet + report) == [message]
    assert feedback_in(packet[:-1]) == []


def test_the_number_is_written_where_room_is() -> None:
    one_byte = bytes([0x90, 120]) + bytes(10) + pack("!HH", 0xBEDE, 2) + b"\x10a\x00\x41\x00\x00\x00\x00" + b"data"
    assert numbered(one_byte, 4, 0xABCD) == one_byte.replace(b"\x41\x00\x00", b"\x41\xab\xcd")
    two_bytes = bytes([0x90, 120]) + bytes(10) + pack("!HH", 0x1000, 2) + b"\x01\x01a\x04\x02\x00\x00\x00" + b"data"
    assert numbered(two_bytes, 4, 0xABCD) == two_bytes.replace(b"\x04\x02\x00\x00", b"\x04\x02\xab\xcd")
