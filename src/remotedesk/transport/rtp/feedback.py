"""What arrived when, said to the sender: draft-holmer-rmcat-transport-wide-cc-extensions-01, both ends of it.

The message is the feedback control information of an RTCP packet (RFC 4585, section 6.1), type RTPFB, format 15.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from struct import pack, unpack_from
from typing import Final

from remotedesk.core.errors import ErrorCode, ProtocolError

FORMAT: Final = 15
EXTENSION_URI: Final = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
MOST_PACKETS: Final = 400  # in one message, which then fits one packet
MOST_PENDING: Final = 4_000  # arrivals not yet told of
_REFERENCE_S: Final = 0.064
_TICK_S: Final = 0.000_25
_REFERENCES: Final = 1 << 24
_HEADER_BYTES: Final = 8
_ABSENT, _SMALL, _LARGE = 0, 1, 2
_RUN: Final = 0x1FFF
_RUN_PAYS: Final = 14  # from so many equal symbols on a run is no longer than vectors
_ONE_BIT: Final = 14  # symbols in a vector chunk
_TWO_BITS: Final = 7


@dataclass(frozen=True, slots=True)
class Feedback:
    """Of `count` packets from number `base` on (modulo 2¹⁶) those that arrived, with seconds of the other's clock."""

    base: int
    count: int
    arrivals: tuple[tuple[int, float], ...]


def decode(data: bytes) -> Feedback:
    """Read a message; at most as many arrivals come out as it has bytes. Raises ProtocolError."""
    if len(data) < _HEADER_BYTES + 2:
        raise _malformed("length")
    base, count, reference = unpack_from("!HHI", data)
    now = (reference >> 8) * _REFERENCE_S
    received, at = _read_symbols(data, count)
    arrivals = []
    for place, symbol in received:
        if at + symbol > len(data):
            raise _malformed("deltas")
        ticks = data[at] if symbol == _SMALL else unpack_from("!h", data, at)[0]
        now += ticks * _TICK_S
        at += symbol
        arrivals.append(((base + place) & 0xFFFF, now))
    return Feedback(base, count, tuple(arrivals))


def encode(base: int, arrivals: Sequence[tuple[int, float]], number: int) -> bytes:
    """Write message `number`: what arrived from packet `base` on, by falling or rising times, rising numbers.

    At most MOST_PACKETS numbers long, times within eight seconds of one another.
    """
    reference = int(arrivals[0][1] / _REFERENCE_S)
    symbols = [_ABSENT] * (arrivals[-1][0] - base + 1)
    deltas = bytearray()
    told = round(reference * _REFERENCE_S / _TICK_S)
    for packet, arrived_at in arrivals:
        ticks = round(arrived_at / _TICK_S) - told
        told += ticks
        symbols[packet - base] = _SMALL if 0 <= ticks <= 0xFF else _LARGE
        deltas += pack("!B", ticks) if 0 <= ticks <= 0xFF else pack("!h", max(-0x8000, min(0x7FFF, ticks)))
    header = pack("!HHI", base & 0xFFFF, len(symbols), reference % _REFERENCES << 8 | number & 0xFF)
    return header + b"".join(_chunks(symbols)) + deltas


class ArrivalLog:
    """The receiver's side: notes each packet by its transport-wide number, and makes messages of what is new."""

    def __init__(self) -> None:
        self._last: int | None = None  # the newest number, not modulo anything
        self._pending: dict[int, float] = {}
        self._next = 0  # the first number that was never told of
        self._messages = 0

    @property
    def pending(self) -> int:
        """How many arrivals nobody was told of."""
        return len(self._pending)

    def add(self, number: int, now: float) -> None:
        """Note that packet `number` (modulo 2¹⁶) arrived at `now`."""
        if self._last is None:
            self._last = self._next = number + (1 << 16)  # so that one just before it is not negative
        whole = unwrapped(number, self._last)
        self._last = max(self._last, whole)
        if len(self._pending) < MOST_PENDING:
            self._pending.setdefault(whole, now)

    def take(self) -> Iterator[bytes]:
        """Yield the messages that tell of all that came since the last call."""
        arrivals = sorted(self._pending.items())
        self._pending.clear()
        while arrivals:
            base = min(arrivals[0][0], max(self._next, arrivals[0][0] - MOST_PACKETS // 2))
            first_at = arrivals[0][1]
            fitting = [
                (number, at)
                for number, at in islice(arrivals, MOST_PACKETS)
                if number < base + MOST_PACKETS and abs(at - first_at) < 4
            ]
            yield encode(base, fitting, self._messages)
            self._messages += 1
            self._next = max(self._next, fitting[-1][0] + 1)
            told = {number for number, _ in fitting}
            arrivals = [arrival for arrival in arrivals if arrival[0] not in told]


def unwrapped(number: int, near: int) -> int:
    """Return the number that is `number` modulo 2¹⁶ and nearest to `near`."""
    return near + ((number - near + 0x8000) & 0xFFFF) - 0x8000


def _read_symbols(data: bytes, count: int) -> tuple[list[tuple[int, int]], int]:
    """Return the places and symbols of what was received, and where the deltas begin."""
    received: list[tuple[int, int]] = []
    at, place = _HEADER_BYTES, 0
    while place < count:
        if at + 2 > len(data):
            raise _malformed("chunks")
        (chunk,) = unpack_from("!H", data, at)
        at += 2
        if not chunk & 0x8000:
            symbol, length = chunk >> 13 & 3, min(chunk & _RUN, count - place)
            if not length or (symbol != _ABSENT and len(received) + length > len(data)):
                raise _malformed("run")
            if symbol in (_SMALL, _LARGE):
                received += ((place + step, symbol) for step in range(length))
            place += length
        elif chunk & 0x4000:
            symbols = [chunk >> shift & 3 for shift in range(12, -1, -2)]
            place = _note(received, place, count, symbols)
        else:
            place = _note(received, place, count, [chunk >> shift & 1 for shift in range(13, -1, -1)])
    return received, at


def _note(received: list[tuple[int, int]], place: int, count: int, symbols: Sequence[int]) -> int:
    numbered = enumerate(symbols[: count - place], place)
    received += ((at, symbol) for at, symbol in numbered if symbol in (_SMALL, _LARGE))
    return place + len(symbols)


def _chunks(symbols: Sequence[int]) -> Iterator[bytes]:
    at = 0
    while at < len(symbols):
        run = _run_length(symbols, at)
        if run >= _RUN_PAYS or run == len(symbols) - at:
            yield pack("!H", symbols[at] << 13 | run)
            at += run
        elif max(symbols[at : at + _ONE_BIT]) <= _SMALL:
            yield pack("!H", 0x8000 | _bits(symbols[at : at + _ONE_BIT], 1, _ONE_BIT))
            at += _ONE_BIT
        else:
            yield pack("!H", 0xC000 | _bits(symbols[at : at + _TWO_BITS], 2, _TWO_BITS))
            at += _TWO_BITS


def _run_length(symbols: Sequence[int], at: int) -> int:
    end = at + 1
    while end < len(symbols) and symbols[end] == symbols[at]:
        end += 1
    return end - at


def _bits(symbols: Sequence[int], width: int, places: int) -> int:
    word = 0
    for symbol in symbols:
        word = word << width | symbol
    return word << width * (places - len(symbols))


def _malformed(what: str) -> ProtocolError:
    return ProtocolError(ErrorCode.MESSAGE_MALFORMED, f"transport feedback: {what}")
