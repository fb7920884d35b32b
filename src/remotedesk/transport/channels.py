"""The data channels of a session: agreed in advance, typed, bounded in size and rate.

Both sides create the same channels with the same ids, so none can be opened that is not in this file.
"""

import functools
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

from aiortc import RTCDataChannel, RTCPeerConnection

from remotedesk.core.errors import ErrorCode, ProtocolError, RemotedeskError
from remotedesk.core.rate_limit import TokenBucket
from remotedesk.transport.sctp.recovery import RecoveringSctpTransport
from remotedesk.wire.chat import CHAT
from remotedesk.wire.cursor import CURSOR
from remotedesk.wire.input import INPUT, POINTER
from remotedesk.wire.session import SESSION
from remotedesk.wire.tiles import TILES

T = TypeVar("T")
log = logging.getLogger(__name__)


class ChannelCodec(Protocol[T]):
    """What makes messages of bytes and bytes of messages; raises ProtocolError for what must not pass."""

    def encode(self, message: T) -> bytes:
        """Return the message as bytes."""

    def decode(self, data: bytes) -> T:
        """Return the message in `data`."""


@dataclass(frozen=True)
class ChannelSpec:
    """One channel: its stream id, whether it is ordered and retransmitted, and what it may bring."""

    label: str
    stream_id: int
    codec: ChannelCodec[Any]
    reliable: bool
    burst: int  # messages at once
    per_second: int  # messages per second after that
    most_buffered: int  # bytes waiting to leave; more are not taken
    most_early: int = 0  # messages kept until somebody takes them, since packets overtake the proof; others are dropped


SESSION_CHANNEL: Final = ChannelSpec("session", 1, SESSION, True, 60, 20, 256 * 1024)
INPUT_CHANNEL: Final = ChannelSpec("input", 2, INPUT, True, 1_000, 400, 256 * 1024)
POINTER_CHANNEL: Final = ChannelSpec("pointer", 3, POINTER, False, 400, 250, 4 * 1024)
CHAT_CHANNEL: Final = ChannelSpec("chat", 4, CHAT, True, 20, 5, 256 * 1024)
TILES_CHANNEL: Final = ChannelSpec("tiles", 5, TILES, True, 1_200, 600, 2 * 1024 * 1024, most_early=64)
# Ordered: a shape comes before its use. A lost position costs a round trip; unordered, the last could stay lost.
CURSOR_CHANNEL: Final = ChannelSpec("cursor", 6, CURSOR, True, 200, 120, 256 * 1024, most_early=64)
CHANNELS: Final = (SESSION_CHANNEL, INPUT_CHANNEL, POINTER_CHANNEL, CHAT_CHANNEL, TILES_CHANNEL, CURSOR_CHANNEL)


class Channel(Generic[T]):
    """One open end. The owner sets `on_message` and `on_broken`; both are called in the engine's loop."""

    def __init__(self, pc: RTCPeerConnection, spec: ChannelSpec) -> None:
        self.label = spec.label
        self.sent_bytes = self.received_bytes = 0  # of messages
        self._on_message: Callable[[T], None] | None = None
        self._early: list[T] = []
        self.on_broken: Callable[[ErrorCode], None] = _nobody
        self.on_open: Callable[[], None] = _nothing
        self._spec = spec
        self._codec: ChannelCodec[T] = spec.codec
        self._bucket = TokenBucket(spec.burst, spec.per_second, time.monotonic())
        self._broken = False
        retransmits = None if spec.reliable else 0
        self._channel: RTCDataChannel = pc.createDataChannel(
            spec.label, ordered=spec.reliable, maxRetransmits=retransmits, negotiated=True, id=spec.stream_id
        )
        self._channel.on("message", self._receive)
        self._channel.on("open", self._opened)

    @property
    def on_message(self) -> Callable[[T], None] | None:
        """Who takes the messages, the early ones first."""
        return self._on_message

    @on_message.setter
    def on_message(self, take: Callable[[T], None]) -> None:
        self._on_message = take
        early, self._early = self._early, []
        for message in early:
            self._judge(functools.partial(self._deliver, message))

    @property
    def open(self) -> bool:
        """True while messages can be sent."""
        return self._channel.readyState == "open" and not self._broken

    def send(self, message: T) -> bool:
        """Send `message`; False when the channel is not open or too much is waiting already.

        Raises ProtocolError(MESSAGE_TOO_BIG).
        """
        return self.send_bytes(self._codec.encode(message))

    def send_bytes(self, data: bytes) -> bool:
        """Send a message that is encoded already; as `send`."""
        if not self.open or self._channel.bufferedAmount + len(data) > self._spec.most_buffered:
            return False
        self._channel.send(data)
        self.sent_bytes += len(data)
        return True

    def watch_held(self, tell: Callable[[int], None]) -> None:
        """Have `tell` called whenever another number of bytes waits at the other side for a packet that was lost.

        The peer connection must have been made ready for it (`sctp.recovery.tune`).
        """
        sctp = self._channel.transport
        if not isinstance(sctp, RecoveringSctpTransport):
            raise TypeError(type(sctp))
        sctp.watch_held(self._spec.stream_id, tell)

    def break_off(self, code: ErrorCode) -> None:
        """Close this channel because of what came through it; nothing else is touched."""
        if self._broken:
            return
        self._broken = True
        log.info("channel %s closed: %s", self.label, code)
        self._channel.close()
        self.on_broken(code)

    def _opened(self) -> None:
        self.on_open()

    def _receive(self, data: bytes | str) -> None:
        self._judge(functools.partial(self._read, data))

    def _read(self, data: bytes | str) -> None:
        self.received_bytes += len(data)
        if not self._bucket.take(time.monotonic()):
            raise ProtocolError(ErrorCode.MESSAGE_FLOOD)
        if isinstance(data, str):
            raise ProtocolError(ErrorCode.MESSAGE_MALFORMED)
        self._deliver(self._codec.decode(data))

    def _deliver(self, message: T) -> None:
        if self._on_message is not None:
            self._on_message(message)
        elif len(self._early) < self._spec.most_early:
            self._early.append(message)

    def _judge(self, take: Callable[[], None]) -> None:
        if self._broken:
            return
        try:
            take()
        except RemotedeskError as error:
            self.break_off(error.code)
        except Exception:  # channel dispatch: one message must not take the session with it
            log.exception("channel %s", self.label)
            self.break_off(ErrorCode.INTERNAL)


def _nobody(_: object) -> None:
    pass


def _nothing() -> None:
    pass
