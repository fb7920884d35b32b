"""AV1 in RTP packets: by the letter of the payload format, and back."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remotedesk.core.errors import ProtocolError
from remotedesk.transport.rtp.av1 import depacketize, packetize, starts_key_frame
from remotedesk.transport.video import Effort, VideoCodec, open_decoder, open_encoder
from tests.support import moving_picture

DELIMITER = b"\x12\x00"
SEQUENCE, FRAME, METADATA, PADDING = 1, 6, 5, 15


def leb128(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + leb128(number >> 7)


def unit(kind: int, body: bytes, extension: bytes = b"") -> bytes:
    return bytes([kind << 3 | 2 | (4 if extension else 0)]) + extension + leb128(len(body)) + body


def test_a_key_frame_in_one_packet_is_as_the_format_says() -> None:
    sequence, frame = unit(SEQUENCE, b"abc"), unit(FRAME, b"defgh")
    # W = 2, N; the first element with its length, the last without; no OBU has its size.
    expected = bytes([2 << 4 | 8, 4, SEQUENCE << 3]) + b"abc" + bytes([FRAME << 3]) + b"defgh"
    assert packetize(DELIMITER + sequence + frame, 1_200) == [expected]
    assert depacketize([expected]) == DELIMITER + sequence + frame
    assert starts_key_frame(expected)


def test_a_frame_in_two_packets_continues() -> None:
    frame = unit(FRAME, bytes(range(100)))
    first, second = packetize(DELIMITER + frame, 64)
    assert first[0] == 0x40 | 1 << 4  # Y, W = 1
    assert second[0] == 0x80 | 1 << 4  # Z, W = 1
    assert first[1:] + second[1:] == bytes([FRAME << 3]) + bytes(range(100))
    assert len(first) <= 64
    assert depacketize([first, second]) == DELIMITER + frame
    assert not starts_key_frame(first)
    assert not starts_key_frame(second)


def test_what_nobody_needs_is_left_out() -> None:
    packets = packetize(DELIMITER + unit(PADDING, b"zzz") + unit(FRAME, b"x"), 1_200)
    assert packets == [bytes([1 << 4, FRAME << 3]) + b"x"]
    assert packetize(DELIMITER, 1_200) == []


def test_elements_with_their_lengths_are_read_and_sizes_too() -> None:
    """W = 0, as some senders write, and an OBU that kept its size field."""
    kept = unit(FRAME, b"defgh")
    payload = bytes([8, 4, SEQUENCE << 3]) + b"abc" + bytes([len(kept)]) + kept
    assert depacketize([payload]) == DELIMITER + unit(SEQUENCE, b"abc") + kept


def test_four_elements_have_their_lengths() -> None:
    units = b"".join(unit(METADATA, bytes([number])) for number in range(4))
    (packet,) = packetize(units, 1_200)
    assert packet[0] == 0
    assert depacketize([packet]) == DELIMITER + units


@given(
    st.lists(st.tuples(st.sampled_from([SEQUENCE, 3, 4, METADATA, FRAME, 7]), st.binary(max_size=400), st.booleans())),
    st.integers(8, 300),
)
def test_whatever_goes_in_comes_out(units: list[tuple[int, bytes, bool]], largest: int) -> None:
    unit_bytes = b"".join(unit(kind, body, b"\x08" if extended else b"") for kind, body, extended in units)
    packets = packetize(unit_bytes, largest)
    assert all(1 < len(packet) <= largest for packet in packets)
    assert depacketize(packets) == DELIMITER + unit_bytes


def test_what_an_encoder_makes_is_decoded_after_its_way_in_packets() -> None:
    size = moving_picture.WIDTH, moving_picture.HEIGHT
    encoder = open_encoder(VideoCodec.AV1, *size, bits_per_second=800_000, frames_per_second=30, effort=Effort.LEAST)
    decoder = open_decoder(VideoCodec.AV1, *size)
    for number in range(4):
        encoded = encoder.encode(moving_picture.frame(number))
        packets = packetize(encoded.data, 1_200)
        assert starts_key_frame(packets[0]) == encoded.is_key == (number == 0)
        picture = decoder.decode(depacketize(packets)).to_ndarray(format="rgb24")
        assert moving_picture.read(picture) == number
    encoder.close()
    decoder.close()


@pytest.mark.parametrize(
    "payloads",
    [
        [b""],
        [b"\x10"],
        [b"\x90\x30x"],  # continues nothing
        [b"\x50\x30x"],  # is continued by nothing
        [b"\x50\x30x", b"\x10\x30x"],  # is not continued
        [b"\x00\x00"],  # an empty element
        [b"\x00\x05\x30"],  # a length beyond the packet
        [b"\x00" + b"\xff" * 9],  # a length without end
        [b"\x30\x01\x30\x01\x30"],  # three elements said, two there
        [b"\x10\xb0x"],  # the forbidden bit
        [b"\x10\x34"],  # an extension said, none there
        [b"\x10\x32\x09x"],  # a size that is not its own
    ],
)
def test_what_is_broken_is_refused(payloads: list[bytes]) -> None:
    with pytest.raises(ProtocolError):
        depacketize(payloads)


def test_a_lost_first_or_last_packet_is_noticed() -> None:
    """One in between can be told by the packets' numbers only."""
    chance = random.Random(1)
    packets = packetize(unit(SEQUENCE, b"abc") + unit(FRAME, chance.randbytes(5_000)), 1_200)
    for lost in (0, len(packets) - 1):
        with pytest.raises(ProtocolError):
            depacketize(packets[:lost] + packets[lost + 1 :])
