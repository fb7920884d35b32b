"""Chat: lines of plain text both ways, for as long as the customer allows it."""

from collections.abc import Callable

from remotedesk.core.display_text import many_lines
from remotedesk.transport.channels import Channel
from remotedesk.wire.chat import LONGEST_TEXT, Chat


class ChatFeature:
    """Either end. `may_use` says whether chat is granted right now; what comes in meanwhile is dropped."""

    def __init__(self, may_use: Callable[[], bool], received: Callable[[str], None]) -> None:
        self._may_use = may_use
        self._received = received
        self._channel: Channel[Chat] | None = None

    def attach(self, channel: Channel[Chat]) -> None:
        """Use a fresh connection."""
        self._channel = channel
        channel.on_message = self._on_message

    def detach(self) -> None:
        """Send nothing until the next `attach`."""
        self._channel = None

    def send(self, text: str) -> str | None:
        """Send a line; returns it as it was sent, or None when it could not be."""
        line = many_lines(text, LONGEST_TEXT)
        if not line or self._channel is None or not self._may_use():
            return None
        return line if self._channel.send(Chat(line)) else None

    def _on_message(self, message: Chat) -> None:
        line = many_lines(message.text, LONGEST_TEXT)
        if line and self._may_use():
            self._received(line)
