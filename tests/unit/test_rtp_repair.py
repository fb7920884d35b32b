"""What is lost: asked for with measure, given up in time, and no picture shown that stands on it."""

import itertools
import random

from remotedesk.transport.rtp import nack
from remotedesk.transport.rtp.frames import MOST_BYTES, MOST_PACKETS, Frame, FrameBuffer, Packet
from remotedesk.transport.rtp.nack import MissingPackets


def is_key(payload: bytes) -> bool:
    return payload.startswith(b"K")


def stream(frames: int, chance: random.Random, first: int = 65_500, keys: tuple[int, ...] = (0,)) -> list[Packet]:
    """Return the packets of frames of one to five packets; key frames begin with a K."""
    packets = []
    for number in range(frames):
        count = chance.randrange(1, 6)
        for place in range(count):
            start = b"K" if number in keys and place == 0 else b"d"
            at = (first + len(packets)) & 0xFFFF
            packets.append(Packet(at, number * 3_000, place == count - 1, start + b"%d/%d" % (number, place)))
    return packets


def given_out(buffer: FrameBuffer, packets: list[Packet]) -> list[Frame]:
    return [frame for packet in packets for frame in buffer.add(packet)]


def numbers(frames: list[Frame]) -> list[int]:
    return [frame.timestamp // 3_000 for frame in frames]


def test_a_frame_comes_out_with_its_last_packet() -> None:
    buffer, packets = FrameBuffer(is_key), stream(20, random.Random(1))
    for packet in packets:
        assert len(buffer.add(packet)) == packet.marker


def test_whatever_the_order_every_frame_comes_out_once_and_whole() -> None:
    chance = random.Random(2)
    for _ in range(50):
        packets = stream(30, chance)
        shuffled = sorted(enumerate(packets), key=lambda numbered: numbered[0] + chance.uniform(0, 8))
        twice = [packet for _, packet in shuffled for _ in range(chance.choice((1, 1, 2)))]
        frames = given_out(FrameBuffer(is_key), twice)
        assert numbers(frames) == list(range(30))
        assert [payload for frame in frames for payload in frame.payloads] == [packet.payload for packet in packets]


def test_nothing_comes_out_before_a_key_frame() -> None:
    frames = given_out(FrameBuffer(is_key), stream(10, random.Random(3), keys=(4,)))
    assert numbers(frames) == [4, 5, 6, 7, 8, 9]
    assert [frame.is_key for frame in frames] == [True, *[False] * 5]


def test_after_a_gap_only_a_whole_key_frame_helps_and_it_need_not_wait() -> None:
    packets = stream(10, random.Random(4), keys=(0, 6))
    lost = next(place for place, packet in enumerate(packets) if packet.timestamp == 3 * 3_000)
    frames = given_out(FrameBuffer(is_key), packets[:lost] + packets[lost + 1 :])
    assert numbers(frames) == [0, 1, 2, 6, 7, 8, 9]


def test_padding_between_frames_holds_nothing_up() -> None:
    packets = [
        Packet(1, 0, True, b"K"),
        Packet(2, 0, False, b""),
        Packet(3, 0, False, b""),
        Packet(4, 3_000, True, b"d"),
    ]
    assert numbers(given_out(FrameBuffer(is_key), packets)) == [0, 1]


def test_a_sender_without_markers_is_understood() -> None:
    packets = [Packet(1, 0, False, b"K"), Packet(2, 0, False, b"d"), Packet(3, 3_000, False, b"d")]
    assert numbers(given_out(FrameBuffer(is_key), packets)) == [0]


def test_the_buffer_is_bounded() -> None:
    buffer = FrameBuffer(is_key)
    for number in range(2 * MOST_PACKETS):
        buffer.add(Packet(2 * number & 0xFFFF, number, False, b"d"))
        assert len(buffer._packets) <= MOST_PACKETS
    for number in range(20):
        buffer.add(Packet(number, 0, False, bytes(MOST_BYTES // 8)))
        assert buffer._bytes <= MOST_BYTES


def test_each_missing_packet_is_asked_for_after_a_moment_and_then_ever_more_rarely() -> None:
    missing = MissingPackets()
    assert not missing.add(100, 0.0)
    assert not missing.add(102, 0.0)
    assert missing.due(0.0) == []  # it may have been overtaken
    asked = [at / 100 for at in range(1, 200) if missing.due(at / 100) == [101]]
    assert asked[0] == nack.REORDER_S
    assert 2 < len(asked) <= nack.MOST_TRIES
    gaps = [later - earlier for earlier, later in itertools.pairwise(asked)]
    assert gaps == sorted(gaps) or max(gaps) < 1


def test_what_arrives_is_asked_for_no_more_and_says_how_long_it_takes() -> None:
    missing = MissingPackets()
    for number in (65_534, 1):
        missing.add(number, 0.0)
    assert missing.due(0.02) == [65_535, 0]
    missing.add(65_535, 0.05)
    assert missing.count == 1
    assert missing.round_s < nack.FIRST_ROUND_S
    assert missing.due(0.06) == []


def test_what_does_not_come_is_given_up() -> None:
    missing = MissingPackets()
    missing.add(1, 0.0)
    missing.add(3, 0.0)
    assert not missing.given_up(0.5)
    assert missing.given_up(nack.GIVEN_UP_S + 0.1)
    assert missing.count == 0
    assert missing.next_due() is None


def test_a_gap_too_large_is_not_asked_for() -> None:
    missing = MissingPackets()
    missing.add(1, 0.0)
    assert missing.add(2 + nack.MOST_MISSING + 1, 0.0)
    assert missing.count == 0
    for number in range(2_000, 2_000 + 2 * nack.MOST_MISSING, 2):
        missing.add(number, 0.0)
        assert missing.count <= nack.MOST_MISSING


def test_what_nobody_needs_is_not_asked_for() -> None:
    missing = MissingPackets()
    missing.add(1, 0.0)
    missing.add(10, 0.0)
    missing.forget_before(8)
    assert missing.due(1.0) == [8, 9]
