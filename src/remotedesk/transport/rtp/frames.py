"""Puts the packets of a stream together again: a frame is given out with its last packet, not with the next frame.

What follows a packet that never came cannot be decoded, so nothing is given out then until a key frame is whole.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from remotedesk.transport.rtp.feedback import unwrapped

MOST_PACKETS: Final = 4_096
MOST_BYTES: Final = 8 * 1024 * 1024
MOST_KEYS: Final = 4  # key frames that may be begun at once; the newest count


@dataclass(frozen=True, slots=True)
class Packet:
    """What matters of an RTP packet; `number` is modulo 2¹⁶."""

    number: int
    timestamp: int
    marker: bool
    payload: bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """The payloads of all packets of a frame; the number (modulo 2¹⁶) after its last packet."""

    timestamp: int
    payloads: Sequence[bytes]
    is_key: bool
    next_number: int


class FrameBuffer:
    """Frames of one stream in order, a key frame first. `starts_key` says whether a key frame begins with a payload."""

    def __init__(self, starts_key: Callable[[bytes], bool]) -> None:
        self.needs_key = True  # nothing can be given out until a key frame comes
        self._starts_key = starts_key
        self._packets: dict[int, Packet] = {}
        self._bytes = 0
        self._keys: set[int] = set()  # numbers of packets that begin a key frame
        self._next: int | None = None

    def add(self, packet: Packet) -> list[Frame]:
        """Take a packet and return the frames that are whole now."""
        near = self._next if self._next is not None else packet.number + (1 << 16)
        number = unwrapped(packet.number, near)
        if self._next is None:
            self._next = number
        if number in self._packets or (number < self._next and not self.needs_key):
            return []
        if len(self._packets) >= MOST_PACKETS or self._bytes + len(packet.payload) > MOST_BYTES:
            self.lose()
        self._packets[number] = packet
        self._bytes += len(packet.payload)
        if self._starts_key(packet.payload):
            self._keys = set(sorted({*self._keys, number})[-MOST_KEYS:])
        before = self._packets.get(number - 1)
        completes = packet.marker or number + 1 in self._packets or (before and before.timestamp != packet.timestamp)
        return self._whole_frames() if completes else []

    def lose(self) -> None:
        """Give up what is here: begin again with a key frame."""
        self.needs_key = True
        self._packets.clear()
        self._keys.clear()
        self._bytes = 0

    def skip(self) -> None:
        """Something before what is here will never come: wait for a key frame, but keep what might be one."""
        self.needs_key = True

    def _whole_frames(self) -> list[Frame]:
        frames: list[Frame] = []
        while (frame := self._next_frame()) is not None:
            frames.append(frame)
        return frames

    def _next_frame(self) -> Frame | None:
        assert self._next is not None  # noqa: S101 (set by the first packet)
        while not self.needs_key and (packet := self._packets.get(self._next)) is not None and not packet.payload:
            self._drop_before(self._next + 1)  # padding between frames
        starts = sorted(self._keys, reverse=True)
        for start in starts if self.needs_key else [self._next, *starts]:
            end = self._end(start)
            if end is not None:
                return self._take(start, end)
        return None

    def _end(self, start: int) -> int | None:
        """Return the number after the frame that begins at `start`, if it is whole."""
        first = self._packets.get(start)
        if first is None:
            return None
        at = start
        while (packet := self._packets.get(at)) is not None:
            if packet.timestamp != first.timestamp:
                return at
            at += 1
            if packet.marker:
                return at
        return None

    def _take(self, start: int, end: int) -> Frame:
        payloads = [self._packets[number].payload for number in range(start, end)]
        is_key = start in self._keys
        timestamp = self._packets[start].timestamp
        self._drop_before(end)
        self.needs_key = False
        return Frame(timestamp, [payload for payload in payloads if payload], is_key, end & 0xFFFF)

    def _drop_before(self, end: int) -> None:
        self._next = end
        for number in [number for number in self._packets if number < end]:
            self._bytes -= len(self._packets.pop(number).payload)
        self._keys = {number for number in self._keys if number >= end}
