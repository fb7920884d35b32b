"""Messages on the `input` channel (reliable, ordered) and the `pointer` channel (unordered, no retransmission).

Keys are W3C UI Events `code` values, buttons are W3C `button` numbers, wheel deltas are 1/120 notch with the W3C
signs (positive: down, right), positions are native pixels of the captured picture.
"""

from typing import Annotated, Literal

from msgspec import Meta

from remotedesk.wire.codec import Codec, Message
from remotedesk.wire.fields import Sequence

LARGEST = 2_048

KeyCode = Annotated[str, Meta(pattern=r"\A[A-Z][A-Za-z0-9]{1,23}\Z")]
Column = Annotated[int, Meta(ge=0, le=32_767)]
Row = Annotated[int, Meta(ge=0, le=32_767)]
WheelDelta = Annotated[int, Meta(ge=-12_000, le=12_000)]
TypedText = Annotated[str, Meta(min_length=1, max_length=256)]
Button = Literal[0, 1, 2, 3, 4]


class Key(Message, frozen=True):
    """A physical key went down or up. Repeats are further downs."""

    seq: Sequence
    code: KeyCode
    pressed: bool


class Text(Message, frozen=True):
    """Text from an input method, to arrive as it is."""

    seq: Sequence
    text: TypedText


class PointerButton(Message, frozen=True):
    """A button went down or up at a position."""

    seq: Sequence
    button: Button
    pressed: bool
    x: Column
    y: Row


class Wheel(Message, frozen=True):
    """The wheel turned at a position."""

    seq: Sequence
    dx: WheelDelta
    dy: WheelDelta
    x: Column
    y: Row


class ReleaseAll(Message, frozen=True):
    """The engineer's view lost the focus: nothing may stay pressed."""

    seq: Sequence


class PointerMove(Message, frozen=True):
    """The pointer moved; on the `pointer` channel, where only the newest counts."""

    seq: Sequence
    x: Column
    y: Row


InputMessage = Key | Text | PointerButton | Wheel | ReleaseAll
INPUT: Codec[InputMessage] = Codec(InputMessage, LARGEST)
POINTER: Codec[PointerMove] = Codec(PointerMove, LARGEST)
