"""Messages on the `chat` channel: reliable and ordered."""

from typing import Annotated

from msgspec import Meta

from remotedesk.wire.codec import Codec, Message

LARGEST = 20_000
LONGEST_TEXT = 4_000


class Chat(Message, frozen=True):
    """What one person wrote to the other."""

    text: Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)]


CHAT: Codec[Chat] = Codec(Chat, LARGEST)
