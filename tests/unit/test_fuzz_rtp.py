"""Broken input for everything that reads a peer's media: refused as documented, or read rightly."""

import functools
import random
import secrets
import struct
from struct import pack

import pytest

from remotedesk.core.errors import ProtocolError
from remotedesk.transport.rtp.budget import Kind, SendBudget
from remotedesk.transport.rtp.dtls import feedback_in, feedback_packet, numbered
from remotedesk.transport.rtp.feedback import ArrivalLog
from remotedesk.transport.rtp.frames import MOST_PACKETS, FrameBuffer, Packet
from remotedesk.transport.rtp.nack import MissingPackets
from remotedesk.transport.rtp.payload import FORMATS
from remotedesk.transport.video import Effort, VideoCodec, open_decoder, open_encoder
from tests.support import moving_picture
from tests.support.fuzzing import Mutator, Target, fuzz, fuzz_memory

SECONDS = 2.0  # for each of six targets
SOAK_SECONDS = 300.0
MOST_HELD = 4 * 1024 * 1024
_LENGTH = 2


@functools.cache
def frames(codec: VideoCodec) -> tuple[tuple[bytes, ...], ...]:
    """Return the payloads of some frames."""
    encoder = open_encoder(
        codec, moving_picture.WIDTH, moving_picture.HEIGHT,
        bits_per_second=300_000, frames_per_second=30, effort=Effort.LEAST,
    )  # fmt: skip
    made = [encoder.encode(moving_picture.frame(number)).data for number in range(4)]
    encoder.close()
    return tuple(tuple(FORMATS[codec].packetize(data, number)) for number, data in enumerate(made) if data)


def framed(payloads: tuple[bytes, ...]) -> bytes:
    return b"".join(pack("!H", len(payload)) + payload for payload in payloads)


def split(data: bytes) -> list[bytes]:
    """Return as many payloads as a frame may have packets."""
    payloads, at = list[bytes](), 0
    while at + _LENGTH < len(data) and len(payloads) < MOST_PACKETS:
        length = struct.unpack_from("!H", data, at)[0]
        payloads.append(data[at + _LENGTH : at + _LENGTH + length])
        at += _LENGTH + length
    return payloads


def read_payloads(codec: VideoCodec, data: bytes) -> None:
    """Join as a frame; what comes out is hardly larger than what came in."""
    payloads = split(data)
    for payload in payloads:
        FORMATS[codec].starts_key(payload)
    joined = FORMATS[codec].join([payload for payload in payloads if payload])
    assert len(joined) <= 10 * len(data) + 100


def decode_h264(data: bytes) -> None:
    """Decode as the first picture of a stream."""
    decoder = open_decoder(VideoCodec.H264, moving_picture.WIDTH, moving_picture.HEIGHT, exact=False)
    try:
        decoder.decode(FORMATS[VideoCodec.H264].join([payload for payload in split(data) if payload]))
    finally:
        decoder.close()


def read_feedback(data: bytes) -> None:
    """Take as a control packet of somebody to whom a hundred packets were sent."""
    budget = SendBudget()
    for number in range(100):
        budget.sent(Kind.PICTURE, 1_000, number / 100)
    for message in feedback_in(data):
        budget.feedback(message, 1.1)
    assert 0 < budget.target_bps <= 20e6


def assemble(data: bytes) -> None:
    """Take as packets of a stream, eight bytes each; bounds hold."""
    buffer, missing = FrameBuffer(lambda payload: payload[:1] == b"K"), MissingPackets()
    for at in range(0, len(data) - 7, 8):
        number, timestamp, marker, payload = struct.unpack_from("!HIB1s", data, at)
        if missing.add(number, at / 1_000):
            buffer.skip()
        for frame in buffer.add(Packet(number, timestamp, bool(marker & 1), payload)):
            missing.forget_before(frame.next_number)
            assert all(frame.payloads)
        missing.due(at / 1_000)
        missing.given_up(at / 1_000)


def feedback_samples() -> tuple[bytes, ...]:
    chance, samples = random.Random(7), []
    for gaps in (0.0, 0.3):
        log = ArrivalLog()
        for number in range(1, 101):
            if chance.random() >= gaps:
                log.add(number, 9 + chance.random())
        samples += [feedback_packet(message, 1) for message in log.take()]
    return tuple(samples)


def packet_samples() -> tuple[bytes, ...]:
    chance = random.Random(8)
    packets = [
        pack("!HIBc", number & 0xFFFF, number // 3, number % 3 == 2, b"K" if number % 30 == 0 else b"d")
        for number in range(65_400, 65_700)
    ]
    lossy = [packet for packet in packets if chance.random() < 0.9]
    return b"".join(packets), b"".join(lossy)


@functools.cache
def targets() -> dict[str, Target]:
    payloads = [
        Target(codec, functools.partial(read_payloads, codec), ProtocolError, tuple(map(framed, frames(codec))))
        for codec in VideoCodec
    ]
    others = [
        Target("H264 pictures", decode_h264, ProtocolError, (framed(frames(VideoCodec.H264)[0]),)),
        Target("feedback", read_feedback, ProtocolError, feedback_samples()),
        Target("packets", assemble, ProtocolError, packet_samples()),
    ]
    return {target.name: target for target in [*payloads, *others]}


NAMES = ["AV1", "H264", "H264 pictures", "VP8", "feedback", "packets"]


def run(name: str, seconds: float) -> None:
    target = targets()[name]
    assert fuzz(target.take, target.refusal, Mutator(target.samples, secrets.randbits(32)), seconds) > 0


def test_the_targets_are_these() -> None:
    assert sorted(targets()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_valid(name: str) -> None:
    target = targets()[name]
    for sample in target.samples:
        target.take(sample)


@pytest.mark.parametrize("name", NAMES)
def test_broken_input_is_refused_or_read(name: str) -> None:
    run(name, SECONDS)


@pytest.mark.soak
@pytest.mark.timeout(SOAK_SECONDS * 2)
@pytest.mark.parametrize("name", NAMES)
def test_broken_input_is_refused_or_read_for_long(name: str) -> None:
    run(name, SOAK_SECONDS)


@pytest.mark.parametrize("name", NAMES)
def test_no_input_takes_much_memory(name: str) -> None:
    target = targets()[name]
    assert fuzz_memory(target.take, target.refusal, Mutator(target.samples, 1), 100) < MOST_HELD


def test_room_for_a_number_is_looked_for_within_the_packet() -> None:
    """Our own packets only come here, but nothing is written beyond the extensions whatever they hold."""
    chance = random.Random(9)
    for _ in range(2_000):
        words = chance.randrange(4)
        head = bytes([0x90, 120]) + bytes(10) + pack("!HH", chance.choice((0xBEDE, 0x1000)), words)
        packet = head + chance.randbytes(4 * words) + b"data" * 8
        assert numbered(packet, 4, 0xFFFF)[16 + 4 * words + 32 :] == b""
