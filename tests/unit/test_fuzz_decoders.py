"""A minute of broken input for everything that reads what others wrote: refused as documented, or read rightly."""

import functools
import io
import random
import secrets

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from remotedesk.core.audit import Act, AuditChain, verify
from remotedesk.core.errors import NumberError, ProtocolError, RecordError
from remotedesk.core.geometry import Rect
from remotedesk.core.session_number import SessionNumber
from remotedesk.features.screen.tiles import TileSource, TileView
from remotedesk.features.screen.tiles.coder import CODECS
from remotedesk.features.screen.tiles.strips import StripEncoder
from remotedesk.transport.video import frame_of, open_encoder
from remotedesk.wire.cursor import CURSOR, Pointer, Shape
from remotedesk.wire.tiles import TILES, Ack, Copy, Strip, Update
from remotedesk.wire.video import VideoPart
from tests.support.fuzzing import LARGEST_INPUT, Mutator, Target, fuzz, fuzz_memory
from tests.support.messages import Dialect, built, dialects

SECONDS = 5.0  # for each of thirteen targets; the server has ten more
SOAK_SECONDS = 600.0
MOST_HELD = 4 * 1024 * 1024  # bytes, for an input of at most a quarter of a megabyte


def read_message(dialect: Dialect, data: bytes) -> None:
    """Decode; what was taken must be a message of this codec that can be said again."""
    message = dialect.codec.decode(data)
    assert isinstance(message, dialect.structs)
    assert dialect.codec.decode(dialect.codec.encode(message)) == message


def read_tiles(data: bytes) -> None:
    """Decode; what was taken must be said again byte for byte."""
    assert TILES.encode(TILES.decode(data)) == data


def apply_tiles(data: bytes) -> None:
    """Apply behind a good first message; what was taken leaves a picture of the size that it says."""
    view = TileView()
    view.apply(first_update())
    if (
        data[:1] != b"\x03"
        and len(data) >= 10
        and (int.from_bytes(data[6:8], "little") > 100 or int.from_bytes(data[8:10], "little") > 100)
    ):
        return  # a large picture is allowed, and makes slow fuzzing
    view.apply(data)
    assert len(view.pixels) == view.width * view.height * 4


def read_cursor(data: bytes) -> None:
    """Decode; what was taken must be one message that can be said again."""
    message = CURSOR.decode(data)
    assert CURSOR.decode(CURSOR.encode(message)) == message


def read_record(data: bytes) -> None:
    """Verify as a file; what verifies must be canonical, byte for byte."""
    entries = verify(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="\n"))
    written = "".join(entry.to_line() + "\n" for entry in entries).encode()
    assert data in (written, written.removesuffix(b"\n"))


def read_number(data: bytes) -> None:
    """Parse as text with broken characters in it."""
    number = SessionNumber.parse(data.decode("utf-8", "surrogateescape"))
    assert SessionNumber.parse(number.grouped()) == number


def message_samples(dialect: Dialect) -> tuple[bytes, ...]:
    """Return some valid encodings of every message of a codec, the same in every run."""
    samples: list[bytes] = []

    def collect(message: object) -> None:
        samples.append(dialect.codec.encode(message))

    for struct in dialect.structs:
        several = settings(
            max_examples=8,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        several(given(built(struct))(collect))()
    return tuple(sorted(set(samples)))


@functools.cache
def tile_updates() -> tuple[bytes, ...]:
    """Return what two pictures of one size make, the second after the first."""
    chance = random.Random(5)
    source = TileSource()
    return tuple(message for _ in range(2) for message in source.encode(chance.randbytes(80 * 70 * 4), 80, 70))


@functools.cache
def strip_updates() -> tuple[bytes, ...]:
    """Return what may follow the first update: few colours, in a new stream of strips that then goes on."""
    dice, encoder = np.random.default_rng(5), StripEncoder(60, [0, 255, 1 << 16])
    updates: list[bytes] = []
    for _ in range(2):
        pixels = dice.choice(np.array([0, 0, 0, 255, 1 << 16], np.uint32), (30, 60))
        coded = encoder.encode(pixels)
        assert coded is not None
        strips = encoder.told((Strip(Rect(5, 6, 60, 30), coded),))
        updates.append(TILES.encode(Update(1, 80, 70, True, False, False, 0, (), (), b"", strips)))
    return tuple(updates)


def first_update() -> bytes:
    return tile_updates()[0]


@functools.cache
def coded_pictures() -> tuple[bytes, ...]:
    """Return a picture of each coding, in one part, as what follows a good first update."""
    chance, samples = random.Random(7), []
    pixels = np.frombuffer(chance.randbytes(64 * 64 * 4), np.uint32).reshape(64, 64)
    for coding, codec in CODECS.items():
        encoder = open_encoder(codec, 64, 64, bits_per_second=100_000, frames_per_second=10)
        data = encoder.encode(frame_of(pixels, codec)).data
        encoder.close()
        samples.append(TILES.encode(VideoPart(1, coding, Rect(0, 0, 64, 64), True, True, b"\x01", data)))
    return tuple(samples)


def tile_samples() -> tuple[bytes, ...]:
    rect = Rect(1, 2, 3, 4)
    moving = Update(1, 80, 70, True, False, False, 7, (Copy(5, 6, rect), Copy(0, 0, rect)), (), b"")
    return (*tile_updates(), *strip_updates(), *coded_pictures(), TILES.encode(moving), TILES.encode(Ack(3, 2**64 - 1)))


def cursor_samples() -> tuple[bytes, ...]:
    chance = random.Random(6)
    shapes = (Shape(1, 16, 9, 8, 4, bytes(16 * 9 * 4)), Shape(64, 5, 7, 4, 0, chance.randbytes(5 * 7 * 4)))
    return tuple(CURSOR.encode(message) for message in (*shapes, Pointer(0, 0, 0), Pointer(64, 65_535, 1_079)))


def record_sample() -> bytes:
    chain = AuditChain()
    chain.append("2026-11-23T01:02:03.456+00:00", Act.STARTED, role="customer", routing="12345")
    chain.append("2026-11-23T01:02:04.456+00:00", Act.PAIRED, engineer="山田 太郎", number=3)
    chain.append("2026-11-23T01:02:05.456+00:00", Act.ENDED)
    return "".join(entry.to_line() + "\n" for entry in chain.entries).encode()


@functools.cache
def targets() -> dict[str, Target]:
    spoken = [
        Target(dialect.name, functools.partial(read_message, dialect), ProtocolError, message_samples(dialect))
        for dialect in dialects()
    ]
    record, number = record_sample(), SessionNumber("12345", "678901").grouped()
    others = [
        Target("CURSOR", read_cursor, ProtocolError, cursor_samples()),
        Target("TILES", read_tiles, ProtocolError, tile_samples()),
        Target("tile view", apply_tiles, ProtocolError, (*tile_updates()[1:], strip_updates()[0], *coded_pictures())),
        Target("record", read_record, RecordError, (record, *record.splitlines(keepends=True)[:1])),
        Target("number", read_number, NumberError, (number.encode(), number.translate(FULL_WIDTH).encode())),
    ]
    return {target.name: target for target in [*spoken, *others]}


FULL_WIDTH = {ord("0") + digit: ord("０") + digit for digit in range(10)} | {ord("-"): ord("ー")}
NAMES = [
    "CHAT", "CURSOR", "INPUT", "POINTER", "RELAY", "SEALED", "SESSION", "TILES", "TO_CLIENT", "TO_SERVER", "number",
    "record", "tile view",
]  # fmt: skip


def run(name: str, seconds: float) -> None:
    target = targets()[name]
    taken = fuzz(target.take, target.refusal, Mutator(target.samples, secrets.randbits(32)), seconds)
    assert taken > 0


def test_every_codec_is_a_target() -> None:
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
    most = fuzz_memory(target.take, target.refusal, Mutator(target.samples, 1), 400)
    assert most < MOST_HELD


def test_the_same_seed_makes_the_same_inputs_and_another_others() -> None:
    samples = (b'{"type":"Chat","text":"a"}',)
    first, again, other = Mutator(samples, 7), Mutator(samples, 7), Mutator(samples, 8)
    inputs = [first.input(index) for index in range(200)]
    assert inputs == [again.input(index) for index in range(200)]
    assert inputs != [other.input(index) for index in range(200)]
    assert len(set(inputs)) > 150
    assert all(len(data) <= LARGEST_INPUT for data in inputs)


def test_a_crash_is_told_with_its_seed_and_input() -> None:
    def broken(data: bytes) -> None:
        if b"{" not in data:
            raise ZeroDivisionError

    with pytest.raises(AssertionError, match=r"seed 7, input \d+: ZeroDivisionError from b'") as caught:
        fuzz(broken, ProtocolError, Mutator((b'{"type":"Chat","text":"a"}',), 7), 60.0)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_the_fuzzer_reaches_the_inside_of_the_decoders() -> None:
    """Enough inputs are still valid, and enough are not."""
    target = targets()["SESSION"]
    mutator = Mutator(target.samples, random.Random(3).randrange(1000))
    read = 0
    for index in range(1_000):
        try:
            target.take(mutator.input(index))
        except ProtocolError:
            continue
        read += 1
    assert 20 < read < 800
